"""A call goes on by a timer of the record, on both databases, until somebody answers."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sopwith.core import commands as c
from sopwith.core.events import Actor
from sopwith.runtime.publishing import publish
from sopwith.store.people import Membership, User, add_user, put_members
from sopwith.store.traffic import notices_of
from tests.integration.runtime.world import World
from tests.support.runtimes import CUSTOMER
from tests.support.samples import NOW
from tests.support.small_process import TITLE, files

PEOPLE = ("first", "second", "boss")
PAGE = f"""---
kind: rule
id: page-all
title: {TITLE}
record_type: ticket
on: tagged:urgent
then:
  - page: {{team: desk, template: alarm}}
---
kind: message_template
id: alarm
record_type: ticket
audience: agent
subject: {{en: Alarm, zh-CN: 紧急}}
body: {{en: Have a look., zh-CN: 请查看。}}
"""


@pytest.fixture
def night(world: World) -> World:
    """A desk of which one is on call, then another, and which has a lead."""
    known = dict(files(nag="9d"))
    known["small/all.yaml"] = known["small/all.yaml"].replace(
        "kind: team\nid: desk\ntitle: {en: X, zh-CN: X}\n",
        "kind: team\nid: desk\ntitle: {en: X, zh-CN: X}\ncalendar: always\n"
        "on_call: {people: [first, second], escalate_after: 5m}\n",
    )
    known["small/all.yaml"] += PAGE
    release, found = publish(world.service, known, author=None, note="calls")
    assert release is not None, [one.render("en") for one in found]
    with world.database.writing() as connection:
        for name in PEOPLE:
            add_user(connection, User(id=name, login=name, name=name, email=f"{name}@x.test"), NOW)
        members = [Membership(team="desk", user_id=name, is_lead=name == "boss") for name in PEOPLE]
        put_members(connection, "desk", members)
    return world


def urgent(world: World) -> str:
    outcome = world.service.create(
        type="ticket", values={"title": "It burns"}, actor=CUSTOMER, customer_id="c1"
    )
    assert outcome.record_id is not None, outcome.problems
    tag = c.Tag(actor=Actor("system"), add=("urgent",))
    assert world.service.handle(tag, outcome.record_id).accepted
    world.work()
    return outcome.record_id


def called(world: World) -> list[str]:
    """Return who was told so far that there is something to answer."""
    with world.database.reading() as connection:
        told = {name: notices_of(connection, name) for name in PEOPLE}
    return [name for name, some in told.items() if "Alarm" in {one.text_en for one in some}]


def test_the_next_one_is_called_after_the_time_of_the_team(night: World) -> None:
    record = urgent(night)
    assert night.state(record).calls["desk"].rung == ("first",)
    assert night.state(record).calls["desk"].next_at == NOW + timedelta(minutes=5)
    night.clock.move(minutes=4, seconds=59)
    night.work()
    assert night.state(record).calls["desk"].rung == ("first",)
    for rung in (("first", "second"), ("first", "second", "boss")):
        night.clock.move(minutes=5)
        night.work()
        assert night.state(record).calls["desk"].rung == rung
    assert called(night) == list(PEOPLE)
    assert night.state(record).calls["desk"].next_at is None
    assert night.errors() == []


def test_who_takes_it_over_ends_the_call(night: World) -> None:
    record = urgent(night)
    night.clock.move(minutes=5)
    night.work()
    second = Actor("user", "second", frozenset({"agent", "admin"}), name="Second")
    assert night.service.handle(c.Assign(actor=second, owner="second"), record).accepted
    assert night.state(record).calls == {}
    night.clock.move(minutes=30)
    night.work()
    assert called(night) == ["first", "second"]
