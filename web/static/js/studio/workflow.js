// The editor of workflows around its chart: palette, finding, the tree and the outline, copies, and boxes to tick.
import { draft } from "./draft.js";
import { beginCover, coverCards } from "./workflow_cover.js";
import { askKind, at, bar, copyStates, pasteStates, perform, say, stateNamed } from "./workflow_gestures.js";

let started = false;

export function mount(element, room) {
  centre();
  tellReferences(room);
  tellPlaces(room);
  if (started) return coverCards();
  started = true;
  beginCover();
  room.element.addEventListener("click", (event) => clicked(event, room));
  room.element.addEventListener("change", (event) => ticked(event, room));
  room.element.addEventListener("submit", (event) => submitted(event, room));
  room.element.addEventListener("keydown", (event) => pressed(event, room), true);
  room.element.addEventListener("toggle", () => tellPlaces(room), true);
  room.element.addEventListener("dragstart", (event) => {
    const kind = event.target.closest?.(".flow-new")?.dataset.kind;
    if (kind) event.dataTransfer.setData("text/x-flow-kind", kind);
  });
  document.addEventListener("paste", (event) => {
    if (isTyping(event.target) || !document.getElementById("flow-room")) return;
    const text = event.clipboardData?.getData("text/plain") ?? "";
    event.preventDefault();
    pasteStates(text, selected(room)[0] ?? "");
  });
  if (innerWidth < 800 && !room.at.includes("view=")) room.select(room.at ? `${room.at};view=tree` : ";view=tree");
}

export function update(element, room) {
  centre();
  tellReferences(room);
  tellPlaces(room);
  coverCards();
}

// A tree that is wider than its place begins with its start, or with what is selected, in the middle.
let centred = null;
function centre() {
  const tree = document.getElementById("flow-tree");
  if (!tree || tree === centred) return;
  centred = tree;
  const card = tree.querySelector(".flow-card-now") ?? tree.querySelector(".flow-card");
  if (!card) return;
  const [box, room] = [card.getBoundingClientRect(), tree.getBoundingClientRect()];
  tree.scrollLeft += box.left + box.width / 2 - room.left - room.width / 2;
  if (card.matches(".flow-card-now")) tree.scrollTop += box.top - room.top - room.height / 3;
}

export function selected(room) {
  const [where] = room.at.split(";");
  const [first, ...steps] = where.split("/").map(decodeURIComponent);
  return first === "state" ? steps : [];
}

function isTyping(target) {
  return Boolean(target?.closest?.("input, textarea, select, [contenteditable], .ace_editor, [popover]"));
}

function clicked(event, room) {
  const plus = event.target.closest("[data-plus]");
  if (plus) {
    const box = plus.getBoundingClientRect();
    return askKind(JSON.parse(plus.dataset.plus), box.left, box.bottom + 4);
  }
  const fresh = event.target.closest(".flow-new");
  if (fresh) {
    const [source = ""] = selected(room);
    return void perform({ do: "insert", kind: fresh.dataset.kind, source }, { focus: true });
  }
  const copy = event.target.closest("[data-copy-states]");
  if (copy) return void copyStates(JSON.parse(copy.dataset.copyStates));
  const button = event.target.closest("[data-gesture]");
  if (!button) return undefined;
  const what = JSON.parse(button.dataset.gesture);
  const from = button.dataset.from && document.getElementById(button.dataset.from);
  for (const key of Object.keys(what)) {
    if (from && what[key] === "") what[key] = from.value;
  }
  return void perform(what);
}

function ticked(event, room) {
  const set = event.target.closest("[data-ticks]");
  if (!set) return;
  const path = JSON.parse(set.dataset.ticks);
  const value = [...set.querySelectorAll("input:checked")].map((one) => one.value);
  room.edit({ en: "Choice changed", "zh-CN": "修改选择" }, [value.length ? { op: "set", path, value } : { op: "clear", path }]);
}

function submitted(event, room) {
  const find = event.target.closest("#flow-find");
  const rename = event.target.closest("[data-rename-state]");
  if (find) {
    event.preventDefault();
    const found = stateNamed(find.querySelector("input").value);
    if (!found) return say(bar().dataset.saidFound);
    say("");
    room.select(at("state", found)).then(() => show(found));
  } else if (rename) {
    event.preventDefault();
    const to = rename.querySelector("input").value.trim();
    const name = rename.dataset.renameState;
    if (to && to !== name) renameState(room, name, to, rename.querySelector(".flow-rename-said"));
  }
  return undefined;
}

// Everything that names the state is renamed with it, in one step.
async function renameState(room, name, to, said) {
  const { status, answer } = await room.post("rename", { kind: "workflow", id: room.id, part: name, new: to });
  said.textContent = status === 200 ? "" : answer.message ?? "";
  if (status === 200) room.select(at("state", to));
}

// What else names the states that are to be taken out: rules, promises, views, scenarios.
let told = "";
async function tellReferences(room) {
  const holder = document.getElementById("flow-breaks");
  const asked = holder?.dataset.references ?? "";
  if (!holder || asked === told) return void (told = asked);
  told = asked;
  for (const part of asked.split(",")) holder.insertAdjacentHTML("beforeend", await references(room, part));
  return undefined;
}

// What names the state whose id is looked at: all of it is renamed with it.
async function tellPlaces(room) {
  const holder = document.getElementById("flow-places");
  if (!holder?.closest("details").open) return;
  const part = document.querySelector("[data-rename-state]").dataset.renameState;
  const now = `${part} ${draft.revision}`;
  if (holder.dataset.told === now) return;
  holder.dataset.told = now;
  const found = await references(room, part);
  if (holder.dataset.told === now) holder.innerHTML = found;
}

async function references(room, part) {
  const address = `${room.base}/references?${new URLSearchParams({ kind: "workflow", id: room.id, part })}`;
  const response = await fetch(address, { headers: { "X-Part": "references" } }).catch(() => null);
  return response?.ok ? response.text() : "";
}

function show(id) {
  document.dispatchEvent(new CustomEvent("flow:show", { detail: { id } }));
  const card = document.getElementById(`tree-${id}`) ?? document.getElementById(`outline-${id}`);
  card?.scrollIntoView({ block: "center", inline: "center" });
  card?.querySelector("a")?.focus();
}

function pressed(event, room) {
  const mod = event.ctrlKey || event.metaKey;
  const key = event.key.toLowerCase();
  if (mod && key === "f" && !isTyping(event.target)) {
    event.preventDefault();
    return document.getElementById("flow-find-words").focus();
  }
  const line = event.target.closest?.(".flow-card, .flow-line");
  if (!line || isTyping(event.target)) return undefined;
  const id = line.id.replace(/^(tree|outline|line)-/, "");
  const act = (what) => { event.preventDefault(); event.stopPropagation(); what(); };
  const box = line.getBoundingClientRect();
  if (mod && key === "c" && !String(getSelection())) return act(() => copyStates([id]));
  if (mod && key === "d") return act(() => perform({ do: "duplicate", states: [id] }));
  if (mod || event.altKey) return undefined;
  if (event.key === "Delete") return act(() => room.select(at("remove", id)).then(() => document.getElementById("flow-inspector").focus()));
  if (key === "n") return act(() => askKind({ source: id, way: line.dataset.way ?? "" }, box.left, box.bottom));
  if (["ArrowDown", "ArrowUp"].includes(event.key) && line.closest("#flow-tree")) {
    const cards = [...document.querySelectorAll("#flow-tree .flow-card a.flow-link")];
    const now = cards.indexOf(line.querySelector("a.flow-link"));
    return act(() => cards[now + (event.key === "ArrowDown" ? 1 : -1)]?.focus());
  }
  return undefined;
}
