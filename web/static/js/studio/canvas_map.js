// A small map of the chart: where everything stands, and what is looked at; drag in it to look elsewhere.
const SPACE = "http://www.w3.org/2000/svg";
const CORNERS = ["end-end", "start-end", "end-start", "start-start"]; // block and inline
const EDGE = 12;

// A piece of a line as a box that can be covered.
function segment([x, y], [toX, toY]) {
  return { x: Math.min(x, toX) - 2, y: Math.min(y, toY) - 2, w: Math.abs(toX - x) + 4, h: Math.abs(toY - y) + 4 };
}

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
    this.chart = chart;
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
    this.settle({ x, y, width, height });
    for (const [key, value] of Object.entries({ x, y, width, height })) this.window.setAttribute(key, value);
  }

  // It stays away from what it would cover: hidden when all is seen, else in the corner with the least below it.
  settle({ x, y, width, height }) {
    const { holder, chart } = this;
    const all = x <= 0 && y <= 0 && x + width >= chart.width && y + height >= chart.height;
    holder.hidden = !chart.nodes.length || all;
    if (holder.hidden || holder.matches(":active")) return;
    const scale = this.sheet.container.clientWidth / width || 1;
    const [w, h] = [(holder.offsetWidth + EDGE) / scale, (holder.offsetHeight + EDGE) / scale];
    const covered = (corner) => {
      const left = corner.endsWith("end") ? x + width - w : x;
      const top = corner.startsWith("end") ? y + height - h : y;
      const over = (one) => Math.max(0, Math.min(left + w, one.x + one.w) - Math.max(left, one.x)) * Math.max(0, Math.min(top + h, one.y + one.h) - Math.max(top, one.y));
      const lines = chart.edges.flatMap(({ points }) => points.slice(1).map((to, place) => segment(points[place], to)));
      return [...chart.nodes, ...lines].reduce((sum, one) => sum + over(one), 0);
    };
    const now = holder.dataset.corner ?? CORNERS[0];
    const best = CORNERS.reduce((one, other) => (covered(other) < covered(one) ? other : one), now);
    holder.dataset.corner = best;
    holder.classList.toggle("flow-map-faint", covered(best) > 0);
  }

  go(event) {
    const matrix = this.svg.getScreenCTM();
    if (!matrix) return;
    const spot = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix.inverse());
    this.sheet.look(spot.x, spot.y);
    this.look();
  }
}
