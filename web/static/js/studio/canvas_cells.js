// What boxes and lines of a chart are made of, as X6 takes it.
import { beginning, coverClass, nearest, tally } from "./canvas_shapes.js";

// What a box is drawn of: its frame, icon and words, marks, the count of scenarios, and the dot that lines are drawn from.
export function markup(one, icons) {
  const kind = one.type === "normal" ? one.category : one.type;
  const parts = [
    { tagName: "title", textContent: [one.label, ...one.said, ...(one.cover ? [one.cover.words] : [])].join("\n") },
    { tagName: "rect", selector: "body", className: `flow-box flow-box-${kind} flow-box-${one.category}${coverClass(one)}`, attrs: { width: one.w, height: one.h, rx: 6 } },
    { tagName: "svg", className: `flow-icon flow-icon-${one.category}`, attrs: { x: 10, y: 8, width: 16, height: 16, viewBox: "0 0 24 24" }, children: [{ tagName: "use", attrs: { href: `${icons}#${one.sign}` } }] },
    ...one.lines.map(([kind_, words, x, y]) => ({ tagName: "text", className: `flow-text flow-text-${kind_}`, textContent: words, attrs: { x, y } })),
  ];
  if (one.start) parts.push({ tagName: "circle", className: "flow-start", attrs: { cx: one.w / 2, cy: -22, r: 6 } }, { tagName: "path", className: "flow-edge", attrs: { d: `M${one.w / 2} -16V-1`, "marker-end": "url(#flow-arrow)" } });
  if (one.mark) parts.push({ tagName: "svg", className: `flow-sign flow-sign-${one.mark}`, attrs: { x: one.w - 22, y: 6, width: 16, height: 16, viewBox: "0 0 24 24" }, children: [{ tagName: "use", attrs: { href: `${icons}#${one.mark === "error" ? "alert-circle" : "alert-triangle"}` } }] });
  if (one.pinned) parts.push({ tagName: "svg", className: "flow-pin", attrs: { x: one.w - 20, y: one.h - 20, width: 14, height: 14, viewBox: "0 0 24 24" }, children: [{ tagName: "use", attrs: { href: `${icons}#map-pin` } }] });
  if (one.cover) parts.push(tally(one.cover, one.w - 4, 0));
  if (one.category !== "closed") parts.push({ tagName: "circle", className: "flow-port", attrs: { cx: one.w / 2, cy: one.h, r: 6, magnet: "true" } });
  return parts;
}

// Where a line begins and ends, how it runs between *boxes*, and what stands on it.
export function ends(one, boxes, { icons, plusWords }) {
  const end = (id, [x, y]) => {
    const box = boxes.get(id);
    return { cell: id, anchor: { name: "topLeft", args: { dx: x - box.x, dy: y - box.y } }, connectionPoint: "anchor" };
  };
  const points = one.points;
  return {
    source: end(one.source, points[0]),
    target: end(one.target, points[points.length - 1]),
    vertices: points.slice(1, -1).map(([x, y]) => ({ x, y })),
    connector: { name: "rounded", args: { radius: 8 } },
    labels: labels(one, boxes, { icons, plusWords }),
  };
}

function labels(one, boxes, { icons, plusWords }) {
  const found = [];
  if (one.lines.length) {
    const { distance, offset } = nearest(one.points, one.at);
    const top = -(one.lines.length - 1) * 7 + 4;
    found.push({
      markup: [{ tagName: "title", textContent: [one.words, ...one.said].join("\n") }, ...one.lines.map(([kind, words], place) => ({ tagName: "text", className: `flow-words flow-words-${kind}`, textContent: words, attrs: { x: 0, y: top + place * 14 } }))],
      attrs: {},
      position: { distance, offset },
    });
  }
  if (one.mark) {
    const { distance, offset } = nearest(one.points, one.at);
    found.push({ markup: [{ tagName: "svg", className: `flow-sign flow-sign-${one.mark}`, attrs: { x: -8, y: -26, width: 16, height: 16, viewBox: "0 0 24 24" }, children: [{ tagName: "use", attrs: { href: `${icons}#${one.mark === "error" ? "alert-circle" : "alert-triangle"}` } }] }], attrs: {}, position: { distance, offset } });
  }
  if (one.ways.length) {
    found.push({
      markup: [{ tagName: "g", className: "flow-edge-plus", children: [{ tagName: "title", textContent: plusWords }, { tagName: "circle", attrs: { r: 8 } }, { tagName: "path", attrs: { d: "M-4 0H4M0 -4V4" } }] }],
      attrs: {},
      position: beginning(one.points, boxes.get(one.source)),
    });
  }
  if (one.cover) found.push({ markup: [tally(one.cover, -12, 0)], attrs: {}, position: beginning(one.points, boxes.get(one.source)) });
  return found;
}
