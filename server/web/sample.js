// Random fragments, and the commands that fetch the same sample.
import {
  $, address, count_of, fill, get_json, make, say_problem, set_options, show_picture, splits_of, state, token,
} from "./mirror.js";
import { find_fragment } from "./source.js";

const SHEET = 24;  // fragments on the sheet

// Those of the chosen dataset.
export function open_sample() {
  set_options($("sheet-class"), [["", "all"], ...state.dataset.classes.map((name, i) => [i, name])]);
  set_options($("sheet-split"), splits_of(state.dataset).map((name) => [name, name]));
  draw_sheet();
}

export function listen_to_sample() {
  $("sheet-class").onchange = $("sheet-split").onchange = $("seed").onchange = draw_sheet;
  $("again").onclick = () => {
    $("seed").value = 1 + Math.floor(Math.random() * 999999);
    draw_sheet();
  };
  $("count").oninput = say_commands;
  for (const button of document.querySelectorAll("[data-copy]")) button.onclick = () => copy(button.dataset.copy);
}

// The name of the class, null for all of them.
const class_chosen = () => state.dataset.classes[$("sheet-class").selectedIndex - 1] ?? null;

// The query that draws from the chosen class, at most `count` fragments.
function sample_query(count) {
  const split = $("sheet-split").value, chosen = class_chosen();
  const escaped = (name) => name.replace(/[%,:]/g, (letter) => ({ "%": "%25", ",": "%2C", ":": "%3A" })[letter]);
  const there = state.dataset.classes.filter((name) => count_of(split, name) > 0);
  const counts = there.map((name) => count_of(split, name));
  const most = chosen === null ? there.length * Math.min(...counts) : count_of(split, chosen);
  const weights = there.map((name) => `${escaped(name)}:${name === chosen ? 1 : 0}`);
  const balance = chosen === null ? null : weights.join(",");
  const seed = Math.max(0, Math.floor(Number($("seed").value) || 0));
  return { split, count: there.length === 0 ? 0 : Math.min(count, most), seed, balance };
}

function draw_sheet() {
  say_commands();
  return fill("sheet", async (signal) => {
    const query = sample_query(SHEET);
    if (query.count === 0) {
      $("fragments").replaceChildren();
      $("sheet-note").textContent = `No fragment of this class in ${query.split}.`;
      return;
    }
    const list = await get_json(address("/v1/sample/ids", query), signal);
    $("sheet-note").textContent = `${list.length} fragments of ${class_chosen() ?? "all classes"}, ` +
      `${query.split}, seed ${query.seed}. Choose one to see where it lies.`;
    const images = list.map((one) => make("img", { alt: `Fragment ${one.id}, ${one.class}`, width: 112, height: 112 }));
    $("fragments").replaceChildren(...list.map((one, i) => {
      const button = make("button", { type: "button", title: `Fragment ${one.id}` }, images[i], one.class);
      button.onclick = () => find_fragment(one.id).catch((error) => say_problem("sheet", error.message));
      return button;
    }));
    await Promise.all(list.map((one, i) => show_picture(images[i], address(`/v1/fragments/${one.id}.png`), signal)));
  });
}

// As one word of a shell.
const quoted = (text) => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`);

function say_commands() {
  const query = sample_query(Math.max(1, Math.floor(Number($("count").value) || 1)));
  const flags = Object.entries(query).filter(([, value]) => value !== null)
    .map(([name, value]) => `--${name} ${quoted(String(value))}`);
  if (token) flags.unshift("--token token");
  if (state.datasets.length > 1) flags.unshift(`--dataset ${state.dataset.id}`);
  const bearer = token ? ` -H "Authorization: Bearer $(cat token)"` : "";
  const url = location.origin + address("/v1/sample", query);
  const images = location.origin + address("/v1/sample", { ...query, format: "png" });
  $("fetch").textContent = `frag fetch ${location.origin} ${flags.join(" ")} -o sample.tar`;
  $("curl").textContent = `curl -f${bearer} ${quoted(url)} -o sample.tar`;
  const pipe = `pipe:curl -fsS${bearer} ${quoted(images)}`;
  $("python").textContent = `import webdataset as wds\n\nurl = ${JSON.stringify(pipe)}\n` +
    `samples = wds.WebDataset(url, shardshuffle=False).decode("pil").to_tuple("png", "cls")\n` +
    `for image, label in samples:\n    print(image.size, label)`;
  $("commands").dataset.loaded = "true";
}

// The clipboard of browsers is there for https and localhost only; the selection always is.
async function copy(id) {
  const text = $(id).textContent;
  getSelection().selectAllChildren($(id));
  let done = false;
  try {
    await navigator.clipboard.writeText(text);
    done = true;
  } catch {
    done = document.execCommand("copy");
  }
  $("copied").textContent = done ? "Copied." : "It is selected; copy it with the keyboard.";
}
