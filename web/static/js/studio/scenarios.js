// Runs the draft's scenarios after each save, a portion at a time, and says how they went. The next save begins anew.
import { draft, onProblems } from "./draft.js";
import { startPanel } from "./scenario_panel.js";

const LONG = 3000; // milliseconds after which what was said before is no longer left to stand
const STILL = 4000; // milliseconds for which the chip stays as wide as it was: nobody's pointer misses it
const chip = document.getElementById("bench-scenarios");
const words = document.getElementById("bench-scenarios-words");
const why = document.getElementById("bench-scenarios-why");
const told = document.getElementById("bench-scenarios-said");
let run = null;
let last = null; // what was answered when all were run
let still = 0;
let begun = 0;

async function ask(revision, signal) {
  const response = await fetch(`${chip.dataset.address}?revision=${revision}`, { signal });
  return response.ok ? response.json() : null;
}

// Until all were run it says what it said before, in the same place; a line at its foot tells how far they are. Where there are
// very many, it says in grey how many were run.
function show(answer) {
  chip.hidden = !answer.words;
  chip.style.setProperty("--run", answer.total ? answer.run / answer.total : 1);
  if (!answer.is_done) {
    if (performance.now() - begun > LONG) steadily(() => say(answer.words, "", ""));
    return;
  }
  const calm = answer.calm ?? "";
  const tone = calm ? "badge-warning" : answer.failed > 0 ? "badge-p0" : answer.total > 0 ? "badge-good" : "";
  steadily(() => say(calm || answer.words, calm ? "" : answer.reason, tone));
  told.textContent = words.textContent + why.textContent;
  chip.title = [answer.reason, ...answer.failing.map((one) => one.title)].filter(Boolean).join("\n");
  chip.dataset.done = true;
  last = answer;
  sayBelow(answer);
}

function say(what, reason, tone) {
  words.textContent = what;
  why.textContent = reason ? `${why.dataset.colon}${reason}` : "";
  for (const one of ["badge-warning", "badge-p0", "badge-good"]) chip.classList.toggle(one, one === tone);
}

function steadily(change) {
  if (!last) return change(); // nobody aims at it yet
  const before = chip.getBoundingClientRect().width;
  chip.style.minInlineSize = "";
  change();
  if (chip.getBoundingClientRect().width >= before) return undefined;
  chip.style.minInlineSize = `${before}px`;
  clearTimeout(still);
  still = setTimeout(loosen, STILL);
  return undefined;
}

function loosen() {
  if (chip.matches(":hover")) chip.addEventListener("pointerleave", loosen, { once: true });
  else chip.style.minInlineSize = "";
}

// The bar of problems says the same: that no text is wrong is not that all is well.
function sayBelow(answer) {
  const list = document.getElementById("problems");
  if (!list || !answer?.clean) return;
  const only = list.querySelector("li.soft");
  if (only && list.children.length === 1) only.textContent = answer.clean;
}

// A press that puts scenarios right: what was said of them before holds no longer.
function check() {
  run?.abort();
  chip.dataset.done = false;
  chip.style.setProperty("--run", 0);
  steadily(() => say(chip.dataset.checking, "", ""));
}

async function runAll() {
  run?.abort();
  run = new AbortController();
  const { signal } = run;
  chip.dataset.done = false;
  begun = performance.now();
  sayBelow(last);
  try {
    for (;;) {
      const answer = await ask(draft.revision, signal);
      if (!answer || answer.stale || signal.aborted) return;
      show(answer);
      document.dispatchEvent(new CustomEvent("studio:scenarios", { detail: answer }));
      if (answer.is_done) return;
    }
  } catch {
    // The next save asks again, and the chip of the draft says when the server is away.
  }
}

if (chip) {
  startPanel(chip);
  onProblems(runAll);
  document.addEventListener("studio:mending", check);
  document.addEventListener("studio:unmended", runAll);
  runAll();
}
