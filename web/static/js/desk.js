// The desk beyond its HTML: choosing many, filters that act at once, the open record in the list.
import { startKeys } from "./keys.js";
import { startBoard } from "./board.js";
import { startPalette } from "./palette.js";
import { startReplies } from "./replies.js";

function startFilters() {
  addEventListener("change", (event) => {
    if (event.target.matches?.("[data-submits]")) event.target.form.requestSubmit();
  });
  // Empty fields need not stand in the address.
  addEventListener("submit", (event) => {
    if (!event.target.matches("[data-filters]")) return;
    for (const field of event.target.elements) if (field.name && !field.value) field.disabled = true;
  });
}

function startBulk() {
  const count = () => {
    const box = document.querySelector("[data-bulk-count]");
    if (box) box.textContent = String(document.querySelectorAll(".item-pick:checked").length);
  };
  let last = null;
  addEventListener("click", (event) => {
    if (event.target.closest("[data-bulk-none]")) {
      for (const one of document.querySelectorAll(".item-pick:checked")) one.checked = false;
      count();
    }
    const pick = event.target.closest(".item-pick");
    if (!pick) return;
    const all = [...document.querySelectorAll(".item-pick")];
    if (event.shiftKey && last && all.includes(last)) {
      const [from, to] = [all.indexOf(last), all.indexOf(pick)].sort((a, b) => a - b);
      for (const one of all.slice(from, to + 1)) one.checked = pick.checked;
    }
    last = pick;
    count();
  });
  addEventListener("change", (event) => event.target.matches?.(".item-pick") && count());
  count();
}

function markOpen() {
  const open = document.getElementById("ticket")?.dataset.record;
  if (!open) return;
  for (const link of document.querySelectorAll(".small-link")) {
    const here = new URL(link.href).pathname.endsWith(open);
    link.closest(".small").classList.toggle("small-open", here);
    if (here) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
}

function showPresentState() {
  const flow = document.querySelector(".flow");
  const now = flow?.querySelector(".flow-now");
  if (!now) return;
  const box = now.getBBox();
  flow.scrollTo(box.x + box.width / 2 - flow.clientWidth / 2, box.y - flow.clientHeight / 3);
}

function startPanels() {
  showPresentState();
  addEventListener("htmx:afterSettle", (event) => {
    markOpen();
    showPresentState();
    event.target.querySelector?.("[data-first]")?.focus();
    if (event.target.id === "ticket") document.getElementById("record-title")?.scrollIntoView({ block: "nearest" });
  });
  addEventListener("click", (event) => {
    const close = event.target.closest("[data-panel-close]");
    if (!close || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    document.getElementById("panel").replaceChildren();
    document.querySelector(".toolbar .button")?.focus();
  });
  document.querySelector("#panel [data-first], .asking [data-first]")?.focus();
}

function fadeNotices() {
  const box = document.querySelector(".desk-page > #notices");
  for (const one of box?.querySelectorAll(".notice-good") ?? []) setTimeout(() => one.remove(), 8000);
}

startFilters();
startBulk();
startPanels();
startKeys();
startBoard();
startPalette();
startReplies();
fadeNotices();
