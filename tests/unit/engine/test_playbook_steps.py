"""Steps of playbooks are ticked by whom and when, and stay ticked wherever the record goes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from sopwith.core import commands as c
from sopwith.core.decision import Decision
from sopwith.core.events import Actor, Event, EventKind
from sopwith.core.record import RecordState, Tick
from sopwith.engine.decide import decide
from sopwith.engine.fold import fold
from sopwith.release.model import Release

from .random_world import RandomWorld

NOW = datetime(2026, 11, 16, 2, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def world() -> RandomWorld:
    made = RandomWorld("software_p0p3", seed=3)
    while not any(one.type == "ticket" for one in made.world.records.values()):
        made.create()
    return made


@pytest.fixture
def state(world: RandomWorld) -> RecordState:
    found = next(one for one in world.world.records.values() if one.type == "ticket")
    return replace(found, values={**found.values, "type": "bug"})


AGENT = Actor("user", "emma", frozenset({"agent"}), name="Emma")


def tick(world: RandomWorld, state: RecordState, item: str = "reproduce", **more: Any) -> Decision:
    given: dict[str, Any] = {"actor": AGENT, "item": item, "playbook": "bug-report"} | more
    return decide(world.release, state, c.Check(**given), NOW, world.town)


def test_a_tick_tells_who_and_when(world: RandomWorld, state: RecordState) -> None:
    decision = tick(world, state)
    (event,) = (one for one in decision.events if one.kind is EventKind.CHECKLIST)
    assert event.body == {"playbook": "bug-report", "item": "reproduce", "done": True}
    after = fold(state, decision.events)
    assert after.ticks == {"bug-report/reproduce": Tick(by="emma", at=NOW)}
    assert not state.ticks, "the state before is left as it is"
    assert after.checklist == state.checklist


def test_a_second_tick_changes_nothing(world: RandomWorld, state: RecordState) -> None:
    after = fold(state, tick(world, state).events)
    assert not tick(world, after).events


def test_it_can_be_taken_back(world: RandomWorld, state: RecordState) -> None:
    after = fold(state, tick(world, state).events)
    assert not fold(after, tick(world, after, done=False).events).ticks


def test_a_step_stays_ticked_in_the_next_state(world: RandomWorld, state: RecordState) -> None:
    after = fold(state, tick(world, state).events)
    body = {"from": after.state, "to": "solving", "category": "open"}
    moved = fold(after, [Event(kind=EventKind.STATE, at=NOW, actor=AGENT, body=body)])
    assert moved.ticks == after.ticks


@pytest.mark.parametrize(
    "given",
    [
        {"item": "guess"},
        {"playbook": "no-such"},
        {"playbook": "slow-system", "item": "measure"},
        {"actor": Actor("customer", "nora", frozenset({"customer"}))},
    ],
)
def test_what_cannot_be_ticked(
    world: RandomWorld, state: RecordState, given: dict[str, Any]
) -> None:
    decision = tick(world, state, **given)
    code = "ENG003" if "actor" in given else "ENG016"
    assert [one.code for one in decision.problems] == [code] and not decision.events


def test_what_fits_no_more_can_be_unticked_only(world: RandomWorld, state: RecordState) -> None:
    after = fold(state, tick(world, state).events)
    other = replace(after, values={**after.values, "type": "question"})
    assert [one.code for one in tick(world, other, "known").problems] == ["ENG016"]
    assert not tick(world, other, done=False).problems


def test_the_release_has_playbooks(world: RandomWorld) -> None:
    release: Release = world.release
    assert {"bug-report", "slow-system"} <= set(release.playbooks)
