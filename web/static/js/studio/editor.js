// The room of an editor: gestures become typed operations, and the room is drawn again after each.
import { draft, edit, lookForProblems, onProblems, post, say, turn, watch } from "./draft.js";
import { press, startControls } from "./controls.js";
import { startFinder } from "./finder.js";
import { startLists, bindLists } from "./lists.js";

const element = document.getElementById("room");
const refused = document.getElementById("room-refused");
const broken = document.getElementById("room-broken");
const pane = document.getElementById("yaml-pane");
const modules = new Map(); // an element with data-module: what it exports
let drawing = Promise.resolve();
let wanted = 0;
let saving = 0; // edits that are not answered yet: each draws the room when it is
let flight = null; // the room that is being asked for
let wished = null; // the id of what is to have the focus in the next room
const MOST_PARTS = 900; // what a header has room for

export const room = {
  element,
  kind: element.dataset.kind,
  id: element.dataset.id,
  file: element.dataset.file,
  draftId: document.querySelector(".bench").dataset.draft,
  base: element.dataset.base,
  get document() { return Number(element.dataset.document); },
  get at() { return element.dataset.at; },
  get isSaving() { return saving > 0; },
  has: {}, // headers by which a module tells what it has already, so that the room need not bring it again
  edit: change,
  select,
  refresh,
  isAhead,
  post: posted,
  press: (button) => press(button, room),
  undo: () => turned("undo"),
  redo: () => turned("redo"),
};

function address(at = room.at) {
  const url = new URL(location.href);
  if (at) url.searchParams.set("at", at);
  else url.searchParams.delete("at");
  url.searchParams.delete("file");
  return url;
}

// One step of operations; each may name another "file" and "document" than the room's. Resolves to whether it was saved.
export async function change(step, operations, { then, focus, within } = {}) {
  refused.hidden = true;
  const titles = step ?? { en: "Edited", "zh-CN": "编辑" };
  saving += 1;
  flight?.abort();
  const { status, answer } = await edit(titles, () => operations.map(({ file = room.file, document: number = room.document, text, ...operation }) =>
    text === undefined ? { file, document: number, operation } : { file, text })).finally(() => { saving -= 1; });
  if (status === 409 && answer.theirs !== undefined) {
    await clash(answer, step, operations);
    return false;
  }
  if (status !== 200) {
    refuse(answer);
    await refresh({ whole: true });
    return false;
  }
  toPane(answer.files);
  if (then !== undefined && then !== null) remember(then);
  if (focus) wished = [focus, within];
  await refresh();
  return true;
}

// A change that the server works out itself, such as giving something another id; resolves to {status, answer}.
export async function posted(path, body) {
  const done = await post(`${room.base}/${path}`, body);
  if (done.status === 200) {
    toPane(done.answer.files);
    await refresh();
  }
  return done;
}

function refuse({ message, file, line }) {
  document.getElementById("room-refused-words").textContent = message;
  const link = document.getElementById("room-refused-link");
  link.hidden = !file;
  if (file) link.href = `${element.dataset.files}${file}?line=${line}`;
  refused.hidden = false;
}

function clash(answer, step, operations) {
  const box = document.getElementById("clash");
  document.getElementById("clash-words").textContent = answer.message;
  document.getElementById("clash-theirs").textContent = answer.theirs;
  document.getElementById("clash-mine").textContent = answer.mine ?? "";
  document.getElementById("clash-keep").hidden = answer.mine === null;
  return new Promise((resolve) => {
    const close = async (again) => {
      draft.revision = answer.revision;
      box.close();
      if (again) await change(step, operations);
      else { say("saved"); await refresh({ whole: true }); }
      resolve();
    };
    document.getElementById("clash-take").onclick = () => close(false);
    document.getElementById("clash-keep").onclick = () => close(true);
    box.showModal();
  });
}

function remember(at) {
  element.dataset.at = at;
  history.replaceState(null, "", address(at));
}

export function select(at) {
  remember(at);
  document.dispatchEvent(new CustomEvent("studio:selecting", { detail: at }));
  return refresh();
}

// Draw the room as the draft is now. Several wishes while one is under way become one; the server leaves out what the page says it
// shows already (data-part), unless all of it is wanted.
export function refresh({ whole = false } = {}) {
  const mine = ++wanted;
  flight?.abort();
  const next = drawing.then(async () => {
    if (mine !== wanted || saving) return;
    const url = address();
    url.searchParams.set("file", room.file);
    flight = new AbortController();
    let response;
    let html;
    try {
      response = await fetch(url, { headers: { "X-Part": "room", "X-Have": whole ? "" : parts() }, signal: flight.signal });
      html = await response.text();
    } catch (error) {
      return error.name === "AbortError" ? undefined : say("unsaved");
    }
    await dropped();
    if (mine !== wanted || saving) return;
    if (response.status === 409) return isBroken(JSON.parse(html));
    if (!response.ok) return;
    isWhole();
    draw(html);
    if (element.querySelector("[data-same]")) setTimeout(() => refresh({ whole: true })); // it is not as this page thought
  });
  drawing = next.catch((error) => console.error(error));
  return next;
}

function parts() {
  return [...element.querySelectorAll("[data-part]")].slice(0, MOST_PARTS).map((one) => one.dataset.part).join("");
}

// Resolves when nothing is being dragged: a room that is drawn anew would take it out of the hand.
async function dropped() {
  while (window.Sortable?.active) await new Promise((done) => setTimeout(done, 50));
}

// What a gesture has changed in the page before the server has: its parts are not what they say any more.
export function isAhead(...changed) {
  for (const one of changed) for (let part = one; part && part !== element; part = part.parentElement) delete part.dataset.part;
}

// Whether somebody has written in what has the focus: where nobody has, it shows what the draft says.
function isTyped(one) {
  if (!one?.matches("input, textarea, select")) return false;
  return one.savedAs !== undefined || one.dataset.words === undefined || one.value !== one.defaultValue;
}

function draw(html) {
  const open = new Map([...element.querySelectorAll("details[id]")].map((one) => [one.id, one.open]));
  Idiomorph.morph(element, html, {
    morphStyle: "innerHTML",
    // What is being typed stays. A row that has the focus is no value: left out, its parts would keep pointing to where it stood.
    ignoreActiveValue: isTyped(document.activeElement),
    restoreFocus: true,
    callbacks: { beforeNodeMorphed: (old, fresh) => fresh.dataset?.same === undefined && (!old.dataset || old.dataset.keep === undefined) },
  });
  for (const [id, was] of open) {
    const one = document.getElementById(id);
    if (one) one.open = was;
  }
  const field = wished && wishedControl(...wished);
  wished = null;
  field?.focus();
  if (field?.matches("[data-rename], .option-line input")) field.select();
  drawn();
}

// What is to have the focus; of a new part, the first control in it.
function wishedControl(id, within) {
  const one = document.getElementById(id);
  return (within && one?.querySelector(`${within} :is(select:not([hidden]), input, textarea, [role=combobox], .rule-quick button, .button-toggle)`)) || one;
}

// The heading and the outline say the title as it is now.
function entitle() {
  const words = document.getElementById("room-called")?.dataset.words;
  for (const one of words ? document.querySelectorAll(".room-name h2, .bench-outline a[aria-current] > span:first-child") : []) {
    one.textContent = words;
    if (one.title) one.title = words;
  }
}

let shownSelection = null;

async function drawn() {
  const [selection] = (element.dataset.at ?? "").split(";");
  if (shownSelection !== null && selection !== shownSelection) for (const one of element.querySelectorAll(".inspector")) one.scrollTop = 0; // something else: from its top
  shownSelection = selection;
  entitle();
  bindLists(element, room);
  for (const [one, module] of modules) {
    if (!one.isConnected) modules.delete(one);
    else module.update?.(one, room);
  }
  for (const one of element.querySelectorAll("[data-module]")) {
    if (modules.has(one)) continue;
    modules.set(one, {});
    const module = await import(one.dataset.module);
    modules.set(one, module);
    await module.mount?.(one, room);
  }
  element.dataset.drawn = String(Number(element.dataset.drawn ?? 0) + 1);
  document.dispatchEvent(new CustomEvent("studio:drawn"));
}

function isBroken({ message, file, line }) {
  document.getElementById("room-broken-words").textContent = line ? `${file}:${line} ${message}` : message;
  const link = document.getElementById("room-broken-link");
  link.hidden = !line;
  link.href = `${element.dataset.files}${file}?line=${line}`;
  broken.hidden = false;
  element.classList.add("room-grey");
  element.inert = true;
}

function isWhole() {
  broken.hidden = true;
  element.classList.remove("room-grey");
  element.inert = false;
}
document.addEventListener("studio:broken", (event) => isBroken(event.detail));
document.addEventListener("studio:whole", () => { isWhole(); refresh(); });
document.addEventListener("studio:mended", ({ detail }) => { toPane(detail.files); refresh(); });

async function turned(which) {
  const { status, answer } = await turn(which, room.file);
  if (status !== 200) return;
  toPane(answer.files);
  await refresh();
}

for (const form of document.querySelectorAll("form[data-turn]")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    turned(form.dataset.turn);
  });
}
document.getElementById("room-refused-close").addEventListener("click", () => { refused.hidden = true; });

// --- the text beside it -----------------------------------------------------------------------

const toggle = document.getElementById("yaml-toggle");
let paneModule = null;

function toPane(files) {
  if (!pane.hidden && paneModule && files?.[room.file] !== undefined) paneModule.refreshPane(files[room.file]);
}

export async function showPane(shown, line = 0) {
  paneModule ??= await import("./yaml_pane.js");
  pane.hidden = !shown;
  toggle.setAttribute("aria-pressed", String(shown));
  document.querySelector(".room-sides").classList.toggle("with-pane", shown);
  try { localStorage.setItem("studio-pane", shown ? "1" : ""); } catch { /* not remembered then */ }
  const { line: first, end } = pane.dataset;
  if (shown) await paneModule.openPane(pane, { file: room.file, line: line || Number(first), endLine: Number(end) });
  else paneModule.closePane();
}
toggle.addEventListener("click", () => showPane(pane.hidden));

addEventListener("click", (event) => {
  const link = event.target.closest(".bench-problems a[data-line]");
  if (!link || link.dataset.file !== room.file || event.ctrlKey || event.metaKey || pane.hidden) return;
  event.preventDefault();
  showPane(true, Number(link.dataset.line));
});

// --- others ------------------------------------------------------------------------------------

watch(async (revision) => {
  await refresh();
  draft.revision = Math.max(draft.revision, revision); // not before: what is pressed meanwhile was meant for the room as it was
  await lookForProblems();
  document.dispatchEvent(new CustomEvent("studio:moved"));
});
onProblems(() => {});

// The address of a problem ends in the control that it is about; the nearest one above it that the editor shows.
function point() {
  for (let id = location.hash.slice(1); id.startsWith("c-"); id = id.slice(0, id.lastIndexOf("-"))) {
    const one = document.getElementById(id) ?? document.getElementById(`${id}-field`);
    if (!one || !element.contains(one)) continue;
    for (let box = one.closest("details"); box; box = box.parentElement.closest("details")) box.open = true;
    one.scrollIntoView({ block: "center" });
    const control = one.matches("input, select, textarea, button, a") ? one : one.querySelector("input, select, textarea, button, a[href]");
    control?.focus({ preventScroll: true });
    one.classList.add("is-pointed-at");
    return;
  }
}
addEventListener("hashchange", point);

// What is new begins where its first choice is made.
function begin() {
  const one = document.getElementById(element.querySelector("[data-begin]")?.dataset.begin ?? "");
  if (!one || location.hash || document.activeElement !== document.body) return;
  one.focus({ preventScroll: true });
  (one.closest(".cond") ?? one).scrollIntoView({ block: "nearest" });
}

startControls(element, room);
startLists(element, room);
startFinder(room);
drawn().then(point).then(begin);
let kept = "";
try { kept = localStorage.getItem("studio-pane"); } catch { /* closed then */ }
if (kept && innerWidth > 1100) showPane(true).catch(() => {});
