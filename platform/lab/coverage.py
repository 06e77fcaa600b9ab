"""What scenarios exercise of a workflow: how many enter each state and go each way, ways between the same two states apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from ..workflows.graph import Step, steps
from ..workflows.model import Workflow

DRAWN = ("go", "approved", "rejected", "then", "reply", "solved")
_TAKEN = {"approved": "approved", "rejected": "rejected", "then": "join", "reply": "customer_reply", "solved": "solved"}  # fmt: skip


class Move(NamedTuple):
    """One move of a record. source: the state left, empty for none; way: the transition that the engine names."""

    workflow: str
    source: str
    to: str
    way: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way of a workflow. key: ``go/0``, ``approved``, ``rejected``, ``then``, ``reply`` or ``solved``."""

    source: str
    key: str
    to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """Of one workflow: how many scenarios enter each state and go each way."""

    states: Mapping[str, int]
    ways: Mapping[Way, int]

    def between(self, source: str, to: str) -> list[tuple[Way, int]]:
        """Return the ways from one state to another, in the order of the definition, each with its count."""
        return [
            (way, count)
            for way, count in self.ways.items()
            if (way.source, way.to) == (source, to)
        ]  # fmt: skip


def ways_of(workflow: Workflow) -> list[Way]:
    """Return the ways that a chart draws: cancelling, merging and reopening are none of them."""
    return [_way(one) for one in steps(workflow) if one.kind in DRAWN]


def coverage_of(workflow: Workflow, runs: Iterable[Iterable[Move]]) -> Coverage:
    """Return what *runs*, the moves of one scenario each, exercise of *workflow*."""
    entered: Counter[str] = Counter()
    gone: Counter[tuple[str, str, str]] = Counter()
    for run in runs:
        mine = {one for one in run if one.workflow == workflow.id}
        entered.update({one.to for one in mine})
        gone.update({(one.source, one.to, one.way) for one in mine})
    return Coverage(
        states={name: entered[name] for name in workflow.states},
        ways={
            _way(one): gone[one.source, one.target, _taken(workflow, one)]
            for one in steps(workflow)
            if one.kind in DRAWN
        },
    )


def _way(step: Step) -> Way:
    key = f"go/{step.position}" if step.kind == "go" else step.kind
    return Way(source=step.source, key=key, to=step.target)


def _taken(workflow: Workflow, step: Step) -> str:
    """Return what the engine calls the way when a record goes it."""
    if step.kind == "go":
        return workflow.states[step.source].go[step.position].id
    return _TAKEN[step.kind]
