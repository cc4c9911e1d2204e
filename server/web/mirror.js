// What all of the page shares: the datasets that the mirror serves, and how it is asked.
import { $, get, get_json, make, number, pause, say_problem, token } from "./asking.js";

export { $, get_json, make, number, pause, say_problem, token };

const AT_ONCE = 4;  // pictures fetched at a time

export const state = { datasets: [], dataset: null };

export function set_options(select, options) {
  select.replaceChildren(...options.map(([value, text]) => make("option", { value }, text)));
}

export const splits_of = (dataset) => Object.keys(dataset.splits);
export const count_of = (split, name) => state.dataset.splits[split]?.classes?.[name] ?? 0;

// `path` with parameters; those that are null are left out. The dataset is always named.
export function address(path, parameters = {}) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries({ dataset: state.dataset.id, ...parameters }))
    if (value !== null && value !== "") query.set(name, value);
  return `${path}?${query}`;
}

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
