"""Open records go over to another release: what stays, what moves, and what must hold afterwards."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache

import pytest

from sopwith.core.commands import Migrate
from sopwith.core.decision import Decision
from sopwith.core.events import Actor, EventKind
from sopwith.core.record import ClockStatus, RecordState
from sopwith.engine.fold import fold
from sopwith.engine.migration import fit, migrate
from sopwith.engine.timers import wanted
from sopwith.release.model import Release
from sopwith.runtime.releases import compile_files

from .random_world import CATALOG, PACKS, RandomWorld

ADMIN = Actor("user", "boss", frozenset({"admin"}), name="Boss")
Alter = Callable[[str, str], str]


@cache
def changed(pack: str, how: str) -> Release:
    """Return the shipped pack as somebody might change it."""
    files = {}
    for name in ("base", pack):
        for path in (CATALOG / name).rglob("*"):
            if path.suffix in (".yaml", ".md"):
                key = str(path.relative_to(CATALOG))
                text = path.read_text("utf-8")
                files[key] = CHANGES[how](key, text) if name == pack else text
    release, found = compile_files(files)
    assert release is not None, "\n".join(one.render("en") for one in found)
    return release


def _longer(found: re.Match[str]) -> str:
    return f"{int(found[1]) + 1}{found[2]}"


CHANGES: Mapping[str, Alter] = {
    "nothing that counts": lambda _key, text: text + "\n# a remark\n",
    "the promises": lambda key, text: (
        re.sub(r"\b(\d+)(bh|h|m|bd)\b", _longer, text) if key.endswith("sla.yaml") else text
    ),
    "the words": lambda key, text: (
        re.sub(r"title: \{en: (?=[A-Z])", "title: {en: New ", text)
        if key.endswith("workflow.yaml")
        else text
    ),
}


def worlds(pack: str) -> RandomWorld:
    """Return a world of the pack after a busy time."""
    world = RandomWorld(pack, seed=PACKS.index(pack) + 5)
    for _ in range(3):
        world.create()
    world.run(90)
    return world


def moved(world: RandomWorld, state: RecordState, new: Release, **states: str) -> Decision:
    """Return the decision to take the record over."""
    command = Migrate(actor=ADMIN, states=states)
    return migrate(world.release, new, state, command, world.world.now, world.town)


def holds(world: RandomWorld, new: Release, before: RecordState, done: Decision) -> RecordState:
    """Check what must hold for a record that was taken over; return its state."""
    after = fold(before, done.events)
    assert done.state == after
    assert after.release == new.hash
    assert fold(None, [*world.world.events[before.id], *done.events]) == after
    kind = new.record_types[after.type]
    place = new.workflows[kind.workflow].states[after.state]
    assert place.category is after.category
    if after.is_open:
        assert after.owner in world.town.people or after.team in world.town.leads
        runs = any(one.status is ClockStatus.RUNNING for one in after.clocks.values())
        timers = wanted(new, kind, after)
        assert runs or timers
        old_kind = world.release.record_types[before.type]
        kept = dict(wanted(world.release, old_kind, before))
        for change in done.timers:
            if change.due_at is None:
                kept.pop(change.key)
            else:
                kept[change.key] = change.due_at
        assert kept == timers, "the timers set are those that the record wants from now on"
    return after


@pytest.mark.parametrize("how", sorted(CHANGES))
@pytest.mark.parametrize("pack", PACKS)
def test_records_of_every_kind_go_over(pack: str, how: str) -> None:
    world, new = worlds(pack), changed(pack, how)
    count = 0
    for state in list(world.world.records.values()):
        done = moved(world, state, new)
        if not state.is_open:
            assert [one.code for one in done.problems] == ["ENG040"]
            continue
        assert not done.problems
        if world.release.hash == new.hash:
            assert done == Decision()
            continue
        assert fit(new, state, {}).stays
        after = holds(world, new, state, done)
        entered = [
            one
            for one in done.events
            if one.cause.kind == "release" and one.kind is EventKind.STATE
        ]
        assert not entered, "a record whose state is as it was stays in it"
        assert (
            done.events[[one.kind for one in done.events].index(EventKind.RELEASE)].actor == ADMIN
        )
        assert after.visits.keys() >= state.visits.keys()
        count += 1
    assert count or how == "nothing that counts"


@pytest.mark.parametrize("pack", PACKS)
def test_a_state_that_is_gone_needs_another(pack: str) -> None:
    world, new = worlds(pack), changed(pack, "the words")
    for state in list(world.world.records.values()):
        if not state.is_open:
            continue
        workflow = new.workflows[new.record_types[state.type].workflow]
        assert moved(world, state, new, **{state.state: "nowhere"}).problems[0].code == "ENG041"
        start = workflow.start
        done = moved(world, state, new, **{state.state: start})
        assert not done.problems
        after = holds(world, new, state, done)
        if state.state != start:
            assert after.visits.get(start, 0) == state.visits.get(start, 0) + 1
            assert not [
                task
                for task in after.tasks.values()
                if task.status == "open"
                and task.state == state.state
                and after.state != state.state
            ]
