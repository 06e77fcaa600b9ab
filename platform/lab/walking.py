"""Scenarios that go straight to a state that is reached over another one now: the steps by which they walk through it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ..core.directory import Person
from ..release.model import Release
from ..workflows.model import State, Workflow
from .cast import Cast
from .run import Player, StepRun, run_scenario
from .scenario import Scenario, Step

NO_WAY = "ENG010"
MOST_PLACES = 3
"""States that one detour may lead through."""
MOST_DEEDS = 8
MOST_PATHS = 6
_MOVES = frozenset({"create", "submit", "go", "finish", "approve", "reject"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Detour:
    """What one step needs for it to arrive where it went straight before.

    at: the step, from 0, with the detours before it counted in. source, through, target: the states on the way. to:
    where the step itself goes now, empty where it stays as it is. steps: what follows it; the last of them takes over
    what the step expects. joins: people who must be there, too.
    """

    at: int
    workflow: str
    source: str
    through: tuple[str, ...]
    target: str
    to: str
    steps: tuple[Step, ...]
    joins: tuple[Person, ...] = ()

    @property
    def key(self) -> tuple[str, str, tuple[str, ...], str]:
        """Return what detours have in common that lead the same way."""
        return self.workflow, self.source, self.through, self.target


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """The detours of one scenario, in its order. passes: whether all of it holds then."""

    detours: tuple[Detour, ...]
    passes: bool


def walk_through(release: Release, scenario: Scenario, others: Cast | None = None) -> Walk:
    """Return the detours by which a failing scenario arrives where it expects to; none where none leads there.

    others: of whom somebody may join in who decides and is not in the scenario. At most as many as it has steps.
    """
    found: list[Detour] = []
    for _ in scenario.steps:
        run = run_scenario(release, scenario)
        if run.passed:
            return Walk(detours=tuple(found), passes=True)
        at = len(run.steps) - 1
        made = _detour(release, scenario, at, run.steps[-1], others or Cast())
        if made is None:
            return Walk(detours=tuple(found), passes=False)
        detour, scenario = made
        found.append(detour)
    return Walk(detours=tuple(found), passes=run_scenario(release, scenario).passed)


def taken(scenario: Scenario, detour: Detour) -> Scenario:
    """Return the scenario with one detour."""
    cast, step, at = scenario.cast, scenario.steps[detour.at], detour.at
    args = {**step.args, "to": detour.to} if detour.to else step.args
    *between, last = detour.steps
    steps = (replace(step, args=args, then={}), *between, replace(last, then=step.then))
    people = (*cast.people, *detour.joins)
    every = (*scenario.steps[:at], *steps, *scenario.steps[at + 1 :])
    return replace(scenario, cast=replace(cast, people=people), steps=every)


def _detour(
    release: Release, scenario: Scenario, at: int, run: StepRun, others: Cast
) -> tuple[Detour, Scenario] | None:
    workflow = release.workflow_of(run.about)
    ends = _ends(workflow, scenario, at, run, release) if workflow else None
    if workflow is None or ends is None:
        return None
    source, target, refused = ends
    for path in _paths(workflow, source, target, 2 if refused else 1):
        to = path[1] if refused else ""
        plain = Detour(
            at=at,
            workflow=workflow.id,
            source=source,
            through=path[1:-1] if refused else path[:-1],
            target=target,
            to=to,
            steps=(),
        )
        detour = _walked(release, workflow, scenario, plain, path[1:] if refused else path, others)
        if detour is not None:
            made = taken(scenario, detour)
            if _holds(release, made, at + len(detour.steps)):
                return detour, made
    return None


def _holds(release: Release, scenario: Scenario, last: int) -> bool:
    """Return whether the scenario stands, after the step *last*, in the state that is expected there."""
    runs = run_scenario(release, scenario).steps
    return len(runs) > last and not any(
        one.what in ("state", "refused", "name") for one in runs[last].failures
    )


def _ends(
    workflow: Workflow, scenario: Scenario, at: int, run: StepRun, release: Release
) -> tuple[str, str, bool] | None:
    """Return where the record stands, where it should be, and whether the step was refused; None for another fault."""
    step = run.step
    if step.refused or step.verb not in _MOVES:
        return None
    player = _played(release, scenario, at if run.problems else at + 1)
    try:
        stands = player.world.records[player.record(step)].state
    except KeyError:
        return None
    if run.problems:
        target = str(step.args.get("to", ""))
        straight = step.verb == "go" and {one.code for one in run.problems} == {NO_WAY}
        return (stands, target, True) if straight and target in workflow.states else None
    wanted = next((one.expected for one in run.failures if one.what == "state"), None)
    return (stands, wanted, False) if isinstance(wanted, str) and wanted in workflow.states else None  # fmt: skip


def _played(release: Release, scenario: Scenario, steps: int) -> Player:
    player = Player(release, scenario)
    for one in scenario.steps[:steps]:
        player.step(one)
    return player


def _paths(workflow: Workflow, source: str, target: str, least: int) -> Iterator[tuple[str, ...]]:
    """Yield the ways from *source* to *target* over at least so many steps, the short ones first."""
    waiting: deque[tuple[str, ...]] = deque([(source,)])
    given = 0
    while waiting and given < MOST_PATHS:
        path = waiting.popleft()
        for following in _leads_to(workflow.states[path[-1]]):
            if following == target and len(path) >= least:
                given += 1
                yield (*path, following)
            elif following in workflow.states and following not in (*path, target) and len(path) <= MOST_PLACES:  # fmt: skip
                waiting.append((*path, following))


def _leads_to(state: State) -> tuple[str, ...]:
    if state.approval is not None:
        return (state.approval.approved,)
    return tuple(dict.fromkeys(way.to for way in state.go if not way.auto))


# --- walking --------------------------------------------------------------------------------------


def _walked(
    release: Release, workflow: Workflow, scenario: Scenario, plain: Detour, path: tuple[str, ...], others: Cast
) -> Detour | None:  # fmt: skip
    """Return the detour with the deeds that lead along *path*, None where one of them is not possible."""
    step = scenario.steps[plain.at]
    joins: tuple[Person, ...] = ()
    for _ in range(2):
        cast = replace(scenario.cast, people=(*scenario.cast.people, *joins))
        player = _played(release, replace(scenario, cast=cast), plain.at)
        begun = replace(step, args={**step.args, "to": plain.to} if plain.to else step.args, then={})  # fmt: skip
        if player.step(begun).failures:
            return None
        deeds = _deeds(player, workflow, begun, path)
        if isinstance(deeds, State):
            joins = _joining(deeds, scenario.cast, others)
            if joins:
                continue
            return None
        return replace(plain, steps=deeds, joins=joins) if deeds else None
    return None


def _deeds(
    player: Player, workflow: Workflow, begun: Step, path: tuple[str, ...]
) -> tuple[Step, ...] | State:
    """Return what leads along *path*, nothing where somebody is refused; the state where nobody of the cast can decide."""
    found: list[Step] = []
    for _ in range(MOST_DEEDS):
        record = player.world.records[player.record(begun)]
        state = workflow.states[record.state]
        if state.id == path[-1]:
            return tuple(found)
        if state.id not in path:
            return ()
        if record.approval is not None:
            asked = [one.user for one in record.approval.votes if one.asked and not one.decision]
            present = [one for one in asked if _is_fit(player, state, one)]
            if not present:
                return state
            tries = [_step(begun, "approve", {"as": present[0]})]
        else:
            to = path[path.index(state.id) + 1]
            tries = [_step(begun, "go", {"as": one, "to": to}) for one in _movers(player, begun, record.owner)]  # fmt: skip
        done = next((one for one in tries if not player.step(one).failures), None)
        if done is None:
            return ()
        found.append(done)
    return ()


def _step(like: Step, verb: str, args: Mapping[str, Any]) -> Step:
    record = like.record or str(like.args.get("as", "") if like.verb == "create" else "")
    return Step(verb=verb, args=args, record=record)


def _is_fit(player: Player, state: State, name: str) -> bool:
    """Return whether somebody is there and was asked by the rule, not because nobody else could be."""
    person = player.world.town.people.get(name)
    rule = state.approval
    if person is None or rule is None:
        return False
    roles = {role for one in rule.approvers for role in (one.role, one.deputy) if role}
    is_open = not all(
        one.role for one in rule.approvers
    )  # somebody is asked by name, field or team
    return is_open or bool(roles & person.roles)


def _movers(player: Player, begun: Step, owner: str | None) -> tuple[str, ...]:
    """Return who may go on: whoever did the step, the owner, then everybody else who works here."""
    people = player.world.town.people
    first = [str(begun.args.get("as") or begun.args.get("by") or ""), owner or ""]
    return tuple(dict.fromkeys(one for one in (*first, *sorted(people)) if one in people))


def _joining(state: State, cast: Cast, others: Cast) -> tuple[Person, ...]:
    """Return somebody of *others* who may decide in *state* and is not there yet."""
    present = {one.id for one in cast.people}
    rule = state.approval
    for approver in rule.approvers if rule else ():
        for one in others.people:
            if one.id not in present and (approver.role in one.roles or approver.user == one.id):
                return (one,)
    return ()
