// The one way by which pages change a draft: edits in order, each with the revision it was made on.
const bench = document.querySelector(".bench");
const chip = document.getElementById("bench-state");
const listeners = new Set();
const token = JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];

export const draft = { revision: Number(bench.dataset.revision) };

let queue = Promise.resolve();

export function say(state) {
  chip.textContent = chip.dataset[state];
  chip.className = `badge ${{ saved: "badge-good", unsaved: "badge-p0", resists: "badge-p0", other: "badge-warning" }[state] ?? ""}`;
  chip.dataset.now = state;
}

export function onProblems(listener) {
  listeners.add(listener);
}

async function send(address, body) {
  const response = await fetch(address, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": token, Accept: "application/json" },
    body: JSON.stringify(body),
  });
  const answer = await response.json().catch(() => ({}));
  return { status: response.status, answer };
}

// Save one step. Resolves to {status, answer}; 0 when the server cannot be reached, and then it is tried again.
export function edit(title, changes) {
  const step = queue.then(async () => {
    say("saving");
    for (let pause = 1000; ; pause = Math.min(pause * 2, 15000)) {
      try {
        const done = await send(bench.dataset.edit, { base: draft.revision, title, changes: changes() });
        if (done.status >= 500) throw new Error(String(done.status));
        took(done);
        return done;
      } catch {
        say("unsaved");
        await new Promise((resolve) => setTimeout(resolve, pause));
      }
    }
  });
  queue = step.catch(() => {});
  return step;
}

export function turn(which, file) {
  return post(bench.dataset[which], { file });
}

// Ask the server for a change of its own making, in its place among the edits. A refusal is the asker's to show.
export function post(address, body) {
  const step = queue.then(async () => {
    const done = await send(address, body);
    if (done.status === 200) took(done);
    return done;
  });
  queue = step.catch(() => {});
  return step;
}

function took({ status, answer }) {
  if (status !== 200) {
    say("resists");
    return;
  }
  const changed = draft.revision !== answer.revision;
  draft.revision = answer.revision;
  say("saved");
  for (const which of ["undo", "redo"]) {
    const button = document.getElementById(`bench-${which}`);
    button.disabled = !answer[which];
    button.title = answer[which] ? `${button.dataset.title}: ${answer[which]}` : button.dataset.title;
  }
  if (changed) lookForProblems();
}

let looking = null;
export async function lookForProblems(file = "") {
  looking?.abort();
  looking = new AbortController();
  try {
    const response = await fetch(`${bench.dataset.problems}?file=${encodeURIComponent(file)}`, { signal: looking.signal });
    if (!response.ok) return null;
    const answer = await response.json();
    show(answer);
    mark(answer.marks);
    for (const listener of listeners) listener(answer);
    return answer;
  } catch {
    return null; // asked again, or the server is away: the chip says so
  }
}

function show({ problems, list }) {
  document.getElementById("problem-count").textContent = problems.length;
  document.getElementById("problems").innerHTML = list;
}

// The outline shows what the list of problems does.
function mark(marks) {
  for (const link of document.querySelectorAll(".bench-outline [data-mark]")) {
    link.querySelector(".outline-mark")?.remove();
    link.insertAdjacentHTML("beforeend", marks[link.dataset.mark] ?? "");
  }
}

// Others work in the draft too: look now and then whether it moved on.
export function watch(moved) {
  setInterval(async () => {
    if (document.hidden) return;
    const response = await fetch(bench.dataset.state).catch(() => null);
    if (!response?.ok) return;
    const { revision } = await response.json();
    await queue; // a step of one's own that was under way is not somebody else's
    if (revision > draft.revision) moved(revision);
  }, 5000);
}

// Which languages the firm writes is said after the steps that are under way, and then the page comes anew.
document.getElementById("written-form")?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target;
  const chosen = document.createElement("input");
  Object.assign(chosen, { type: "hidden", name: event.submitter.name, value: event.submitter.value });
  form.append(chosen);
  form.elements.to.value = location.pathname + location.search;
  await queue;
  form.submit();
});
