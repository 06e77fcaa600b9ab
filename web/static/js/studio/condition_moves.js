// Conditions change places: dragged by their grip, or by Alt and the arrows; also into and out of groups.
const Sortable = window.Sortable;
const WHERE = "[data-part=where]";
const GROUP = '[data-block="group"]';
const lists = new WeakSet();

const listOf = (group) => group.querySelector(":scope > .cond-items");
const groupIn = (line) => (line?.firstElementChild.matches(GROUP) ? line.firstElementChild : null);

// Lets the lines of every group in *element* be dragged; what asks of a table's rows stays among the rows. moved(line) comes after.
export function startDragging(element, moved) {
  if (!Sortable) return;
  for (const list of element.querySelectorAll(".cond-items")) {
    if (lists.has(list)) continue;
    lists.add(list);
    const realm = list.closest(WHERE)?.parentElement.id ?? element.id;
    Sortable.create(list, {
      group: realm,
      handle: ".cond-grip",
      draggable: "[data-line]",
      animation: 120,
      fallbackOnBody: true,
      swapThreshold: 0.65,
      onEnd: ({ item, from, to, oldIndex, newIndex }) => {
        if (from === to && oldIndex === newIndex) return;
        leave(from);
        moved(item);
      },
    });
  }
}

// A group that holds nothing any more goes, too; one that asks of rows stays.
export function leave(list) {
  const group = list.parentElement;
  const above = group.closest(".cond-items > [data-line]");
  if (!list.children.length && above && !group.parentElement.matches(WHERE)) above.remove();
}

// Moves *line* by an arrow key: up and down in its group, right into the group beside it, left out of its own. Tells whether it did.
export function moveByKey(line, key) {
  const from = line.parentElement;
  const group = from.parentElement;
  const before = line.previousElementSibling;
  const after = line.nextElementSibling;
  if (key === "ArrowUp" && before) before.before(line);
  else if (key === "ArrowDown" && after) after.after(line);
  else if (key === "ArrowRight" && groupIn(before)) listOf(groupIn(before)).append(line);
  else if (key === "ArrowRight" && groupIn(after)) listOf(groupIn(after)).prepend(line);
  else if (key === "ArrowLeft" && !group.parentElement.matches(WHERE) && group.closest(".cond-items > [data-line]")) group.closest(".cond-items > [data-line]").after(line);
  else return false;
  leave(from);
  return true;
}

// The numbers that lead to *line* from the top, as the server will count them.
export function placeOf(line) {
  const numbers = [];
  for (let one = line; one;) {
    numbers.unshift([...one.parentElement.children].indexOf(one));
    const group = one.parentElement.parentElement;
    if (group.parentElement.matches(WHERE)) numbers.unshift("w");
    one = group.closest(".cond-items > [data-line]");
  }
  return ["0", ...numbers].join("-");
}
