"""The steps a record may take: ways out, checklists, parallel tasks, approvals, limits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..core.record import Vote
from ..core.roles import ADMIN
from ..expressions import Context, Duration, Trace
from .model import (
    ApprovalRule,
    Approver,
    Branch,
    CheckItem,
    Limit,
    ParallelRule,
    State,
    Transition,
    Workflow,
)
from .progress import StepView, customer_steps

__all__ = [
    "StepView",
    "WayOut",
    "automatic",
    "branches_to_open",
    "chosen_approvers",
    "customer_steps",
    "joined",
    "limit_for",
    "missing_checks",
    "next_to_ask",
    "skipped",
    "tally",
    "ways_out",
]

GUARD_CLOSED = "WFL101"
ROLE_MISSING = "WFL102"


@dataclass(frozen=True, slots=True, kw_only=True)
class WayOut:
    """One transition as it stands for somebody now.

    why: the guard's trace when the guard keeps it closed. code: the problem that taking it
    would be, empty when it is open.
    """

    transition: Transition
    open: bool
    why: Trace | None = None
    code: str = ""


def ways_out(
    workflow: Workflow,
    state_id: str,
    scope: Mapping[str, Any],
    context: Context,
    roles: frozenset[str],
) -> tuple[WayOut, ...]:
    """Return the transitions a person may see in this state, in the order of the definition.

    Automatic ones are left out. An admin passes every restriction to roles, never a guard.
    """
    state = workflow.states.get(state_id)
    manual = (way for way in state.go if not way.auto) if state else ()
    return tuple(_way_out(way, scope, context, roles) for way in manual)


def _way_out(
    way: Transition, scope: Mapping[str, Any], context: Context, roles: frozenset[str]
) -> WayOut:
    if way.by and not way.by & roles and ADMIN not in roles:
        return WayOut(transition=way, open=False, code=ROLE_MISSING)
    if way.when is not None and not way.when.holds(scope, context):
        why = way.when.explain(scope, context)
        return WayOut(transition=way, open=False, why=why, code=GUARD_CLOSED)
    return WayOut(transition=way, open=True)


def automatic(
    workflow: Workflow, state_id: str, scope: Mapping[str, Any], context: Context
) -> Transition | None:
    """Return the first automatic transition of the state whose guard holds."""
    state = workflow.states.get(state_id)
    for way in state.go if state else ():
        if way.auto and (way.when is None or way.when.holds(scope, context)):
            return way
    return None


def missing_checks(
    state: State, ticked: Mapping[str, bool], scope: Mapping[str, Any], context: Context
) -> tuple[CheckItem, ...]:
    """Return the required items of the checklist that are not ticked; *ticked* is by item id."""
    return tuple(
        item
        for item in state.checklist
        if not ticked.get(item.id) and _is_required(item, scope, context)
    )


def _is_required(item: CheckItem, scope: Mapping[str, Any], context: Context) -> bool:
    if item.required:
        return True
    return item.required_when is not None and item.required_when.holds(scope, context)


def branches_to_open(
    parallel: ParallelRule, scope: Mapping[str, Any], context: Context
) -> tuple[Branch, ...]:
    """Return the branches whose tasks are opened when the state is entered."""
    return tuple(
        branch
        for branch in parallel.branches
        if branch.when is None or branch.when.holds(scope, context)
    )


def joined(rule: ParallelRule, done: int, opened: int) -> bool:
    """Return whether *done* finished tasks of *opened* are enough to go on.

    A join never waits for more tasks than were opened: with none it is met at once.
    """
    if rule.join == "all":
        needed = opened
    else:
        needed = min(opened, 1 if rule.join == "any" else rule.need or opened)
    return done >= needed


def chosen_approvers(
    rule: ApprovalRule, scope: Mapping[str, Any], context: Context
) -> tuple[Approver, ...]:
    """Return who is asked, in order; empty when a value that the conditions read is missing."""
    return tuple(
        approver
        for approver in rule.approvers
        if approver.when is None or approver.when.holds(scope, context)
    )


def skipped(rule: ApprovalRule, scope: Mapping[str, Any], context: Context) -> bool:
    """Return whether the approval is given at once, without asking anybody."""
    return rule.skip_when is not None and rule.skip_when.holds(scope, context)


def tally(mode: str, share: int, votes: Sequence[Vote]) -> str:
    """Return "approved" or "rejected" as soon as it is certain, else "open".

    mode: all | any | in_turn | share. share: the percentage of seats that must approve. A
    deputy's vote counts for the seat of the person it stands for; without seats nothing is decided.
    """
    said = [_decision(votes, seat) for seat in _seats(votes)]
    if not said:
        return "open"
    yes, no = said.count("approve"), said.count("reject")
    if mode == "any":
        return "approved" if yes else "rejected" if no == len(said) else "open"
    if mode == "share":
        needed = max(share, 1) * len(said)
        if yes * 100 >= needed:
            return "approved"
        return "rejected" if (len(said) - no) * 100 < needed else "open"
    return "rejected" if no else "approved" if yes == len(said) else "open"


def next_to_ask(mode: str, votes: Sequence[Vote], share: int | None = None) -> tuple[int, ...]:
    """Return the positions of those who are to be asked now and have not been (``asked`` is False).

    In turn only the first open seat is asked; in the other modes all open seats at once.
    Once the result is certain nobody is; by share that takes the *share* to know.
    """
    if (mode != "share" or share is not None) and tally(mode, share or 100, votes) != "open":
        return ()
    waiting: list[int] = []
    for seat in _seats(votes):
        if _decision(votes, seat):
            continue
        if not votes[seat[-1]].asked:
            waiting.append(seat[-1])
        if mode == "in_turn":
            break
    return tuple(waiting)


def _seats(votes: Sequence[Vote]) -> list[list[int]]:
    """Return for each seat the positions of its votes: the person's own, then the deputies'."""
    seats: list[list[int]] = []
    seat_of: dict[str, list[int]] = {}
    for position, vote in enumerate(votes):
        seat = seat_of.get(vote.deputy_for) if vote.deputy_for is not None else None
        if seat is None:
            seat = []
            seats.append(seat)
        seat.append(position)
        seat_of[vote.user] = seat
    return seats


def _decision(votes: Sequence[Vote], seat: Sequence[int]) -> str:
    """Return what the seat said: the earliest decision, the person's own before a deputy's."""
    said = [votes[position] for position in seat if votes[position].decision]
    if not said:
        return ""
    timed = [vote for vote in said if vote.at is not None]
    first = min(timed, key=lambda vote: vote.at.timestamp() if vote.at else 0) if timed else said[0]
    return first.decision


def limit_for(limit: Limit | None, scope: Mapping[str, Any]) -> Duration | None:
    """Return how long the record may stay, None without a limit for its value of the field."""
    if limit is None:
        return None
    if limit.cells:
        return limit.cells.get(_cell(scope.get(limit.by)), limit.duration)
    return limit.duration


def _cell(value: object) -> str:
    """Return the key of the cell for a value: ``true`` and ``false`` as they are written in YAML."""
    return str(value).lower() if isinstance(value, bool) else str(value)
