// What scenarios exercise: counts at each state and way of the chart, the tree and the outline, and the path of the last trial.
import { bar } from "./workflow_gestures.js";

const KEPT = "studio-cover";
let sheet = null; // the chart that is painted, none in the tree and the outline
let found = null; // what was answered last
let asked = 0;

const button = () => document.getElementById("flow-cover");
const isOn = () => button()?.getAttribute("aria-pressed") === "true";

// The workflow's room is there: begin as the reader left it, and follow what is saved.
export function beginCover() {
  let kept = "";
  try { kept = localStorage.getItem(KEPT) ?? ""; } catch { /* off then */ }
  if (kept && button()) turn(true);
  document.addEventListener("click", (event) => {
    if (event.target.closest("#flow-cover")) turn(!isOn());
  });
  document.addEventListener("studio:scenarios", ({ detail }) => {
    if (detail.is_done && isOn()) look();
  });
}

// A chart has come; what is known already is painted on it.
export function coverSheet(fresh) {
  sheet = fresh;
  if (isOn() && found) sheet.cover(found);
}

function turn(on) {
  button().setAttribute("aria-pressed", String(on));
  try { localStorage.setItem(KEPT, on ? "1" : ""); } catch { /* not remembered then */ }
  if (on) return look();
  document.getElementById("flow-cover-panel").hidden = true;
  asked += 1;
  found = null;
  return paint();
}

// Ask until all scenarios were run; a later question takes the place of this one.
async function look() {
  asked += 1;
  const mine = asked;
  for (;;) {
    const response = await fetch(bar().dataset.cover).catch(() => null);
    if (!response?.ok || mine !== asked || !isOn()) return;
    const answer = await response.json();
    if (mine !== asked) return;
    found = answer;
    show();
    if (answer.is_done) return;
  }
}

function show() {
  paint();
  document.getElementById("flow-cover-words").textContent = found.words;
  document.getElementById("flow-cover-trial").textContent = found.trial ?? "";
  const link = document.getElementById("flow-cover-link");
  link.hidden = !found.address;
  if (found.address) link.href = found.address;
  document.getElementById("flow-cover-panel").hidden = false;
  button().dataset.revision = found.revision;
}

function paint() {
  if (sheet?.container.isConnected) sheet.cover(found);
  coverCards();
}

// The cards and ways of the tree and the outline: each has a place for its count.
export function coverCards() {
  for (const place of document.querySelectorAll("[data-tally]")) {
    const known = place.dataset.way === undefined ? found?.states[place.dataset.tally] : found?.ways?.[`${place.dataset.tally}/${place.dataset.way}`];
    place.hidden = !known;
    place.className = `flow-count${known ? ` flow-count-${known.mark}` : ""}`;
    place.querySelector(".flow-count-words").textContent = known?.words ?? "";
    place.querySelector(".flow-count-trial").hidden = !known?.lit;
  }
}
