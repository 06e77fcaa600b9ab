// The order of rules: each has a number, and rules with lower ones come first. Moving one changes as few numbers as can be.
const LEAST = -10000;
const MOST = 10000;
const GAP = 10;

export function mount(list, room) {
  const step = JSON.parse(list.dataset.step);
  list.dataset.ready = "";
  showChosen(list);
  list.addEventListener("keydown", async (event) => {
    const line = event.target;
    if (!line.matches("[data-rule]")) return;
    const lines = [...list.children];
    const at = lines.indexOf(line);
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (event.key === "Enter") return line.querySelector("a").click();
    if (!by || !lines[at + by]) return;
    event.preventDefault();
    if (!event.altKey) return lines[at + by].focus();
    await moved(line, at + by);
    document.getElementById(line.id)?.focus();
  });
  if (window.Sortable) {
    window.Sortable.create(list, { handle: ".grip", draggable: "[data-rule]", animation: 0, onEnd: ({ item, newDraggableIndex }) => moved(item, newDraggableIndex) });
  }

  async function moved(line, to) {
    const others = [...list.children].filter((one) => one !== line);
    const order = [...others.slice(0, to), line, ...others.slice(to)].map(ruleOf);
    const changes = renumbered(order, to);
    if (changes.length) await room.edit(step, changes);
  }
}

// What is chosen stands in view where the list scrolls by itself; the page stays where it is.
function showChosen(list) {
  const line = list.querySelector(".is-chosen");
  const box = [list, list.closest(".rules-list")].find((one) => one && one.scrollHeight > one.clientHeight && getComputedStyle(one).overflowY === "auto");
  if (!line || !box) return;
  const below = line.getBoundingClientRect().bottom - box.getBoundingClientRect().bottom;
  if (below > 0) box.scrollTop += below + 12;
}

function ruleOf(line) {
  return { id: line.dataset.rule, file: line.dataset.file, document: Number(line.dataset.number), order: Number(line.dataset.order) };
}

function comesFirst(one, other) {
  return one.order < other.order || (one.order === other.order && one.id < other.id);
}

// Return the operations that put the rule at *at* between its new neighbours.
export function renumbered(rules, at) {
  const rule = rules[at];
  const before = rules[at - 1];
  const after = rules[at + 1];
  const fits = (order) => {
    const one = { ...rule, order };
    return order >= LEAST && order <= MOST && (!before || comesFirst(before, one)) && (!after || comesFirst(one, after));
  };
  if (fits(rule.order)) return [];
  const low = before ? before.order : (after?.order ?? 0) - 2 * GAP;
  const high = after ? after.order : (before?.order ?? 0) + 2 * GAP;
  const order = [Math.floor((low + high) / 2), low, high].find(fits);
  if (order !== undefined) return [put(rule, order)];
  return rules.map((one, place) => [one, (place + 1) * GAP]).filter(([one, number]) => one.order !== number).map(([one, number]) => put(one, number));
}

function put({ file, document }, value) {
  return { op: "set", path: ["order"], value, file, document };
}
