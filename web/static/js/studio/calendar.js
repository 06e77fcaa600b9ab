// The week of a calendar: half hours are painted by dragging or by keys, hours are typed beside them.
const NAMES = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const SLOTS = 48;

export function mount(element, room) {
  let stroke = null; // {from, last, on}: cells between which it is painted, or cleared
  const local = new Map(); // days whose hours are on their way to the server: what they will be
  let queue = Promise.resolve();
  let under = 0;

  element.addEventListener("pointerdown", (event) => {
    const cell = event.target.closest("[data-slot]");
    if (!cell || event.button !== 0) return;
    event.preventDefault();
    focus(cell);
    begin(cell);
  });
  element.addEventListener("pointermove", (event) => {
    if (!stroke) return;
    const cell = document.elementFromPoint(event.clientX, event.clientY)?.closest("[data-slot]");
    if (cell && element.contains(cell)) show(cell);
  });
  addEventListener("pointerup", () => { if (stroke && element.isConnected) finish(); });
  addEventListener("pointercancel", () => { clear(); stroke = null; });

  element.addEventListener("keydown", (event) => {
    const cell = event.target.closest("[data-slot]");
    if (!cell || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === " " || event.key === "Enter") {
      event.preventDefault();
      if (!stroke) begin(cell);
      finish();
      return;
    }
    if (event.key === "Escape" && stroke) {
      clear();
      stroke = null;
      return;
    }
    const next = neighbour(cell, event.key);
    if (!next) return;
    event.preventDefault();
    if (event.shiftKey && !stroke) begin(cell);
    if (!event.shiftKey && stroke) { clear(); stroke = null; }
    focus(next);
    if (stroke) show(next);
  });
  element.addEventListener("keyup", (event) => {
    if (event.key === "Shift" && stroke && stroke.last !== stroke.from) finish();
  });

  element.addEventListener("change", (event) => {
    const field = event.target.closest("[data-hours]");
    if (!field) return;
    const written = field.value.split(/[,，、;；\n]/).map((one) => one.trim().replace(/[–—~～至]/g, "-").replace(/：/g, ":")).filter(Boolean);
    save(new Map([[Number(field.dataset.hours), written]]));
  });

  function begin(cell) {
    stroke = { from: cell, last: cell, on: !cell.matches(".slot-open") };
    show(cell);
  }

  function show(cell) {
    stroke.last = cell;
    clear();
    for (const one of painted()) one.classList.add(stroke.on ? "slot-adding" : "slot-taking");
  }

  function clear() {
    for (const one of element.querySelectorAll(".slot-adding, .slot-taking")) one.classList.remove("slot-adding", "slot-taking");
  }

  function area() {
    const days = [Number(stroke.from.dataset.day), Number(stroke.last.dataset.day)].sort((a, b) => a - b);
    const slots = [Number(stroke.from.dataset.slot), Number(stroke.last.dataset.slot)].sort((a, b) => a - b);
    return { days, slots };
  }

  function painted() {
    const { days, slots } = area();
    return [...element.querySelectorAll("[data-slot]")].filter(({ dataset }) =>
      dataset.day >= days[0] && dataset.day <= days[1] && dataset.slot >= slots[0] && dataset.slot <= slots[1]);
  }

  function finish() {
    const { days, slots } = area();
    const { slot: step } = data();
    const from = slots[0] * step;
    const to = (slots[1] + 1) * step;
    const changed = new Map();
    for (let day = days[0]; day <= days[1]; day += 1) {
      const old = windowsOf(day);
      const fresh = stroke.on ? joined([...old, [from, to]]) : old.flatMap((one) => without(one, from, to));
      changed.set(day, fresh.map(written));
    }
    for (const one of painted()) {
      one.classList.remove("slot-open", "slot-part", "slot-shut");
      one.classList.add(stroke.on ? "slot-open" : "slot-shut");
      one.setAttribute("aria-selected", String(stroke.on));
    }
    clear();
    stroke = null;
    save(changed);
  }

  function data() {
    return JSON.parse(element.querySelector("#week-data").dataset.week);
  }

  function windowsOf(day) {
    const entry = data().keys.find((one) => one.days.includes(day));
    return (local.get(day) ?? entry?.windows ?? []).map(minutes).filter(Boolean).sort((a, b) => a[0] - b[0]);
  }

  // One after the other: each looks at the keys as the one before it left them.
  function save(changed) {
    for (const [day, windows] of changed) local.set(day, windows);
    under += 1;
    queue = queue.then(async () => {
      const operations = operationsFor(data().keys, changed, JSON.parse(element.dataset.week ?? '["week"]'));
      if (operations.length) await room.edit(JSON.parse(element.dataset.step), operations);
      else await room.refresh();
    }).catch((error) => console.error(error)).finally(() => {
      under -= 1;
      if (!under) local.clear();
    });
  }

  function focus(cell) {
    for (const one of element.querySelectorAll("[data-slot][tabindex='0']")) one.tabIndex = -1;
    cell.tabIndex = 0;
    cell.focus();
  }

  function neighbour(cell, key) {
    let day = Number(cell.dataset.day);
    let slot = Number(cell.dataset.slot);
    if (key === "ArrowRight") slot += 1;
    else if (key === "ArrowLeft") slot -= 1;
    else if (key === "ArrowDown") day += 1;
    else if (key === "ArrowUp") day -= 1;
    else if (key === "Home") slot = 0;
    else if (key === "End") slot = SLOTS - 1;
    else return null;
    return element.querySelector(`[data-day="${day}"][data-slot="${slot}"]`);
  }
}

// The operations that give some days other hours. A key that stands for several days stays where all
// of them change alike; otherwise it is taken apart. path: where the week stands.
export function operationsFor(keys, changed, path) {
  const operations = [];
  const left = new Map(changed);
  for (const { key, days, windows } of keys) {
    const mine = days.filter((day) => left.has(day));
    if (!mine.length) continue;
    const wishes = new Map(days.map((day) => [day, left.get(day) ?? windows]));
    for (const day of mine) left.delete(day);
    if (mine.every((day) => same(left.get(day) ?? wishes.get(day), windows))) continue;
    const groups = alike(wishes);
    if (groups.length === 1) operations.push({ op: "set", path: [...path, key], value: groups[0].windows });
    else {
      for (const one of groups) if (one.windows.length) operations.push({ op: "set", path: [...path, one.key], value: one.windows });
      operations.push({ op: "remove", path: [...path, key] });
    }
  }
  for (const one of alike(new Map([...left].filter(([, windows]) => windows.length)))) {
    operations.push({ op: "set", path: [...path, one.key], value: one.windows });
  }
  return operations;
}

// Days in a row with the same hours under one name: mon, or mon-fri.
function alike(wishes) {
  const groups = [];
  for (const day of [...wishes.keys()].sort((a, b) => a - b)) {
    const windows = wishes.get(day);
    const last = groups.at(-1);
    if (last && last.to === day - 1 && same(last.windows, windows)) last.to = day;
    else groups.push({ from: day, to: day, windows });
  }
  return groups.map(({ from, to, windows }) => ({ key: from === to ? NAMES[from] : `${NAMES[from]}-${NAMES[to]}`, windows }));
}

function same(one, other) {
  return one.length === other.length && one.every((window, place) => window === other[place]);
}

function minutes(text) {
  const found = /^\s*(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})\s*$/.exec(text);
  if (!found) return null;
  const [from, to] = [Number(found[1]) * 60 + Number(found[2]), Number(found[3]) * 60 + Number(found[4])];
  return [from, to > from ? to : to + 1440];
}

function joined(windows) {
  const result = [];
  for (const [from, to] of windows.sort((a, b) => a[0] - b[0])) {
    const last = result.at(-1);
    if (last && from <= last[1]) last[1] = Math.max(last[1], to);
    else result.push([from, to]);
  }
  return result;
}

function without([from, to], start, end) {
  return [[from, Math.min(to, start)], [Math.max(from, end), to]].filter(([first, last]) => last > first);
}

function written([from, to]) {
  const shown = (minute) => `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
  return `${shown(from)}-${to > 1440 ? shown(to - 1440) : shown(to)}`;
}
