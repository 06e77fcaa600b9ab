// Choices are written one below the other: Enter goes on to the next one, and what is pasted in lines becomes as many.
const FIELD = ".option-line input[data-words]";
const MOST = 200;
const STEP = { en: "Choices pasted", "zh-CN": "粘贴选项" };

export function startOptions(element, room) {
  element.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || event.ctrlKey || event.altKey || event.metaKey || !event.target.matches(FIELD)) return;
    goOn(event.target); // what is written here is saved by the room, as after any Enter
  });
  element.addEventListener("paste", (event) => {
    const lines = event.target.matches(FIELD) ? linesOf(event.clipboardData.getData("text/plain")) : [];
    if (lines.length < 2) return;
    event.preventDefault();
    paste(event.target, lines, room);
  });
}

function goOn(field) {
  const next = field.closest("[data-item]").nextElementSibling;
  const there = next?.querySelector(`.option-line input[lang="${field.lang}"]`);
  if (there) {
    there.focus();
    there.select();
  } else if (!field.closest(".option-rows .option-rows")) setTimeout(() => document.getElementById("add-choice")?.click()); // after what is written here
}

function linesOf(text) {
  return text.split(/\r?\n/).map((one) => one.split("\t")[0].replace(/^\s*([-*•·]|\d+[.)、])\s+/, "").trim()).filter(Boolean).slice(0, MOST);
}

function paste(field, [first, ...others], room) {
  const item = field.closest("[data-item]");
  const list = item.closest("[data-list]");
  const path = JSON.parse(list.dataset.list);
  const at = Number(item.dataset.item);
  const { id } = JSON.parse(list.dataset.fresh);
  const [, stem, number] = /^(.*?)(\d+)$/.exec(id) ?? [null, `${id}_`, "2"];
  const fresh = others.map((words, place) => ({ op: "insert", path, index: at + 1 + place, value: { id: `${stem}${Number(number) + place}`, title: { [field.lang]: words } } }));
  field.value = first;
  const both = [...item.querySelectorAll(`:scope > ${FIELD.split(" ")[0]} input`)].map((one) => [one.dataset.tongue, one.value]).filter(([, words]) => words);
  const title = { op: "set", path: [...path, at, "title"], value: Object.fromEntries(both) };
  field.savedAs = first;
  room.edit(STEP, [title, ...fresh], { focus: field.id });
}
