// One text of a draft in an Ace editor: completed, explained, checked in place, saved while it is typed.
import { draft, edit, lookForProblems, onProblems, say } from "./draft.js";

const ace = window.ace;
const PAUSE = 700;
const HOVER = 350;
const bench = document.querySelector(".bench");
const base = bench.dataset.edit.replace(/\/edit$/, "");
const token = JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];

ace.config.set("useStrictCSP", true);
ace.config.set("loadWorkerFromBlob", false);
ace.define("ace/theme/tomorrow_night", ["require", "exports"], (_require, exports) => Object.assign(exports, { isDark: true, cssClass: "ace-tomorrow-night" }));
ace.define("ace/theme/textmate", ["require", "exports"], (_require, exports) => Object.assign(exports, { isDark: false, cssClass: "ace-tm" }));
const tools = ace.require("ace/ext/language_tools");
const { Range } = ace.require("ace/range");
const dark = matchMedia("(prefers-color-scheme: dark)");

async function ask(path, session, { row, column }) {
  const response = await fetch(`${base}/${path}`, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": token, Accept: "application/json" },
    body: JSON.stringify({ text: session.getValue().replaceAll("\r\n", "\n"), line: row, column }),
  });
  return response.ok ? response.json() : null;
}

const completer = {
  id: "sopwith",
  identifierRegexps: [/[\w.-]/],
  async getCompletions(editor, session, position, _prefix, done) {
    const answer = await ask("complete", session, position).catch(() => null);
    const items = answer?.items ?? [];
    done(null, items.map((one, place) => ({
      value: one.value,
      caption: one.value.trim().replace(/:$/, ""),
      meta: one.title,
      docText: [one.title, one.help].filter(Boolean).join("\n"),
      score: 1000 - place,
      completer: {
        insertMatch(target, chosen) {
          const { row, column } = target.getCursorPosition();
          target.session.replace(new Range(row, answer.start, row, column), chosen.value);
          if (one.kind === "key") setTimeout(() => target.execCommand("startAutocomplete"), 0);
        },
      },
    })));
  },
};

// What two texts have in common at their start and end, so that only the rest is replaced.
function between(old, words) {
  const least = Math.min(old.length, words.length);
  let start = 0;
  while (start < least && old[start] === words[start]) start += 1;
  let tail = 0;
  while (tail < least - start && old[old.length - 1 - tail] === words[words.length - 1 - tail]) tail += 1;
  return [start, tail];
}

// options: file, text, breaks, step (its words in both languages), turn(which), saved(problems).
export function createText(holder, { file, text: first, breaks, step, turn, saved }) {
  const area = document.createElement("div");
  area.className = "yaml-editor";
  const tip = document.createElement("div");
  tip.className = "yaml-tip";
  tip.setAttribute("role", "status");
  tip.hidden = true;
  const mend = document.createElement("div");
  mend.className = "yaml-mend";
  mend.hidden = true;
  holder.replaceChildren(area, mend, tip);

  const editor = ace.edit(area, {
    value: first,
    useWorker: false,
    useSoftTabs: true,
    tabSize: 2,
    showPrintMargin: false,
    fontSize: 13,
    wrap: false,
    enableKeyboardAccessibility: true,
    enableBasicAutocompletion: tools ? [completer] : false,
    enableLiveAutocompletion: tools ? [completer] : false,
    mode: "ace/mode/yaml",
  });
  editor.completers = [completer];
  const session = editor.session;
  session.setNewLineMode(breaks);
  editor.textInput.getElement().setAttribute("aria-label", file);
  const dress = () => {
    const theme = document.documentElement.dataset.theme;
    editor.setTheme((theme ? theme === "dark" : dark.matches) ? "ace/theme/tomorrow_night" : "ace/theme/textmate");
  };
  dress();
  dark.addEventListener("change", dress);

  let kept = session.getValue(); // the text as the server has it
  let quiet = false;
  let timer = null;
  let marks = [];
  let found = [];
  const text = () => session.getValue();
  const isClean = () => text() === kept && timer === null;

  function replace(words) {
    kept = words;
    const old = text();
    if (words === old) return;
    const [start, tail] = between(old, words);
    const from = session.doc.indexToPosition(start);
    const to = session.doc.indexToPosition(old.length - tail);
    quiet = true;
    session.replace(new Range(from.row, from.column, to.row, to.column), words.slice(start, words.length - tail));
    quiet = false;
    editor.renderer.updateFull();
  }

  function typed() {
    tip.hidden = true;
    if (quiet) return;
    say("typing");
    clearTimeout(timer);
    timer = setTimeout(() => save(), PAUSE);
  }

  async function save(title = step) {
    clearTimeout(timer);
    timer = null;
    if (text() === kept) return say("saved");
    let sent = "";
    const { status, answer } = await edit(title, () => [{ file, text: (sent = text()) }]);
    if (status === 409 && answer.theirs !== undefined) return settle(answer);
    if (status !== 200) return void say("resists");
    const now = answer.files[file] ?? sent;
    if (text() === sent) replace(now); // others' changes came in by merging
    else {
      kept = now;
      typed();
    }
    saved?.(await lookForProblems(file));
  }

  function settle(answer) {
    const box = document.getElementById("clash");
    document.getElementById("clash-words").textContent = answer.message;
    document.getElementById("clash-theirs").textContent = answer.theirs;
    document.getElementById("clash-mine").textContent = answer.mine ?? "";
    const take = () => {
      draft.revision = answer.revision;
      kept = answer.theirs;
      box.close();
    };
    document.getElementById("clash-take").onclick = () => { take(); replace(answer.theirs); say("saved"); lookForProblems(); };
    document.getElementById("clash-keep").onclick = () => { take(); save(); };
    box.showModal();
  }

  function range(one) {
    const row = Math.max(one.line - 1, 0);
    const column = Math.max(one.column - 1, 0);
    if (one.endLine) return new Range(row, column, one.endLine - 1, Math.max(one.endColumn - 1, 0));
    return new Range(row, column, row, Math.max(session.getLine(row).length, column + 1));
  }

  function mark({ problems }) {
    found = problems.filter((one) => one.file === file);
    session.setAnnotations(found.map((one) => ({
      row: Math.max(one.line - 1, 0),
      column: Math.max(one.column - 1, 0),
      text: `${one.message} (${one.code})`,
      type: one.severity,
    })));
    for (const id of marks) session.removeMarker(id);
    marks = found.map((one) => session.addMarker(range(one), `yaml-squiggle yaml-${one.severity}`, "text", true));
    offer();
  }

  // --- mending ---------------------------------------------------------------------------------

  function fixesHere() {
    const row = editor.getCursorPosition().row + 1;
    return isClean() ? found.filter((one) => one.fix && one.line <= row && row <= Math.max(one.endLine, one.line)) : [];
  }

  function offer() {
    const here = fixesHere().slice(0, 3);
    mend.hidden = !here.length;
    mend.replaceChildren(...here.map((one) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "button button-small";
      button.textContent = one.fix.label;
      button.title = `${one.message} (Alt+Enter)`;
      button.addEventListener("click", () => apply(one));
      return button;
    }));
  }

  function apply(one) {
    session.replace(range(one.fix), one.fix.text);
    editor.focus();
    save(one.fix.step);
  }

  // --- explaining ------------------------------------------------------------------------------

  let hovering = null;
  async function explain(position, left, top) {
    const answer = await ask("explain", session, position).catch(() => null);
    if (!answer?.title) return void (tip.hidden = true);
    const head = document.createElement("strong");
    head.textContent = answer.title;
    const body = document.createElement("span");
    body.textContent = answer.help;
    tip.replaceChildren(head, body);
    tip.hidden = false;
    const box = holder.getBoundingClientRect();
    tip.style.left = `${Math.max(4, Math.min(left - box.left, box.width - tip.offsetWidth - 8))}px`;
    tip.style.top = `${Math.min(top - box.top + 20, Math.max(box.height - tip.offsetHeight - 4, 4))}px`;
  }

  editor.on("mousemove", (event) => {
    clearTimeout(hovering);
    const position = event.getDocumentPosition();
    const { clientX, clientY } = event;
    hovering = setTimeout(() => {
      if (position.column < session.getLine(position.row).length) explain(position, clientX, clientY);
      else tip.hidden = true;
    }, HOVER);
  });
  area.addEventListener("mouseleave", () => { clearTimeout(hovering); tip.hidden = true; });
  editor.selection.on("changeCursor", () => { tip.hidden = true; offer(); });

  for (const [which, keys] of [["undo", { win: "Ctrl-Z", mac: "Command-Z" }], ["redo", { win: "Ctrl-Shift-Z|Ctrl-Y", mac: "Command-Shift-Z" }]]) {
    editor.commands.addCommand({ name: which, bindKey: keys, exec: () => turned(which) });
  }
  editor.commands.addCommand({ name: "save", bindKey: { win: "Ctrl-S", mac: "Command-S" }, exec: () => save() });
  editor.commands.addCommand({ name: "mend", bindKey: { win: "Alt-Enter", mac: "Alt-Enter" }, exec: () => { const [one] = fixesHere(); if (one) apply(one); } });
  editor.commands.addCommand({
    name: "explain",
    bindKey: { win: "Ctrl-I", mac: "Command-I" },
    exec: () => {
      const position = editor.getCursorPosition();
      const { pageX, pageY } = editor.renderer.textToScreenCoordinates(position.row, position.column);
      explain(position, pageX - scrollX, pageY - scrollY);
    },
  });

  async function turned(which) {
    if (timer !== null) await save();
    await turn(which);
  }

  function jump(line, column = 1) {
    editor.gotoLine(line, column - 1, false);
    editor.scrollToLine(Math.max(line - 2, 0), false, false);
  }

  new ResizeObserver(() => {
    editor.resize();
    if (editor.isFocused()) editor.renderer.scrollCursorIntoView(); // what tells of mistakes takes room: not that of the line being typed
  }).observe(area);

  const leaving = (event) => {
    if (text() !== kept) event.preventDefault();
  };
  addEventListener("beforeunload", leaving);
  onProblems(mark);
  session.on("change", typed);
  return { editor, text, replace, save, jump, isClean, turned, isTyping: () => timer !== null || text() !== kept };
}
