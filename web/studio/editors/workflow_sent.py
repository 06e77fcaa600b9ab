"""A workflow's chart on its way to the canvas: worked out once for each text, sent as what differs from what a page has."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from sopwith.runtime.releases import hash_of

from ...flowchart import FlowChart, flow_chart
from .subject import Subject
from .workflow_chart import chart_parts
from .workflow_outline import Said

MOST_KEPT = 12
Parts = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """One chart. name: of the text, the workflow and the language that it was drawn from. nodes, edges: by their ids."""

    name: str
    chart: FlowChart
    nodes: Parts
    edges: Parts


_kept: OrderedDict[str, Drawn] = OrderedDict()
_lock = threading.Lock()


def drawn_of(subject: Subject, said: Said) -> Drawn:
    """Return the chart of the workflow as the draft has it; kept for the texts looked at last."""
    about = f"{hash_of(subject.draft.documents)} {said.tongue} {subject.document.id}"
    name = blake2b(about.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
    found = _found(name)
    if found is None:
        chart = flow_chart(said.workflow, said.tongue, names=said.names, labels=said.labels)
        nodes, edges = chart_parts(subject, said.workflow, chart)
        found = Drawn(name=name, chart=chart, nodes=nodes, edges=edges)
        with _lock:
            _kept[name] = found
            while len(_kept) > MOST_KEPT:
                _kept.popitem(last=False)
    return found


def _found(name: str) -> Drawn | None:
    with _lock:
        found = _kept.get(name)
        if found is not None:
            _kept.move_to_end(name)
        return found


def parcel(drawn: Drawn, has: str, at: str) -> dict[str, Any]:
    """Return what a page is sent that has the chart named *has*: the parts that differ, all of them when it has none.

    The ids in ``order`` are those of the whole chart, so that what is not among them is gone; they
    come along where they are not the same in the same order as in what the page has.
    """
    base = _found(has) if has else None
    sent: dict[str, Any] = {"name": drawn.name, "width": drawn.chart.width, "height": drawn.chart.height, "at": at}  # fmt: skip
    if base is None:
        return {**sent, "nodes": list(drawn.nodes.values()), "edges": list(drawn.edges.values())}
    sent |= {"base": base.name, "nodes": _fresh(base.nodes, drawn.nodes), "edges": _fresh(base.edges, drawn.edges)}  # fmt: skip
    order = {
        kind: list(new)
        for kind, old, new in (("nodes", base.nodes, drawn.nodes), ("edges", base.edges, drawn.edges))
        if list(old) != list(new)
    }  # fmt: skip
    return {**sent, "order": order}


def _fresh(old: Parts, new: Parts) -> list[Mapping[str, Any]]:
    return [one for name, one in new.items() if old.get(name) != one]
