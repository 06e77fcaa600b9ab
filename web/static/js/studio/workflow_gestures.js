// Gestures on a workflow: the server says which operations one comes to, the room saves them as one step.
import { room } from "./editor.js";
import { say as tell } from "./draft.js";

const token = JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
const COPIED = "studio-states";

export function bar() {
  return document.getElementById("flow-bar");
}

export function say(words) {
  const line = document.getElementById("flow-said");
  if (line) line.textContent = words;
}

// The view that is shown stays: it is part of the selection.
export function at(...steps) {
  const view = room.at.split(";").slice(1).join(";");
  const where = steps.map(encodeURIComponent).join("/");
  return view ? `${where};${view}` : where;
}

let queue = Promise.resolve();

// Do one gesture, after those before it. Resolves to whether it was saved.
export function perform(what, options = {}) {
  tell("saving");
  document.dispatchEvent(new CustomEvent("flow:done", { detail: what }));
  const done = queue.then(() => save(what, options));
  queue = done.catch(() => {});
  return done;
}

async function save(what, { focus = false }) {
  tell("saving");
  const response = await fetch(bar().dataset.plan, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": token, Accept: "application/json" },
    body: JSON.stringify(what),
  }).catch(() => null);
  const answer = response ? await response.json().catch(() => ({})) : {};
  if (!response?.ok) {
    say(answer.message ?? "");
    tell(response ? "saved" : "unsaved");
    document.dispatchEvent(new CustomEvent("flow:undone"));
    await room.refresh();
    return false;
  }
  say("");
  const then = answer.then ? at(...answer.then.split("/")) : undefined;
  const saved = await room.edit(answer.step, answer.operations, { then });
  if (saved && focus && answer.then.startsWith("state/")) name(answer.then.slice("state/".length));
  return saved;
}

// Let the title of a new state be typed at once.
function name(id) {
  const tongue = document.documentElement.lang.startsWith("zh") ? "zh_2d_CN" : "en";
  const safe = id.replace(/[^A-Za-z0-9_]/g, (one) => `_${one.codePointAt(0).toString(16)}_`);
  const field = document.getElementById(`c-states-${safe}-title-${tongue}`);
  field?.focus();
  field?.select();
}

// --- choosing what stands here, and where something leads -----------------------------------------

let place = null;

function openAt(popover, x, y) {
  popover.showPopover();
  const box = popover.getBoundingClientRect();
  popover.style.left = `${Math.max(8, Math.min(x, innerWidth - box.width - 8))}px`;
  popover.style.top = `${Math.max(8, Math.min(y, innerHeight - box.height - 8))}px`;
}

// Ask which kind of state is put in at a place: {source, way}.
export function askKind(where, x, y) {
  const popover = document.getElementById("flow-kinds");
  place = where;
  bind(popover, "click", (event) => {
    const kind = event.target.closest("[data-kind]")?.dataset.kind;
    if (!kind || !place) return;
    popover.hidePopover();
    perform({ do: "insert", kind, ...place }, { focus: true });
  });
  bind(popover, "keydown", (event) => {
    const buttons = [...popover.querySelectorAll("button")];
    const now = buttons.indexOf(document.activeElement);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    buttons[(now + step + buttons.length) % buttons.length].focus();
  });
  openAt(popover, x, y);
  popover.querySelector("button").focus();
}

// Ask by name to which state a way from *source* leads.
export function askTarget(source, x, y) {
  const popover = document.getElementById("flow-connect");
  const field = popover.querySelector("input");
  popover.dataset.source = source;
  field.value = "";
  bind(popover, "submit", (event) => {
    event.preventDefault();
    const target = stateNamed(field.value);
    if (!target) return field.select();
    popover.hidePopover();
    perform({ do: "connect", source: popover.dataset.source, target });
  });
  openAt(popover, x, y);
  field.focus();
}

const bound = new WeakMap();
function bind(element, event, listener) {
  const known = bound.get(element) ?? new Set();
  if (known.has(event)) return;
  known.add(event);
  bound.set(element, known);
  element.addEventListener(event, listener);
}

// The id of the state that somebody means by *words*: its title, its id, or the first that has them.
export function stateNamed(words) {
  const wanted = words.trim().toLowerCase();
  if (!wanted) return "";
  const options = [...document.querySelectorAll("#flow-states option")];
  const exact = options.find((one) => one.value.toLowerCase() === wanted || one.dataset.id === wanted);
  return (exact ?? options.find((one) => `${one.value} ${one.dataset.id}`.toLowerCase().includes(wanted)))?.dataset.id ?? "";
}

// --- copies ---------------------------------------------------------------------------------------

export async function copyStates(states) {
  const words = bar().dataset;
  if (!states.length) return say(words.saidNothing);
  const asked = new URLSearchParams(states.map((one) => ["state", one]));
  const response = await fetch(`${words.copy}?${asked}`).catch(() => null);
  if (!response?.ok) return say(words.saidNothing);
  const text = await response.text();
  try { localStorage.setItem(COPIED, text); } catch { /* the clipboard then */ }
  await navigator.clipboard?.writeText(text).catch(() => {});
  return say(words.saidCopied);
}

export function pasteStates(text, after) {
  let kept = "";
  try { kept = localStorage.getItem(COPIED) ?? ""; } catch { /* none */ }
  return perform({ do: "paste", text: /^\s*(states|[a-z][\w-]*)\s*:/m.test(text) ? text : kept, after });
}
