// The mirror's page: asks the mirror's own paths and shows what they say. Nothing of a dataset becomes markup.
const PAGE = 100;         // sources in the list at a time
const SHEET = 24;         // fragments on the sheet
const SINGLE_TILES = 3000;  // beyond, tiles are drawn as one path and chosen by pointer only
const LOAD_MS = 2000;
const AT_ONCE = 4;        // pictures fetched at a time
const COLOURS = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#f0e442", "#8a8f99"];
const SVG = "http://www.w3.org/2000/svg";

const $ = (id) => document.getElementById(id);
const state = { datasets: [], dataset: null, source: null, offset: 0, total: 0, grids: [], tiles: [], chart: null };

function make(tag, attributes = {}, ...children) {
  const one = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) one.setAttribute(name, value);
  one.append(...children);
  return one;
}
const number = (value) => Number(value).toLocaleString("en");
const mebibytes = (bytes) => number(Math.round(bytes / 1048576));

// --- Asking -------------------------------------------------------------------------------------------------

let token = sessionStorage.getItem("token") ?? "";
let asking = null;

// Resolves when a token has been given.
function ask_for_token() {
  asking ??= new Promise((resolve) => {
    $("ask").hidden = false;
    $("load").textContent = "";
    $("token").focus();
    $("ask").onsubmit = (event) => {
      event.preventDefault();
      token = $("token").value.trim();
      sessionStorage.setItem("token", token);
      $("token").value = "";
      $("ask").hidden = true;
      asking = null;
      resolve();
    };
  });
  return asking;
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// The response, once the mirror gives one: asks for a token at 401, waits where it is told to.
async function get(path, signal) {
  for (let attempt = 0; ; ++attempt) {
    if (asking) await asking;
    const used = token;
    const response = await fetch(path, { headers: used ? { Authorization: `Bearer ${used}` } : {}, signal });
    if (response.ok) return response;
    if (response.status === 401) {
      if (used === token) await ask_for_token();
      continue;
    }
    const wait = Number(response.headers.get("Retry-After")) || (response.status === 429 ? 1 : 0);
    if (wait > 0 && attempt < 5) {
      await pause(1000 * wait);
      continue;
    }
    const problem = await response.json().catch(() => ({}));
    throw new Error(problem.detail ?? `${path}: status ${response.status}`);
  }
}

// `path` with parameters; those that are null are left out. The dataset is always named.
function address(path, parameters = {}) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries({ dataset: state.dataset.id, ...parameters }))
    if (value !== null && value !== "") query.set(name, value);
  return `${path}?${query}`;
}
const get_json = async (path, signal) => (await get(path, signal)).json();

let running = 0;
const queue = [];
async function in_turn(work) {
  if (running >= AT_ONCE) await new Promise((resolve) => queue.push(resolve));
  ++running;
  try {
    return await work();
  } finally {
    --running;
    queue.shift()?.();
  }
}

// Pictures are fetched, so that a token goes along and a refusal is waited out.
async function show_picture(image, path, signal) {
  const blob = await in_turn(async () => (await get(path, signal)).blob());
  const url = URL.createObjectURL(blob);
  try {
    await new Promise((resolve, reject) => {
      image.onload = resolve;
      image.onerror = () => reject(new Error(`${path}: not a picture`));
      image.src = url;
    });
  } finally {
    URL.revokeObjectURL(url);
  }
}

// Runs what fills a section; the newest call wins, and what goes wrong is said.
const latest = {};
async function fill(name, work) {
  latest[name]?.abort();
  const abort = (latest[name] = new AbortController());
  delete $(name).dataset.loaded;
  try {
    await work(abort.signal);
    if (latest[name] !== abort) return;
    $(name).dataset.loaded = "true";
    $("problem").textContent = "";
  } catch (error) {
    if (abort.signal.aborted) return;
    $("problem").textContent = error.message;
  }
}

// --- Classes and splits -------------------------------------------------------------------------------------

const splits_of = (dataset) => Object.keys(dataset.splits);
const count_of = (split, name) => state.dataset.splits[split]?.classes?.[name] ?? 0;

function draw_balance() {
  const { splits, classes, fragments, sources } = state.dataset;
  const names = splits_of(state.dataset);
  const kept = names.reduce((sum, split) => sum + splits[split].fragments, 0);
  const figures = { sources: number(sources), fragments: number(kept), classes: number(classes.length),
    splits: number(names.length) };
  if (kept < fragments) figures["left out"] = number(fragments - kept);
  $("figures").replaceChildren(...Object.entries(figures).map(([name, value]) =>
    make("div", {}, make("dt", {}, name), make("dd", {}, value))));

  const cell = (value) => make("td", { class: "number" }, number(value));
  const row = (head, values) => make("tr", {}, make("th", { scope: "row" }, head), ...values.map(cell),
    cell(values.reduce((sum, value) => sum + value, 0)));
  const heads = ["Class", ...names, "all"].map((name, i) =>
    make("th", { scope: "col", class: i ? "number" : "" }, name));
  $("counts").replaceChildren(make("caption", {}, "Fragments"), make("thead", {}, make("tr", {}, ...heads)),
    make("tbody", {}, ...classes.map((name) => row(name, names.map((split) => count_of(split, name))))),
    make("tfoot", {}, row("Fragments", names.map((split) => splits[split].fragments)),
      row("Sources", names.map((split) => splits[split].sources))));
  draw_chart();
  $("balance").dataset.loaded = "true";
}

function draw_chart() {
  state.chart?.destroy();
  state.chart = null;
  $("chart-box").hidden = typeof Chart === "undefined";
  if (typeof Chart === "undefined" || !state.dataset) return;
  const { classes } = state.dataset;
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(name).trim();
  const short = (name) => (name.length > 18 ? `${name.slice(0, 17)}…` : name);
  $("chart-box").style.height = `${80 + 30 * classes.length}px`;
  state.chart = new Chart($("chart"), {
    type: "bar",
    data: {
      labels: classes.map(short),
      datasets: splits_of(state.dataset).map((split, i) => ({
        label: split,
        data: classes.map((name) => count_of(split, name)),
        backgroundColor: COLOURS[i % COLOURS.length],
        borderColor: colour("--paper"),
        borderWidth: 1,
        maxBarThickness: 22,
      })),
    },
    options: {
      indexAxis: "y",
      animation: false,
      maintainAspectRatio: false,
      color: colour("--ink"),
      plugins: { legend: { align: "start", labels: { boxWidth: 14 } }, tooltip: { mode: "index" } },
      scales: {
        x: { stacked: true, grid: { color: colour("--line") },
          ticks: { color: colour("--soft"), maxRotation: 0, maxTicksLimit: 6 } },
        y: { stacked: true, grid: { display: false }, ticks: { color: colour("--ink"), autoSkip: classes.length > 60 } },
      },
    },
  });
}

// --- A source -----------------------------------------------------------------------------------------------

function set_options(select, options, chosen) {
  select.replaceChildren(...options.map(([value, text]) => make("option", { value }, text)));
  if (chosen !== undefined) select.value = chosen;
}

// The list of sources at state.offset, and then its first source, or `wanted`.
function list_sources(wanted = null) {
  return fill("source", async (signal) => {
    const split = $("source-split").value, class_name = $("source-class").value;
    const page = await get_json(address("/v1/sources", { offset: state.offset, limit: PAGE, split, class: class_name }), signal);
    state.total = page.total;
    set_options($("source-name"), page.sources.map((one) => [one.id, one.name]));
    if (wanted !== null) $("source-name").value = wanted;
    const last = state.offset + page.sources.length;
    $("sources-before").hidden = $("sources-after").hidden = page.total <= PAGE;
    $("sources-before").disabled = state.offset === 0;
    $("sources-after").disabled = last >= page.total;
    $("sources-range").textContent = page.total === 0 ? "no source" : `${number(state.offset + 1)} to ${number(last)} of ${number(page.total)}`;
    if (page.total > 0) await load_source(signal);
    else clear_source();
  });
}

function clear_source() {
  state.source = null;
  $("picture").removeAttribute("src");
  $("tiles").replaceChildren();
  $("tile-count").textContent = "";
}

async function load_source(signal) {
  const id = Number($("source-name").value);
  const found = await get_json(address(`/v1/sources/${id}`), signal);
  const { width, height, name } = found.source;
  state.source = found.source;
  state.grids = found.grids;
  $("angle").max = found.grids.length - 1;
  $("picture").alt = `Source ${name}`;
  $("stage").style.aspectRatio = `${width} / ${height}`;
  $("tiles").setAttribute("viewBox", `0 0 ${width} ${height}`);
  await Promise.all([draw_tiles(signal),
    show_picture($("picture"), address(`/v1/sources/${id}/picture.jpg`, { width: 1024 }), signal)]);
}

function say_angle() {
  const grid = state.grids[Number($("angle").value)];
  $("degrees").textContent = `${grid.angle}°`;
  $("angle").setAttribute("aria-valuetext", `${grid.angle} degrees`);
}

async function draw_tiles(signal) {
  const angle = Number($("angle").value);
  say_angle();
  const { tiles } = await get_json(address(`/v1/sources/${state.source.id}/tiles`, { angle }), signal);
  state.tiles = tiles;
  const kept = tiles.filter((tile) => tile.kept).length;
  $("tile-count").textContent = `${number(tiles.length)} tiles at ${state.grids[angle].angle}°, ${number(kept)} kept.`;
  $("tiles").replaceChildren(...(tiles.length <= SINGLE_TILES ? tiles.map(tile_shape) : [tile_path(true), tile_path(false)]));
}

function svg(tag, attributes) {
  const one = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) one.setAttribute(name, value);
  return one;
}

function tile_shape(tile, i) {
  return svg("polygon", { class: `tile ${tile.kept ? "kept" : "out"}`, points: tile.corners.map((c) => c.join(",")).join(" "),
    "data-id": tile.id, role: "button", tabindex: i === 0 ? 0 : -1,
    "aria-label": `Fragment ${tile.id}, ${tile.kept ? tile.class : "left out"}` });
}

const outline = (tile) => `M${tile.corners.map((c) => c.join(" ")).join("L")}Z`;

function tile_path(kept) {
  const d = state.tiles.filter((tile) => tile.kept === kept).map(outline).join("");
  return svg("path", { class: `tile ${kept ? "kept" : "out"}`, d });
}

const middle = (tile) => [0, 1].map((k) => tile.corners.reduce((sum, corner) => sum + corner[k], 0) / 4);

// The tile under a point of the source; where several overlap, the one with the nearest middle.
function tile_at(x, y) {
  const under = state.tiles.filter(({ corners }) => corners.every(([ax, ay], i) => {
    const [bx, by] = corners[(i + 1) % 4];
    return (bx - ax) * (y - ay) - (by - ay) * (x - ax) >= 0;
  }));
  const away = (tile) => Math.hypot(middle(tile)[0] - x, middle(tile)[1] - y);
  return under.length === 0 ? null : under.reduce((best, tile) => (away(tile) < away(best) ? tile : best));
}

// The nearest tile from `from` in a direction, ways to the side counting double; where nothing lies there the
// next one by number, so that every tile can be reached.
function tile_beside(from, dx, dy) {
  const [x, y] = middle(from);
  let best = null, least = Infinity;
  for (const tile of state.tiles) {
    const [u, v] = middle(tile);
    const along = (u - x) * dx + (v - y) * dy, aside = Math.abs((u - x) * dy) + Math.abs((v - y) * dx);
    if (along <= 1 || aside > along) continue;
    if (along + 2 * aside < least) [best, least] = [tile, along + 2 * aside];
  }
  return best ?? state.tiles[state.tiles.indexOf(from) + dx + dy] ?? null;
}

const shape_of = (id) => $("tiles").querySelector(`[data-id="${id}"]`);

function move_focus(event) {
  const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
  const id = event.target.dataset?.id;
  if (id === undefined) return;
  if (event.key === "Enter" || event.key === " ") {
    event.preventDefault();
    show_fragment(Number(id));
  } else if (step) {
    event.preventDefault();
    const next = tile_beside(state.tiles.find((tile) => tile.id === Number(id)), ...step);
    if (!next) return;
    event.target.setAttribute("tabindex", -1);
    shape_of(next.id).setAttribute("tabindex", 0);
    shape_of(next.id).focus();
  }
}

function point(event) {
  const box = $("tiles").getBoundingClientRect();
  const tile = state.source && tile_at((event.clientX - box.left) / box.width * state.source.width,
    (event.clientY - box.top) / box.height * state.source.height);
  if (tile) show_fragment(tile.id);
}

function mark_chosen(id) {
  $("tiles").querySelector(".chosen")?.remove();
  const tile = state.tiles.find((one) => one.id === id);
  if (tile) $("tiles").append(svg("path", { class: "chosen", d: outline(tile) }));
  const shape = shape_of(id);
  if (!shape) return;
  for (const other of $("tiles").querySelectorAll("[tabindex='0']")) other.setAttribute("tabindex", -1);
  shape.setAttribute("tabindex", 0);
}

function show_fragment(id) {
  mark_chosen(id);
  return fill("one", async (signal) => {
    const where = await get_json(address(`/v1/fragments/${id}`), signal);
    const image = make("img", { alt: `Fragment ${id}` });
    const path = address(`/v1/fragments/${id}.png`);
    await show_picture(image, path, signal);
    const facts = { fragment: number(id), class: where.class ?? "left out", split: where.split, source: where.name,
      angle: `${where.angle}°`, row: where.row, column: where.column, size: `${where.width} × ${where.height}` };
    $("one").replaceChildren(image, make("dl", {}, ...Object.entries(facts).flatMap(([name, value]) =>
      [make("dt", {}, name), make("dd", {}, String(value))])), make("p", {}, make("code", {}, `/v1/fragments/${id}.png`)));
    return where;
  });
}

// From the sheet to the source: the fragment among its neighbours.
async function find_fragment(id) {
  const where = await get_json(address(`/v1/fragments/${id}`));
  $("source-split").value = $("source-class").value = "";
  state.offset = Math.floor(where.source / PAGE) * PAGE;
  const found = await get_json(address(`/v1/sources/${where.source}`));
  const angle = found.grids.findIndex((grid) => grid.angle === where.angle);
  $("angle").max = found.grids.length - 1;
  $("angle").value = Math.max(0, angle);
  $("source").scrollIntoView();
  await list_sources(where.source);
  await show_fragment(id);
  shape_of(id)?.focus({ preventScroll: true });
}

// --- Random fragments ---------------------------------------------------------------------------------------

// The name of the class, null for all of them.
const class_chosen = () => state.dataset.classes[$("sheet-class").selectedIndex - 1] ?? null;

// The query that draws from the chosen class, at most `count` fragments.
function sample_query(count) {
  const split = $("sheet-split").value, chosen = class_chosen();
  const escaped = (name) => name.replace(/[%,:]/g, (letter) => ({ "%": "%25", ",": "%2C", ":": "%3A" })[letter]);
  const there = state.dataset.classes.filter((name) => count_of(split, name) > 0);
  const counts = there.map((name) => count_of(split, name));
  const most = chosen === null ? there.length * Math.min(...counts) : count_of(split, chosen);
  const balance = chosen === null ? null : there.map((name) => `${escaped(name)}:${name === chosen ? 1 : 0}`).join(",");
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
    $("sheet-note").textContent = `${list.length} fragments of ${class_chosen() ?? "all classes"}, ${query.split}, seed ${query.seed}. ` +
      "Choose one to see where it lies.";
    const images = list.map((one) => make("img", { alt: `Fragment ${one.id}, ${one.class}`, width: 112, height: 112 }));
    $("fragments").replaceChildren(...list.map((one, i) => {
      const button = make("button", { type: "button", title: `Fragment ${one.id}` }, images[i], one.class);
      button.onclick = () => find_fragment(one.id).catch((error) => ($("problem").textContent = error.message));
      return button;
    }));
    await Promise.all(list.map((one, i) => show_picture(images[i], address(`/v1/fragments/${one.id}.png`), signal)));
  });
}

// --- Commands -----------------------------------------------------------------------------------------------

// As one word of a shell.
const quoted = (text) => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`);

function say_commands() {
  const query = sample_query(Math.max(1, Math.floor(Number($("count").value) || 1)));
  const several = state.datasets.length > 1;
  const flags = Object.entries(query).filter(([, value]) => value !== null).map(([name, value]) => `--${name} ${quoted(String(value))}`);
  const bearer = token ? ` -H "Authorization: Bearer $(cat token)"` : "";
  const url = location.origin + address("/v1/sample", query);
  const images = location.origin + address("/v1/sample", { ...query, format: "png" });
  $("fetch").textContent = `frag fetch ${location.origin}${several ? ` --dataset ${state.dataset.id}` : ""}${token ? " --token token" : ""} ` +
    `${flags.join(" ")} -o sample.tar`;
  $("curl").textContent = `curl -f${bearer} ${quoted(url)} -o sample.tar`;
  $("python").textContent = `import webdataset as wds\n\nurl = ${JSON.stringify(`pipe:curl -fsS${bearer} ${quoted(images)}`)}\n` +
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

// --- Load ---------------------------------------------------------------------------------------------------

let before = null;

async function say_load() {
  if (document.hidden) return;
  try {
    const load = await get_json("/v1/load");
    const now = performance.now();
    const rate = before ? Math.max(0, Math.round((load.fragments - before.fragments) / ((now - before.now) / 1000))) : 0;
    before = { fragments: load.fragments, now };
    $("load").textContent = `${load.renders} of ${load.renders_limit} renders busy, ${number(load.waiting)} waiting · ${number(rate)} fragments/s · ` +
      `${number(load.connections)} of ${number(load.connections_limit)} connections · cache ${mebibytes(load.cache_bytes)} of ${mebibytes(load.cache_limit_bytes)} MiB`;
    $("load").dataset.loaded = "true";
  } catch {
    before = null;
    $("load").textContent = "The mirror does not answer.";
  }
}

async function watch_load() {
  for (;;) {
    await say_load();
    await pause(LOAD_MS);
  }
}

// --- Start --------------------------------------------------------------------------------------------------

function choose_dataset(id) {
  state.dataset = state.datasets.find((one) => one.id === id) ?? state.datasets[0];
  state.offset = 0;
  const { classes } = state.dataset;
  const splits = splits_of(state.dataset);
  $("id").textContent = state.dataset.id;
  $("angle").value = 0;
  set_options($("source-split"), [["", "all"], ...splits.map((name) => [name, name])]);
  set_options($("source-class"), [["", "all"], ...classes.map((name) => [name, name])]);
  set_options($("sheet-class"), [["", "all"], ...classes.map((name, i) => [i, name])]);
  set_options($("sheet-split"), splits.map((name) => [name, name]));
  $("one").replaceChildren(make("p", { class: "soft" }, "Choose a tile: click it, or move to it with the arrow keys and press Enter."));
  $("main").hidden = false;
  draw_balance();
  list_sources();
  draw_sheet();
}

function listen() {
  $("dataset").onchange = () => choose_dataset($("dataset").value);
  $("source-split").onchange = $("source-class").onchange = () => {
    state.offset = 0;
    list_sources();
  };
  $("sources-before").onclick = () => {
    state.offset = Math.max(0, state.offset - PAGE);
    list_sources();
  };
  $("sources-after").onclick = () => {
    state.offset += PAGE;
    list_sources();
  };
  $("source-name").onchange = () => fill("source", load_source);
  $("angle").oninput = () => state.source && fill("source", draw_tiles);
  $("tiles").onclick = point;
  $("tiles").onkeydown = move_focus;
  $("sheet-class").onchange = $("sheet-split").onchange = $("seed").onchange = draw_sheet;
  $("again").onclick = () => {
    $("seed").value = 1 + Math.floor(Math.random() * 999999);
    draw_sheet();
  };
  $("count").oninput = say_commands;
  for (const button of document.querySelectorAll("[data-copy]")) button.onclick = () => copy(button.dataset.copy);
  matchMedia("(prefers-color-scheme: dark)").onchange = draw_chart;
}

async function start() {
  listen();
  const { datasets } = await get_json("/v1/datasets");
  state.datasets = datasets;
  set_options($("dataset"), datasets.map((one) =>
    [one.id, `${one.id.slice(0, 12)}… (${number(one.sources)} sources: ${one.classes.slice(0, 3).join(", ")}${one.classes.length > 3 ? ", …" : ""})`]));
  $("which").hidden = datasets.length < 2;
  choose_dataset(datasets[0].id);
  watch_load();
}

start().catch((error) => ($("problem").textContent = error.message));
