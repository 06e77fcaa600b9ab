// The text of one file: saved while it is typed, checked in place, merged with what others do.
import { draft, edit, lookForProblems, onProblems, say, turn, watch } from "./draft.js";

const area = document.getElementById("file-text");
const holder = document.getElementById("file-editor");
const file = area.dataset.file;
const STEP = { en: area.dataset.stepEn, "zh-CN": area.dataset.stepZh };
const PAUSE = 700;
const ace = window.ace;

ace.config.set("useStrictCSP", true);
ace.config.set("loadWorkerFromBlob", false);
const editor = ace.edit(holder, {
  value: area.value,
  mode: "ace/mode/yaml",
  useWorker: false,
  useSoftTabs: true,
  tabSize: 2,
  showPrintMargin: false,
  fontSize: 13,
  wrap: false,
  enableKeyboardAccessibility: true,
});
area.hidden = true;
holder.hidden = false;
document.getElementById("file-save").hidden = true;
const session = editor.session;
session.setNewLineMode(area.dataset.breaks);
editor.textInput.getElement().setAttribute("aria-label", file);

const dark = matchMedia("(prefers-color-scheme: dark)");
function dress() {
  const theme = document.documentElement.dataset.theme;
  const night = theme ? theme === "dark" : dark.matches;
  editor.setTheme(night ? "ace/theme/tomorrow_night" : "ace/theme/textmate");
}
ace.define("ace/theme/tomorrow_night", ["require", "exports"], (_require, exports) => Object.assign(exports, { isDark: true, cssClass: "ace-tomorrow-night" }));
ace.define("ace/theme/textmate", ["require", "exports"], (_require, exports) => Object.assign(exports, { isDark: false, cssClass: "ace-tm" }));
dress();
dark.addEventListener("change", dress);

let kept = text(); // the text as the server has it
let quiet = false;
let timer = null;

function text() {
  return session.getValue();
}

function replace(words) {
  if (words === text()) return;
  quiet = true;
  const { row, column } = editor.getCursorPosition();
  const top = session.getScrollTop();
  session.doc.setValue(words);
  editor.moveCursorTo(row, column);
  editor.clearSelection();
  session.setScrollTop(top);
  quiet = false;
}

function typed() {
  if (quiet) return;
  say("typing");
  clearTimeout(timer);
  timer = setTimeout(save, PAUSE);
}

async function save() {
  clearTimeout(timer);
  timer = null;
  if (text() === kept) return say("saved");
  let sent = "";
  const { status, answer } = await edit(STEP, () => [{ file, text: (sent = text()) }]);
  if (status === 409 && answer.theirs !== undefined) return settle(answer);
  if (status !== 200) return void say("resists");
  const now = answer.files[file] ?? sent;
  kept = now;
  if (text() === sent) replace(now); // others' changes came in by merging
  else typed();
}

function settle(answer) {
  const box = document.getElementById("clash");
  document.getElementById("clash-words").textContent = answer.message;
  document.getElementById("clash-theirs").textContent = answer.theirs;
  document.getElementById("clash-mine").textContent = answer.mine ?? "";
  const take = () => {
    draft.revision = answer.revision;
    kept = answer.theirs;
  };
  document.getElementById("clash-take").onclick = () => { take(); replace(answer.theirs); box.close(); say("saved"); lookForProblems(); };
  document.getElementById("clash-keep").onclick = () => { take(); box.close(); save(); };
  box.showModal();
}

function mark({ problems }) {
  session.setAnnotations(problems.filter((one) => one.file === file).map((one) => ({
    row: Math.max(one.line - 1, 0),
    column: Math.max(one.column - 1, 0),
    text: `${one.message} (${one.code})`,
    type: one.severity,
  })));
}

async function turned(which) {
  if (timer !== null) await save();
  const { status, answer } = await turn(which, file);
  if (status !== 200) return;
  const now = answer.files[file];
  if (now === undefined || now === null) return location.assign(location.pathname.replace(/\/files\/.*$/, ""));
  kept = now;
  replace(now);
}

for (const form of document.querySelectorAll("form[data-turn]")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    turned(form.dataset.turn);
  });
}
for (const [which, keys] of [["undo", { win: "Ctrl-Z", mac: "Command-Z" }], ["redo", { win: "Ctrl-Shift-Z|Ctrl-Y", mac: "Command-Shift-Z" }]]) {
  editor.commands.addCommand({ name: which, bindKey: keys, exec: () => turned(which) });
}
editor.commands.addCommand({ name: "save", bindKey: { win: "Ctrl-S", mac: "Command-S" }, exec: save });

function jump(line, column = 1) {
  editor.gotoLine(line, column - 1, false);
  editor.scrollToLine(line - 1, false, false);
  editor.focus();
}

addEventListener("click", (event) => {
  const link = event.target.closest("a[data-line]");
  if (!link || link.dataset.file !== file || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  for (const one of document.querySelectorAll(".bench-outline a[aria-current]")) one.removeAttribute("aria-current");
  if (link.closest(".bench-outline")) link.setAttribute("aria-current", "page");
  history.replaceState(null, "", link.href);
  jump(Number(link.dataset.line), Number(link.dataset.column ?? 1));
});

addEventListener("beforeunload", (event) => {
  if (text() !== kept) event.preventDefault();
});

onProblems(mark);
session.on("change", typed);
jump(Number(area.dataset.line));
lookForProblems();
watch(async () => {
  if (text() !== kept || timer !== null) return say("other"); // merged when it is saved
  const answer = await lookForProblems(file);
  if (!answer || typeof answer.text !== "string" || text() !== kept) return;
  draft.revision = answer.revision;
  kept = answer.text;
  replace(answer.text);
  say("saved");
});
