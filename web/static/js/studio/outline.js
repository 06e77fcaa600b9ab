// The outline of a draft: finding by words, and the keys of undo and redo.
const words = document.getElementById("outline-words");

const present = document.querySelector(".bench-outline [aria-current]");
if (present) {
  const outline = present.closest(".bench-outline");
  const below = present.getBoundingClientRect().bottom - outline.getBoundingClientRect().bottom;
  if (below > 0) outline.scrollTop = below + outline.clientHeight / 2;
}

words?.addEventListener("input", () => {
  const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const kind of document.querySelectorAll(".outline-kind")) {
    let shown = 0;
    for (const line of kind.querySelectorAll("li")) {
      line.hidden = !wanted.every((word) => line.dataset.words.includes(word));
      if (!line.hidden) shown += 1;
    }
    kind.hidden = shown === 0;
    if (wanted.length && shown) kind.open = true;
  }
});

words?.addEventListener("keydown", (event) => {
  if (event.key !== "Enter") return;
  event.preventDefault();
  document.querySelector(".outline-kind li:not([hidden]) a")?.click();
});

addEventListener("keydown", (event) => {
  const typing = event.target.closest?.("input, textarea, select, [contenteditable], .ace_editor");
  if (typing || !(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "z") return;
  event.preventDefault();
  document.getElementById(event.shiftKey ? "bench-redo" : "bench-undo")?.click();
});
