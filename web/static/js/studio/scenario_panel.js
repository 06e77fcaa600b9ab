// What opens at the chip of the scenarios: what they are, and what puts failing ones right at a press, on the page where one is.
import { draft, post } from "./draft.js";

const panel = document.getElementById("scenario-panel");
const body = document.getElementById("scenario-panel-body");
const told = document.getElementById("scenario-panel-said");
const refused = document.getElementById("scenario-panel-refused");
const EDGE = 8;
let asking = null;

export function startPanel(chip) {
  panel.addEventListener("toggle", ({ newState }) => {
    if (newState !== "open") return forget();
    place(chip);
    return load(chip, { first: true });
  });
  addEventListener("resize", () => isOpen() && place(chip));
  document.addEventListener("studio:scenarios", ({ detail }) => {
    if (detail.is_done && isOpen()) load(chip);
  });
  body.addEventListener("submit", mend);
}

const isOpen = () => panel.matches(":popover-open");

function forget() {
  told.hidden = true;
  refused.hidden = true;
}

// Below the chip, within the window.
function place(chip) {
  const at = chip.getBoundingClientRect();
  const top = at.bottom + EDGE;
  panel.style.insetInlineStart = `${Math.max(EDGE, Math.min(at.left, innerWidth - panel.offsetWidth - EDGE))}px`;
  panel.style.insetBlockStart = `${top}px`;
  panel.style.maxBlockSize = `${innerHeight - top - EDGE}px`;
}

async function load(chip, { first = false } = {}) {
  asking?.abort();
  asking = new AbortController();
  panel.setAttribute("aria-busy", "true");
  try {
    const response = await fetch(panel.dataset.address, { headers: { "HX-Request": "true" }, signal: asking.signal });
    if (!response.ok) throw new Error(String(response.status));
    body.innerHTML = await response.text();
  } catch (error) {
    if (error.name === "AbortError") return;
    body.textContent = body.dataset.away;
  }
  panel.removeAttribute("aria-busy");
  place(chip);
  if (first && !panel.contains(document.activeElement)) panel.focus();
}

// A press: one step of the draft, in its place among the others; the page stays as it is.
async function mend(event) {
  const form = event.target;
  if (!form.elements.to) return; // it leads to a page of its own
  form.elements.to.value = location.pathname + location.search;
  if (document.getElementById("file-text")) return; // the text of a file comes anew with its page
  event.preventDefault();
  const sent = Object.fromEntries(new FormData(form, event.submitter));
  sent.file = document.getElementById("room")?.dataset.file ?? "";
  forget();
  for (const one of body.querySelectorAll("button")) one.disabled = true;
  const before = draft.revision;
  document.dispatchEvent(new CustomEvent("studio:mending"));
  const { status, answer } = await post(form.getAttribute("action"), sent).catch(() => ({ status: 0, answer: {} }));
  for (const one of body.querySelectorAll("button")) one.disabled = false;
  if (draft.revision === before) document.dispatchEvent(new CustomEvent("studio:unmended"));
  if (status !== 200) return refuse(answer.message ?? body.dataset.away);
  say(answer);
  document.dispatchEvent(new CustomEvent("studio:mended", { detail: answer }));
}

function refuse(words) {
  refused.querySelector("div").textContent = words;
  refused.hidden = false;
}

// What was done, and the step by its name on the button that takes it back.
function say({ said, undo }) {
  body.replaceChildren();
  told.querySelector("span").textContent = said;
  const back = told.querySelector("button");
  back.textContent = undo ? `${back.dataset.undo}${back.dataset.colon}${undo}` : back.dataset.undo;
  back.onclick = () => panel.hidePopover();
  told.hidden = false;
  panel.focus();
}
