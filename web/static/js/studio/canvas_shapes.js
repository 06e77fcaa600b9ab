// What boxes, lines and tallies of a chart are made of, and where on a line things stand.
const LINE = [
  { tagName: "path", selector: "wrap", className: "flow-wrap" },
  { tagName: "path", selector: "line" },
];

// X6's plug-ins bring style tags that our policy refuses, and cannot be told not to: they get an inert element instead.
export function unstyled(make) {
  const { createElement } = document;
  document.createElement = (name, ...more) => createElement.call(document, name === "style" ? "template" : name, ...more);
  try {
    return make();
  } finally {
    delete document.createElement;
  }
}

// Shapes without a look of their own: classes and our style sheet give it.
let known = false;
export function shapes() {
  if (known) return;
  known = true;
  const { Edge, Graph } = window.X6;
  Graph.registerNode("flow-state", { markup: [], attrs: {} }, true);
  Graph.registerEdge("flow-line", { inherit: Edge, markup: LINE, attrs: {}, defaultLabel: { markup: [], attrs: {}, position: 0.5 } }, true);
}

export function lineAttrs(name) {
  return { wrap: { connection: true, fill: "none" }, line: { connection: true, fill: "none", class: name, "marker-end": "url(#flow-arrow)" } };
}

export function lineClass(one) {
  return `flow-edge${one.back ? " flow-edge-back" : ""}${one.conditional ? " flow-edge-sometimes" : ""}${one.mark ? ` flow-edge-${one.mark}` : ""}${coverClass(one)}`;
}

export function coverClass({ cover }) {
  return cover ? ` flow-cover-${cover.mark}${cover.lit ? " flow-lit" : ""}` : "";
}

// How many scenarios come by, for each way on the line, ending at *right*.
export function tally({ counts, mark, words: said }, right, middle) {
  const text = counts.map((one) => `${one}×`).join(" ");
  const width = 10 + text.length * 6.5;
  return {
    tagName: "g",
    className: `flow-tally flow-tally-${mark}`,
    children: [
      { tagName: "title", textContent: said },
      { tagName: "rect", attrs: { x: right - width, y: middle - 9, width, height: 18, rx: 9 } },
      { tagName: "text", textContent: text, attrs: { x: right - width / 2, y: middle + 4 } },
    ],
  };
}

// All that is said of a state or a line, to whoever does not see it.
export function words(one) {
  return [one.edge ? one.words : one.label, one.cover?.words].filter(Boolean).join(". ");
}

export function svgElement(name, attributes) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

// Where a line begins, below its box even where it leaves it to the side.
export function beginning([[ax, ay], [bx, by]], box) {
  if (Math.abs(ay - box.y - box.h) > 1) return { distance: 22 };
  const below = ((by - ay) / (Math.hypot(bx - ax, by - ay) || 1)) * 22;
  return { distance: 22, offset: { x: 0, y: Math.max(0, 18 - below) } };
}

// Where on a line a point is nearest, as a share of its length, and how far beside it the point lies.
export function nearest(points, [x, y]) {
  let length = 0;
  let best = { far: Infinity, along: 0, offset: { x: 0, y: 0 } };
  for (let place = 1; place < points.length; place += 1) {
    const [ax, ay] = points[place - 1];
    const [bx, by] = points[place];
    const long = Math.hypot(bx - ax, by - ay);
    const share = long ? Math.max(0, Math.min(1, ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / (long * long))) : 0;
    const [px, py] = [ax + (bx - ax) * share, ay + (by - ay) * share];
    const far = Math.hypot(x - px, y - py);
    if (far < best.far) best = { far, along: length + long * share, offset: { x: x - px, y: y - py } };
    length += long;
  }
  const share = length ? best.along / length : 0.5;
  return { distance: Math.min(Math.max(share, 0.001), 0.999), offset: best.offset };
}
