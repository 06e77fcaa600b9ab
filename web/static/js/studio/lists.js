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
  // The room is drawn anew from the text: put the page back first, so that both agree.
  from.insertBefore(item, from.querySelectorAll(":scope > [data-item]")[was + (from === to && place < was ? 1 : 0)] ?? null);
  room.edit(stepOf(from), [{ op: "move", path: [...source, key], to: JSON.parse(to.dataset.list), index }]);
}

function added(event, room) {
  const { item, to, newDraggableIndex: index } = event;
  if (item.dataset.new === undefined) return;
  const value = JSON.parse(item.dataset.new);
  const step = stepOf(item);
  const then = item.dataset.then;
  item.remove();
  room.edit(step, [{ op: "insert", path: JSON.parse(to.dataset.list), index, value }], { then });
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
    await room.edit(stepOf(list), [{ op: "move", path, to, index }]);
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
    const list = [...root.querySelectorAll("[data-list]")].find((one) => JSON.stringify(JSON.parse(one.dataset.list)) === JSON.stringify(to));
    const items = list?.querySelectorAll(":scope > [data-item]") ?? [];
    (items[place] ?? items[items.length - 1])?.focus();
  }
}
