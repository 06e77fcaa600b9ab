// The form builder's own manners: a title that is written in is selected, ids are renamed with all that names them,
// and what breaks is told before a field goes.
import { startOptions } from "./form_options.js";

let element = null;
let room = null;

export function mount(mine, api) {
  element = mine;
  room = api;
  element.addEventListener("focusin", selected);
  element.addEventListener("click", clicked);
  element.addEventListener("submit", renamed);
  element.addEventListener("keydown", deleted, { capture: true });
  element.addEventListener("keydown", opened, { capture: true });
  element.addEventListener("click", coming);
  startOptions(element, room);
  document.addEventListener("keydown", duplicated);
  document.addEventListener("studio:selecting", (event) => show(event.detail));
  element.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    if (event.target.matches("[data-rename]")) event.target.closest("[data-item]")?.focus();
    else if (event.target.closest("#form-inspector") && !event.target.closest(".cond")) element.querySelector(".form-row.is-selected, .form-section.is-selected")?.focus();
  });
}

// Enter on a row opens its details and goes there; Escape leads back to the row.
async function opened(event) {
  if (event.key !== "Enter" || !event.target.matches(".form-row, .form-section")) return;
  event.preventDefault();
  event.stopPropagation();
  await room.select(event.target.querySelector("a.row-open").dataset.at);
  document.getElementById("form-inspector")?.querySelector("input, select, textarea, button")?.focus();
}

function selected(event) {
  const to = event.target.dataset?.select;
  if (to && to !== room.at) room.select(to);
}

// What is selected is marked at once; the details follow.
function show(at) {
  if (!element.isConnected) return;
  const link = at && element.querySelector(`.row-open[data-at="${CSS.escape(at)}"]`);
  const item = link?.closest("[data-item]");
  if (at && !item) return;
  for (const one of element.querySelectorAll("[data-item].is-selected")) {
    one.classList.remove("is-selected");
    room.isAhead(one);
  }
  if (!item) return;
  item.classList.add("is-selected");
  room.isAhead(item);
}

// A new field stands in its place at once, in its looks only, until the room is drawn with it.
function coming(event) {
  const button = event.target.closest(".palette-type[data-new][data-do]");
  const [first] = button ? JSON.parse(button.dataset.do) : [];
  if (first?.op !== "insert" || element.querySelector(".is-coming")) return;
  const list = [...element.querySelectorAll(".form-rows[data-list]")].find((one) => one.dataset.list.replaceAll(" ", "") === JSON.stringify(first.path));
  if (!list) return;
  const ghost = document.createElement("li");
  ghost.className = "form-row is-coming";
  ghost.setAttribute("aria-hidden", "true");
  ghost.textContent = button.textContent;
  room.isAhead(list);
  list.insertBefore(ghost, list.children[first.index] ?? null);
}

// Ctrl+D from anywhere copies the row that has the focus, else the field that is selected.
async function duplicated(event) {
  if (!event.ctrlKey || event.altKey || event.shiftKey || event.metaKey || event.key.toLowerCase() !== "d") return;
  if (!element.isConnected || document.querySelector("dialog[open]")) return;
  event.preventDefault();
  const at = event.target.closest?.(".form-row")?.querySelector(".row-open")?.dataset.at;
  if (at && at !== room.at) await room.select(at);
  const button = document.getElementById("duplicate-selected");
  if (button) button.click();
}

async function clicked(event) {
  const at = (selector) => event.target.closest(selector);
  if (at("[data-refer]")) return refer(at("[data-refer]"));
  if (at("[data-rename-to]")) return rename(at("[data-rename-to]").dataset.part, at("[data-rename-to]").dataset.renameTo);
  if (at("[data-removal]")) return removal(at("[data-removal]"));
  if (at("[data-removal-sure]")) return remove(at("[data-removal-sure]"));
  if (at("[data-removal-keep]")) return void (at(".removal-asked").hidden = true);
  if (at(".form-plus") && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    event.stopPropagation(); // the room is drawn once, and then the types of fields have the keys
    await room.select(at(".form-plus").dataset.at);
    const own = document.querySelector(".inspect-types"); // where the page is narrow; else those on the left
    (own?.offsetParent ? own : element.querySelector(".form-palette"))?.querySelector(".palette-type")?.focus();
    return undefined;
  }
  const line = at(".row-line, .form-line");
  if (line && !at("a, button, input, textarea, select, summary, .grip")) line.querySelector("a.row-open")?.click();
  return undefined;
}

// Delete on a row asks where something names it, and leaves the keys where they are.
async function deleted(event) {
  const row = event.target;
  if (event.key !== "Delete" || !row.matches("[data-item][data-parts]")) return;
  event.preventDefault();
  event.stopPropagation();
  const list = row.parentElement;
  const place = [...list.children].indexOf(row);
  const path = [...JSON.parse(list.dataset.list), Number(row.dataset.item)];
  const { parts } = row.dataset;
  const own = row.querySelector(":scope > .option-line [data-removal], :scope > .item-row [data-removal]");
  if (own) return void removal(own);
  if (await breaking(parts)) {
    await room.select(row.querySelector("a.row-open").dataset.at);
    const button = document.getElementById("remove-selected");
    if (button?.dataset.removal === parts) await removal(button);
    return;
  }
  await room.edit(JSON.parse(list.dataset.removed ?? list.dataset.step), [{ op: "remove", path }], { then: row.matches(".form-row, .form-section") ? "" : undefined });
  const rows = document.getElementById(list.id)?.children ?? [];
  (rows[place] ?? rows[rows.length - 1])?.focus();
}

function asked(part) {
  return new URLSearchParams({ kind: "form", id: room.id, part });
}

// Where a field is used, as the server lists it, with the input for another id above the list.
async function refer(button) {
  const holder = button.closest(".field-id").querySelector(".refer");
  const shown = button.getAttribute("aria-expanded") === "true";
  button.setAttribute("aria-expanded", String(!shown));
  holder.querySelector(".refer-list").replaceChildren();
  holder.hidden = shown;
  if (shown) return;
  const response = await fetch(`${room.base}/references?${asked(button.dataset.refer)}`, { headers: { "X-Part": "references" } });
  if (response.ok) holder.querySelector(".refer-list").innerHTML = await response.text();
  const input = holder.querySelector("input");
  input?.focus();
  input?.select();
}

function renamed(event) {
  const form = event.target.closest("form[data-rename-form]");
  if (!form) return;
  event.preventDefault();
  const name = form.querySelector("input").value.trim();
  if (name) rename(form.dataset.part, name, form);
}

async function rename(part, name, form = null) {
  const { status, answer } = await room.post("rename", { kind: "form", id: room.id, part, new: name });
  const said = form?.querySelector(".rename-said");
  if (said) said.textContent = status === 200 ? "" : answer.message ?? "";
}

// What would have errors without the fields that are named in *parts*, as the server tells it; nothing where nothing would.
async function breaking(parts) {
  const named = parts.trim().split(/\s+/).filter(Boolean);
  if (!named.length) return "";
  const [first, ...others] = named;
  const wanted = asked(first);
  for (const part of others) wanted.append("part", part);
  const response = await fetch(`${room.base}/references?${wanted}`, { headers: { "X-Part": "removal" } });
  return response.ok ? (await response.text()).trim() : "";
}

// A field that something names is not taken away before that was read.
async function removal(button) {
  const breaks = await breaking(button.dataset.removal);
  if (!breaks) return remove(button);
  const holder = button.closest(".inspector").querySelector(".removal-asked");
  const list = holder.querySelector(".removal-list");
  list.innerHTML = breaks;
  holder.hidden = false;
  list.scrollTop = 0;
  const sure = holder.querySelector("[data-removal-sure]");
  for (const key of ["remove", "step", "then"]) sure.dataset[key] = button.dataset[key];
  holder.scrollIntoView({ block: "nearest" });
  sure.focus({ preventScroll: true });
  return undefined;
}

function remove(button) {
  return room.edit(JSON.parse(button.dataset.step), JSON.parse(button.dataset.remove), { then: button.dataset.then });
}
