// The one editor of a sheet: it lies over the cell that is being written, and outlives the drawing of the room.
export class CellEditor {
  constructor(box, words) {
    Object.assign(this, { box, words, how: null });
    box.addEventListener("keydown", (event) => this.pressed(event));
    // A click on the words beside a box must not take the focus out of the editor: that would close it.
    box.addEventListener("mousedown", (event) => { if (!event.target.closest("input, select")) event.preventDefault(); });
    box.addEventListener("focusout", (event) => { if (this.how && !box.contains(event.relatedTarget)) this.commit(); });
    box.addEventListener("change", (event) => { if (event.target.matches("[type=checkbox]")) this.ticked(); });
  }

  get isOpen() {
    return this.how !== null;
  }

  open(cell, column, typed, how) {
    const isCondition = cell.dataset.kind === "when";
    const text = typed || cell.dataset.text;
    this.how = how;
    this.box.replaceChildren(...(column.choices.length ? (isCondition ? this.ticks(text, column, typed) : this.choice(text, column)) : [this.field(text, column.title)]));
    const { offsetLeft: left, offsetTop: top, offsetWidth: width, offsetHeight: height } = cell;
    Object.assign(this.box.style, { left: `${left}px`, top: `${top}px`, minWidth: `${width}px`, minHeight: `${height}px` });
    this.box.hidden = false;
    this.box.scrollIntoView({ block: "nearest", inline: "nearest" });
    const first = typed && isCondition && column.choices.length ? this.box.querySelector("input:not([type=checkbox])") : this.box.querySelector("input, select");
    first.focus();
    if (first.matches("input:not([type=checkbox])")) typed ? first.setSelectionRange(text.length, text.length) : first.select();
  }

  field(text, label) {
    const field = document.createElement("input");
    field.className = "input input-small";
    field.value = text;
    field.autocomplete = "off";
    field.setAttribute("aria-label", label);
    return field;
  }

  choice(text, column) {
    const field = document.createElement("select");
    field.className = "input input-small";
    field.setAttribute("aria-label", column.title);
    const known = column.choices.some(([key]) => key === text);
    field.append(new Option("—", "", false, text === ""), ...column.choices.map(([key, said]) => new Option(said, key, false, key === text)));
    if (text && !known) field.append(new Option(text, text, false, true));
    return [field];
  }

  ticks(text, column, typed) {
    const chosen = text.split(", ");
    const lines = column.choices.slice(0, 60).map(([key, said]) => {
      const label = document.createElement("label");
      label.className = "check";
      const box = document.createElement("input");
      box.type = "checkbox";
      box.value = key;
      box.checked = chosen.includes(key);
      const words = document.createElement("span");
      words.textContent = said;
      label.append(box, words);
      return label;
    });
    const field = this.field(text, column.title);
    field.placeholder = this.words.orWrite;
    const list = document.createElement("div");
    list.className = "sheet-ticks";
    list.append(...lines);
    return typed ? [field] : [list, field];
  }

  ticked() {
    const field = this.box.querySelector("input:not([type=checkbox])");
    field.value = [...this.box.querySelectorAll(":checked")].map((one) => one.value).join(", ");
  }

  pressed(event) {
    event.stopPropagation();
    const act = (by) => { event.preventDefault(); this.commit(by); };
    if (event.key === "Escape") { event.preventDefault(); this.close()?.cancel(); }
    else if (event.key === "Enter") act("down");
    else if (event.key === "Tab") act(event.shiftKey ? "back" : "next");
    else if (["ArrowUp", "ArrowDown"].includes(event.key) && event.target.matches("[type=checkbox]")) {
      event.preventDefault();
      const all = [...this.box.querySelectorAll("input")];
      all[all.indexOf(event.target) + (event.key === "ArrowDown" ? 1 : -1)]?.focus();
    }
  }

  commit(by = "") {
    const field = this.box.querySelector("input:not([type=checkbox]), select");
    const text = field?.value ?? "";
    this.close()?.commit(text.trim(), by);
  }

  close() {
    const { how } = this;
    this.how = null;
    this.box.hidden = true;
    return how;
  }
}
