// A job in charts. Where there are more rounds than a chart has room for, neighbours become one by their mean.
import { $, number } from "./asking.js";
import { bytes_text, closed_of, rounds_so_far, was_reported } from "./job.js";

const PIXELS = 5;  // of a bar, at least
const COLOURS = { taken: "#0072b2", late: "#e69f00", refused: "#d55e00", measured: "#009e73", workers: "#8a8f99", sent: "#56b4e9" };

const charts = {};

export function forget_charts() {
  for (const name of Object.keys(charts)) {
    charts[name].destroy();
    delete charts[name];
  }
}

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const mean = (list) => list.reduce((all, one) => all + one, 0) / list.length;

// `rounds` in groups of equally many neighbours, at most `most` groups.
function grouped(rounds, most) {
  const size = Math.max(1, Math.ceil(rounds.length / Math.max(1, most)));
  const groups = [];
  for (let at = 0; at < rounds.length; at += size) groups.push(rounds.slice(at, at + size));
  return { size, groups };
}

const label_of = (group) => (group.length === 1 ? `${group[0].round}` : `${group[0].round}–${group.at(-1).round}`);

function options_of(title, { stacked = false, linear = false, ticks = {}, top, text = number } = {}) {
  const soft = colour("--soft");
  return {
    animation: false,
    maintainAspectRatio: false,
    color: colour("--ink"),
    interaction: { mode: "index", intersect: false },
    plugins: {
      title: { display: true, text: title, align: "start", color: colour("--ink"), font: { weight: "normal", size: 13 }, padding: { bottom: 2 } },
      legend: { align: "start", labels: { boxWidth: 14 } },
      tooltip: { callbacks: {
        title: (items) => (items[0] ? `round ${linear ? items[0].parsed.x : items[0].label}` : ""),
        label: (item) => ` ${item.dataset.label}: ${text(item.parsed.y)}`,
      } },
    },
    scales: {
      x: { type: linear ? "linear" : "category", stacked, grid: { display: false },
        ticks: { color: soft, maxRotation: 0, autoSkip: true, autoSkipPadding: 12, precision: 0 } },
      y: { stacked, beginAtZero: true, suggestedMax: top, grid: { color: colour("--line") }, ticks: { color: soft, maxTicksLimit: 6, ...ticks } },
    },
  };
}

// Draws, or changes what is drawn; `said` is the chart in words.
function draw(name, said, type, data, options) {
  $(name).setAttribute("aria-label", said);
  if (charts[name]) {
    charts[name].data.labels = data.labels;
    charts[name].data.datasets = data.datasets;
    charts[name].options = options;
    charts[name].update("none");
  } else {
    charts[name] = new Chart($(name), { type, data, options });
  }
}

const bars = (label, groups, key, fill) => ({ label, data: groups.map((group) => mean(group.map((round) => round[key]))),
  backgroundColor: fill, maxBarThickness: 28, categoryPercentage: .95, barPercentage: .9 });

const tidy = (value) => number(Math.round(100 * value) / 100);

function draw_rounds(status) {
  const { size, groups } = grouped(status.history, $("rounds-chart").parentElement.clientWidth / PIXELS);
  const level = (label, values, ink, dash) => ({ type: "line", label, stack: label, data: values, borderColor: ink,
    borderWidth: 1.5, borderDash: dash, pointRadius: groups.length === 1 ? 3 : 0 });
  const nodes = level("nodes", groups.map((group) => mean(group.map((round) => round.nodes))), colour("--soft"), [1, 3]);
  const quorum = level("quorum", groups.map(() => status.needed), colour("--ink"), [6, 4]);
  const labels = groups.map(label_of);
  draw("rounds-chart", `Results of ${status.history.length} rounds: taken, late and refused; there are ${status.nodes} nodes, and the quorum is ${status.needed}. The table below has the numbers.`,
    "bar", { labels, datasets: [nodes, quorum, bars("taken", groups, "taken", COLOURS.taken), bars("late", groups, "late", COLOURS.late),
      bars("refused", groups, "refused", COLOURS.refused)] },
    options_of("Results a round", { stacked: true, ticks: { precision: 0 }, text: tidy }));
  const shown = status.history.length, all = rounds_so_far(status);
  $("rounds-note").textContent = [shown < all ? `The newest ${number(shown)} of ${number(all)} rounds.` : "",
    size > 1 ? `Each bar is the mean of ${size} rounds.` : ""].join(" ").trim();
}

// A round number of its unit, about a quarter of `most`.
function byte_step(most) {
  const unit = 1024 ** Math.floor(Math.log2(most) / 10);
  return unit * [.25, .5, 1, 2, 5, 10, 20, 50, 100, 200, 256].find((step) => 4 * step * unit >= most);
}

function draw_costs(status) {
  const { groups } = grouped(closed_of(status), $("seconds-chart").parentElement.clientWidth / PIXELS);
  const labels = groups.map(label_of);
  draw("seconds-chart", "Seconds that each closed round took", "bar",
    { labels, datasets: [bars("time", groups, "seconds", COLOURS.workers)] },
    options_of("Seconds a round", { text: (value) => `${tidy(value)} s` }));
  const ticks = { callback: (value) => bytes_text(value).replace(".0 ", " "),
    stepSize: byte_step(Math.max(1, ...groups.map((group) => mean(group.map((one) => one.received + one.sent))))) };
  draw("bytes-chart", "Bytes received and sent in each closed round", "bar",
    { labels, datasets: [bars("received", groups, "received", COLOURS.taken), bars("sent", groups, "sent", COLOURS.sent)] },
    options_of("Bytes a round", { stacked: true, ticks, text: (value) => bytes_text(Math.round(value)) }));
}

const line = (label, points, fill, dashed) => ({ label, data: points, borderColor: fill, backgroundColor: fill, borderWidth: dashed ? 1.5 : 2,
  borderDash: dashed ? [5, 4] : [], pointRadius: points.length > 60 ? 0 : dashed ? 2 : 3, pointHitRadius: 8, tension: 0 });

function draw_learning(status) {
  const measured = status.measurements, reported = closed_of(status).filter(was_reported);
  for (const [name, key, title] of [["accuracy-chart", "accuracy", "Accuracy"], ["loss-chart", "loss", "Loss"]]) {
    const sets = [];
    if (measured.length) sets.push(line("measured", measured.map((one) => ({ x: one.round, y: one[key] })), COLOURS.measured, false));
    if (reported.length) sets.push(line("workers' means", reported.map((one) => ({ x: one.round, y: one[key] })), COLOURS.workers, true));
    const last = measured.at(-1);
    draw(name, `${title} by round${last ? `; ${last[key].toFixed(3)} after round ${last.round}` : ""}`, "line", { datasets: sets },
      options_of(`${title} by round`, { linear: true, top: key === "accuracy" ? 1 : undefined, text: (value) => value.toFixed(4) }));
  }
  $("learning-note").textContent = [measured.length ? "" : "Nothing was measured yet; a job's [evaluation] says how it is.",
    reported.length ? "Workers' means are over their own fragments, while they train." : ""].join(" ").trim();
}

export function draw_charts(status) {
  const there = typeof Chart !== "undefined";
  for (const box of document.querySelectorAll("[data-chart]")) box.hidden = !there;
  if (!there) return;
  draw_rounds(status);
  draw_costs(status);
  draw_learning(status);
}
