"""One press that mends what the checker found, where one thing and no other is sure to be right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sopwith.core.diagnostics import Diagnostic
from sopwith.core.record import Category
from sopwith.definitions import Document
from sopwith.workflows.graph import forward, reached, steps
from sopwith.workflows.model import Workflow

from ..languages import lang
from ..wording import gettext as _
from .bench import Bench

MENDED = frozenset({"WFL063"})
"""Codes that one press may mend."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """What the press does. step: its name in the history, in both languages."""

    label: str
    operations: tuple[Mapping[str, Any], ...]
    step: Mapping[str, str]


def remedy_of(made: Bench, document: Document, one: Diagnostic) -> Remedy | None:
    """Return what mends a finding of *document*, None where somebody has to choose."""
    workflow = made.partly.workflows.get(document.id) if document.kind == "workflow" else None
    if one.code == "WFL063" and workflow is not None:
        return _lead_into_work(document, workflow, one)
    return None


def _lead_into_work(document: Document, workflow: Workflow, one: Diagnostic) -> Remedy | None:
    """Return a way from the start to the work, where one state alone can begin it: all the rest follows from there."""
    lost = {name for name in str(one.values["lost"]).split(", ") if name in workflow.states}
    onward = forward(step for step in steps(workflow) if step.kind != "reopen")
    first = [
        name
        for name, state in workflow.states.items()
        if name in lost and state.category is Category.OPEN and lost <= reached({name}, onward)
    ]
    if len(first) != 1:
        return None
    path = ["states", workflow.start, "go"]
    way, title = {"to": first[0]}, workflow.states[first[0]].title
    held = document.node.at(tuple(path))
    operation: dict[str, Any] = {"op": "insert", "path": path, "index": 0, "value": way}
    if held is None or held.kind != "list":
        operation = {"op": "set", "path": path, "value": [way]}
    return Remedy(
        label=_("Add a way to “%(state)s”", state=title.get(lang()) or first[0]),
        operations=(operation,),
        step={
            "en": f"Way to “{title.get('en')}” added",
            "zh-CN": f"添加通往“{title.get('zh-CN')}”的流转",
        },
    )
