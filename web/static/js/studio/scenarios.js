// Runs the draft's scenarios after each save, a portion at a time, and says how they went. The next save begins anew.
import { draft, onProblems } from "./draft.js";

const chip = document.getElementById("bench-scenarios");
const words = document.getElementById("bench-scenarios-words");
const why = document.getElementById("bench-scenarios-why");
let run = null;

async function ask(revision, signal) {
  const response = await fetch(`${chip.dataset.address}?revision=${revision}`, { signal });
  return response.ok ? response.json() : null;
}

function show(answer) {
  chip.hidden = !answer.words;
  words.textContent = answer.words;
  why.textContent = answer.reason ? `${why.dataset.colon}${answer.reason}` : "";
  chip.classList.toggle("badge-p0", answer.failed > 0);
  chip.classList.toggle("badge-good", answer.is_done && answer.total > 0 && answer.failed === 0);
  if (answer.address) chip.href = answer.address;
  chip.title = [answer.reason, ...answer.failing.map((one) => one.title)].filter(Boolean).join("\n");
  chip.dataset.done = answer.is_done;
  sayBelow(answer);
}

// The bar of problems says the same: that no text is wrong is not that all is well.
function sayBelow(answer) {
  const list = document.getElementById("problems");
  if (!list || !answer.clean) return;
  list.dataset.none = answer.clean;
  const only = list.querySelector("li.soft");
  if (only && list.children.length === 1) only.textContent = answer.clean;
  list.classList.toggle("has-failing", answer.failed > 0);
}

async function runAll() {
  run?.abort();
  run = new AbortController();
  const { signal } = run;
  chip.dataset.done = false;
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
  onProblems(runAll);
  runAll();
}
