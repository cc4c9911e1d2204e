// The mirror's page: asks the mirror's own paths and shows what they say. Nothing of a dataset becomes markup.
// Here: the datasets with their classes and splits, the load, and the start.
import { $, count_of, get_json, make, number, pause, say_problem, set_options, splits_of, state } from "./mirror.js";
import { listen_to_sample, open_sample } from "./sample.js";
import { listen_to_source, open_sources } from "./source.js";

const LOAD_MS = 2000;
const COLOURS = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#f0e442", "#8a8f99"];

// --- Classes and splits -------------------------------------------------------------------------------------

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

let chart = null;

function draw_chart() {
  chart?.destroy();
  chart = null;
  $("chart-box").hidden = typeof Chart === "undefined";
  if (typeof Chart === "undefined" || !state.dataset) return;
  const { classes } = state.dataset;
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(name).trim();
  const short = (name) => (name.length > 18 ? `${name.slice(0, 17)}…` : name);
  $("chart-box").style.height = `${80 + 30 * classes.length}px`;
  chart = new Chart($("chart"), {
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
        y: { stacked: true, grid: { display: false },
          ticks: { color: colour("--ink"), autoSkip: classes.length > 60 } },
      },
    },
  });
}

// --- Load ---------------------------------------------------------------------------------------------------

const mebibytes = (bytes) => number(Math.round(bytes / 1048576));
let before = null;

async function say_load() {
  if (document.hidden) return;
  try {
    const load = await get_json("/v1/load");
    const now = performance.now();
    const rate = before ? (load.fragments - before.fragments) / (now - before.now) * 1000 : 0;
    before = { fragments: load.fragments, now };
    $("load").textContent =
      `${load.renders} of ${load.renders_limit} renders busy, ${number(load.waiting)} waiting · ` +
      `${number(Math.max(0, Math.round(rate)))} fragments/s · ` +
      `${number(load.connections)} of ${number(load.connections_limit)} connections · ` +
      `cache ${mebibytes(load.cache_bytes)} of ${mebibytes(load.cache_limit_bytes)} MiB`;
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
  state.dataset = state.datasets.find((one) => one.id === id);
  $("id").textContent = id;
  $("main").hidden = false;
  draw_balance();
  open_sources();
  open_sample();
}

function name_dataset({ id, sources, classes }) {
  const some = classes.slice(0, 3).join(", ") + (classes.length > 3 ? ", …" : "");
  return `${id.slice(0, 12)}… (${number(sources)} sources: ${some})`;
}

async function start() {
  $("dataset").onchange = () => choose_dataset($("dataset").value);
  listen_to_source();
  listen_to_sample();
  matchMedia("(prefers-color-scheme: dark)").onchange = draw_chart;
  const { datasets } = await get_json("/v1/datasets");
  state.datasets = datasets;
  set_options($("dataset"), datasets.map((one) => [one.id, name_dataset(one)]));
  $("which").hidden = datasets.length < 2;
  choose_dataset(datasets[0].id);
  watch_load();
}

start().catch((error) => say_problem("page", error.message));
