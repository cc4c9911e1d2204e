// A job in words and tables.
import { $, make, number } from "./asking.js";

const TABLE_ROWS = 200;  // the newest rounds; the CSV has all

export const closed_of = (status) => status.history.filter((round) => round.state === "closed");
export const was_reported = (round) => round.loss !== 0 || round.accuracy !== 0;
export const bytes_text = (bytes) => {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let unit = 0;
  for (; bytes >= 1024 && unit < units.length - 1; ++unit) bytes /= 1024;
  return `${unit === 0 ? bytes : bytes.toFixed(1)} ${units[unit]}`;
};
export const seconds_text = (seconds) => (seconds < 60 ? `${seconds.toFixed(1)} s`
  : seconds < 3600 ? `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`
    : `${Math.floor(seconds / 3600)} h ${Math.floor(seconds % 3600 / 60)} min`);
// Over all rounds: of very many the history has the newest, and `earlier` what came before.
const earlier = (status, key) => status.earlier?.[key] ?? 0;
const total = (status, key) => status.history.reduce((all, one) => all + one[key], earlier(status, key));
export const rounds_so_far = (status) => earlier(status, "closed") + status.history.length;
const words = (text) => text.replaceAll("_", " ");

export function show_job(status) {
  document.title = `${status.name}: ${words(status.state)}`;
  $("title").textContent = status.name;
  $("state").textContent = `Job ${status.job}, ${words(status.state)}${status.reason ? `: ${status.reason}` : ""}`;
  $("trouble").textContent = status.trouble ? `It cannot go on: ${status.trouble}` : "";
  show_figures(status);
  show_weights(status);
  show_rounds(status);
  show_workers(status.workers);
  show_events(status.events);
  show_time(status, 0);
}

function show_figures(status) {
  const closed = earlier(status, "closed") + closed_of(status).length;
  const open = status.history.at(-1);
  const here = status.workers.filter((worker) => worker.state !== "gone").length;
  const measured = status.measurements.at(-1);
  const figures = { "rounds closed": `${number(closed)} of ${number(status.rounds)}` };
  if (open && open.state !== "closed") figures[`results in round ${open.round}`] = `${open.taken} of ${status.needed}`;
  else figures.quorum = String(status.needed);
  if (status.nodes) figures.nodes = number(status.nodes);
  if (status.rule) figures.rule = status.rule;
  figures["workers here"] = `${here} of ${status.workers.length}`;
  if (measured) figures.accuracy = measured.accuracy.toFixed(3);
  figures.received = bytes_text(total(status, "received"));
  figures.sent = bytes_text(total(status, "sent"));
  $("figures").replaceChildren(...Object.entries(figures).map(([name, value]) =>
    make("div", {}, make("dt", {}, name), make("dd", {}, value))));
  $("progress").setAttribute("aria-valuemax", status.rounds);
  $("progress").setAttribute("aria-valuenow", closed);
  $("done").style.width = `${100 * closed / Math.max(1, status.rounds)}%`;
}

function show_weights({ job, name, weights }) {
  $("weights").replaceChildren(weights < 0 ? "There are no weights yet." : make("a", { href: `/v1/weights/${weights}`,
    download: `${name.replace(/[^\w.-]+/g, "-")}-${weights}.safetensors` }, `Newest weights, version ${weights}`));
  for (const table of ["rounds", "measurements"]) {
    $(`${table}-csv`).setAttribute("href", `/v1/jobs/${job}/${table}.csv`);
    $(`${table}-csv`).setAttribute("download", `job-${job}-${table}.csv`);
  }
}

// Tables: the first column heads the row, the others are numbers where `numeric` says so.
function fill_table(table, caption, columns, numeric, rows) {
  const kind = (i) => (numeric[i] ? { class: "number" } : {});
  const head = make("tr", {}, ...columns.map((name, i) => make("th", { scope: "col", ...kind(i) }, name)));
  const body = rows.map((cells) => make("tr", {}, ...cells.map((cell, i) => (cell instanceof Node ? cell
    : make(i ? "td" : "th", i ? kind(i) : { scope: "row" }, cell)))));
  table.replaceChildren(make("caption", {}, caption), make("thead", {}, head), make("tbody", {}, ...body));
}

function show_rounds(status) {
  const newest = status.history.slice(-TABLE_ROWS).reverse();
  const all = newest.length === rounds_so_far(status);
  const seldom = ["repeated", "foreign", "extended"].filter((key) => newest.some((round) => round[key] > 0));
  const rows = newest.map((round) => [String(round.round), words(round.state), number(round.nodes), number(round.taken), number(round.late),
    number(round.refused), number(round.reissued), ...seldom.map((key) => number(round[key])), seconds_text(round.seconds), bytes_text(round.received), bytes_text(round.sent),
    was_reported(round) ? round.loss.toFixed(4) : "", was_reported(round) ? round.accuracy.toFixed(3) : ""]);
  fill_table($("rounds"), all ? "The newest first" : `The newest ${TABLE_ROWS}; the CSV has all ${number(rounds_so_far(status))}`,
    ["Round", "State", "Nodes", "Taken", "Late", "Refused", "Reissued", ...seldom.map((key) => key[0].toUpperCase() + key.slice(1)), "Time",
      "Received", "Sent", "Loss", "Accuracy"],
    [false, false, ...Array(10 + seldom.length).fill(true)], rows);
  $("rounds").rows[1]?.cells[7 + seldom.length].setAttribute("id", "newest-time");
}

// The status says when in whole minutes, as far as its tag goes.
const heard_text = (seconds) => (seconds < 60 ? "< 1 min ago" : `${seconds_text(60 * Math.floor(seconds / 60)).replace(" 0 s", "")} ago`);

function show_workers(workers) {
  const rows = workers.map((worker) => [worker.name, make("td", { class: worker.state }, worker.state), number(worker.taken),
    number(worker.late), worker.speed > 0 ? worker.speed.toFixed(1) : "", make("td", { class: "heard" }, heard_text(worker.heard))]);
  fill_table($("workers"), workers.length ? `${number(workers.length)} so far` : "None yet: start some with fragtrain worker",
    ["Worker", "State", "Taken", "Late", "Fragments/s", "Last heard"], [false, false, true, true, true, false], rows);
}

// The time of day, and the day where it is not today.
function time_text(at) {
  const time = at.toLocaleTimeString("en-GB");
  return at.toDateString() === new Date().toDateString() ? time
    : `${at.toLocaleDateString("en-GB", { day: "numeric", month: "short" })} ${time}`;
}

function show_events(events) {
  const item = ({ when, round, kind, text }) => {
    const at = new Date(1000 * when);
    return make("li", {}, make("time", { datetime: at.toISOString(), title: at.toLocaleString() }, time_text(at)),
      make("span", { class: "round" }, round > 0 ? `round ${round}` : ""), make("span", { class: "kind" }, words(kind)),
      make("span", { class: "text" }, text));
  };
  $("events").replaceChildren(...(events.length ? [...events].reverse().map(item) : [make("li", {}, "None yet.")]));
}

// How long the open round lasts, `later` seconds after the status was made.
export function show_time(status, later) {
  const round = status.history.at(-1);
  const cell = $("newest-time");
  if (round && cell && round.state === "open") cell.textContent = seconds_text(round.seconds + later);
}
