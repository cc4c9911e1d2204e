// What the pages of libfrag's servers share: elements, numbers, and how their server is asked. A page has a form
// "ask" with a field "token", a line "load" and a paragraph "problem".
export const $ = (id) => document.getElementById(id);

export function make(tag, attributes = {}, ...children) {
  const one = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) one.setAttribute(name, value);
  one.append(...children);
  return one;
}
export const number = (value) => Number(value).toLocaleString("en");

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

// The response, once the server gives one: asks for a token at 401, waits where it is told to. With a `tag`, it
// may be 304.
export async function get(path, signal, tag = null) {
  for (let attempt = 0; ; ++attempt) {
    if (asking) await asking;
    const used = token;
    const headers = used ? { Authorization: `Bearer ${used}` } : {};
    if (tag) headers["If-None-Match"] = tag;
    const response = await fetch(path, { headers, signal });
    if (response.ok || response.status === 304) return response;
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

export const get_json = async (path, signal) => (await get(path, signal)).json();

// What went wrong, by section, until that section is well again.
const problems = {};
export function say_problem(section, text) {
  problems[section] = text;
  $("problem").textContent = [...new Set(Object.values(problems))].filter((one) => one).join(" ");
}
