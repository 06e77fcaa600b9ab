// What every page does beyond its HTML. Everything here is a comfort: without it the page still works.
import { startClocks } from "./clocks.js";
import { startUploads } from "./uploads.js";

const page = document.body;

function rememberZone() {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const secure = location.protocol === "https:" ? "; secure" : "";
  if (zone) document.cookie = `sopwith-zone=${zone}; path=/; max-age=31536000; samesite=lax${secure}`;
}

export function toast(words) {
  const box = document.createElement("div");
  box.className = "toast";
  box.textContent = words;
  document.getElementById("toasts").append(box);
  setTimeout(() => box.remove(), 6000);
}

function startMenus() {
  addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details[data-menu][open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
    const opener = event.target.closest("[data-dialog]");
    if (opener) document.getElementById(opener.dataset.dialog)?.showModal();
  });
  addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = document.querySelector("details[data-menu][open]");
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
}

// Buttons that change the form's shape (rows of tables) go the way of a change, not of sending.
function startRefreshing() {
  addEventListener("click", (event) => {
    const button = event.target.closest("button[data-refresh]");
    const fields = button?.closest("[hx-post]");
    if (!button || !fields || !window.htmx) return;
    event.preventDefault();
    const address = fields.getAttribute("hx-post");
    const form = button.closest("form");
    htmx.ajax("POST", address, {
      source: fields,
      target: fields,
      swap: "morph:outerHTML",
      values: { [button.name]: button.value },
    }).then(() => {
      const table = button.name === "_add" ? form.querySelector(`#${CSS.escape(button.id)}`) : null;
      const rows = table?.closest("fieldset")?.querySelectorAll(".table-row");
      rows?.[rows.length - 1]?.querySelector("input:not([type=hidden]), select, textarea")?.focus();
    }).catch(() => {}); // the answer did not come; htmx:sendError says so
  });
}

function startMorphing() {
  if (!window.Idiomorph) return;
  Idiomorph.defaults.ignoreActiveValue = true; // what somebody is typing stays
  Idiomorph.defaults.restoreFocus = true;
}

// While an answer is on its way somebody fills in more; what the answer cannot know of stays as it is.
function startKeeping() {
  const sent = new WeakMap();
  const typed = new WeakMap();
  const controls = (element) => [...(element.closest("form") ?? element).querySelectorAll("input[id]:not([type=file]), select[id], textarea[id]")];
  const content = (control) => (control.matches("[type=radio], [type=checkbox]") ? control.checked : control.value);
  addEventListener("htmx:beforeSend", (event) => {
    const { elt, xhr } = event.detail;
    if (!elt.getAttribute("hx-trigger")?.includes("change")) return;
    sent.set(xhr, new Map(controls(elt).map((control) => [control.id, content(control)])));
  });
  addEventListener("htmx:beforeSwap", (event) => {
    const before = sent.get(event.detail.xhr);
    if (!before) return;
    const later = controls(event.detail.elt).filter((control) => before.has(control.id) && before.get(control.id) !== content(control));
    typed.set(event.detail.xhr, later.map((control) => [control.id, content(control)]));
  });
  addEventListener("htmx:afterSwap", (event) => {
    for (const [id, value] of typed.get(event.detail.xhr) ?? []) {
      const control = document.getElementById(id);
      if (control?.matches("[type=radio], [type=checkbox]")) control.checked = value;
      else if (control) control.value = value;
    }
  });
}

// Refreshes of one form go one after the other, each with what the page holds by then. htmx keeps its
// own queue with the element, and loses it when an answer is put into the page.
function startQueueing() {
  const busy = new Map(); // id of the form's part: what waits for the answer on its way
  const refreshes = (element) => element.id && element.getAttribute("hx-trigger")?.includes("change");
  addEventListener("htmx:confirm", (event) => {
    const { elt, etc, issueRequest } = event.detail;
    if (!refreshes(elt)) return;
    const waiting = busy.get(elt.id);
    if (!waiting) return void busy.set(elt.id, []);
    event.preventDefault();
    const isPlain = !etc?.values;
    if (isPlain && waiting.some((one) => one.isPlain)) return; // the one that waits says all
    waiting.push({ isPlain, go: () => issueRequest(true) });
  });
  addEventListener("htmx:afterRequest", (event) => {
    const id = event.detail.elt.id;
    const waiting = busy.get(id);
    if (!waiting) return;
    const next = waiting.shift();
    if (next) setTimeout(next.go);
    else busy.delete(id);
  });
}

function focusProblems(root) {
  root.querySelector?.("[data-focus='']")?.focus();
}

rememberZone();
startMenus();
startMorphing();
startKeeping();
startQueueing();
startRefreshing();
startClocks();
startUploads();
focusProblems(page);
addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.xhr?.status === 422) focusProblems(event.target);
});
addEventListener("toast", (event) => toast(event.detail.value ?? event.detail));
addEventListener("htmx:sendError", () => {
  toast(document.body.dataset.lang === "zh-CN" ? "连接不上服务器，请稍后重试。" : "The server cannot be reached. Please try again in a moment.");
});
