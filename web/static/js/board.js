// Cards by mouse: dropped on a column they take the way that leads there, or go to the person. Without a mouse the menu does the same.
export function startBoard() {
  const board = document.querySelector("[data-board]");
  if (!board) return;
  let card = null;
  board.addEventListener("dragstart", (event) => {
    card = event.target.closest("[data-card]");
    if (!card) return;
    card.classList.add("card-moving");
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", card.dataset.card);
  });
  board.addEventListener("dragend", () => {
    card?.classList.remove("card-moving");
    over(board, null);
    card = null;
  });
  board.addEventListener("dragover", (event) => {
    const column = event.target.closest("[data-column]");
    if (!card || !column) return;
    event.preventDefault();
    over(board, column);
  });
  board.addEventListener("drop", (event) => {
    const column = event.target.closest("[data-column]");
    if (!card || !column) return;
    event.preventDefault();
    if (column !== card.closest("[data-column]")) place(card, column.dataset.column);
  });
  const menu = document.getElementById("card-menu");
  addEventListener("htmx:afterSwap", (event) => {
    if (event.target.id !== "card-menu-body") return;
    menu.showModal();
    menu.querySelector(".menu-moves button:not(:disabled)")?.focus();
  });
}

function over(board, column) {
  for (const one of board.querySelectorAll("[data-column]")) one.classList.toggle("column-over", one === column);
}

function place(card, column) {
  const form = document.getElementById("place");
  form.action = form.dataset.action.replace("RECORD", card.dataset.card);
  form.elements.version.value = card.dataset.version;
  form.elements.column.value = column;
  form.submit();
}
