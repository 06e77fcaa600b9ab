// A small map of the chart: where everything stands, and what is looked at; drag in it to look elsewhere.
const SPACE = "http://www.w3.org/2000/svg";

export class Minimap {
  constructor(holder, sheet) {
    this.holder = holder;
    this.sheet = sheet;
    this.svg = document.createElementNS(SPACE, "svg");
    holder.replaceChildren(this.svg);
    holder.onpointerdown = (event) => {
      holder.setPointerCapture(event.pointerId);
      this.go(event);
    };
    holder.onpointermove = (event) => {
      if (event.buttons) this.go(event);
    };
  }

  draw(chart) {
    const { width, height } = chart;
    this.holder.hidden = !chart.nodes.length;
    this.svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    const shape = width / height;
    this.svg.setAttribute("preserveAspectRatio", shape < 0.3 || shape > 5 ? "none" : "xMidYMid"); // a long thread would be too thin to hit
    const boxes = chart.nodes.map((one) => this.box(one, `flow-map-box flow-map-${one.mark || one.category}`));
    this.window = this.box({ x: 0, y: 0, w: 0, h: 0 }, "flow-map-window");
    this.svg.replaceChildren(...boxes, this.window);
    this.look();
  }

  box({ x, y, w, h }, name) {
    const made = document.createElementNS(SPACE, "rect");
    for (const [key, value] of Object.entries({ x, y, width: w, height: h, class: name })) made.setAttribute(key, value);
    return made;
  }

  look() {
    if (!this.window || !this.sheet.graph) return;
    const { x, y, width, height } = this.sheet.seen();
    for (const [key, value] of Object.entries({ x, y, width, height })) this.window.setAttribute(key, value);
  }

  go(event) {
    const matrix = this.svg.getScreenCTM();
    if (!matrix) return;
    const spot = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix.inverse());
    this.sheet.look(spot.x, spot.y);
    this.look();
  }
}
