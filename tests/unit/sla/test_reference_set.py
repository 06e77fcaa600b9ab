"""The reference data set of the key figures (T1 to T11) on the real engine, in calendar and in working time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from sopwith.core import commands as c
from sopwith.core.directory import Person
from sopwith.core.events import SYSTEM, Actor
from sopwith.core.record import Clock
from sopwith.definitions import Document, read_text
from sopwith.lab.people import Town
from sopwith.lab.world import World
from sopwith.release.compile import compile_release
from sopwith.release.model import Release
from sopwith.sla.ticking import consumed

GOLDEN = Path(__file__).parents[2] / "golden" / "sla"
CHINA = timezone(timedelta(hours=8))
MONDAY = datetime(2026, 11, 16, tzinfo=CHINA)
DAYS = ("mon", "tue", "wed", "thu", "fri")
AGENT = Actor("user", "ann", frozenset({"agent"}), frozenset({"desk"}), "Ann")
POPULATION = ("T1", "T2", "T3", "T6", "T8", "T9", "T10", "T11")
"""Who counts: no spam (T4), nothing merged away (T5), nothing that only the bot handled (T7)."""


def moment(text: str) -> datetime:
    day, clock = text.split()
    hours, minutes = clock.split(":")
    at = MONDAY + timedelta(days=DAYS.index(day), hours=int(hours), minutes=int(minutes))
    return at.astimezone(UTC)


@cache
def release(kind: str) -> Release:
    documents: list[Document] = []
    for name in ("reference.yaml", f"reference_{kind}.yaml"):
        read, found = read_text((GOLDEN / name).read_bytes(), name)
        assert found == ()
        documents += read
    compiled, found = compile_release(documents)
    assert compiled is not None, "\n".join(one.render("en") for one in found)
    return compiled


# Each ticket: channel, priority, and what happens to it. A message of the customer is "asks".
STORIES: dict[str, tuple[str, str, list[tuple[str, str]]]] = {
    "T1": ("portal", "P2", [
        ("mon 09:00", "opens"), ("mon 09:00", "automatic"), ("mon 09:30", "reply"),
        ("mon 11:00", "resolve"), ("mon 11:30", "confirm"),
    ]),
    "T2": ("phone", "P1", [
        ("mon 10:00", "opens"), ("mon 10:05", "reply"), ("mon 10:10", "resolve"),
        ("tue 09:00", "asks"), ("tue 09:20", "reply"), ("tue 12:00", "resolve"),
    ]),
    "T3": ("mail", "P2", [
        ("mon 17:00", "opens"), ("tue 10:00", "wait"), ("wed 10:00", "asks"),
        ("wed 11:00", "reply"), ("wed 12:00", "resolve"),
    ]),
    "T4": ("mail", "P2", [("mon 12:00", "opens"), ("mon 12:00", "cancel")]),
    "T5": ("mail", "P2", [("tue 09:00", "opens"), ("tue 09:05", "merge")]),
    "T6": ("portal", "P0", [("tue 20:00", "opens"), ("tue 20:16", "reply"), ("tue 23:30", "resolve")]),
    "T7": ("chat", "P3", [("wed 02:00", "opens"), ("wed 02:01", "automatic"), ("wed 02:03", "bot")]),
    "T8": ("portal", "P3", [("wed 14:00", "opens")]),
    "T9": ("portal", "P2", [
        ("thu 09:00", "opens"), ("thu 10:00", "reply"), ("thu 16:00", "resolve"), ("thu 17:00", "confirm"),
    ]),
    "T10": ("portal", "P2", [("fri 16:00", "opens"), ("fri 16:20", "reply")]),
    "T11": ("proactive", "P3", [
        ("thu 15:00", "we open"), ("thu 15:00", "reply"), ("thu 15:30", "asks"),
        ("thu 15:40", "reply"), ("thu 15:50", "resolve"),
    ]),
}  # fmt: skip


def do(world: World, ticket: str, what: str) -> None:
    channel, priority, _ = STORIES[ticket]
    customer = Actor("customer", "T3" if ticket == "T5" else ticket, frozenset({"customer"}))
    text = c.NewMessage(id=f"{ticket}-{len(world.done)}", text=what)
    if what in ("opens", "we open"):
        command: c.Command = c.Create(
            actor=customer if what == "opens" else AGENT,
            record_id=ticket, number=ticket, type="ticket", form="request", channel=channel,
            values={"description": "It does not work.", "priority": priority}, customer_id=customer.id,
        )  # fmt: skip
    elif what == "reply":
        command = c.Comment(actor=AGENT, message=text, public=True)
    elif what == "automatic":
        command = c.Comment(actor=SYSTEM, message=text, public=True, author="system")
    elif what == "asks":
        command = c.Comment(actor=customer, message=text, public=True, author="customer")
    elif what == "wait":
        command = c.Transition(actor=AGENT, to="waiting", note=text)
    elif what in ("resolve", "bot"):
        command = c.Transition(actor=AGENT if what == "resolve" else SYSTEM, to="resolved")
    elif what == "confirm":
        command = c.AnswerSolved(actor=customer, solved=True)
    elif what == "cancel":
        command = c.Cancel(actor=AGENT)
    else:
        command = c.Merge(actor=AGENT, into="T3", into_number="T3")
    decision = world.handle(command, ticket)
    assert decision.problems == (), (ticket, what, decision.problems)


def run(kind: str, *, punctual: bool) -> World:
    """Run the week; without a scheduler all timers fire only at its end."""
    ann = Person(id="ann", name="Ann", roles=frozenset({"agent"}), teams=frozenset({"desk"}))
    town = Town(
        people={"ann": ann}, leads={"desk": "ann"}, customers={one: {"id": one} for one in STORIES}
    )
    world = World(release(kind), town, moment("mon 09:00"))
    steps = [
        (moment(when), number, ticket, what)
        for ticket, (_, _, story) in STORIES.items()
        for number, (when, what) in enumerate(story)
    ]
    for at, _, ticket, what in sorted(steps):
        if punctual:
            world.wait_until(at)
        world.now = at
        do(world, ticket, what)
    world.wait_until(moment("fri 18:00"))
    return world


@cache
def week(kind: str, punctual: bool = True) -> World:
    return run(kind, punctual=punctual)


class Row(NamedTuple):
    """What is expected of one ticket: both clocks' status, minutes used, and breach."""

    ticket: str
    first: str
    first_used: int
    first_breach: str
    resolution: str
    resolution_used: int


PLAIN = [
    Row("T1", "met", 30, "", "met", 120),
    Row("T2", "met", 5, "", "met", 190),
    Row("T3", "breached", 17 * 60, "mon 21:00", "met", 1140),
    Row("T4", "cancelled", 0, "", "cancelled", 0),
    Row("T5", "cancelled", 5, "", "cancelled", 5),
    Row("T6", "breached", 16, "tue 20:15", "met", 210),
    Row("T7", "cancelled", 3, "", "met", 3),
    Row("T8", "running", 52 * 60, "thu 14:00", "running", 52 * 60),
    Row("T9", "met", 60, "", "met", 420),
    Row("T10", "met", 20, "", "running", 120),
    Row("T11", "met", 10, "", "met", 50),
]
WORKING = [
    Row("T1", "met", 30, "", "met", 120),
    Row("T2", "met", 5, "", "met", 190),
    Row("T3", "met", 120, "", "met", 240),
    Row("T4", "cancelled", 0, "", "cancelled", 0),
    Row("T5", "cancelled", 5, "", "cancelled", 5),
    Row("T6", "met", 0, "", "met", 0),
    Row("T7", "cancelled", 0, "", "met", 0),
    Row("T8", "running", 22 * 60, "", "running", 22 * 60),
    Row("T9", "met", 60, "", "met", 420),
    Row("T10", "met", 20, "", "running", 120),
    Row("T11", "met", 10, "", "met", 50),
]


def used(world: World, clock: Clock) -> int:
    return consumed(clock, world.now, world.release.working_time.get(clock.calendar)) // 60


@pytest.mark.parametrize("punctual", [True, False], ids=["timers in time", "timers late"])
@pytest.mark.parametrize(
    ("kind", "row"),
    [
        pytest.param(kind, row, id=f"{kind}-{row.ticket}")
        for kind, rows in (("plain", PLAIN), ("working", WORKING))
        for row in rows
    ],
)
def test_ticket(kind: str, row: Row, punctual: bool) -> None:
    world = week(kind, punctual)
    clocks = world.records[row.ticket].clocks
    first, resolution = clocks["first_response"], clocks["resolution"]
    breach = moment(row.first_breach) if row.first_breach else None
    assert (first.status, used(world, first), first.breached_at) == (
        row.first,
        row.first_used,
        breach,
    )
    assert (resolution.status, used(world, resolution)) == (row.resolution, row.resolution_used)
    assert resolution.breached_at is None


def count(world: World, clock_id: str) -> tuple[int, int]:
    """Return how many clocks were met and breached; one past its target counts although it runs."""
    clocks = [world.records[one].clocks[clock_id] for one in POPULATION]
    breached = sum(1 for clock in clocks if clock.breached_at is not None)
    return sum(1 for clock in clocks if clock.status == "met"), breached


@pytest.mark.parametrize(
    ("kind", "first", "resolution"), [("plain", (5, 3), (6, 0)), ("working", (7, 0), (6, 0))]
)
def test_totals(kind: str, first: tuple[int, int], resolution: tuple[int, int]) -> None:
    world = week(kind)
    assert count(world, "first_response") == first
    assert count(world, "resolution") == resolution


def test_breach_rate_of_the_response_is_the_published_one() -> None:
    met, breached = count(week("plain"), "first_response")
    assert 100 * breached / (met + breached) == 37.5


@pytest.mark.parametrize(("kind", "expected"), [("plain", 1161), ("working", 245)])
def test_minutes_to_the_first_reply_add_up_to_the_published_mean(kind: str, expected: int) -> None:
    """165.9 and 35.0 minutes over seven tickets."""
    world = week(kind)
    answered = ("T1", "T2", "T3", "T6", "T9", "T10", "T11")
    assert (
        sum(used(world, world.records[one].clocks["first_response"]) for one in answered)
        == expected
    )


def test_net_resolution_adds_up_to_the_published_mean() -> None:
    """355.0 minutes over six tickets: waiting and the time in resolved left out."""
    world = week("plain")
    solved = ("T1", "T2", "T3", "T6", "T9", "T11")
    assert sum(used(world, world.records[one].clocks["resolution"]) for one in solved) == 6 * 355


def test_the_merged_one_leaves_the_survivor_as_it_was() -> None:
    survivor = week("plain").records["T3"]
    assert survivor.created_at == moment("mon 17:00")
    assert survivor.clocks["first_response"].started_at == moment("mon 17:00")
    assert any(link.kind == "merged_from" for link in survivor.links)


def test_breaches_are_events_at_their_due_instant_once() -> None:
    for punctual in (True, False):
        world = week("plain", punctual)
        found = [
            (record, event.body["id"], event.at)
            for record, events in world.events.items()
            for event in events
            if event.kind == "clock" and event.body["change"] == "breached"
        ]
        assert sorted(found) == [
            ("T3", "first_response", moment("mon 21:00")),
            ("T6", "first_response", moment("tue 20:15")),
            ("T8", "first_response", moment("thu 14:00")),
        ]
