// The text beside an editor: what is typed here shows there, what is done there shows here, and the cursor stays.
import { lookForProblems } from "./draft.js";
import { createText } from "./yaml_text.js";

const UNREADABLE = /^YAML/;
let room = null;
let shown = null;

export async function openPane(holder, { file, line = 1 }) {
  if (room && shown === file) {
    room.editor.resize();
    room.jump(line);
    return;
  }
  const answer = await lookForProblems(file);
  if (typeof answer?.text !== "string") return;
  shown = file;
  room = createText(holder, {
    file,
    text: answer.text,
    breaks: answer.text.includes("\r\n") ? "windows" : "unix",
    step: { en: "Text edited", "zh-CN": "编辑文本" },
    turn: async (which) => document.getElementById(`bench-${which}`)?.click(),
    saved: tell,
  });
  room.jump(line);
  tellIfBroken(answer);
}

export function closePane() {
  if (room?.isTyping()) room.save();
}

// The new text of the file after a gesture elsewhere; what is being typed here is merged when it is saved.
export function refreshPane(text) {
  if (!room || typeof text !== "string") return;
  if (room.isTyping()) room.save();
  else room.replace(text);
}

function broken(answer) {
  return answer?.problems.find((one) => one.file === shown && one.severity === "error" && UNREADABLE.test(one.code));
}

function tellIfBroken(answer) {
  const one = broken(answer);
  if (one) document.dispatchEvent(new CustomEvent("studio:broken", { detail: { file: one.file, line: one.line, message: one.message } }));
  return Boolean(one);
}

function tell(answer) {
  if (answer && !tellIfBroken(answer)) document.dispatchEvent(new CustomEvent("studio:whole", { detail: { file: shown } }));
}

document.addEventListener("studio:moved", async () => {
  if (!room || room.isTyping()) return;
  const answer = await lookForProblems(shown);
  if (typeof answer?.text === "string" && !room.isTyping()) room.replace(answer.text);
});
