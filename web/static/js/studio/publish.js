// What publishing still needs, said beside its button while it is filled in.
const foot = document.getElementById("publish-foot");
const form = foot && document.getElementById(foot.dataset.form);

function isThere(field) {
  return !field || (field.type === "checkbox" ? field.checked : field.value.trim() !== "");
}

function look() {
  const needs = [...foot.querySelectorAll("[data-need]")];
  for (const one of needs) one.hidden = isThere(form.elements[one.dataset.need]);
  const isReady = needs.every((one) => one.hidden);
  foot.querySelector("[data-needs]").hidden = isReady;
  foot.querySelector("[data-ready]").hidden = !isReady;
}

// What was written stays when the page comes anew, after failing scenarios were mended on it.
function keepNote() {
  const note = form.elements.note;
  const key = `studio-note ${location.pathname}`;
  const isProposed = "proposed" in note.dataset;
  let isSent = false;
  try {
    const isUntouched = !note.value || (isProposed && note.value === note.defaultValue);
    if (isUntouched) note.value = sessionStorage.getItem(key) || note.value;
  } catch { /* the browser keeps nothing */ }
  form.addEventListener("submit", () => { isSent = true; });
  addEventListener("pagehide", () => {
    try {
      sessionStorage.setItem(key, isSent || (isProposed && note.value === note.defaultValue) ? "" : note.value);
    } catch { /* the browser keeps nothing */ }
  });
}

if (form) {
  form.addEventListener("input", look);
  document.addEventListener("change", look); // the tick stands beside the scenarios, outside the form
  keepNote();
  document.addEventListener("htmx:afterSwap", look);
  foot.addEventListener("click", (event) => {
    const wanted = event.target.closest("[data-need]");
    const field = wanted && form.elements[wanted.dataset.need];
    if (!field) return;
    event.preventDefault();
    field.scrollIntoView({ block: "center" });
    field.focus({ preventScroll: true });
  });
  look();
}
