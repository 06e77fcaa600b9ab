"""A workflow's chart as data for the canvas: boxes and lines at their places, with what the checker says of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sopwith.workflows.model import Workflow

from ...flowchart import FlowChart, FlowEdge, FlowNode
from ...languages import lang
from .subject import Subject
from .workflow_changes import states_of, ways_of

ORDER = ("error", "warning", "info")
_TEXTS = {"on_customer_reply": "reply"}


@dataclass(frozen=True, slots=True)
class Marks:
    """What the checker says, by state and by way: the worst severity and all its words."""

    states: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    ways: dict[tuple[str, str], list[tuple[str, str]]] = field(default_factory=dict)

    @classmethod
    def of(cls, subject: Subject) -> Marks:
        """Return the findings of one definition, sorted to the states and ways that they speak of."""
        made = cls()
        for path, some in subject.findings.items():
            if len(path) < 2 or path[0] != "states":
                continue
            said = [(one.severity.value, one.message(lang())) for one in some]
            name = str(path[1])
            way = f"go/{path[3]}" if path[2:3] == ("go",) and len(path) > 3 else _way_of(path)
            if way:
                made.ways.setdefault((name, way), []).extend(said)
            else:
                made.states.setdefault(name, []).extend(said)
        return made

    def state(self, name: str) -> str:
        """Return the worst severity at a state, empty for none."""
        return _worst(self.states.get(name, []))

    def way(self, name: str, way: str) -> str:
        """Return the worst severity at a way out of a state."""
        return _worst(self.ways.get((name, way), []))

    def all_of(self, name: str) -> list[tuple[str, str]]:
        """Return everything said of a state and of its ways."""
        ways = [said for (state, _way), said in self.ways.items() if state == name]
        return [*self.states.get(name, []), *(one for some in ways for one in some)]


def _way_of(path: tuple[str | int, ...]) -> str:
    key = str(path[2]) if len(path) > 2 else ""
    return key if key in ("approved", "rejected", "then") else _TEXTS.get(key, "")


def _worst(said: list[tuple[str, str]]) -> str:
    kinds = {severity for severity, _words in said}
    return next((one for one in ORDER if one in kinds), "")


def chart_parts(
    subject: Subject, workflow: Workflow, chart: FlowChart
) -> tuple[dict[str, dict[str, Any]], dict[str, dict[str, Any]]]:
    """Return the boxes and lines that the canvas draws, by their ids."""
    marks = Marks.of(subject)
    ways = {name: ways_of(state) for name, state in states_of(subject.doc).items()}
    types = {name: state.type for name, state in workflow.states.items()}
    nodes = [_node(one, types, workflow.pins, marks) for one in chart.nodes]
    edges = [_edge(one, ways, marks) for one in chart.edges]
    return {one["id"]: one for one in nodes}, {one["id"]: one for one in edges}


def _node(node: FlowNode, types: Mapping[str, str], pins: Mapping[str, Any], marks: Marks) -> dict[str, Any]:  # fmt: skip
    said = marks.states.get(node.id, [])
    return {
        "id": node.id,
        "x": node.x,
        "y": node.y,
        "w": node.w,
        "h": node.h,
        "category": node.category,
        "type": types.get(node.id, "normal"),
        "sign": node.sign,
        "lines": [[one.kind, one.words, one.x - node.x, one.y - node.y] for one in node.lines],
        "title": " ".join(one.words for one in node.lines if one.kind == "title"),
        "label": node.label,
        "start": node.start,
        "pinned": node.id in pins,
        "mark": marks.state(node.id),
        "said": [words for _severity, words in said],
    }


def _edge(edge: FlowEdge, ways: Mapping[str, Mapping[str, str]], marks: Marks) -> dict[str, Any]:
    mine = [way for way, to in ways.get(edge.source, {}).items() if to == edge.target]
    kinds = [marks.way(edge.source, way) for way in mine]
    return {
        "id": f"{edge.source}>{edge.target}",
        "source": edge.source,
        "target": edge.target,
        "points": edge.points,
        "at": edge.at,
        "lines": [[one.kind, one.words] for one in edge.lines],
        "words": edge.words,
        "back": edge.back,
        "conditional": edge.conditional,
        "kind": edge.kind,
        "ways": mine,
        "mark": next((one for one in ORDER if one in kinds), ""),
        "said": [
            words for way in mine for _severity, words in marks.ways.get((edge.source, way), [])
        ],
    }
