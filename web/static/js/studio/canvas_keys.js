// A chart by keys: arrows follow its ways, and what can be done by mouse can be done to what is marked.
export class CanvasKeys {
  constructor(element, sheet, act) {
    this.element = element;
    this.sheet = sheet;
    this.act = act;
    this.several = new Set();
    element.addEventListener("keydown", (event) => this.pressed(event));
    element.addEventListener("focus", () => {
      if (!sheet.about.has(sheet.current)) sheet.point(sheet.marked.find((id) => sheet.about.has(id)) ?? sheet.chart.nodes.find((one) => one.start)?.id ?? sheet.chart.nodes[0]?.id);
      else sheet.point(sheet.current);
    });
  }

  get cell() {
    return this.sheet.about.get(this.sheet.current);
  }

  // What several are marked for, else the one that is pointed at.
  get cells() {
    const marked = this.sheet.marked.map((id) => this.sheet.about.get(id)).filter(Boolean);
    if (marked.length > 1) return marked;
    return this.cell ? [this.cell] : marked;
  }

  pressed(event) {
    if (event.target !== this.element) return;
    const mod = event.ctrlKey || event.metaKey;
    const what = mod ? this.withControl(event) : this.plain(event);
    if (!what) return;
    event.preventDefault();
    event.stopPropagation();
    what();
  }

  withControl(event) {
    const { act } = this;
    switch (event.key.toLowerCase()) {
      case "c": return () => act.copy(this.cells);
      case "a": return () => act.select([...this.sheet.about.values()].filter((one) => !one.edge).slice(0, 40));
      default: return null;
    }
  }

  plain(event) {
    const { act, cell, sheet } = this;
    if (event.altKey) return null;
    if (event.key === "+" || event.key === "=") return () => sheet.zoom("in");
    if (event.key === "-") return () => sheet.zoom("out");
    if (event.key === "0") return () => sheet.zoom("fit");
    if (event.key === "Home") return () => sheet.point(sheet.chart.nodes.find((one) => one.start)?.id);
    if (!cell) return null;
    const here = sheet.clientBox(sheet.current);
    switch (event.key) {
      case "ArrowDown": return () => sheet.point(this.onward());
      case "ArrowUp": return () => sheet.point(this.back());
      case "ArrowLeft": return () => sheet.point(this.beside(-1));
      case "ArrowRight": return () => sheet.point(this.beside(1));
      case "Enter": return () => act.open(cell);
      case "n": case "N": return () => act.put(cell, here.left, here.bottom);
      case "c": case "C": return () => act.connect(cell, here.left, here.bottom);
      case "Delete": case "Backspace": return () => act.remove(this.cells);
      case " ": return () => this.toggle(cell);
      case "Escape": return () => act.select([]);
      default: return null;
    }
  }

  toggle(cell) {
    if (cell.edge) return;
    const marked = new Set(this.sheet.marked.filter((id) => this.sheet.about.get(id) && !id.includes(">")));
    if (marked.has(cell.id)) marked.delete(cell.id);
    else marked.add(cell.id);
    this.act.select([...marked].map((id) => this.sheet.about.get(id)));
  }

  // From a state to its first way, from a way to where it leads.
  onward() {
    const { cell, sheet } = this;
    if (cell.edge) return cell.target;
    return this.ways((one) => one.source === cell.id)[0] ?? sheet.current;
  }

  back() {
    const { cell, sheet } = this;
    if (cell.edge) return cell.source;
    return this.ways((one) => one.target === cell.id)[0] ?? sheet.current;
  }

  // The next way out of the same state, or the next state in reading order.
  beside(step) {
    const { cell, sheet } = this;
    const row = cell.edge
      ? this.ways((one) => one.source === cell.source)
      : [...sheet.chart.nodes].sort((one, other) => Math.round(one.y / 40) - Math.round(other.y / 40) || one.x - other.x).map((one) => one.id);
    const place = row.indexOf(sheet.current);
    return row[(place + step + row.length) % row.length];
  }

  ways(which) {
    return [...this.sheet.about.values()].filter((one) => one.edge && which(one)).map((one) => one.id);
  }
}
