// The chart that a page has: taken whole, then kept in step by the parts that differ.
export class Chart {
  constructor() {
    this.name = "";
    this.nodes = new Map();
    this.edges = new Map();
  }

  // Returns the whole chart as it is now, nothing when what was sent belongs to another one.
  take(sent) {
    if (sent.base && sent.base !== this.name && sent.name !== this.name) return null;
    if (!sent.base) {
      this.nodes.clear();
      this.edges.clear();
    }
    if (!sent.base || sent.base === this.name) {
      for (const kind of ["nodes", "edges"]) {
        for (const one of sent[kind]) this[kind].set(one.id, one);
        const order = sent.order?.[kind];
        if (order) this[kind] = new Map(order.map((id) => [id, this[kind].get(id)]));
      }
    }
    this.name = sent.name;
    const { name, width, height } = sent;
    return { name, width, height, nodes: [...this.nodes.values()], edges: [...this.edges.values()] };
  }
}
