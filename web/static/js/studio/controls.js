// Controls of the editors: what somebody changes becomes one operation, buttons carry theirs with them.
const PAUSE = 800;
const EDITED = { en: "Edited", "zh-CN": "编辑" };

export function startControls(root, room) {
  const waiting = new Map(); // what is being typed: its timer

  root.addEventListener("change", (event) => {
    const unit = event.target.closest("[data-unit-of]");
    const control = unit ? document.getElementById(unit.dataset.unitOf) : event.target.closest("[data-put], [data-words], [data-key]");
    if (!control || (unit && !control.value.trim())) return; // a unit of nothing
    settle(control);
    save(control);
  });
  root.addEventListener("input", (event) => {
    const control = event.target.closest("[data-put], [data-words]");
    if (!control || !control.matches("textarea, input:not([type=checkbox], [type=radio])")) return;
    clearTimeout(waiting.get(control));
    waiting.set(control, setTimeout(() => save(control), PAUSE));
  });
  root.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.matches("input[data-put], input[data-words]")) {
      event.preventDefault();
      settle(event.target);
      save(event.target);
    }
  });

  function save(control) {
    clearTimeout(waiting.get(control));
    waiting.delete(control);
    const now = reading(control);
    if (control.savedAs === undefined) control.savedAs = initial(control);
    if (now === control.savedAs) return;
    control.savedAs = now;
    const operations = operationsOf(control);
    if (operations.length) room.edit(stepOf(control), operations, { then: selectionAfter(control) });
  }

  root.addEventListener("click", (event) => {
    const button = event.target.closest("[data-do]");
    if (button && !button.disabled) {
      event.preventDefault();
      event.stopPropagation();
      press(button, room);
      return;
    }
    const link = event.target.closest("a[data-at]");
    if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      room.select(link.dataset.at);
      return;
    }
    const fresh = event.target.closest("[data-new]");
    if (fresh && fresh.dataset.into) {
      const path = JSON.parse(fresh.dataset.into);
      room.edit(stepOf(fresh), [{ op: "insert", path, index: Number(fresh.dataset.index ?? 0), value: JSON.parse(fresh.dataset.new) }], { then: fresh.dataset.then });
    }
  });

  root.addEventListener("toggle", (event) => {
    const menu = event.target;
    if (menu.open && menu.matches?.("details.rule-more")) menu.scrollIntoView({ block: "nearest" }); // it opens below: all of it into view
  }, true);

  root.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-entry]");
    if (!form) return;
    event.preventDefault();
    const field = form.querySelector("input");
    const name = field.value.trim();
    if (!name) return field.focus();
    field.value = "";
    room.edit({ en: `Added ${name}`, "zh-CN": `添加“${name}”` }, [{ op: "set", path: [...JSON.parse(form.dataset.entry), name], value: JSON.parse(form.dataset.value) }]);
  });
}

// What a button does was worked out for the room as it is drawn. Pressed while another press is under way, it waits for the new
// room and then does what it says by then. What takes away or moves would meet another item, and what leads elsewhere would come twice.
const under = new Set(); // buttons whose press is under way
let presses = Promise.resolve();

export function press(button, room) {
  const said = meaning(button);
  if (under.has(button) && button.dataset.go) return;
  if (under.size && /^(remove|move)/.test(said)) return;
  const waits = under.size > 0;
  button.closest("details.rule-more")?.removeAttribute("open"); // a menu has done its work
  under.add(button);
  presses = presses.then(async () => {
    if (waits && (!button.isConnected || button.disabled || meaning(button) !== said)) return;
    await room.edit(stepOf(button), JSON.parse(button.dataset.do), { then: button.dataset.then, focus: button.dataset.go, within: button.dataset.goIn });
  }).catch((error) => console.error(error)).finally(() => under.delete(button));
}

function meaning(button) {
  const [first] = JSON.parse(button.dataset.do ?? "[null]");
  return `${first?.op} ${JSON.stringify(first?.path)} ${button.textContent}`;
}

// What is selected after a choice by which what is selected now gets another name: "~" in data-then-at is the choice.
function selectionAfter(control) {
  const holder = control.matches("select") && control.value ? control.closest("[data-then-at]") : null;
  return holder ? holder.dataset.thenAt.replace("~", encodeURIComponent(JSON.parse(control.value))) : undefined;
}

export function stepOf(element) {
  const from = element.closest("[data-step]");
  return from ? JSON.parse(from.dataset.step) : EDITED;
}

// A length of time is a number and a unit; who writes both, as in 4bh, chooses the unit with it.
const LENGTH = /^([0-9]{1,9})\s*(s|m|h|d|w|bs|bm|bh|bd)$/;
const NUMBER = /^[0-9.]+$/;

function unitOf(control) {
  return control.dataset.unit ? document.getElementById(control.dataset.unit) : null;
}

function settle(control) {
  const unit = unitOf(control);
  const [, amount, written] = (unit && LENGTH.exec(control.value.trim())) ?? [];
  if (!amount || ![...unit.options].some((one) => one.value === written)) return;
  control.value = amount;
  unit.value = written;
}

function reading(control) {
  if (control.matches("[type=checkbox]")) return String(control.checked);
  const unit = unitOf(control);
  return unit && NUMBER.test(control.value.trim()) ? control.value.trim() + unit.value : control.value;
}

function initial(control) {
  if (control.matches("[type=checkbox]")) return String(control.defaultChecked);
  if (control.matches("select")) return [...control.options].find((one) => one.defaultSelected)?.value ?? control.options[0]?.value ?? "";
  const unit = unitOf(control);
  return unit && control.defaultValue ? control.defaultValue + initial(unit) : control.defaultValue;
}

function operationsOf(control) {
  if (control.dataset.words) return wordsOf(control);
  if (control.dataset.key) {
    const name = control.value.trim();
    return name ? [{ op: "rename", path: JSON.parse(control.dataset.key), key: name }] : [];
  }
  const path = JSON.parse(control.dataset.put);
  const text = control.value;
  if (control.matches("[type=checkbox]")) {
    if (control.checked) return [{ op: "set", path, value: true }];
    return control.dataset.off === "false" ? [{ op: "set", path, value: false }] : [{ op: "clear", path }];
  }
  if (text.trim() === "" && control.dataset.empty !== "keep") return [{ op: "clear", path }];
  switch (control.dataset.as) {
    case "number": {
      const number = Number(text.trim());
      return [{ op: "set", path, value: Number.isFinite(number) ? number : text.trim() }];
    }
    case "length":
      return [{ op: "set", path, value: reading(control).trim().replace(/\s+/g, "") }];
    case "plain":
      return [{ op: "set", path, value: /^-?\d+(\.\d+)?$/.test(text.trim()) ? Number(text.trim()) : text }];
    case "list":
      return [{ op: "set", path, value: text.split(/[,，\n]/).map((one) => one.trim()).filter(Boolean) }];
    case "json":
      return [{ op: "set", path, value: JSON.parse(text) }];
    case "yaml":
      return [{ op: "set", path, yaml: text }];
    case "line":
      return [{ op: "set", path, value: text.replace(/\s*\n\s*/g, " ").trim() }];
    default:
      return [{ op: "set", path, value: text }];
  }
}

// A label is a text, or one for each language; with both filled in it is the latter.
function wordsOf(control) {
  const path = JSON.parse(control.dataset.words);
  const both = {};
  for (const one of control.closest(".words, .words-two").querySelectorAll("[data-tongue]")) {
    if (one.value.trim()) both[one.dataset.tongue] = one.value;
  }
  const value = { en: both.en ?? both["zh-CN"] ?? "", "zh-CN": both["zh-CN"] ?? both.en ?? "" };
  if (!both.en && !both["zh-CN"]) return [{ op: "clear", path }];
  return [{ op: "set", path, value: both.en && both["zh-CN"] ? value : both }];
}
