// The text of one file, as a page of its own.
import { draft, lookForProblems, say, turn, watch } from "./draft.js";
import { createText } from "./yaml_text.js";

const area = document.getElementById("file-text");
const holder = document.getElementById("file-editor");
const file = area.dataset.file;
area.hidden = true;
holder.hidden = false;
document.getElementById("file-save").hidden = true;

const room = createText(holder, {
  file,
  text: area.value,
  breaks: area.dataset.breaks,
  step: { en: area.dataset.stepEn, "zh-CN": area.dataset.stepZh },
  async turn(which) {
    const { status, answer } = await turn(which, file);
    if (status !== 200) return;
    const now = answer.files[file];
    if (now === undefined || now === null) return location.assign(location.pathname.replace(/\/files\/.*$/, ""));
    room.replace(now);
  },
});

for (const form of document.querySelectorAll("form[data-turn]")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    room.turned(form.dataset.turn);
  });
}

addEventListener("click", (event) => {
  const link = event.target.closest("a[data-line]");
  if (!link || link.dataset.file !== file || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  for (const one of document.querySelectorAll(".bench-outline a[aria-current]")) one.removeAttribute("aria-current");
  if (link.closest(".bench-outline")) link.setAttribute("aria-current", "page");
  history.replaceState(null, "", link.href);
  room.jump(Number(link.dataset.line), Number(link.dataset.column ?? 1));
  room.editor.focus();
});

room.jump(Number(area.dataset.line));
room.editor.focus();
lookForProblems();
watch(async () => {
  if (room.isTyping()) return say("other"); // merged when it is saved
  const answer = await lookForProblems(file);
  if (!answer || typeof answer.text !== "string" || room.isTyping()) return;
  draft.revision = answer.revision;
  room.replace(answer.text);
  say("saved");
});
