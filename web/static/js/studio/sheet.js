// A decision table as a sheet: cells are moved through, written, copied and pasted as in a spreadsheet.
import { CellEditor } from "./sheet_editor.js";
import { titled, valueOf } from "./sheet_values.js";

const MOST_CHANGES = 10000; // of one edit: web/studio/editing.py
const CELLS = { en: "Cells changed", "zh-CN": "修改单元格" };
const sheets = new WeakMap();

export function mount(element, room) {
  if (!sheets.has(element)) sheets.set(element, new Sheet(element, room));
}

export function update(element) {
  sheets.get(element)?.redraw();
}

class Sheet {
  constructor(element, room) {
    Object.assign(this, { element, room, row: 0, column: 0, anchor: null, leaving: false });
    this.editor = new CellEditor(element.querySelector(".sheet-editor"), JSON.parse(element.dataset.words));
    element.addEventListener("keydown", (event) => this.pressed(event));
    element.addEventListener("focusin", (event) => this.reached(event));
    element.addEventListener("dblclick", (event) => { if (event.target.closest("[data-cell]")) this.edit(); });
    element.addEventListener("pointerdown", (event) => this.pointed(event));
    element.addEventListener("click", (event) => this.clicked(event));
    element.addEventListener("copy", (event) => this.copied(event));
    element.addEventListener("cut", (event) => { this.copied(event); if (event.defaultPrevented) this.clear(); });
    element.addEventListener("paste", (event) => this.pasted(event));
    this.redraw();
  }

  get inputs() { return JSON.parse(this.element.dataset.inputs); }
  get outputs() { return JSON.parse(this.element.dataset.outputs); }
  get columns() { return JSON.parse(this.element.dataset.columns); }
  get rows() { return Number(this.element.dataset.rows); }

  cell(row, column) {
    return document.getElementById(`cell-${row}-${column}`);
  }

  redraw() {
    this.row = Math.min(this.row, this.rows);
    this.column = Math.min(this.column, this.columns.length - 1);
    if (!this.cell(this.row, this.column)) this.column = this.columns.length - 1;
    for (const one of this.element.querySelectorAll("[data-cell]")) one.tabIndex = -1;
    const now = this.cell(this.row, this.column);
    if (now) now.tabIndex = 0;
    this.paint();
  }

  paint() {
    const { top, bottom, left, right } = this.range();
    for (const one of this.element.querySelectorAll("[data-cell]")) {
      const [, row, column] = one.id.split("-").map(Number);
      const inside = row >= top && row <= bottom && column >= left && column <= right;
      one.setAttribute("aria-selected", String(inside));
    }
  }

  range() {
    const from = this.anchor ?? { row: this.row, column: this.column };
    return {
      top: Math.min(from.row, this.row), bottom: Math.max(from.row, this.row),
      left: Math.min(from.column, this.column), right: Math.max(from.column, this.column),
    };
  }

  go(row, column, extend = false) {
    const first = row === this.rows ? this.inputs.length : 0;
    const to = { row: Math.max(0, Math.min(row, this.rows)), column: Math.max(first, Math.min(column, this.columns.length - 1)) };
    if (!this.cell(to.row, to.column)) return;
    this.anchor = extend ? this.anchor ?? { row: this.row, column: this.column } : null;
    Object.assign(this, to);
    this.redraw();
    this.cell(this.row, this.column).focus();
  }

  pressed(event) {
    if (!event.target.matches("[data-cell]")) return;
    const { row, column, columns, rows } = this;
    const last = columns.length - 1;
    const { key, shiftKey: extend, altKey, ctrlKey, metaKey } = event;
    const wide = ctrlKey || metaKey;
    const act = (what) => { event.preventDefault(); event.stopPropagation(); what(); };
    if (key === "Tab") {
      const end = event.shiftKey ? row === 0 && column === 0 : row === rows && column === last;
      if (this.leaving || end) return undefined;
      return act(() => this.step(event.shiftKey ? -1 : 1));
    }
    this.leaving = key === "Escape";
    if (altKey) {
      if (key === "ArrowUp" && row > 0 && row < rows) return act(() => this.moveRow(-1));
      if (key === "ArrowDown" && row < rows - 1) return act(() => this.moveRow(1));
      if (key === "Enter") return act(() => this.addRow(row + 1));
      if (key === "Delete" && row < rows) return act(() => this.dropRow(row));
      return undefined;
    }
    switch (key) {
      case "ArrowUp": return act(() => this.go(wide ? 0 : row - 1, column, extend));
      case "ArrowDown": return act(() => this.go(wide ? rows : row + 1, column, extend));
      case "ArrowLeft": return act(() => this.go(row, wide ? 0 : column - 1, extend));
      case "ArrowRight": return act(() => this.go(row, wide ? last : column + 1, extend));
      case "Home": return act(() => this.go(wide ? 0 : row, 0, extend));
      case "End": return act(() => this.go(wide ? rows : row, last, extend));
      case "Enter": case "F2": return act(() => this.edit());
      case "Delete": case "Backspace": return act(() => this.clear());
      default:
        if (key.length === 1 && !wide) return act(() => this.edit(key));
        return undefined;
    }
  }

  step(by) {
    let { row, column } = this;
    column += by;
    if (column >= this.columns.length) { row += 1; column = 0; }
    if (column < (row === this.rows ? this.inputs.length : 0)) { row -= 1; column = this.columns.length - 1; }
    this.go(row, column);
  }

  // A cell may be reached by other ways than ours: by a screen reader, or by a script.
  reached(event) {
    if (!event.target.matches("[data-cell]")) return;
    const [, row, column] = event.target.id.split("-").map(Number);
    if (row === this.row && column === this.column) return;
    Object.assign(this, { row, column, anchor: null });
    this.redraw();
  }

  pointed(event) {
    const cell = event.target.closest("[data-cell]");
    if (!cell || event.button) return;
    const [, row, column] = cell.id.split("-").map(Number);
    if (this.editor.isOpen) this.editor.commit();
    if (event.shiftKey) event.preventDefault();
    this.go(row, column, event.shiftKey);
  }

  clicked(event) {
    const button = event.target.closest("button");
    if (!button) return;
    const { dataset } = button;
    if (dataset.addRow !== undefined) this.addRow(this.rows);
    else if (dataset.dropRow !== undefined) this.dropRow(Number(dataset.dropRow));
    else if (dataset.addColumn) this.addColumn(JSON.parse(dataset.addColumn), button);
    else if (dataset.dropColumn !== undefined) this.dropColumn(Number(dataset.dropColumn));
  }

  // --- writing -----------------------------------------------------------------------------------

  edit(typed = "") {
    const cell = this.cell(this.row, this.column);
    const column = this.columns[this.column];
    const place = { row: this.row, column: this.column };
    this.editor.open(cell, column, typed, {
      commit: (text, by) => {
        if (by) this.go(place.row + (by === "down" ? 1 : 0), place.column);
        if (by === "next") this.step(1);
        if (by === "back") this.step(-1);
        if (text !== cell.dataset.text) this.save([{ ...place, text }]);
      },
      cancel: () => cell.focus(),
    });
  }

  clear() {
    const { top, bottom, left, right } = this.range();
    const changes = [];
    for (let row = top; row <= bottom; row += 1) {
      for (let column = left; column <= right; column += 1) {
        if (this.cell(row, column)?.dataset.text) changes.push({ row, column, text: "" });
      }
    }
    this.save(changes);
  }

  async save(changes, before = []) {
    const operations = [...before];
    const gone = new Map(); // how many conditions each row loses
    for (const { row, column, text } of changes) {
      const cell = this.cell(row, column);
      const about = this.columns[column];
      const path = cell ? JSON.parse(cell.dataset.path) : ["rows", row, about.key === "inputs" ? "when" : "then", about.name];
      const isCondition = path[2] === "when";
      const value = valueOf(text, about, isCondition);
      if (value !== undefined) operations.push({ op: "set", path, value });
      else if (isCondition && !(cell && this.keepsOne(row, gone))) operations.push({ op: "set", path, value: "-" });
      else if (!cell || cell.dataset.set !== undefined) operations.push({ op: "clear", path });
      if (cell) this.show(cell, text, about, isCondition);
    }
    if (operations.length) await this.room.edit(CELLS, operations);
  }

  // A row says at least one condition, even if that is "anything".
  keepsOne(row, gone) {
    const set = this.inputs.filter((_, at) => this.cell(row, at)?.dataset.set !== undefined).length;
    gone.set(row, (gone.get(row) ?? 0) + 1);
    return set - gone.get(row) > 0;
  }

  // What somebody wrote is seen at once; the room says it again in its own words.
  show(cell, text, column, isCondition) {
    cell.dataset.text = text;
    cell.textContent = titled(text, column) || (isCondition ? this.editor.words.anything.toLowerCase() : "");
    cell.classList.toggle("sheet-any", !text);
  }

  // --- the clipboard -----------------------------------------------------------------------------

  copied(event) {
    if (!event.target.closest?.("[data-cell]")) return;
    const { top, bottom, left, right } = this.range();
    const lines = [];
    for (let row = top; row <= bottom; row += 1) {
      const line = [];
      for (let column = left; column <= right; column += 1) line.push(this.cell(row, column)?.dataset.text ?? "");
      lines.push(line.map(quoted).join("\t"));
    }
    event.clipboardData.setData("text/plain", lines.join("\n"));
    event.preventDefault();
  }

  pasted(event) {
    if (!event.target.closest?.("[data-cell]")) return;
    event.preventDefault();
    const lines = fromTsv(event.clipboardData.getData("text/plain"));
    const { top, left } = this.range();
    const whole = { rows: lines.length, columns: Math.max(...lines.map((line) => line.length)) };
    const most = top === this.rows ? 1 : Number(this.element.dataset.mostRows) - top;
    const kept = { rows: Math.min(lines.length, most), columns: Math.min(whole.columns, this.columns.length - left) };
    const before = [];
    const changes = [];
    lines.slice(0, kept.rows).forEach((line, down) => {
      const row = top + down;
      const cells = line.slice(0, kept.columns).map((text) => text.trim());
      if (row < this.rows || top === this.rows) cells.forEach((text, right) => changes.push({ row, column: left + right, text }));
      else before.push({ op: "insert", path: ["rows"], index: row, value: this.filled(cells, left) });
    });
    const room = MOST_CHANGES - before.length;
    if (changes.length > room) kept.rows = Math.floor(room / kept.columns);
    const list = this.element.dataset.rowsList || !before.length ? before : [{ op: "set", path: ["rows"], value: before.map((one) => one.value) }];
    this.save(changes.slice(0, room), list);
    this.tell(whole, kept);
  }

  // A new row with what was pasted into it.
  filled(cells, left) {
    const row = this.blank();
    cells.forEach((text, right) => {
      const column = this.columns[left + right];
      const isCondition = column.key === "inputs";
      const value = valueOf(text, column, isCondition);
      const part = isCondition ? row.when : row.then;
      if (value !== undefined) part[column.name] = value;
      else if (!isCondition) delete part[column.name];
    });
    return row;
  }

  // What did not fit is said, until something else is pasted.
  tell(whole, kept) {
    const said = this.element.querySelector("#sheet-cut");
    const { words } = this.editor;
    const parts = [];
    if (kept.rows < whole.rows) parts.push(worded(words.cutRows, whole.rows - kept.rows, whole.rows));
    if (kept.columns < whole.columns) parts.push(worded(words.cutColumns, whole.columns - kept.columns, whole.columns));
    said.hidden = !parts.length;
    said.querySelector("span").textContent = parts.join(" ");
  }

  // --- rows and columns --------------------------------------------------------------------------

  blank() {
    const then = Object.fromEntries(this.columns.filter(({ key }) => key === "outputs").map((one) => [one.name, first(one)]));
    return { when: { [this.inputs[0] ?? "priority"]: "-" }, then };
  }

  async addRow(index) {
    const at = Math.min(index, this.rows);
    const value = this.blank();
    const operations = this.element.dataset.rowsList ? [{ op: "insert", path: ["rows"], index: at, value }] : [{ op: "set", path: ["rows"], value: [value] }];
    await this.room.edit({ en: "Row added", "zh-CN": "添加行" }, operations);
    this.go(at, 0);
  }

  async dropRow(row) {
    await this.room.edit({ en: "Row removed", "zh-CN": "删除行" }, [{ op: "remove", path: ["rows", row] }]);
    this.go(Math.min(row, this.rows), this.column);
  }

  async moveRow(by) {
    const { row, column } = this;
    await this.room.edit({ en: "Row moved", "zh-CN": "移动行" }, [{ op: "move", path: ["rows", row], to: ["rows"], index: by < 0 ? row - 1 : row + 2 }]);
    this.go(row + by, column);
  }

  async addColumn({ key, name, isList }, button) {
    button.closest("details").open = false;
    const names = key === "inputs" ? this.inputs : this.outputs;
    const operations = isList ? [{ op: "insert", path: [key], index: names.length, value: name }] : [{ op: "set", path: [key], value: [...names, name] }];
    if (key === "outputs") {
      for (let row = 0; row < this.rows; row += 1) operations.push({ op: "set", path: ["rows", row, "then", name], value: "" });
      if (this.element.dataset.default) operations.push({ op: "set", path: ["default", name], value: "" });
    }
    await this.room.edit({ en: `Column added: ${name}`, "zh-CN": "添加列" }, operations);
  }

  async dropColumn(at) {
    const { key, name, index } = this.columns[at];
    const operations = [{ op: "remove", path: [key, index] }];
    const part = key === "inputs" ? "when" : "then";
    const left = (key === "inputs" ? this.inputs : this.outputs).find((one) => one !== name);
    for (let row = 0; row < this.rows; row += 1) {
      if (this.cell(row, at)?.dataset.set === undefined) continue;
      const others = this.columns.some((one, other) => other !== at && one.key === key && this.cell(row, other)?.dataset.set !== undefined);
      if (!others) operations.push({ op: "set", path: ["rows", row, part, left], value: key === "inputs" ? "-" : "" });
      operations.push({ op: "clear", path: ["rows", row, part, name] });
    }
    if (key === "outputs" && this.cell(this.rows, at)?.dataset.set !== undefined) operations.push({ op: "clear", path: ["default", name] });
    await this.room.edit({ en: `Column removed: ${name}`, "zh-CN": "删除列" }, operations);
  }
}

function worded(words, number, of) {
  return words.replace("{number}", number).replace("{of}", of);
}

function first(column) {
  if (column.choices.length) return valueOf(column.choices[0][0], column, false);
  return column.type === "number" ? 0 : "";
}

function quoted(text) {
  return /[\t\n"]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

// Cells as spreadsheets put them on the clipboard: tabs and lines, quotes around what holds either.
export function fromTsv(text) {
  const lines = [[]];
  let cell = "";
  let inside = false;
  const source = text.replaceAll("\r\n", "\n").replace(/\n$/, "");
  for (let at = 0; at < source.length; at += 1) {
    const sign = source[at];
    if (inside) {
      if (sign === '"' && source[at + 1] === '"') { cell += '"'; at += 1; }
      else if (sign === '"') inside = false;
      else cell += sign;
    } else if (sign === '"' && cell === "") inside = true;
    else if (sign === "\t") { lines.at(-1).push(cell); cell = ""; }
    else if (sign === "\n") { lines.at(-1).push(cell); cell = ""; lines.push([]); }
    else cell += sign;
  }
  lines.at(-1).push(cell);
  return lines;
}
