"""An open record goes over to another release: on purpose, in one step, with everything that follows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from ..core.commands import Migrate
from ..core.decision import Decision, Problem
from ..core.directory import Directory
from ..core.events import Cause, EventKind
from ..core.record import RecordState
from ..release.model import Release
from ..workflows.model import State
from .draft import Draft
from .moves import enter
from .rounds import catch_up, settle
from .timers import changes, wanted

CAUSE = Cause("release", "migrate")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """How a record would stand in another release. target: the state it would be in, empty for none that fits.

    stays: it goes on where it is, with its tasks and votes; else it enters *target* anew.
    """

    target: str
    stays: bool


def fit(new: Release, state: RecordState, states: Mapping[str, str]) -> Fit:
    """Return where the record would stand under *new*. states: the new state for each that is gone or should change."""
    kind = new.record_types.get(state.type)
    target = states.get(state.state, state.state)
    place = new.workflows[kind.workflow].states.get(target) if kind else None
    if place is None:
        return Fit(target="", stays=False)
    return Fit(target=target, stays=target == state.state and _holds(place, state))


def _holds(place: State, state: RecordState) -> bool:
    """Return whether the tasks and votes that are open in the record belong into *place*."""
    if place.category is not state.category or (place.approval is None) != (state.approval is None):
        return False
    branches = {branch.id for branch in place.parallel.branches} if place.parallel else set()
    mine = [
        task
        for task in state.tasks.values()
        if task.state == place.id and task.branch and task.opened_at >= state.entered_at
    ]
    return all(task.branch in branches for task in mine) and bool(mine) == bool(branches)


def migrate(
    old: Release,
    new: Release,
    state: RecordState,
    command: Migrate,
    now: datetime,
    directory: Directory,
) -> Decision:
    """Return what moving the record from *old*, to which it is pinned, to *new* changes at *now*.

    Refused for a record that is settled, and for one whose state *new* does not have and
    *command* does not map. Promises follow the new release from its next change on; times used so far stay.
    """
    if command.expected_version is not None and command.expected_version != state.version:
        return _refused("ENG001")
    before, after = old.record_types[state.type], new.record_types.get(state.type)
    if after is None:
        return _refused("ENG002", type=state.type)
    if not state.is_open:
        return _refused("ENG040")
    if old.hash == new.hash:
        return Decision()
    found = fit(new, state, command.states)
    if not found.target:
        title = old.workflows[before.workflow].states[state.state].title
        return _refused("ENG041", state=title.en or state.state)
    draft = Draft(old, before, state, command.actor, now, directory)
    catch_up(draft)
    draft.turn_to(new, after)
    body = {"from": old.hash, "to": new.hash}
    draft.emit(EventKind.RELEASE, body, CAUSE, actor=command.actor)
    if not found.stays:
        enter(draft, found.target, CAUSE, transition="migrate")
    elif draft.state.team is not None and draft.state.team not in new.teams:
        draft.awaits_owner = True
    settle(draft)
    return draft.decision(changes(wanted(old, before, state), wanted(new, after, draft.state)))


def _refused(code: str, **values: str) -> Decision:
    return Decision(problems=(Problem(code=code, values=values),))
