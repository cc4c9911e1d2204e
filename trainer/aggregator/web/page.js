// The aggregator's page: asks for the job's status again and again, and shows it. Nothing of a job becomes markup.
import { $, get, get_json, make, pause, say_problem, token } from "./asking.js";
import { draw_charts, forget_charts } from "./charts.js";
import { show_job, show_time } from "./job.js";

const STATUS_MS = 1500;
const LIST_MS = 10000;

// The job that is shown: the newest, or the one that somebody chose.
const view = { chosen: null, status: null, tag: null, fetched: 0, listed: -Infinity };

// --- Which job ----------------------------------------------------------------------------------------------

const name_of = ({ job, name, state, closed, rounds }) =>
  `${job}: ${name} (${state === "finished" ? `${closed} rounds` : `${state.replaceAll("_", " ")}, ${closed} of ${rounds} rounds`})`;

async function list_jobs() {
  const { jobs } = await get_json("/v1/jobs");
  view.listed = performance.now();
  const shown = [...$("jobs").options].map((one) => `${one.value} ${one.textContent}`).join();
  if (shown !== jobs.map((one) => `${one.job} ${name_of(one)}`).join()) {
    $("jobs").replaceChildren(...jobs.map((one) => make("option", { value: one.job }, name_of(one))));
  }
  $("which").hidden = jobs.length < 2;
  if (jobs.length > 0) $("jobs").value = view.chosen ?? jobs[0].job;
  return jobs[0]?.job ?? null;
}

function choose(job) {
  view.chosen = job;
  view.tag = null;
  forget_charts();
  turn();
}

// --- Its status ---------------------------------------------------------------------------------------------

async function ask_status(job) {
  const response = await get(`/v1/jobs/${job}`, undefined, view.tag);
  if (response.status === 304) return;
  const status = await response.json();
  if (view.chosen !== null && view.chosen !== status.job) return;  // chosen meanwhile
  if (status.job !== view.status?.job) forget_charts();
  view.tag = response.headers.get("ETag");
  view.status = status;
  view.fetched = performance.now();
  $("main").hidden = false;
  show_job(status);
  draw_charts(status);
  $("main").dataset.loaded = status.job;
}

// One question and its answer; calls that come meanwhile are one more.
let turning = false, again = false;
async function turn() {
  if (turning) {
    again = true;
    return;
  }
  turning = true;
  try {
    do {
      again = false;
      if (performance.now() - view.listed > LIST_MS || view.status === null) view.newest = await list_jobs();
      const job = view.chosen ?? view.newest;
      if (job === null) {
        $("load").textContent = "No job was submitted yet.";
      } else {
        if (view.status?.job !== job) view.tag = null;
        await ask_status(job);
        $("load").textContent = view.status.state === "finished" ? "This job has ended." : "Live.";
      }
    } while (again);
    say_problem("status", "");
  } catch (error) {
    $("load").textContent = "";
    say_problem("status", error instanceof TypeError ? "The aggregator does not answer; trying again." : error.message);
  } finally {
    turning = false;
  }
}

// --- Weights and tables: with a token they cannot be links ----------------------------------------------------

async function save(event) {
  const link = event.target.closest("a[download]");
  if (!link || !token || link.href.startsWith("blob:")) return;
  event.preventDefault();
  try {
    const blob = await (await get(link.getAttribute("href"))).blob();
    const url = URL.createObjectURL(blob);
    make("a", { href: url, download: link.download }).click();
    setTimeout(() => URL.revokeObjectURL(url), 60000);
    say_problem("download", "");
  } catch (error) {
    say_problem("download", error.message);
  }
}

// --- Start --------------------------------------------------------------------------------------------------

async function watch() {
  for (;;) {
    if (document.hidden) {
      await new Promise((resolve) => document.addEventListener("visibilitychange", resolve, { once: true }));
      continue;
    }
    await turn();
    if (view.status) show_time(view.status, (performance.now() - view.fetched) / 1000);
    await pause(STATUS_MS);
  }
}

$("jobs").onchange = () => choose(Number($("jobs").value));
document.addEventListener("click", save);
const redraw = () => view.status && (forget_charts(), draw_charts(view.status));
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
let resized = 0;
addEventListener("resize", () => {
  clearTimeout(resized);
  resized = setTimeout(() => view.status && draw_charts(view.status), 200);
});
watch();
