// The builder of one condition. Blocks are read from the page and sent; the server answers with them drawn anew, the text and the words.
import { draft } from "./draft.js";
import { startHints, stopHints } from "./condition_hints.js";
import { leave, moveByKey, placeOf, startDragging } from "./condition_moves.js";

const PAUSE = 500;
const FEW = 12; // lists of names that are filled at once; of more, each when somebody goes there
const token = () => JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
const builders = new WeakMap();

export function mount(element, room) {
  if (!builders.has(element)) builders.set(element, new Builder(element, room));
}

// After each refresh of the room: somebody may have changed the text elsewhere, or taken a step back.
export function update(element) {
  builders.get(element)?.look();
}

// The text as the room was drawn last, and at which revision of the draft.
function dataOf(element) {
  const { text = "", revision = 0 } = document.getElementById(`${element.id}-data`)?.dataset ?? {};
  return { text, revision: Number(revision) };
}

class Builder {
  constructor(element, room) {
    Object.assign(this, { element, room, saved: dataOf(element).text, asked: 0, typing: 0, unsaved: false, saving: 0, revision: 0, busy: null });
    element.addEventListener("change", (event) => this.changed(event));
    element.addEventListener("input", (event) => this.typed(event));
    element.addEventListener("click", (event) => this.clicked(event));
    element.addEventListener("keydown", (event) => this.pressed(event));
    for (const coming of ["focusin", "pointerdown"]) element.addEventListener(coming, (event) => fill(event.target));
    startHints(element);
    this.arm();
    element.dataset.ready = "";
  }

  // A line that was dragged is saved where it lies now, and the focus follows it.
  arm() {
    const short = this.element.querySelectorAll("select[data-names-from]");
    if (short.length < FEW) short.forEach(fill);
    startDragging(this.element, (line) => this.send({ focus: `${this.element.dataset.uid}-${placeOf(line)}-field` }));
  }

  // A room that was drawn before the last save tells nothing new.
  look() {
    const { text, revision } = dataOf(this.element);
    if (text === this.saved || this.unsaved || this.saving || revision < this.revision) return;
    this.saved = text;
    this.ask({ text, mode: this.mode === "none" ? "" : this.mode });
  }

  get mode() {
    return this.element.querySelector(".cond")?.dataset.mode ?? "none";
  }

  ask(what, options = {}) {
    this.busy = this.answer(what, options);
    return this.busy;
  }

  async answer(what, { focus = "", save = false }) {
    const mine = ++this.asked;
    const { address, path, uid, kind, id, scope } = this.element.dataset;
    const response = await fetch(address, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": token(), Accept: "application/json" },
      body: JSON.stringify({ ...what, path: JSON.parse(path), uid, kind, id, scope }),
    }).catch(() => null);
    if (!response?.ok || mine !== this.asked) return;
    const answer = await response.json();
    if (mine !== this.asked) return;
    this.draw(answer.html, focus);
    if (save && answer.text !== null) this.save(answer.text);
  }

  draw(html, focus) {
    const isWritten = document.activeElement?.matches("input, textarea, select"); // a button says what it does now
    Idiomorph.morph(this.element, html, { morphStyle: "innerHTML", ignoreActiveValue: isWritten, restoreFocus: true });
    this.arm();
    if (focus) document.getElementById(focus)?.focus();
    const now = document.activeElement; // what is being filled in stays in sight when more of it shows
    if (this.element.contains(now)) (now.closest("[data-line]") ?? now).scrollIntoView({ block: "nearest" });
  }

  async save(text) {
    const now = text.replace(/\s*\n\s*/g, " ").trim();
    if (now === this.saved) return;
    this.saved = now;
    const path = JSON.parse(this.element.dataset.path);
    const operation = now === "" ? { op: "clear", path } : { op: "set", path, value: now };
    this.saving += 1;
    await this.room.edit(JSON.parse(this.element.dataset.step), [operation]);
    this.saving -= 1;
    this.revision = draft.revision;
    this.look();
  }

  changed(event) {
    if (!event.target.matches("input, select, textarea")) return undefined; // what is being dragged tells of changes, too
    const part = event.target.dataset.part ?? "value";
    if (part === "whole") return this.written(event.target, true);
    const top = this.element.querySelector('.cond > [data-block="group"]');
    if (!top) return undefined;
    const focus = event.detail?.found && part === "field" ? event.target.id.replace(/field$/, "value") : ""; // found by words: on to its value
    return this.ask({ blocks: groupOf(top, { part, of: event.target }) }, { save: true, focus });
  }

  typed(event) {
    if (event.target.dataset.part !== "whole") return;
    clearTimeout(this.typing);
    this.unsaved = true;
    this.typing = setTimeout(() => this.written(event.target, false), PAUSE);
  }

  // While somebody types, only a text that is right is saved; what is left in the field is saved as it is.
  async written(field, left) {
    clearTimeout(this.typing);
    const text = field.value;
    const mine = this.asked + 1;
    await this.ask({ text, mode: "text" });
    if (mine !== this.asked || field.value !== text) return;
    const broken = this.element.querySelector(".cond-error");
    if (left || !broken) {
      await this.save(text);
      this.unsaved = false;
    }
  }

  clicked(event) {
    const button = event.target.closest("button");
    if (!button) return;
    const { dataset } = button;
    if (dataset.modeTo) this.turn(dataset.modeTo);
    else if (dataset.clear !== undefined) this.clear();
    else if (dataset.add) this.add(button);
    else if (dataset.drop !== undefined) this.drop(button);
    else if (dataset.wrap !== undefined) this.wrap(button);
    else if (dataset.go !== undefined) this.show(Number(dataset.start), Number(dataset.end));
    else if (dataset.mend !== undefined) this.mend(dataset);
  }

  pressed(event) {
    const line = event.target.closest(".cond-items > [data-line]");
    if (!event.altKey || !line || !event.key.startsWith("Arrow")) return;
    event.preventDefault();
    const part = event.target.id.slice(line.id.length - "-line".length);
    if (moveByKey(line, event.key)) this.send({ focus: `${this.element.dataset.uid}-${placeOf(line)}${part}` });
  }

  async turn(mode) {
    await this.busy;
    const field = this.element.querySelector("[data-part=whole]");
    const text = field ? field.value : this.saved;
    const { uid } = this.element.dataset;
    this.ask({ text, mode }, { focus: mode === "text" ? `${uid}-text` : text ? `${uid}-0-join` : `${uid}-0-0-field` });
  }

  async clear() {
    this.unsaved = false;
    await this.ask({ text: "" }, { focus: `${this.element.dataset.uid}-to-blocks`, save: true });
  }

  send(options = {}) {
    const top = this.element.querySelector('.cond > [data-block="group"]');
    return this.ask({ blocks: groupOf(top) }, { save: true, ...options });
  }

  add(button) {
    const group = button.closest('[data-block="group"]');
    const fresh = button.dataset.add === "group" ? { any: [{ field: "" }] } : { field: "" };
    const top = this.element.querySelector('.cond > [data-block="group"]');
    const count = linesOf(group).length;
    const inner = button.dataset.add === "group" ? "-0" : "";
    const focus = `${group.id}-${count}${inner}-field`;
    this.ask({ blocks: groupOf(top, { into: group, fresh }) }, { save: true, focus });
  }

  drop(button) {
    const line = button.closest(".cond-items > [data-line]");
    const group = line.parentElement.closest('[data-block="group"]');
    const list = line.parentElement;
    line.remove();
    leave(list);
    this.send({ focus: `${group.id}-add` });
  }

  wrap(button) {
    const test = button.closest("[data-block]");
    const top = this.element.querySelector('.cond > [data-block="group"]');
    this.ask({ blocks: groupOf(top, { wrapped: test }) }, { save: true, focus: `${test.id}-join` });
  }

  show(start, end) {
    const field = this.element.querySelector("[data-part=whole]");
    field.focus();
    field.setSelectionRange(start, end);
  }

  mend({ mend, start, end }) {
    const field = this.element.querySelector("[data-part=whole]");
    field.value = field.value.slice(0, Number(start)) + mend + field.value.slice(Number(end));
    field.focus();
    this.written(field, true);
  }
}

// A list of names that holds the chosen one only gets the others from the first list of its condition.
function fill(select) {
  const from = document.getElementById(select.dataset?.namesFrom ?? "");
  if (!from) return;
  const chosen = select.value;
  delete select.dataset.namesFrom;
  select.replaceChildren(...from.cloneNode(true).childNodes);
  for (const one of select.options) one.defaultSelected = one.value === chosen;
  select.value = chosen;
}

export function unmount(element) {
  stopHints(element);
}

// --- the page back to blocks --------------------------------------------------------------------

function linesOf(group) {
  return [...group.querySelector(":scope > .cond-items").children];
}

// how: a control that was just changed, a group that gets a fresh block, or a test that becomes a group of its own.
function groupOf(group, how = {}) {
  const items = linesOf(group).map((line) => blockOf(line.firstElementChild, how));
  if (how.into === group) items.push(how.fresh);
  const join = group.querySelector(":scope > .cond-join [data-part=join]").value;
  const word = join.replace("not ", "");
  return join === word ? { [word]: items } : { not: { [word]: items } };
}

function blockOf(element, how) {
  if (element.dataset.block === "group") return groupOf(element, how);
  const block = testOf(element, how);
  return how.wrapped === element ? { any: [block] } : block;
}

function part(element, name) {
  return element.querySelector(`:scope > [data-part=${name}], :scope > label > [data-part=${name}]`);
}

function testOf(element, how) {
  if (element.dataset.block === "text") return { text: part(element, "text").value };
  const name = part(element, "field");
  const block = { field: name.value };
  const isMine = (one) => how.of !== undefined && how.of === one;
  const op = part(element, "op");
  if (op && !isMine(name)) {
    const [measure, test] = op.value.includes(":") ? op.value.split(":") : ["", op.value];
    block.op = test;
    if (measure) block.measure = measure;
  }
  const where = part(element, "where");
  if (where && !isMine(name)) block.where = groupOf(where.firstElementChild, how);
  const source = part(element, "source");
  if (source && isMine(source)) block.source = source.value;
  const value = part(element, "value");
  if (value && !isMine(name) && !isMine(source)) block.value = valueOf(value);
  return block;
}

function valueOf(holder) {
  const field = holder.querySelector("[id$='-value']");
  const amount = holder.querySelector("[data-part=amount]")?.value;
  const unit = holder.querySelector("[data-part=unit]")?.value;
  switch (holder.dataset.kind) {
    case "choice": return JSON.parse(field.value);
    case "choices": return [...holder.querySelectorAll(":checked")].map((one) => JSON.parse(one.value));
    case "list": return field.value.split("\n").map((one) => one.trim()).filter(Boolean);
    case "field": return { field: field.value };
    case "duration": return { amount, unit };
    case "moment": return { moment: field.value, base: field.dataset.base, count: amount, unit };
    case "datetime": return field.value === field.defaultValue && field.dataset.original ? field.dataset.original : field.value;
    default: return field.value === "" && field.dataset.blank !== undefined && field.defaultValue === "" ? { blank: true } : field.value;
  }
}
