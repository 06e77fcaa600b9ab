// What scenarios exercise, painted on the chart: counts at each state and way, and the path of the last trial.
const KEPT = "studio-cover";
let now = null; // the one that is on the page

export class Cover {
  constructor(element, sheet) {
    this.address = element.dataset.cover;
    this.sheet = sheet;
    this.asked = 0;
    now = this;
    bind();
  }

  get button() { return document.getElementById("flow-cover"); }

  get isOn() { return this.button?.getAttribute("aria-pressed") === "true"; }

  begin() {
    let kept = "";
    try { kept = localStorage.getItem(KEPT) ?? ""; } catch { /* off then */ }
    if (kept) this.turn(true);
  }

  turn(on) {
    this.button.setAttribute("aria-pressed", String(on));
    try { localStorage.setItem(KEPT, on ? "1" : ""); } catch { /* not remembered then */ }
    if (on) return this.look();
    document.getElementById("flow-cover-panel").hidden = true;
    this.asked += 1;
    return this.sheet.cover(null);
  }

  // Ask until all scenarios were run; a later question takes the place of this one.
  async look() {
    this.asked += 1;
    const mine = this.asked;
    for (;;) {
      const response = await fetch(this.address).catch(() => null);
      if (!response?.ok || mine !== this.asked || !this.isOn) return;
      const answer = await response.json();
      if (mine !== this.asked) return;
      this.show(answer);
      if (answer.is_done) return;
    }
  }

  show(answer) {
    this.sheet.cover(answer);
    document.getElementById("flow-cover-words").textContent = answer.words;
    document.getElementById("flow-cover-trial").textContent = answer.trial ?? "";
    const link = document.getElementById("flow-cover-link");
    link.hidden = !answer.address;
    if (answer.address) link.href = answer.address;
    document.getElementById("flow-cover-panel").hidden = false;
    this.button.dataset.revision = answer.revision;
  }
}

let bound = false;
function bind() {
  if (bound) return;
  bound = true;
  document.addEventListener("click", (event) => {
    if (event.target.closest("#flow-cover")) now?.turn(!now.isOn);
  });
  document.addEventListener("studio:scenarios", ({ detail }) => {
    if (detail.is_done && now?.isOn) now.look();
  });
}
