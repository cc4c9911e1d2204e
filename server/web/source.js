// A source under its tiles, and the fragment that was chosen among them.
import { $, address, fill, get_json, make, number, set_options, show_picture, splits_of, state } from "./mirror.js";

const PAGE = 100;           // sources in the list at a time
const SINGLE_TILES = 3000;  // beyond, tiles are drawn as one path and chosen by pointer only
const SVG = "http://www.w3.org/2000/svg";

// The list begins at `offset`; one source of it is shown, with its tiles at one angle.
const view = { offset: 0, source: null, grids: [], tiles: [] };

// The sources of the chosen dataset, from the first on.
export function open_sources() {
  const all = ["", "all"];
  view.offset = 0;
  $("angle").value = 0;
  set_options($("source-split"), [all, ...splits_of(state.dataset).map((name) => [name, name])]);
  set_options($("source-class"), [all, ...state.dataset.classes.map((name) => [name, name])]);
  $("one").replaceChildren(make("p", { class: "soft" },
    "Choose a tile: click it, or move to it with the arrow keys and press Enter."));
  list_sources();
}

export function listen_to_source() {
  const list_from = (offset) => {
    view.offset = Math.max(0, offset);
    list_sources();
  };
  $("source-split").onchange = $("source-class").onchange = () => list_from(0);
  $("sources-before").onclick = () => list_from(view.offset - PAGE);
  $("sources-after").onclick = () => list_from(view.offset + PAGE);
  $("source-name").onchange = () => fill("source", load_source);
  $("angle").oninput = () => view.source && fill("source", draw_tiles);
  $("tiles").onclick = point;
  $("tiles").onkeydown = move_focus;
}

// The list of sources at view.offset, and then its first source, or `wanted`.
function list_sources(wanted = null) {
  return fill("source", async (signal) => {
    const split = $("source-split").value, class_name = $("source-class").value;
    const asked = { offset: view.offset, limit: PAGE, split, class: class_name };
    const page = await get_json(address("/v1/sources", asked), signal);
    set_options($("source-name"), page.sources.map((one) => [one.id, one.name]));
    if (wanted !== null) $("source-name").value = wanted;
    const last = view.offset + page.sources.length;
    $("sources-before").hidden = $("sources-after").hidden = page.total <= PAGE;
    $("sources-before").disabled = view.offset === 0;
    $("sources-after").disabled = last >= page.total;
    $("sources-range").textContent = page.total === 0 ? "no source"
      : `${number(view.offset + 1)} to ${number(last)} of ${number(page.total)}`;
    if (page.total > 0) await load_source(signal);
    else clear_source();
  });
}

function clear_source() {
  view.source = null;
  $("picture").removeAttribute("src");
  $("tiles").replaceChildren();
  $("tile-count").textContent = "";
}

async function load_source(signal) {
  const id = Number($("source-name").value);
  const found = await get_json(address(`/v1/sources/${id}`), signal);
  const { width, height, name } = found.source;
  view.source = found.source;
  view.grids = found.grids;
  $("angle").max = found.grids.length - 1;
  $("picture").alt = `Source ${name}`;
  $("stage").style.aspectRatio = `${width} / ${height}`;
  $("tiles").setAttribute("viewBox", `0 0 ${width} ${height}`);
  await Promise.all([draw_tiles(signal),
    show_picture($("picture"), address(`/v1/sources/${id}/picture.jpg`, { width: 1024 }), signal)]);
}

function say_angle() {
  const grid = view.grids[Number($("angle").value)];
  $("degrees").textContent = `${grid.angle}°`;
  $("angle").setAttribute("aria-valuetext", `${grid.angle} degrees`);
}

async function draw_tiles(signal) {
  const angle = Number($("angle").value);
  say_angle();
  const { tiles } = await get_json(address(`/v1/sources/${view.source.id}/tiles`, { angle }), signal);
  view.tiles = tiles;
  const kept = tiles.filter((tile) => tile.kept).length;
  $("tile-count").textContent = `${number(tiles.length)} tiles at ${view.grids[angle].angle}°, ${number(kept)} kept.`;
  const shapes = tiles.length <= SINGLE_TILES ? tiles.map(tile_shape) : [tile_path(true), tile_path(false)];
  $("tiles").replaceChildren(...shapes);
}

function svg(tag, attributes) {
  const one = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) one.setAttribute(name, value);
  return one;
}

function tile_shape(tile, i) {
  return svg("polygon", { class: `tile ${tile.kept ? "kept" : "out"}`,
    points: tile.corners.map((c) => c.join(",")).join(" "),
    "data-id": tile.id, role: "button", tabindex: i === 0 ? 0 : -1,
    "aria-label": `Fragment ${tile.id}, ${tile.kept ? tile.class : "left out"}` });
}

const outline = (tile) => `M${tile.corners.map((c) => c.join(" ")).join("L")}Z`;

function tile_path(kept) {
  const d = view.tiles.filter((tile) => tile.kept === kept).map(outline).join("");
  return svg("path", { class: `tile ${kept ? "kept" : "out"}`, d });
}

const middle = (tile) => [0, 1].map((k) => tile.corners.reduce((sum, corner) => sum + corner[k], 0) / 4);

// The tile under a point of the source; where several overlap, the one with the nearest middle.
function tile_at(x, y) {
  const under = view.tiles.filter(({ corners }) => corners.every(([ax, ay], i) => {
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
  for (const tile of view.tiles) {
    const [u, v] = middle(tile);
    const along = (u - x) * dx + (v - y) * dy, aside = Math.abs((u - x) * dy) + Math.abs((v - y) * dx);
    if (along <= 1 || aside > along) continue;
    if (along + 2 * aside < least) [best, least] = [tile, along + 2 * aside];
  }
  return best ?? view.tiles[view.tiles.indexOf(from) + dx + dy] ?? null;
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
    const next = tile_beside(view.tiles.find((tile) => tile.id === Number(id)), ...step);
    if (!next) return;
    event.target.setAttribute("tabindex", -1);
    shape_of(next.id).setAttribute("tabindex", 0);
    shape_of(next.id).focus();
  }
}

function point(event) {
  const box = $("tiles").getBoundingClientRect();
  const tile = view.source && tile_at((event.clientX - box.left) / box.width * view.source.width,
    (event.clientY - box.top) / box.height * view.source.height);
  if (tile) show_fragment(tile.id);
}

function mark_chosen(id) {
  $("tiles").querySelector(".chosen")?.remove();
  const tile = view.tiles.find((one) => one.id === id);
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
    const path = `/v1/fragments/${id}.png`;
    await show_picture(image, address(path), signal);
    const facts = { fragment: number(id), class: where.class ?? "left out", split: where.split, source: where.name,
      angle: `${where.angle}°`, row: where.row, column: where.column, size: `${where.width} × ${where.height}` };
    const lines = Object.entries(facts).flatMap(([name, value]) =>
      [make("dt", {}, name), make("dd", {}, String(value))]);
    $("one").replaceChildren(image, make("dl", {}, ...lines), make("p", {}, make("code", {}, path)));
  });
}

// From the sheet to the source: the fragment among its neighbours.
export async function find_fragment(id) {
  const where = await get_json(address(`/v1/fragments/${id}`));
  $("source-split").value = $("source-class").value = "";
  view.offset = Math.floor(where.source / PAGE) * PAGE;
  const found = await get_json(address(`/v1/sources/${where.source}`));
  const angle = found.grids.findIndex((grid) => grid.angle === where.angle);
  $("angle").max = found.grids.length - 1;
  $("angle").value = Math.max(0, angle);
  $("source").scrollIntoView();
  await list_sources(where.source);
  await show_fragment(id);
  shape_of(id)?.focus({ preventScroll: true });
}
