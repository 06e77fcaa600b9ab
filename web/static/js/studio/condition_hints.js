// Names and functions for the word at the cursor of a condition's text: a list below it, chosen by keys or mouse.
const MOST = 8;
const WORD = /[\p{L}_][\p{L}\p{N}_.]*$/u;

export function startHints(element) {
  element.addEventListener("input", (event) => { if (isText(event.target)) show(element, event.target); });
  element.addEventListener("keydown", (event) => { if (isText(event.target)) press(element, event); });
  element.addEventListener("pointerdown", (event) => {
    const hint = event.target.closest("[role=option]");
    if (!hint) return;
    event.preventDefault();
    take(element, hint);
  });
  element.addEventListener("focusout", (event) => { if (isText(event.target)) stopHints(element); });
}

function isText(target) {
  return target.dataset?.part === "whole";
}

function listOf(element) {
  return element.querySelector(".cond-hints");
}

export function stopHints(element) {
  const list = listOf(element);
  if (!list) return;
  list.hidden = true;
  list.replaceChildren();
  const field = element.querySelector("[data-part=whole]");
  field?.setAttribute("aria-expanded", "false");
  field?.removeAttribute("aria-activedescendant");
}

function show(element, field) {
  const before = field.value.slice(0, field.selectionStart);
  const word = inText(before) ? "" : before.match(WORD)?.[0] ?? "";
  const names = word ? JSON.parse(listOf(element).dataset.names) : [];
  const low = word.toLowerCase();
  const found = names
    .filter(({ name, words }) => name.toLowerCase().includes(low) || words.toLowerCase().includes(low))
    .sort((one, other) => other.name.toLowerCase().startsWith(low) - one.name.toLowerCase().startsWith(low))
    .slice(0, MOST);
  if (!found.length || (found.length === 1 && found[0].name === word)) return stopHints(element);
  const list = listOf(element);
  list.replaceChildren(...found.map(({ name, words }, place) => {
    const line = document.createElement("li");
    line.id = `${list.id}-${place}`;
    line.setAttribute("role", "option");
    line.setAttribute("aria-selected", "false");
    line.dataset.name = name;
    const code = document.createElement("code");
    code.textContent = name;
    const said = document.createElement("span");
    said.textContent = words;
    line.append(code, said);
    return line;
  }));
  list.hidden = false;
  field.setAttribute("aria-expanded", "true");
  field.removeAttribute("aria-activedescendant");
}

// A name has no meaning between quotes.
function inText(before) {
  return (before.replaceAll(/\\./g, "").match(/"/g)?.length ?? 0) % 2 === 1;
}

function press(element, event) {
  const list = listOf(element);
  if (!list || list.hidden) return;
  const lines = [...list.children];
  const at = lines.findIndex((one) => one.getAttribute("aria-selected") === "true");
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    const next = event.key === "ArrowDown" ? (at + 1) % lines.length : (at <= 0 ? lines.length : at) - 1;
    lines.forEach((one, place) => one.setAttribute("aria-selected", String(place === next)));
    event.target.setAttribute("aria-activedescendant", lines[next].id);
  } else if ((event.key === "Enter" || event.key === "Tab") && at >= 0) {
    event.preventDefault();
    take(element, lines[at]);
  } else if (event.key === "Escape") {
    event.preventDefault();
    event.stopPropagation();
    stopHints(element);
  }
}

function take(element, hint) {
  const field = element.querySelector("[data-part=whole]");
  const { name } = hint.dataset;
  const end = field.selectionStart;
  const start = end - (field.value.slice(0, end).match(WORD)?.[0].length ?? 0);
  field.setRangeText(name, start, end, "end");
  if (name.endsWith("()")) field.setSelectionRange(field.selectionStart - 1, field.selectionStart - 1);
  stopHints(element);
  field.dispatchEvent(new Event("input", { bubbles: true }));
  stopHints(element);
}
