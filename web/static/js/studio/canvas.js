// The chart of a workflow to work on: draws what the server laid out, and tells what was done to it.
import { Sheet } from "./canvas_sheet.js";
import { CanvasKeys } from "./canvas_keys.js";
import { Minimap } from "./canvas_map.js";
import { coverSheet } from "./workflow_cover.js";
import { Chart } from "./canvas_chart.js";
import { askKind, askTarget, at, copyStates, perform } from "./workflow_gestures.js";

let now = null; // the chart that is shown, one at a time

export async function mount(element, room) {
  await library(element.dataset.library);
  if (!element.isConnected) return;
  now?.sheet.dispose();
  const sheet = new Sheet(element, {
    chosen: (cell, several) => choose(cell, several),
    plus: (edge, x, y) => put(edge, x, y),
    connected: (source, target) => perform({ do: "connect", source, target }),
    moved: (places) => perform({ do: "pin", places }),
    dropped: (kind, spot) => drop(kind, spot),
    viewed: () => map?.look(),
  });
  const map = new Minimap(document.getElementById("flow-map"), sheet);
  now = { sheet, room, map, chart: now?.chart ?? new Chart() };
  new CanvasKeys(element, sheet, { open, put, connect, remove, copy, select: choose });
  draw();
  sheet.fit(0.85);
  if (sheet.marked.length) sheet.reveal(sheet.marked[0]);
  coverSheet(sheet);
  tools(sheet);
  element.dataset.drawn = "yes";
}

export function update(element) {
  if (now?.sheet.container === element) draw();
}

function draw() {
  const data = document.getElementById("flow-canvas-data");
  if (!data) return;
  const sent = JSON.parse(data.dataset.chart);
  const chart = now.chart.take(sent);
  if (!chart) {
    delete now.room.has["X-Chart"];
    now.room.refresh(); // it was sent for another chart than the one that is here
    return;
  }
  now.room.has["X-Chart"] = chart.name;
  now.sheet.draw(chart);
  now.map.draw(chart);
  const [first, ...steps] = sent.at.split("/");
  if (first === "state") now.sheet.mark(steps);
  else if (first === "line") now.sheet.mark([`${steps[0]}>${steps[1]}`]);
  else now.sheet.mark([]);
}

let loading = null;
function library(address) {
  loading ??= new Promise((resolve, reject) => {
    if (window.X6) return resolve();
    const script = document.createElement("script");
    script.src = address;
    script.onload = resolve;
    script.onerror = reject;
    document.head.append(script);
    return undefined;
  });
  return loading;
}

function choose(cells) {
  now.sheet.mark(cells.map((one) => one.id)); // at once; the inspector follows
  const states = cells.filter((one) => !one.edge).map((one) => one.id);
  const line = cells.find((one) => one.edge);
  if (states.length) return now.room.select(at("state", ...states));
  return now.room.select(line ? at("line", line.source, line.target) : at());
}

async function open(cell) {
  await choose([cell]);
  document.getElementById("flow-inspector").querySelector("input, select, textarea, a, button")?.focus();
}

// Put a state into a way, or at the end of a new one.
function put(cell, x, y) {
  const way = cell.edge ? cell.ways[0] ?? "" : cell.ways?.[0] ?? "";
  const source = cell.edge ? cell.source : cell.id;
  askKind({ source, way }, x, y);
}

function connect(cell, x, y) {
  askTarget(cell.edge ? cell.source : cell.id, x, y);
}

function remove(cells) {
  const states = cells.filter((one) => !one.edge).map((one) => one.id);
  const line = cells.find((one) => one.edge);
  if (states.length) return now.room.select(at("remove", ...states)).then(() => document.getElementById("flow-inspector").querySelector("button, select")?.focus());
  if (!line) return undefined;
  return perform({ do: "cut", source: line.source, target: line.target });
}

function copy(cells) {
  return copyStates(cells.filter((one) => !one.edge).map((one) => one.id));
}

function drop(kind, { x, y, on }) {
  if (on?.edge) return perform({ do: "insert", kind, source: on.source, way: on.ways[0] ?? "" }, { focus: true });
  if (on) return perform({ do: "insert", kind, source: on.id }, { focus: true });
  return perform({ do: "insert", kind, at: [x, y] }, { focus: true });
}

let bound = false;
function tools() {
  if (bound) return;
  bound = true;
  document.addEventListener("click", (event) => {
    const how = event.target.closest("[data-zoom]")?.dataset.zoom;
    if (how && now) now.sheet.zoom(how);
  });
  document.addEventListener("flow:show", (event) => {
    if (document.getElementById("flow-canvas")) now?.sheet.show(event.detail.id);
  });
  // What was done is drawn before the server has saved it; the next drawing puts right what it did otherwise.
  document.addEventListener("flow:done", (event) => {
    if (document.getElementById("flow-canvas")) now?.sheet.foresee(event.detail);
  });
  document.addEventListener("flow:undone", () => {
    if (document.getElementById("flow-canvas")) now?.sheet.draw(now.sheet.chart);
  });
  document.addEventListener("input", ({ target }) => {
    if (!target.dataset?.words || target.dataset.tongue !== document.documentElement.lang || !document.getElementById("flow-canvas")) return;
    const [first, name, key, ...more] = JSON.parse(target.dataset.words);
    if (first === "states" && key === "title" && !more.length) now?.sheet.retitle(name, target.value);
  });
}
