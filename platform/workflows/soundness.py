"""Static soundness: reachable states, ways to the end, open ways out, joins, approvers, circles."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set

from ..core.diagnostics import Diagnostic
from ..core.record import Category
from .cases import find_gap
from .graph import AutomaticStep, automatic_steps, backward, forward, leads_nowhere, reached, steps
from .model import ApprovalRule, ParallelRule, State, Workflow

Values = dict[str, str | int]
_MOST_PATHS = 300  # from one state
_MOST_CIRCLES = 500  # looked at in one workflow
_NOT_AN_END = frozenset({"cancelled", "merged", "reopen"})


def check_soundness(
    workflow: Workflow, entered_by_rules: frozenset[str] = frozenset()
) -> list[Diagnostic]:
    """Return what keeps a record from being handled to its end.

    entered_by_rules: states that automation rules lead to, beside the ways of the workflow.
    """
    found = [*_check_reach(workflow, entered_by_rules)]
    for state in workflow.states.values():
        found += _check_ways_out(workflow, state)
        if state.approval is not None:
            found += _check_approvers(workflow, state, state.approval)
        if state.parallel is not None:
            found += _check_join(workflow, state, state.parallel)
    found += _check_circles(workflow)
    return found


def _check_reach(workflow: Workflow, entered_by_rules: frozenset[str]) -> Iterator[Diagnostic]:
    closed = {s.id for s in workflow.states.values() if s.category is Category.CLOSED}
    if not closed:
        yield Diagnostic(span=workflow.place("states"), code="WFL037")
    if leads_nowhere(workflow):
        return  # what can be reached is not known before the names are right
    every = steps(workflow)
    first = workflow.states.get(workflow.start)
    if first is None or first.category is Category.CLOSED:
        starts = set(workflow.states)  # a wrong start has its own finding
    else:
        starts = {workflow.start, *(entered_by_rules & workflow.states.keys())}
    reachable = reached(starts, forward(every))
    yield from _check_start(workflow, starts, reachable)
    ending = reached(closed, backward(step for step in every if step.kind not in _NOT_AN_END))
    for name in workflow.states:
        values = {"state": name}
        if name not in reachable:
            yield Diagnostic(span=workflow.place("states", name), code="WFL050", values=values)
        elif closed and name not in ending:
            yield Diagnostic(span=workflow.place("states", name), code="WFL051", values=values)


def _check_start(workflow: Workflow, starts: Set[str], reachable: Set[str]) -> Iterator[Diagnostic]:
    """Warn where records that nobody opens again end at once, past all the work that there is."""
    begins = {workflow.start}
    if any(workflow.states[name].category is not Category.CLOSED for name in starts - begins):
        return  # rules lead into the work, or the start is wrong
    onward = forward(step for step in steps(workflow) if step.kind != "reopen")
    fresh = reached(begins, onward) - begins
    lost = [name for name in workflow.states if name in reachable - fresh - starts]
    if lost and all(workflow.states[name].category is Category.CLOSED for name in fresh):
        values = {
            "state": workflow.start,
            "states": ", ".join(name for name in workflow.states if name in fresh),
            "lost": ", ".join(lost),
        }
        span = workflow.place("states", workflow.start, "go")
        yield Diagnostic(span=span, code="WFL063", values=values)


def _check_ways_out(workflow: Workflow, state: State) -> Iterator[Diagnostic]:
    """Find the case in which all guards are false and nothing else leads on."""
    if state.type != "normal" or state.category is Category.CLOSED or state.on_customer_reply:
        return
    if state.category is Category.RESOLVED and workflow.solved_state:
        return
    guards = [way.when for way in state.go if way.when is not None]
    if not guards or len(guards) < len(state.go):
        return
    gap = find_gap(guards, lambda truths: not any(truths))
    if gap is None:
        return
    span = workflow.place("states", state.id, "go")
    if gap.certain:
        values = {"state": state.id, "case": str(gap)}
        yield Diagnostic(span=span, code="WFL052", values=values)
    else:
        yield Diagnostic(span=span, code="WFL053", values={"state": state.id})


def _check_approvers(workflow: Workflow, state: State, rule: ApprovalRule) -> Iterator[Diagnostic]:
    """Find the case in which nobody is asked, although the approval is not skipped."""
    conditions = [approver.when for approver in rule.approvers if approver.when is not None]
    if not rule.approvers or len(conditions) < len(rule.approvers):
        return
    if rule.skip_when is not None:
        conditions.append(rule.skip_when)
    gap = find_gap(conditions, lambda truths: not any(truths))
    if gap is None:
        return
    span = workflow.place("states", state.id, "approvers")
    if gap.certain:
        values = {"state": state.id, "case": str(gap)}
        yield Diagnostic(span=span, code="WFL058", values=values)
    else:
        yield Diagnostic(span=span, code="WFL059", values={"state": state.id})


def _check_join(workflow: Workflow, state: State, rule: ParallelRule) -> Iterator[Diagnostic]:
    """Find the case in which fewer tasks are opened than the join waits for."""
    need = {"all": 0, "any": 1}.get(rule.join, rule.need)
    span = workflow.place("states", state.id, "join")
    if need > len(rule.branches):
        values: Values = {"state": state.id, "need": need, "count": len(rule.branches)}
        yield Diagnostic(span=span, code="WFL057", values=values)
        return
    conditions = [branch.when for branch in rule.branches if branch.when is not None]
    always = len(rule.branches) - len(conditions)
    if need <= always:
        return
    gap = find_gap(conditions, lambda truths: always + sum(truths) < need)
    if gap is None:
        return
    if not gap.certain:
        values = {"state": state.id, "need": need}
        yield Diagnostic(span=span, code="WFL056", values=values)
        return
    opened: list[int] = []
    find_gap(conditions, lambda truths: _note_fewest(opened, always + sum(truths)))
    starved: Values = {"state": state.id, "case": str(gap), "need": need, "opened": min(opened)}
    yield Diagnostic(span=span, code="WFL055", values=starved)


def _note_fewest(opened: list[int], count: int) -> bool:
    opened.append(count)
    return False


def _check_circles(workflow: Workflow) -> Iterator[Diagnostic]:
    """Find circles of steps that the engine may take one after the other without a person."""
    order = {name: position for position, name in enumerate(workflow.states)}
    leaving: defaultdict[str, list[AutomaticStep]] = defaultdict(list)
    for step in automatic_steps(workflow):
        leaving[step.source].append(step)
    tried = 0
    reported: set[frozenset[str]] = set()
    for start in workflow.states:
        for circle in _circles(start, leaving, order):
            names = frozenset(step.source for step in circle)
            if names in reported or tried >= _MOST_CIRCLES:
                continue
            tried += 1
            if _is_possible(circle):
                reported.add(names)
                yield _circle_found(workflow, circle)


def _circles(
    start: str, leaving: Mapping[str, list[AutomaticStep]], order: Mapping[str, int]
) -> Iterator[tuple[AutomaticStep, ...]]:
    """Yield the circles through *start* whose other states all come after it in the definition."""
    later: defaultdict[str, list[AutomaticStep]] = defaultdict(list)
    entering: defaultdict[str, list[str]] = defaultdict(list)
    for name, found in leaving.items():
        for step in found:
            if order[name] >= order[start] <= order[step.target]:
                later[name].append(step)
                entering[step.target].append(name)
    returning = reached({start}, entering)
    waiting: list[tuple[AutomaticStep, ...]] = [(step,) for step in reversed(later[start])]
    budget = _MOST_PATHS
    while waiting and budget > 0:
        budget -= 1
        path = waiting.pop()
        last = path[-1].target
        if last == start:
            yield path
        elif last in returning and last not in {step.source for step in path}:
            waiting.extend((*path, step) for step in reversed(later[last]))


def _is_possible(circle: Sequence[AutomaticStep]) -> bool:
    """Return whether one set of values can meet the demands of every step."""
    demands = [demand for step in circle for demand in step.demands]
    wanted = [must for _, must in demands]
    return find_gap([condition for condition, _ in demands], wanted.__eq__) is not None


def _circle_found(workflow: Workflow, circle: Sequence[AutomaticStep]) -> Diagnostic:
    first = next((step for step in circle if step.position is not None), circle[0])
    if first.position is not None:
        span = workflow.place("states", first.source, "go", first.position, "auto")
    else:
        state = workflow.states[first.source]
        key = "skip_when" if state.approval is not None else "branches"
        span = workflow.place("states", first.source, key)
    names = [*(step.source for step in circle), circle[0].source]
    return Diagnostic(span=span, code="WFL054", values={"cycle": " → ".join(names)})
