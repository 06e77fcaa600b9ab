// The form builder's own manners: a title that is written in is selected, ids are renamed with all that names them.
export function mount(element, room) {
  element.addEventListener("focusin", (event) => {
    const to = event.target.dataset?.select;
    if (to && to !== room.at) room.select(to);
  });
  element.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && event.target.matches("[data-rename]")) event.target.closest("[data-item]")?.focus();
  });
  element.addEventListener("click", (event) => {
    const line = event.target.closest(".form-row, .section-line");
    if (!line || event.target.closest("a, button, input, textarea, select, summary, .grip")) return;
    line.querySelector("a.row-open")?.click();
  });
  element.addEventListener("click", async (event) => {
    if (!event.target.closest(".form-plus")) return;
    await room.refresh();
    document.querySelector("#inspect-new .palette-type")?.focus();
  });
}
