// Everything by keyboard: j and k move, Enter opens, letters act.
import { openPalette } from "./palette.js";

const typing = (element) => element?.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]");
const shown = (element) => element && element.offsetParent !== null;

export function startKeys() {
  addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      openPalette();
      return;
    }
    if (event.ctrlKey && event.key === "Enter" && event.target.closest?.("form.composer, #work-form")) {
      const form = event.target.closest("form");
      const button = form.querySelector(".asking .button-primary") ?? form.querySelector(".button-primary");
      if (button) form.requestSubmit(button);
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    if (event.key === "Escape" && typing(event.target)) return event.target.blur();
    if (typing(event.target)) return;
    const act = ACTS[event.key];
    if (act && act() !== false) event.preventDefault();
  });
}

function items() {
  return [...document.querySelectorAll("[data-items] [data-open], .board [data-open]")].filter(shown);
}

function move(step) {
  const all = items();
  if (!all.length) return false;
  const here = all.findIndex((one) => one === document.activeElement || one.closest("[data-item]")?.contains(document.activeElement));
  const open = all.findIndex((one) => one.getAttribute("aria-current"));
  const from = here >= 0 ? here : open >= 0 ? open : step > 0 ? -1 : all.length;
  const next = all[Math.max(0, Math.min(all.length - 1, from + step))];
  next.focus();
  next.scrollIntoView({ block: "nearest" });
}

function say(key) {
  const radio = document.querySelector(`#composer [data-key=${key}]`);
  if (!radio) return false;
  radio.checked = true;
  const text = document.getElementById("say-text");
  text.focus();
  text.scrollIntoView({ block: "center" });
}

function press(selector) {
  const found = [...document.querySelectorAll(selector)].find(shown);
  if (!found) return false;
  found.click();
}

const ACTS = {
  j: () => move(1),
  k: () => move(-1),
  x: () => {
    const pick = document.activeElement.closest("[data-item]")?.querySelector(".item-pick");
    if (!pick) return false;
    pick.click();
  },
  r: () => say("r"),
  n: () => say("n"),
  a: () => press("[data-panel=assign]"),
  t: () => {
    const way = [...document.querySelectorAll("[data-ways] button:not(:disabled), .approval .ways button, .task-form .ways button")].find(shown);
    if (!way) return false;
    way.focus();
    way.scrollIntoView({ block: "center" });
  },
  m: () => {
    const menu = document.activeElement.closest("[data-card]")?.querySelector("[data-move]");
    if (!menu) return false;
    menu.click();
  },
  "/": () => {
    const search = document.getElementById("search");
    if (shown(search)) search.focus();
    else openPalette();
  },
  "?": () => document.getElementById("keys")?.showModal(),
};
