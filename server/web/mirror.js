// What all of the page shares: the datasets that the mirror serves, and how it is asked.
const AT_ONCE = 4;  // pictures fetched at a time

export const $ = (id) => document.getElementById(id);
export const state = { datasets: [], dataset: null };

export function make(tag, attributes = {}, ...children) {
  const one = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) one.setAttribute(name, value);
  one.append(...children);
  return one;
}
export const number = (value) => Number(value).toLocaleString("en");

export function set_options(select, options) {
  select.replaceChildren(...options.map(([value, text]) => make("option", { value }, text)));
}

export const splits_of = (dataset) => Object.keys(dataset.splits);
export const count_of = (split, name) => state.dataset.splits[split]?.classes?.[name] ?? 0;

// --- Asking -------------------------------------------------------------------------------------------------

export let token = sessionStorage.getItem("token") ?? "";
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

export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

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
export function address(path, parameters = {}) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries({ dataset: state.dataset.id, ...parameters }))
    if (value !== null && value !== "") query.set(name, value);
  return `${path}?${query}`;
}
export const get_json = async (path, signal) => (await get(path, signal)).json();

let running = 0;
const queue = [];
async function in_turn(work) {
  while (running >= AT_ONCE) await new Promise((resolve) => queue.push(resolve));
  ++running;
  try {
    return await work();
  } finally {
    --running;
    queue.shift()?.();
  }
}

// Pictures are fetched, so that a token goes along and a refusal is waited out.
export async function show_picture(image, path, signal) {
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

// What went wrong, by section, until that section is well again.
const problems = {};
export function say_problem(section, text) {
  problems[section] = text;
  $("problem").textContent = [...new Set(Object.values(problems))].filter((one) => one).join(" ");
}

// Runs what fills a section; the newest call wins, and what goes wrong is said.
const latest = {};
export async function fill(name, work) {
  latest[name]?.abort();
  const abort = (latest[name] = new AbortController());
  delete $(name).dataset.loaded;
  try {
    await work(abort.signal);
    if (latest[name] !== abort) return;
    $(name).dataset.loaded = "true";
    say_problem(name, "");
  } catch (error) {
    if (abort.signal.aborted) return;
    say_problem(name, error.message);
  }
}
