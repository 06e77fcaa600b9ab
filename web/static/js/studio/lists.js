// Lists whose items are moved by mouse or by keys, within and between lists, and palettes to take new items from.
import { stepOf } from "./controls.js";

const bound = new WeakSet();

export function bindLists(root, room) {
  if (!window.Sortable) return;
  for (const list of root.querySelectorAll("[data-list]")) {
    if (bound.has(list)) continue;
    bound.add(list);
    window.Sortable.create(list, {
      group: list.dataset.group ?? list.dataset.list,
      handle: list.dataset.handle,
      draggable: "[data-item]",
      filter: "input, textarea, select, button, a",
      preventOnFilter: false,
      animation: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 120,
      onEnd: (event) => dropped(event, room),
      onAdd: (event) => added(event, room),
    });
  }
  for (const palette of root.querySelectorAll("[data-palette]")) {
    if (bound.has(palette)) continue;
    bound.add(palette);
    window.Sortable.create(palette, { group: { name: palette.dataset.palette, pull: "clone", put: false }, sort: false, draggable: "[data-new]" });
  }
}

// Where the item stands now among the list's items, as the document counted them before the move.
function placeOf(item, list) {
  return [...list.querySelectorAll(":scope > [data-item], :scope > [data-new]")].indexOf(item);
}

function pathOf(item) {
  const list = item.closest("[data-list]");
  const key = item.dataset.item;
  return [...JSON.parse(list.dataset.list), list.dataset.map === undefined ? Number(key) : key];
}

function dropped(event, room) {
  const { item, from, to, oldDraggableIndex: was, newDraggableIndex: place } = event;
  if (item.dataset.new !== undefined || (from === to && was === place)) return;
  const source = JSON.parse(from.dataset.list);
  const key = from.dataset.map === undefined ? Number(item.dataset.item) : item.dataset.item;
  const index = from === to && place > was ? place + 1 : place;
  const target = JSON.parse(to.dataset.list);
  recount(room, from, to);
  const then = typeof key === "number" ? follow(room.at, source, key, target, place) : undefined;
  room.edit(stepOf(from), [{ op: "move", path: [...source, key], to: target, index }], { then });
}

// The items stand where they will stand: what the next gesture counts is true before the server has answered.
function recount(room, ...lists) {
  for (const list of new Set(lists)) {
    const items = list.querySelectorAll(":scope > [data-item]");
    room.isAhead(list);
    if (list.dataset.map !== undefined) continue;
    items.forEach((item, place) => {
      if (item.dataset.item === String(place)) return;
      item.dataset.item = place;
      room.isAhead(item);
    });
  }
}

// What is selected stays selected when an item moves from *source* to *to*, where it is number *place* then.
function follow(at, source, key, to, place) {
  const [where, ...asked] = at.split(";");
  const steps = where.split("/");
  const list = [source, to].map((one) => one.join("/"));
  const inside = (number) => steps.length > [source, to][number].length && steps.slice(0, [source, to][number].length).join("/") === list[number];
  if (inside(0) && steps[source.length] === String(key)) steps.splice(0, source.length + 1, ...to, place);
  else {
    if (inside(0) && Number(steps[source.length]) > key) steps[source.length] = Number(steps[source.length]) - 1;
    if (inside(1) && Number(steps[to.length]) >= place) steps[to.length] = Number(steps[to.length]) + 1;
  }
  return [steps.join("/"), ...asked].join(";");
}

function added(event, room) {
  const { item, to, newDraggableIndex: index } = event;
  if (item.dataset.new === undefined) return;
  const value = JSON.parse(item.dataset.new);
  const step = stepOf(item);
  const path = JSON.parse(to.dataset.list);
  const { go } = item.dataset;
  const asked = (item.dataset.then ?? "").split(";").slice(1).map((one) => `;${one}`).join("");
  const then = go ? [...path, index].join("/") + asked : item.dataset.then; // what was dropped is selected where it was dropped
  item.remove();
  room.edit(step, [{ op: "insert", path, index, value }], { then, focus: go });
}

export function startLists(root, room) {
  root.addEventListener("keydown", (event) => {
    const item = event.target;
    if (!item.matches?.("[data-item]")) return;
    const list = item.closest("[data-list]");
    const items = [...list.querySelectorAll(":scope > [data-item]")];
    const place = items.indexOf(item);
    const path = pathOf(item);
    const to = JSON.parse(list.dataset.list);
    if (event.altKey && event.key === "ArrowUp" && place > 0) return act(event, () => moved(item, to, path, place - 1, place - 1, list));
    if (event.altKey && event.key === "ArrowDown" && place < items.length - 1) return act(event, () => moved(item, to, path, place + 2, place + 1, list));
    if (event.altKey || event.metaKey) return undefined;
    if (event.ctrlKey && event.key.toLowerCase() === "d" && item.dataset.copy !== undefined) return act(event, () => copied(item, to, place, list));
    if (event.ctrlKey) return undefined;
    switch (event.key) {
      case "ArrowUp": return act(event, () => items[place - 1]?.focus());
      case "ArrowDown": return act(event, () => items[place + 1]?.focus());
      case "Delete": return act(event, () => removed(item, list, path, place));
      case "F2": return act(event, () => { const field = item.querySelector("[data-rename]"); field?.focus(); field?.select?.(); });
      case "Enter": return act(event, () => item.querySelector("a[data-at], summary")?.click());
      default: return undefined;
    }
  });

  function act(event, what) {
    event.preventDefault();
    what();
  }
  async function moved(item, to, path, index, place, list) {
    const others = [...list.querySelectorAll(":scope > [data-item]")].filter((one) => one !== item);
    const step = stepOf(list);
    let then;
    if (list.dataset.map === undefined) { // seen at once; the server's room says the same
      list.insertBefore(item, others[place] ?? null);
      item.focus();
      recount(room, list);
      then = follow(room.at, to, path.at(-1), to, place);
    }
    await room.edit(step, [{ op: "move", path, to, index }], { then });
    focusAt(to, place);
  }
  async function removed(item, list, path, place) {
    const operations = item.dataset.remove ? JSON.parse(item.dataset.remove) : [{ op: "remove", path }];
    const to = JSON.parse(list.dataset.list);
    await room.edit({ en: "Removed", "zh-CN": "删除" }, operations);
    focusAt(to, place);
  }
  async function copied(item, to, place, list) {
    await room.edit({ en: "Duplicated", "zh-CN": "复制" }, [{ op: "insert", path: to, index: place + 1, value: JSON.parse(item.dataset.copy) }]);
    focusAt(to, place + 1);
  }
  function focusAt(to, place) {
    if (room.isSaving) return; // the next gesture has the focus already
    const list = [...root.querySelectorAll("[data-list]")].find((one) => JSON.stringify(JSON.parse(one.dataset.list)) === JSON.stringify(to));
    const items = list?.querySelectorAll(":scope > [data-item]") ?? [];
    (items[place] ?? items[items.length - 1])?.focus();
  }
}
