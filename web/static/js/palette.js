// One palette for everything: records by number or text, lists, pages, actions.
let dialog, field, results;

export function openPalette() {
  if (!dialog || dialog.open) return;
  dialog.showModal();
  field.select();
  htmx.trigger(field, "palette");
}

export function startPalette() {
  dialog = document.getElementById("palette");
  if (!dialog || !window.htmx) return;
  field = dialog.querySelector("input");
  results = document.getElementById("palette-results");
  for (const button of document.querySelectorAll("[data-palette]")) {
    button.hidden = false;
    button.addEventListener("click", openPalette);
  }
  field.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") step(1);
    else if (event.key === "ArrowUp") step(-1);
    else if (event.key === "Enter") chosen()?.click();
    else return;
    event.preventDefault();
  });
  results.addEventListener("htmx:afterSwap", () => step(1));
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
}

const entries = () => [...results.querySelectorAll("[role=option]")];
const chosen = () => results.querySelector("[aria-selected=true]") ?? entries()[0];

function step(by) {
  const all = entries();
  if (!all.length) return;
  const here = all.findIndex((one) => one.getAttribute("aria-selected") === "true");
  const next = all[Math.max(0, Math.min(all.length - 1, here + by))];
  for (const one of all) one.setAttribute("aria-selected", String(one === next));
  field.setAttribute("aria-activedescendant", next.id);
  next.scrollIntoView({ block: "nearest" });
}
