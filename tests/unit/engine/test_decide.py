"""What one command changes: every kind of state, and the edges of automation."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest

from sopwith.cli.test import run_path, tell
from sopwith.core import commands as c
from sopwith.core.events import Actor, EventKind
from sopwith.core.record import RecordState
from sopwith.definitions import load_pack, read_folder
from sopwith.engine.decide import decide
from sopwith.engine.fold import fold
from sopwith.lab.people import Town
from sopwith.lab.sample import parse_sample
from sopwith.release.compile import compile_release
from sopwith.release.model import Release
from sopwith.rules.match import RuleIndex

HOME = Path(__file__).parent.parent.parent / "golden" / "engine"
NOW = datetime(2026, 11, 16, 1, tzinfo=UTC)
ANN = Actor("user", "ann", frozenset({"agent"}), frozenset({"desk"}), "Ann")
CUSTOMER = Actor("customer", "cus", frozenset({"customer"}))


@cache
def world() -> tuple[Release, Town]:
    pack, _ = load_pack(read_folder(HOME), "engine")
    release, found = compile_release(pack.documents)
    assert release is not None, [item.render("en") for item in found]
    cast = parse_sample(pack.sample)[0].cast
    town = Town(
        people={one.id: one for one in cast.people},
        leads=dict(cast.leads),
        customers={key: dict(facts) for key, facts in cast.customers.items()},
    )
    return release, town


def create(**values: object) -> c.Create:
    return c.Create(
        actor=CUSTOMER,
        record_id="r1",
        number="C-0001",
        type="case",
        form="start",
        values={"description": "Help", **values},
        customer_id="cus",
    )


def opened() -> RecordState:
    release, town = world()
    return fold(None, decide(release, None, create(), NOW, town).events)


def test_every_kind_of_state_and_step() -> None:
    [result] = run_path(HOME)
    said = [line for run in result.runs if not run.passed for line in tell(run, "en")]
    assert result.passed, "\n".join(said)
    assert len(result.runs) == 17


def test_the_same_command_gives_the_same_decision() -> None:
    release, town = world()
    assert decide(release, None, create(), NOW, town) == decide(release, None, create(), NOW, town)


def test_a_refused_command_changes_nothing() -> None:
    release, town = world()
    decision = decide(release, opened(), c.Transition(actor=ANN, to="closed"), NOW, town)
    assert [problem.code for problem in decision.problems] == ["ENG010"]
    assert not (decision.events or decision.effects or decision.timers or decision.messages)


def test_a_stale_version_is_a_conflict() -> None:
    release, town = world()
    state = opened()
    command = c.Transition(actor=ANN, to="work", expected_version=state.version - 1)
    assert [one.code for one in decide(release, state, command, NOW, town).problems] == ["ENG001"]


def test_deciding_leaves_the_given_state_as_it_was() -> None:
    release, town = world()
    state, twin = opened(), opened()
    decide(release, state, c.Transition(actor=ANN, to="work"), NOW, town)
    assert state == twin


def test_a_late_timer_writes_each_breach_at_its_own_instant() -> None:
    release, town = world()
    late = NOW + timedelta(days=3)
    command = c.TimerFired(key="sla:first_response", due_at=NOW + timedelta(hours=1))
    decision = decide(release, opened(), command, late, town)
    breaches = [event for event in decision.events if event.body.get("change") == "breached"]
    assert [(event.body["id"], event.at - NOW) for event in breaches] == [
        ("first_response", timedelta(hours=2)),
        ("resolution", timedelta(hours=24)),
        ("state_limit", timedelta(hours=24)),
    ]


def test_a_timer_that_is_not_wanted_any_more_does_nothing() -> None:
    release, town = world()
    command = c.TimerFired(key="rule:stale", due_at=NOW)
    assert decide(release, opened(), command, NOW + timedelta(minutes=1), town).events == ()


def test_rules_that_chase_each_other_are_stopped_and_the_change_is_kept() -> None:
    release, town = world()
    vip = release.rules["vip-up"]
    up = replace(
        vip, id="up", triggers=(replace(vip.triggers[0], event="changed:priority"),), when=None
    )
    down = replace(
        up, id="down", then=(replace(vip.then[0], args={"field": "priority", "by": -1}),)
    )
    start = replace(up, id="start-it", triggers=vip.triggers)
    index = RuleIndex([start, up, down], "case")
    looping = replace(release, rule_index={"case": index})
    decision = decide(looping, None, create(), NOW, town)
    incidents = [event.body for event in decision.events if event.kind is EventKind.INCIDENT]
    assert [one["code"] for one in incidents] == ["ENG110"]
    assert "up" in incidents[0]["values"]["what"]
    assert "down" in incidents[0]["values"]["what"]
    assert decision.events[0].kind is EventKind.CREATED
    assert fold(None, decision.events).state == "new"


@pytest.mark.parametrize("kind", ["customer", "staff"])
def test_nobody_works_on_a_record_without_the_right(kind: str) -> None:
    release, town = world()
    actor = Actor("customer" if kind == "customer" else "user", "cus", frozenset({kind}))
    decision = decide(release, opened(), c.Transition(actor=actor, to="work"), NOW, town)
    assert [one.code for one in decision.problems] == ["ENG003"]


def test_a_due_time_set_by_hand_stays_when_the_priority_changes() -> None:
    release, town = world()
    lead = Actor("user", "lea", frozenset({"lead"}), frozenset({"desk"}), "Lea")
    due = NOW + timedelta(hours=7)
    command = c.SetDue(
        actor=lead, clock="resolution", due_at=due, reason="Agreed with the customer"
    )
    state = opened()
    state = fold(state, decide(release, state, command, NOW, town).events)
    assert state.clocks["resolution"].due_at == due
    change = c.Submit(actor=lead, form="start", values={"description": "Other"})
    state = fold(state, decide(release, state, change, NOW + timedelta(hours=1), town).events)
    assert state.clocks["resolution"].due_at == due


def test_records_that_rules_open_one_out_of_the_other_come_to_an_end() -> None:
    release, town = world()
    note = c.Comment(actor=ANN, message=c.NewMessage(id="m", text="One"), public=False)
    state = opened()
    state.generation = 9
    [effect] = [
        one
        for one in decide(release, state, note, NOW, town).effects
        if one.kind == "create_record"
    ]
    assert effect.payload["generation"] == 10
    state.generation = 10
    decision = decide(release, state, note, NOW, town)
    assert [one.kind for one in decision.effects if one.kind == "create_record"] == []
    assert [one.body["code"] for one in decision.events if one.kind is EventKind.INCIDENT] == [
        "ENG112"
    ]


def test_closing_ends_every_open_task() -> None:
    release, town = world()
    lead = Actor("user", "lea", frozenset({"lead"}), frozenset({"desk"}), "Lea")
    hot = c.Submit(actor=lead, form="start", values={"description": "Help"})
    state = opened()
    tagged = c.Tag(actor=lead, add=("hot",))
    for command in (hot, tagged):
        state = fold(state, decide(release, state, command, NOW, town).events)
    assert state.tasks["look"].status == "open"
    state = fold(
        state, decide(release, state, c.Transition(actor=lead, to="work"), NOW, town).events
    )
    state = fold(state, decide(release, state, c.Cancel(actor=lead), NOW, town).events)
    assert state.category == "closed"
    assert {task.status for task in state.tasks.values()} == {"cancelled"}
    late = fold(state, decide(release, state, c.Tag(actor=lead, remove=("hot",)), NOW, town).events)
    assert decide(release, late, c.Tag(actor=lead, add=("hot",)), NOW, town).events
