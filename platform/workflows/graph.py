"""A workflow as a graph: which state may follow which, and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ..core.record import Category
from ..expressions import Expression
from .model import State, Workflow

PREVIOUS = "previous"
Demand = tuple[Expression, bool]  # a condition, and whether it must hold or must not


@dataclass(frozen=True, slots=True)
class Step:
    """One way by which *source* may be followed by *target*.

    kind: go | approved | rejected | then | reply | previous | solved | reopen | cancelled | merged.
    position: that of the transition within the state, for go.
    """

    source: str
    target: str
    kind: str
    position: int = 0


def steps(workflow: Workflow) -> tuple[Step, ...]:
    """Return every step whose target exists, state by state in the order of the definition."""
    direct = [
        step
        for state in workflow.states.values()
        for step in _direct(workflow, state)
        if step.target in workflow.states
    ]
    return tuple(direct + _back(workflow, direct))


def leads_nowhere(workflow: Workflow) -> bool:
    """Return whether some step has a target that does not exist."""
    return any(
        step.target not in workflow.states
        for state in workflow.states.values()
        for step in _direct(workflow, state)
    )


def _direct(workflow: Workflow, state: State) -> list[Step]:
    found = [Step(state.id, way.to, "go", position) for position, way in enumerate(state.go)]
    if state.approval is not None:
        found.append(Step(state.id, state.approval.approved, "approved"))
        found.append(Step(state.id, state.approval.rejected, "rejected"))
    if state.parallel is not None:
        found.append(Step(state.id, state.parallel.then, "then"))
    if state.on_customer_reply not in (None, PREVIOUS):
        found.append(Step(state.id, str(state.on_customer_reply), "reply"))
    if state.category is Category.RESOLVED and workflow.solved_state:
        found.append(Step(state.id, workflow.solved_state, "solved"))
    if state.category in (Category.RESOLVED, Category.CLOSED) and workflow.reopen_to:
        found.append(Step(state.id, workflow.reopen_to, "reopen"))
    if state.category is not Category.CLOSED:
        for target, kind in ((workflow.cancelled, "cancelled"), (workflow.merged, "merged")):
            if target:
                found.append(Step(state.id, target, kind))
    return found


def _back(workflow: Workflow, direct: Iterable[Step]) -> list[Step]:
    """Return the steps back to where a record came from, for states that say ``previous``."""
    returning = {
        state.id for state in workflow.states.values() if state.on_customer_reply == PREVIOUS
    }
    return [
        Step(step.target, step.source, "previous") for step in direct if step.target in returning
    ]


def reached(starts: Iterable[str], follow: Mapping[str, Iterable[str]]) -> frozenset[str]:
    """Return every state that can be reached from *starts*, themselves included."""
    seen = set(starts)
    waiting = list(seen)
    while waiting:
        for target in follow.get(waiting.pop(), ()):
            if target not in seen:
                seen.add(target)
                waiting.append(target)
    return frozenset(seen)


def forward(found: Iterable[Step]) -> Mapping[str, list[str]]:
    """Return for each state those that may follow it."""
    follow: defaultdict[str, list[str]] = defaultdict(list)
    for step in found:
        follow[step.source].append(step.target)
    return follow


def backward(found: Iterable[Step]) -> Mapping[str, list[str]]:
    """Return for each state those that may come before it."""
    follow: defaultdict[str, list[str]] = defaultdict(list)
    for step in found:
        follow[step.target].append(step.source)
    return follow


@dataclass(frozen=True, slots=True)
class AutomaticStep:
    """A step that the engine takes without a person when all *demands* are met."""

    source: str
    target: str
    demands: tuple[Demand, ...]
    position: int | None = None  # of the transition; None for a skipped approval or an empty join


def automatic_steps(workflow: Workflow) -> tuple[AutomaticStep, ...]:
    """Return the steps that need no person, each with what must hold and not hold for it."""
    found: list[AutomaticStep] = []
    for state in workflow.states.values():
        found += _automatic_ways(state)
        rule, parallel = state.approval, state.parallel
        if rule is not None and rule.skip_when is not None:
            found.append(AutomaticStep(state.id, rule.approved, ((rule.skip_when, True),)))
        if parallel is not None:
            conditions = [branch.when for branch in parallel.branches if branch.when is not None]
            if len(conditions) == len(parallel.branches):
                none = tuple((condition, False) for condition in conditions)
                found.append(AutomaticStep(state.id, parallel.then, none))
    return tuple(step for step in found if step.target in workflow.states)


def _automatic_ways(state: State) -> list[AutomaticStep]:
    found: list[AutomaticStep] = []
    earlier: list[Demand] = []  # the first way whose guard holds is taken
    for position, way in enumerate(state.go):
        if not way.auto:
            continue
        own: tuple[Demand, ...] = () if way.when is None else ((way.when, True),)
        found.append(AutomaticStep(state.id, way.to, (*earlier, *own), position))
        if way.when is None:
            break
        earlier.append((way.when, False))
    return found
