"""Calling who is on call: one after the other, until somebody answers."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest

from sopwith.core import commands as c
from sopwith.core.decision import Decision
from sopwith.core.events import Actor, EventKind
from sopwith.core.record import RecordState
from sopwith.definitions import expand_pack, load_pack, read_folder
from sopwith.engine.decide import decide
from sopwith.engine.fold import fold
from sopwith.engine.timers import wanted
from sopwith.lab.people import Town
from sopwith.lab.sample import parse_sample
from sopwith.release.compile import compile_release
from sopwith.release.model import Release
from sopwith.store.record_json import dump_state, load_state

PACKS = Path(__file__).parents[3] / "catalog" / "sop-templates"
NOW = datetime(2026, 11, 16, 19, tzinfo=UTC)  # 03:00 in Shanghai
TEN = timedelta(minutes=10)
CUSTOMER = Actor("customer", "nora", frozenset({"customer"}))


def who(name: str, *roles: str) -> Actor:
    return Actor("user", name, frozenset(roles or ("agent",)), name=name)


EMMA, CHEN, LI, WANG = who("emma"), who("chen"), who("li", "lead", "agent"), who("wang", "lead")
ADMIN = who("admin", "admin")


@cache
def process() -> tuple[Release, Town]:
    pack, base = (
        load_pack(read_folder(PACKS / name), name)[0] for name in ("software_p0p3", "base")
    )
    documents = expand_pack(pack, {base.id: base}).documents
    release, found = compile_release(documents + expand_pack(base, {}).documents)
    assert release is not None, [item.render("en") for item in found]
    cast = parse_sample(pack.sample)[0].cast
    town = Town(
        people={one.id: one for one in cast.people},
        leads=dict(cast.leads),
        rosters=dict(cast.on_call),
        customers={key: dict(facts) for key, facts in cast.customers.items()},
    )
    return release, town


class Night:
    """One P0 at night, and what is done about it."""

    def __init__(self, town: Town | None = None, release: Release | None = None) -> None:
        self.release, self.town = process()
        self.release, self.town = release or self.release, town or self.town
        self.now = NOW
        self.state: RecordState | None = None
        self.last = Decision()
        values = {
            "module": "gantt",
            "type": "bug",
            "business_stopped": True,
            "description": "The export lets the whole system crash.",
            "steps": "Export.",
            "environment": [{"client": "chrome", "deployment": "cloud"}],
        }
        self.do(
            c.Create(
                actor=CUSTOMER,
                record_id="r1",
                number="T-1",
                type="ticket",
                form="",
                values=values,
                customer_id="nora",
            )
        )

    def do(self, command: c.Command, after: timedelta = timedelta(0)) -> None:
        self.now += after
        self.last = decide(self.release, self.state, command, self.now, self.town)
        assert not self.last.problems, self.last.problems
        self.state = fold(self.state, self.last.events)

    def ring_again(self) -> None:
        """Let the timer of the call come due."""
        due = self.due
        assert due is not None
        self.now = due
        self.do(c.TimerFired(key="call:on-call", due_at=due))

    @property
    def due(self) -> datetime | None:
        assert self.state is not None
        kind = self.release.record_types["ticket"]
        return wanted(self.release, kind, self.state).get("call:on-call")

    def told(self, template: str = "p0-page") -> list[str]:
        """Return who was sent a notice by the last command."""
        sent = (one.payload for one in self.last.effects if one.kind == "notice")
        return [one["user"] for one in sent if one["template"] == template]

    def reasons(self) -> list[str]:
        return [one.code for one in self.last.why if one.kind == "call"]


def test_the_first_on_call_is_called_alone_and_the_next_after_ten_minutes() -> None:
    night = Night()
    assert (night.told(), night.due) == (["emma"], NOW + TEN)
    assert night.reasons() == ["ENG602"]
    night.ring_again()
    assert (night.told(), night.due) == (["chen"], NOW + 2 * TEN)
    assert night.reasons() == ["ENG601", "ENG602"]
    night.ring_again()
    assert (night.told(), night.due) == (["li"], None), "the lead is the last"
    assert night.reasons() == ["ENG601", "ENG603"]


@pytest.mark.parametrize(
    ("command", "stops"),
    [
        pytest.param(c.Assign(actor=EMMA, owner="emma"), True, id="the owner says they take it"),
        pytest.param(c.Assign(actor=LI, owner="wang"), True, id="a lead gives it to somebody"),
        pytest.param(c.Tag(actor=EMMA, add=("seen",)), True, id="who was called works on it"),
        pytest.param(c.Tag(actor=LI, add=("seen",)), False, id="somebody else only tags it"),
        pytest.param(c.Follow(actor=EMMA, user="emma"), False, id="who was called only follows it"),
        pytest.param(
            c.Comment(actor=LI, message=c.NewMessage(id="m", text="On it"), public=True),
            True,
            id="somebody else replies",
        ),
        pytest.param(
            c.Comment(actor=LI, message=c.NewMessage(id="m", text="Hm"), public=False),
            False,
            id="somebody else makes a note",
        ),
        pytest.param(
            c.Comment(
                actor=CUSTOMER,
                message=c.NewMessage(id="m", text="?"),
                public=True,
                author="customer",
            ),
            False,
            id="the customer writes again",
        ),
        pytest.param(c.Cancel(actor=ADMIN), True, id="it is cancelled"),
    ],
)
def test_what_answers_a_call(command: c.Command, stops: bool) -> None:
    night = Night()
    night.do(command, timedelta(minutes=1))
    assert (night.due is None) is stops
    if stops and not isinstance(command, c.Cancel):
        assert night.reasons() == ["ENG605"]
    if stops:
        night.do(c.TimerFired(key="call:on-call", due_at=NOW + TEN), TEN)
        assert night.told() == [], "a timer that comes late calls nobody"


def test_who_is_away_is_passed_over_and_an_empty_roster_calls_the_lead() -> None:
    _, town = process()
    people = {**town.people, "emma": replace(town.people["emma"], present=False)}
    night = Night(replace(town, people=people))
    assert night.told() == ["chen"]
    assert Night(replace(town, rosters={"on-call": ()})).told() == ["li"]


def test_the_time_of_the_team_counts() -> None:
    release, _ = process()
    team = replace(release.teams["on-call"], escalate_after=timedelta(minutes=3))
    night = Night(release=replace(release, teams={**release.teams, "on-call": team}))
    assert night.due == NOW + timedelta(minutes=3)


def test_who_makes_it_urgent_and_is_first_on_call_is_not_called() -> None:
    night = Night()
    night.do(c.Transition(actor=EMMA, to="diagnosis"))
    assert night.state is not None
    assert not night.state.calls
    for priority in ("P1", "P0"):
        night.do(c.Submit(actor=EMMA, form="diagnosis", values={"priority": priority}))
        assert not night.told()
    assert (night.state.values["priority"], night.due) == ("P0", None)
    night.do(c.Submit(actor=EMMA, form="diagnosis", values={"priority": "P1"}))
    night.do(c.Submit(actor=LI, form="diagnosis", values={"priority": "P0"}))
    assert night.told() == ["emma"], "somebody else made it urgent"


def test_an_open_call_is_kept_with_the_record() -> None:
    night = Night()
    assert night.state is not None
    assert load_state(dump_state(night.state)) == night.state
    kinds = [one.kind for one in night.last.events]
    assert EventKind.CALL in kinds
