// Long lists of choices are searched: pressed with a mouse, or by Enter, a list with a field for words opens in place of the
// browser's own. What is chosen goes through the list itself, so that other keys, phones and screen readers find what they know.
const MANY = 15;
const GAP = 4;
const LEAST = 240; // height that is worth opening below

let box, field, list, none;
let open = null; // { anchor, lines, take }

export function startFinder(room) {
  box = document.getElementById("finder");
  if (!box?.showPopover) return;
  field = box.querySelector("input");
  list = box.querySelector("[role=listbox]");
  none = box.querySelector("p");
  let pointer = "mouse";
  room.element.addEventListener("pointerdown", (event) => { pointer = event.pointerType; });
  room.element.addEventListener("mousedown", (event) => {
    const select = event.target.closest("select");
    if (!isLong(select) || event.button || pointer === "touch") return;
    event.preventDefault();
    if (open?.anchor === select) return close();
    find(select);
  });
  room.element.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !isLong(event.target) || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    find(event.target);
  });
  room.element.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-finds]");
    if (button) show(button, optionsOf(document.getElementById(button.dataset.finds)), (option) => room.press(option));
  });
  field.addEventListener("input", narrow);
  field.addEventListener("keydown", pressed);
  list.addEventListener("pointerdown", (event) => event.preventDefault()); // the words keep the focus
  list.addEventListener("click", (event) => {
    const line = event.target.closest("[role=option]");
    if (line) take(line);
  });
  box.addEventListener("focusout", (event) => { if (open && !box.contains(event.relatedTarget)) close(false); });
  addEventListener("resize", () => close());
  addEventListener("scroll", (event) => { if (open && !box.contains(event.target)) place(); }, true);
}

function isLong(select) {
  return Boolean(box) && select instanceof HTMLSelectElement && !select.multiple && !select.disabled && select.options.length > MANY;
}

function find(select) {
  show(select, optionsOf(select), (option) => {
    if (select.value === option.value) return;
    select.value = option.value;
    select.dispatchEvent(new CustomEvent("change", { bubbles: true, detail: { found: true } }));
  });
}

// The choices of a list with the headings that they stand under; what only says that nothing is chosen yet is none.
function optionsOf(select) {
  return [...select.options].filter((one) => one.value || !one.label.endsWith("…")).map((option) => ({
    option, heading: option.parentElement.matches("optgroup") ? option.parentElement.label : "",
  }));
}

function show(anchor, choices, taken) {
  close(false);
  const lines = choices.map(({ option, heading }, at) => ({ option, heading, words: `${option.label} ${option.value}`.toLowerCase(), line: lineOf(option, at) }));
  open = { anchor, lines, take: taken };
  field.value = "";
  draw(lines);
  box.showPopover();
  place();
  field.focus({ preventScroll: true });
  const chosen = lines.find(({ option }) => option.selected && option.closest("select") === anchor);
  mark(chosen?.line ?? lines[0]?.line);
}

function lineOf(option, at) {
  const line = document.createElement("div");
  line.id = `finder-${at}`;
  line.setAttribute("role", "option");
  line.setAttribute("aria-selected", "false");
  line.textContent = option.label;
  return line;
}

function draw(lines) {
  const groups = new Map();
  for (const one of lines) groups.set(one.heading, [...(groups.get(one.heading) ?? []), one.line]);
  list.replaceChildren(...[...groups].map(([heading, some], at) => {
    if (!heading) return some;
    const group = document.createElement("div");
    const name = document.createElement("div");
    group.setAttribute("role", "group");
    group.setAttribute("aria-labelledby", `finder-group-${at}`);
    name.id = `finder-group-${at}`;
    name.className = "finder-heading";
    name.setAttribute("role", "presentation");
    name.textContent = heading;
    group.append(name, ...some);
    return group;
  }).flat());
  none.hidden = lines.length > 0;
}

function narrow() {
  const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
  const fit = open.lines.filter((one) => words.every((word) => one.words.includes(word)));
  draw(fit);
  mark(fit[0]?.line);
}

function mark(line) {
  for (const one of list.querySelectorAll("[aria-selected=true]")) one.setAttribute("aria-selected", "false");
  field.removeAttribute("aria-activedescendant");
  if (!line) return;
  line.setAttribute("aria-selected", "true");
  field.setAttribute("aria-activedescendant", line.id);
  line.scrollIntoView({ block: "nearest" });
}

function pressed(event) {
  const lines = [...list.querySelectorAll("[role=option]")];
  const at = lines.findIndex((one) => one.getAttribute("aria-selected") === "true");
  const by = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 }[event.key];
  if (by) mark(lines[Math.max(0, Math.min(lines.length - 1, at + by))]);
  else if (event.key === "Enter") { if (lines[at]) take(lines[at]); }
  else if (event.key === "Escape") close();
  else if (event.key === "Tab") return close();
  else return undefined;
  event.preventDefault();
  return event.stopPropagation();
}

function take(line) {
  const { lines, take: taken } = open;
  const { option } = lines.find((one) => one.line === line);
  close();
  taken(option);
}

// The focus goes back to what was pressed, unless it has gone elsewhere by itself.
function close(goesBack = true) {
  if (!open) return;
  const { anchor } = open;
  open = null;
  box.hidePopover();
  list.replaceChildren();
  if (goesBack) anchor.focus({ preventScroll: true });
}

function place() {
  const { anchor } = open;
  const from = anchor.getBoundingClientRect();
  if (!anchor.isConnected || from.bottom < 0 || from.top > innerHeight) return close();
  const [above, below] = [from.top - GAP * 2, innerHeight - from.bottom - GAP * 2];
  const isBelow = below >= LEAST || below >= above;
  const width = Math.min(Math.max(from.width, 280), innerWidth - GAP * 4);
  box.style.width = `${width}px`;
  box.style.maxHeight = `${Math.min(isBelow ? below : above, 420)}px`;
  box.style.left = `${Math.max(GAP * 2, Math.min(from.left, innerWidth - width - GAP * 2))}px`;
  box.style.top = isBelow ? `${from.bottom + GAP}px` : "auto";
  box.style.bottom = isBelow ? "auto" : `${innerHeight - from.top + GAP}px`;
  return undefined;
}
