// X6 behind one door: nothing else knows it. Draws a chart, keeps it in step with the next one, tells gestures in our own words.
import { ends, markup } from "./canvas_cells.js";
import { lineAttrs, lineClass, shapes, svgElement, unstyled, words } from "./canvas_shapes.js";

const GHOST = "~new";
const ROOM = 42; // of a box that its title has not: margins and icon

export class Sheet {
  constructor(container, on) {
    this.container = container;
    this.on = on;
    this.chart = { nodes: [], edges: [] };
    this.drawn = new Map(); // id -> what was drawn, as text
    this.about = new Map(); // id -> the chart's node or edge
    this.icons = container.dataset.icons;
    this.has = { icons: this.icons, plusWords: container.dataset.plusWords };
    this.began = false;
  }

  begin() {
    const { Config, Graph, Selection, Snapline } = window.X6;
    Config.autoInsertCSS = false; // css/studio-canvas.css has what is needed: no style tags under our policy
    shapes();
    this.container.replaceChildren();
    const stage = document.createElement("div");
    stage.className = "flow-stage";
    this.container.append(stage);
    this.graph = new Graph({
      container: stage,
      autoResize: true,
      panning: { enabled: true, eventTypes: ["leftMouseDown", "mouseWheel"] },
      mousewheel: { enabled: true, modifiers: ["ctrl", "meta"], minScale: 0.15, maxScale: 2, zoomAtMousePosition: true },
      scaling: { min: 0.15, max: 2 },
      moveThreshold: 3,
      preventDefaultContextMenu: false,
      interacting: { nodeMovable: true, edgeMovable: false, edgeLabelMovable: false, vertexMovable: false, vertexAddable: false, vertexDeletable: false, arrowheadMovable: false },
      connecting: {
        allowBlank: false,
        allowLoop: false,
        allowEdge: false,
        allowMulti: true,
        snap: { radius: 24 },
        highlight: true,
        createEdge: () => this.graph.createEdge({ shape: "flow-line", attrs: lineAttrs("flow-edge flow-edge-fresh") }),
        validateMagnet: ({ magnet }) => magnet.getAttribute("magnet") === "true",
      },
    });
    this.selection = unstyled(() => new Selection({ enabled: true, multiple: true, rubberband: true, modifiers: ["shift"], multipleSelectionModifiers: ["ctrl", "meta", "shift"], movable: true, showNodeSelectionBox: false, pointerEvents: "none" }));
    this.graph.use(this.selection);
    this.graph.use(unstyled(() => new Snapline({ enabled: true, clean: true })));
    this.arrow();
    this.listen();
    this.began = true;
  }

  arrow() {
    const svg = this.graph.view.svg;
    const marker = svgElement("marker", { id: "flow-arrow", viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 8, markerHeight: 8, orient: "auto", markerUnits: "userSpaceOnUse" });
    marker.append(svgElement("path", { d: "M0 0L8 4L0 8z", class: "flow-arrow" }));
    const defs = svg.querySelector("defs") ?? svg.insertBefore(svgElement("defs", {}), svg.firstChild);
    defs.append(marker);
  }

  listen() {
    const { graph, on } = this;
    graph.on("node:click", ({ node, e }) => this.clicked(node.id, e));
    graph.on("edge:click", ({ edge, e }) => {
      const about = this.about.get(edge.id);
      if (!about) return;
      if (e.target.closest(".flow-edge-plus")) setTimeout(() => on.plus(about, e.clientX, e.clientY)); // after the click: it would close the choice
      else this.clicked(edge.id, e);
    });
    graph.on("blank:click", () => {
      if (this.marked.length) on.chosen([]);
    });
    this.selection.on("selection:changed", () => this.picked());
    graph.on("edge:connected", ({ edge, isNew }) => {
      const [source, target] = [edge.getSourceCellId(), edge.getTargetCellId()];
      if (isNew && source && target) on.connected(source, target);
    });
    graph.on("node:moving", ({ node }) => this.loosen(node.id));
    graph.on("node:moved", () => this.moves());
    graph.on("scale", () => on.viewed());
    graph.on("translate", () => on.viewed());
    graph.on("resize", () => on.viewed());
    this.container.addEventListener("dragover", (event) => {
      if (event.dataTransfer.types.includes("text/x-flow-kind")) event.preventDefault();
    });
    this.container.addEventListener("drop", (event) => {
      const kind = event.dataTransfer.getData("text/x-flow-kind");
      if (!kind) return;
      event.preventDefault();
      const { x, y } = graph.clientToLocal(event.clientX, event.clientY);
      const cell = document.elementFromPoint(event.clientX, event.clientY)?.closest("[data-cell-id]")?.dataset.cellId;
      on.dropped(kind, { x: Math.max(0, x - 80), y: Math.max(0, y - 30), on: this.about.get(cell) });
    });
  }

  clicked(id, event) {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return; // several: the selection tells
    const about = this.about.get(id);
    if (about) this.on.chosen([about]);
  }

  picked() {
    const cells = this.selection.cells.map((one) => this.about.get(one.id)).filter(Boolean);
    if (cells.length > 1) {
      clearTimeout(this.picking);
      this.picking = setTimeout(() => this.on.chosen(cells.filter((one) => !one.edge)), 60);
    }
  }

  // While a node is moved its lines are drawn straight; the server leads them well afterwards.
  loosen(id) {
    const node = this.graph.getCellById(id);
    for (const edge of this.graph.getConnectedEdges(node)) {
      if (edge.loose) continue;
      edge.loose = true;
      this.drawn.delete(edge.id);
      edge.setVertices([]);
      edge.setSource({ cell: edge.getSourceCellId(), anchor: "bottom" });
      edge.setTarget({ cell: edge.getTargetCellId(), anchor: "top" });
      edge.setLabels([]);
    }
  }

  moves() {
    clearTimeout(this.moving);
    this.moving = setTimeout(() => {
      const places = {};
      for (const one of this.chart.nodes) {
        const cell = this.graph.getCellById(one.id);
        const at = cell?.position();
        if (at && (Math.abs(at.x - one.x) > 1 || Math.abs(at.y - one.y) > 1)) {
          places[one.id] = [Math.max(0, Math.round(at.x)), Math.max(0, Math.round(at.y))];
          this.drawn.delete(one.id);
        }
      }
      if (Object.keys(places).length) this.on.moved(places);
    }, 30);
  }

  // --- drawing ------------------------------------------------------------------------------------

  draw(chart) {
    if (!this.began) this.begin();
    this.chart = chart;
    const wanted = new Map();
    for (const one of chart.nodes) wanted.set(one.id, { ...one, cover: this.covered?.states[one.id] });
    for (const one of chart.edges) wanted.set(one.id, { ...one, edge: true, cover: this.covered?.lines[one.id] });
    const ways = new Map();
    for (const one of chart.edges) if (!ways.has(one.source)) ways.set(one.source, one.ways);
    for (const one of chart.nodes) wanted.get(one.id).ways = ways.get(one.id) ?? [];
    this.boxes = wanted;
    const { graph } = this;
    const fresh = [];
    graph.startBatch("draw");
    for (const cell of graph.getCells()) {
      if (!wanted.has(cell.id)) {
        this.drawn.delete(cell.id);
        graph.removeCell(cell);
      }
    }
    for (const [id, one] of wanted) {
      const text = JSON.stringify(one);
      const cell = graph.getCellById(id);
      if (cell && this.drawn.get(id) === text) continue;
      this.drawn.set(id, text);
      if (!cell) fresh.push(one.edge ? this.edge(one) : this.node(one));
      else if (one.edge) this.again(cell, one);
      else this.shape(cell, one);
    }
    if (fresh.length) graph.addCell(fresh);
    graph.stopBatch("draw");
    this.about = wanted;
    for (const { id } of chart.nodes) this.view(id)?.setAttribute("aria-label", words(wanted.get(id)));
    this.relabel();
  }

  // Paint what scenarios exercise: {states, lines}, each with counts, a mark and words; nothing takes it off again.
  cover(found) {
    this.covered = found;
    if (this.began) this.draw(this.chart);
  }

  node(one) {
    return this.graph.createNode({ id: one.id, shape: "flow-state", x: one.x, y: one.y, width: one.w, height: one.h, markup: markup(one, this.icons), attrs: {}, zIndex: 2 });
  }

  shape(cell, one) {
    cell.setMarkup(markup(one, this.icons));
    cell.resize(one.w, one.h);
    cell.position(one.x, one.y);
  }

  edge(one) {
    return this.graph.createEdge({ id: one.id, shape: "flow-line", attrs: lineAttrs(lineClass(one)), zIndex: 1, ...ends(one, this.boxes, this.has) });
  }

  again(cell, one) {
    const { source, target, vertices, labels } = ends(one, this.boxes, this.has);
    cell.loose = false;
    cell.setSource(source);
    cell.setTarget(target);
    cell.setVertices(vertices);
    cell.setLabels(labels);
    cell.setAttrs(lineAttrs(lineClass(one)));
  }

  // --- what was done, drawn before it is saved; whatever the server says replaces it ---------------

  foresee(what) {
    if (!this.began) return;
    if (what.do === "insert") this.ghost(what);
    else if (what.do === "connect") this.link(what.source, what.target);
    else if (what.do === "cut") this.leave([`${what.source}>${what.target}`]);
    else if (what.do === "remove") this.leave(what.states);
  }

  ghost({ kind, source, way, at }) {
    const words_ = document.querySelector(`.flow-new[data-kind="${kind}"]`)?.textContent.trim() ?? "";
    const text = [{ tagName: "rect", className: "flow-box flow-box-ghost", attrs: { width: 150, height: 40, rx: 6 } }, { tagName: "text", className: "flow-text flow-text-title", textContent: words_, attrs: { x: 14, y: 25 } }];
    const [x, y] = at ?? this.free(source, way);
    this.graph.removeCell(GHOST);
    this.graph.addNode({ id: GHOST, shape: "flow-state", x, y, width: 150, height: 40, markup: text, attrs: {}, zIndex: 3 });
  }

  // Where something new is put meanwhile: on its way, below its state, or in the middle of what is seen.
  free(source, way) {
    const line = way && [...this.about.values()].find((one) => one.edge && one.source === source && one.ways.includes(way));
    if (line) return [line.at[0] - 75, line.at[1] - 20];
    const above = this.about.get(source);
    if (above) return [above.x + 24, above.y + above.h + 30];
    const { x, y, width, height } = this.seen();
    return [x + width / 2 - 75, y + height / 2 - 20];
  }

  link(source, target) {
    const id = `${source}>${target}`;
    const [from, to] = [this.about.get(source), this.about.get(target)];
    if (!from || !to || this.about.has(id)) return;
    const points = [[from.x + from.w / 2, from.y + from.h], [to.x + to.w / 2, to.y]];
    const at = [(points[0][0] + points[1][0]) / 2, (points[0][1] + points[1][1]) / 2];
    this.about.set(id, { id, edge: true, source, target, points, at, ways: [], said: [], words: `${from.title} → ${to.title}` });
    this.graph.addEdge({ id, shape: "flow-line", attrs: lineAttrs("flow-edge flow-edge-fresh"), zIndex: 1, source: { cell: source, anchor: "bottom" }, target: { cell: target, anchor: "top" } });
    this.drawn.delete(id);
  }

  leave(ids) {
    const lines = ids.flatMap((id) => this.graph.getConnectedEdges(id) ?? []).map((one) => one.id);
    for (const id of [...lines, ...ids]) {
      this.drawn.delete(id);
      this.about.delete(id);
      this.graph.removeCell(id);
    }
    this.relabel();
  }

  // A title while it is typed: the box gets its size when it is saved.
  retitle(id, title) {
    const about = this.about.get(id);
    const [first, ...others] = this.view(id)?.querySelectorAll(".flow-text-title") ?? [];
    if (!first) return;
    this.drawn.delete(id);
    for (const one of others) one.textContent = "";
    first.textContent = title || id;
    for (let least = 0, most = title.length; first.getComputedTextLength() > about.w - ROOM && least < most;) {
      most = Math.max(least, most - Math.max(1, Math.ceil((first.getComputedTextLength() - about.w + ROOM) / 14)));
      first.textContent = `${title.slice(0, most)}…`;
    }
  }

  view(id) {
    const cell = this.graph.getCellById(id);
    return cell ? this.graph.findViewByCell(cell)?.container : null;
  }

  // --- what is marked, and what is looked at ------------------------------------------------------

  get marked() {
    return this.chosen ?? [];
  }

  mark(ids) {
    this.chosen = ids;
    this.relabel();
  }

  // The one that keys act on.
  point(id) {
    this.current = id;
    this.relabel();
    if (id) this.reveal(id);
  }

  relabel() {
    for (const one of this.container.querySelectorAll(".flow-chosen, .flow-current")) one.classList.remove("flow-chosen", "flow-current");
    for (const id of this.marked) this.view(id)?.classList.add("flow-chosen");
    const view = this.current && this.view(this.current);
    if (!view) return this.container.removeAttribute("aria-activedescendant");
    const about = this.about.get(this.current);
    view.classList.add("flow-current");
    view.id = `flow-cell-${this.current}`;
    view.setAttribute("role", "img");
    const problem = about.mark ? `${this.container.dataset[about.mark] ?? about.mark}: ${about.said.join(" ")}` : "";
    view.setAttribute("aria-label", [words(about), problem].filter(Boolean).join(". "));
    return this.container.setAttribute("aria-activedescendant", view.id);
  }

  box(id) {
    const about = this.about.get(id);
    if (!about) return null;
    return about.edge ? { x: about.at[0] - 40, y: about.at[1] - 20, width: 80, height: 40 } : { x: about.x, y: about.y, width: about.w, height: about.h };
  }

  // Where something stands in the window.
  clientBox(id) {
    const { x, y, width, height } = this.box(id);
    const from = this.graph.localToClient(x, y);
    const to = this.graph.localToClient(x + width, y + height);
    return { left: from.x, top: from.y, right: to.x, bottom: to.y };
  }

  reveal(id) {
    const box = this.box(id);
    if (!box) return;
    const here = this.clientBox(id);
    const room = this.container.getBoundingClientRect();
    if (here.left < room.left || here.right > room.right || here.top < room.top || here.bottom > room.bottom) this.graph.centerPoint(box.x + box.width / 2, box.y + box.height / 2);
  }

  show(id) {
    this.container.focus();
    const box = this.box(id);
    if (!box) return;
    if (this.graph.zoom() < 0.6) this.graph.zoomTo(1);
    this.graph.centerPoint(box.x + box.width / 2, box.y + box.height / 2);
    this.point(id);
  }

  zoom(how) {
    if (how === "fit") return this.fit();
    return this.graph.zoom(how === "in" ? 0.15 : -0.15, { minScale: 0.15, maxScale: 2 });
  }

  // Show all of it when that can still be read; else its beginning, its letters as large as *least* says.
  fit(least = 0.15) {
    const whole = this.container.getBoundingClientRect();
    const room = { width: whole.width, height: whole.height };
    const scale = Math.min(1, (room.width - 24) / (this.chart.width || 1), (room.height - 24) / (this.chart.height || 1));
    const used = Math.max(scale, least);
    this.graph.zoomTo(used);
    const start = this.chart.nodes.find((one) => one.start);
    const wide = this.chart.width * used > room.width;
    const x = wide && start ? room.width / 2 - (start.x + start.w / 2) * used : (room.width - this.chart.width * used) / 2;
    const high = this.chart.height * used > room.height;
    this.graph.translate(x, high ? (start && start.y > 200 ? 60 - start.y * used : 0) : (room.height - this.chart.height * used) / 2);
  }

  seen() {
    const { width, height } = this.container.getBoundingClientRect();
    const scale = this.graph.zoom();
    const { tx, ty } = this.graph.translate();
    return { x: -tx / scale, y: -ty / scale, width: width / scale, height: height / scale };
  }

  look(x, y) {
    this.graph.centerPoint(x, y);
  }

  dispose() {
    this.graph?.dispose();
    this.began = false;
  }
}
