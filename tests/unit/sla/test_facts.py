"""What events mean to clocks, through the real engine."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sopwith.core import commands as c
from sopwith.core.directory import Person
from sopwith.core.events import SYSTEM, Actor, Cause, Event, EventKind
from sopwith.core.record import ClockStatus
from sopwith.engine.rounds import facts_of
from sopwith.lab.people import Town
from sopwith.lab.world import World

from .test_reference_set import AGENT, moment, release

LEAD = Actor("user", "lee", frozenset({"lead", "agent"}), frozenset(), "Lee")
BOSS = replace(AGENT, roles=frozenset({"agent", "admin"}))


def said(author: str, actor: Actor, *, public: bool = True, human: bool = False) -> Event:
    body = {"message_id": "m", "public": public, "author": author, "human": human}
    return Event(EventKind.COMMENT, moment("mon 09:00"), actor, Cause(), body)


def moved(reopened: bool = False) -> Event:
    body = {"from": "a", "to": "b", "category": "waiting", "transition": "t", "reopened": reopened}
    return Event(EventKind.STATE, moment("mon 09:00"), SYSTEM, Cause("rule", "r"), body)


@pytest.mark.parametrize(
    ("event", "counts"),
    [
        pytest.param(said("agent", AGENT, human=True), True, id="a person to the customer"),
        pytest.param(said("agent", AGENT, public=False, human=True), False, id="a note"),
        pytest.param(said("system", SYSTEM), False, id="an automatic message"),
        pytest.param(said("customer", Actor("customer", "k")), False, id="the customer"),
    ],
)
def test_what_is_an_answer(event: Event, counts: bool) -> None:
    assert facts_of([event]).human_reply is counts


def test_the_order_of_message_and_state_says_who_waits_for_whom() -> None:
    asks = said("customer", Actor("customer", "k"))
    assert facts_of([asks, moved()]).put_to_wait
    assert not facts_of([moved(), asks]).put_to_wait
    assert facts_of([moved(), asks]).customer_message


def test_acts_of_the_system_and_of_the_directory_are_no_engagement() -> None:
    facts = Event(EventKind.CUSTOMER, moment("mon 09:00"), LEAD, Cause(), {"id": "k", "facts": {}})
    assert facts_of([facts, moved()]).acted_roles == frozenset()
    assert "lead" in facts_of([said("agent", LEAD, public=False)]).acted_roles


def test_merging_and_reopening() -> None:
    into = Event(EventKind.MERGED, moment("mon 09:00"), AGENT, Cause(), {"into": "r2"})
    taken = Event(EventKind.MERGED, moment("mon 09:00"), SYSTEM, Cause(), {"absorbed": "r1"})
    assert not facts_of([into]).absorbed
    assert facts_of([taken]).absorbed
    assert facts_of([moved(reopened=True)]).reopened
    assert not facts_of([moved()]).reopened


# --- in a world -----------------------------------------------------------------------------------


def world() -> World:
    ann = Person(id="ann", name="Ann", roles=BOSS.roles, teams=frozenset({"desk"}))
    town = Town(people={"ann": ann}, leads={"desk": "ann"}, customers={"k": {"id": "k"}})
    return World(release("plain"), town, moment("mon 09:00"))


def opened(place: World, record: str, when: str) -> None:
    place.wait_until(moment(when))
    create = c.Create(
        actor=Actor("customer", "k", frozenset({"customer"})), record_id=record, number=record, type="ticket",
        form="request", values={"description": "It does not work.", "priority": "P2"}, customer_id="k",
    )  # fmt: skip
    assert place.handle(create).accepted


def test_the_survivor_takes_over_the_earlier_start_and_its_timers_follow() -> None:
    place = world()
    opened(place, "early", "mon 09:00")
    opened(place, "late", "mon 11:00")
    place.wait_until(moment("mon 11:30"))
    assert place.handle(c.Merge(actor=BOSS, into="late"), "early").accepted
    assert place.records["late"].clocks["first_response"].due_at == moment("mon 13:00")
    assert place.timers["late", "sla:first_response"] == moment("mon 12:12")  # 80 %
    assert not [key for record, key in place.timers if record == "early"]
    place.wait_until(moment("mon 14:00"))
    assert place.records["late"].clocks["first_response"].breached_at == moment("mon 13:00")


def test_a_due_time_by_hand_outlives_another_priority() -> None:
    place = world()
    opened(place, "r", "mon 09:00")
    due = moment("fri 12:00")
    assert place.handle(
        c.SetDue(actor=BOSS, clock="resolution", due_at=due, reason="As agreed."), "r"
    ).accepted
    assert place.handle(
        c.Submit(actor=BOSS, form="request", values={"priority": "P0"}), "r"
    ).accepted
    state = place.records["r"]
    assert state.values["priority"] == "P0"
    assert state.clocks["first_response"].target == 900
    assert state.clocks["resolution"].due_at == due
    assert state.clocks["resolution"].manual


@pytest.mark.parametrize("due", ["mon 09:00", "far"])
def test_a_due_time_that_is_past_or_out_of_reach_is_refused(due: str) -> None:
    place = world()
    opened(place, "r", "mon 09:00")
    at = moment(due) if due != "far" else moment("mon 09:00").replace(year=9000)
    command = c.SetDue(actor=BOSS, clock="resolution", due_at=at, reason="As agreed.")
    assert [one.code for one in place.handle(command, "r").problems] == ["ENG033"]
    assert place.records["r"].clocks["resolution"].status is ClockStatus.RUNNING
