"""Rules that act in rounds, in a world in memory: when, on which records, and that leaving out idle rounds changes nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache

import pytest

from sopwith.core import commands as c
from sopwith.core.directory import Person
from sopwith.core.events import SYSTEM
from sopwith.definitions import read_text
from sopwith.lab.people import Town
from sopwith.lab.rounds import Rounds
from sopwith.lab.world import World
from sopwith.release.compile import compile_release
from sopwith.release.model import Release

START = datetime(2026, 11, 16, 1, tzinfo=UTC)
DEFINITIONS = """
kind: team
id: desk
title: {en: Desk, zh-CN: 服务台}
---
kind: record_type
id: ticket
title: {en: Ticket, zh-CN: 工单}
number: "T-{seq:4}"
workflow: process
intake: request
---
kind: form
id: request
record_type: ticket
title: {en: Request, zh-CN: 申请}
audience: agent
sections:
  - {id: all, title: {en: All, zh-CN: 全部}, fields: [{id: urgent, type: yes_no, title: {en: Urgent, zh-CN: 紧急}}]}
---
kind: workflow
id: process
record_type: ticket
title: {en: Process, zh-CN: 流程}
goal: {en: Do it., zh-CN: 完成。}
scope: {en: All of it., zh-CN: 全部。}
start: open
states:
  open:
    title: {en: Open, zh-CN: 处理中}
    category: open
    customer_step: false
    owner: {team: desk}
    limit: 30d
    go: [{to: done}]
  done: {title: {en: Done, zh-CN: 完成}, category: closed, customer_step: false}
---
kind: rule
id: slow
title: {en: Slow, zh-CN: 慢}
record_type: ticket
every: {duration: 10m}
when: owner == none and not urgent
then: [{tag: [slow]}]
---
kind: rule
id: quick
title: {en: Quick, zh-CN: 快}
record_type: ticket
every: {duration: 2m}
when: owner == none and urgent
then: [{tag: [quick]}]
---
kind: rule
id: late
title: {en: Late, zh-CN: 晚}
record_type: ticket
every: {duration: 1h}
when: hours_since(created_at) >= 5
then: [{tag: [late]}]
---
kind: rule
id: settled
title: {en: Settled, zh-CN: 已结}
record_type: ticket
every: {duration: 1d, time: "09:30"}
when: category == "closed"
then: [{tag: [settled]}]
"""


@cache
def release() -> Release:
    documents, found = read_text(DEFINITIONS.encode(), "rounds.yaml")
    assert found == ()
    compiled, found = compile_release(documents)
    assert compiled is not None, "\n".join(one.render("en") for one in found)
    return compiled


def world(zone: str = "Asia/Shanghai") -> World:
    ann = Person(id="ann", name="Ann", teams=frozenset({"desk"}))
    return World(release(), Town(people={"ann": ann}), START, zone=zone)


def opened(place: World, *, urgent: bool = False) -> str:
    name = place.new_id()
    create = c.Create(
        record_id=name, number=name, type="ticket", form="request", values={"urgent": urgent}
    )
    assert place.handle(create).accepted
    return name


def visits(place: World) -> list[tuple[str, str, int]]:
    """Return rule, record and minutes since the start of every visit that was made."""
    return [
        (done.command.rule, done.record, int((done.at - START).total_seconds() // 60))
        for done in place.done
        if isinstance(done.command, c.RunRule)
    ]


def test_each_rule_has_its_own_rounds() -> None:
    place = world()
    one, two = opened(place), opened(place, urgent=True)
    place.wait_until(START + timedelta(minutes=10))
    assert visits(place) == [("quick", two, at) for at in (2, 4, 6, 8, 10)] + [("slow", one, 10)]
    assert place.records[one].tags == ("slow",)
    assert place.records[two].tags == ("quick",)
    assert place.now == START + timedelta(minutes=10)


def test_a_record_that_comes_later_meets_the_next_round() -> None:
    place = world()
    place.wait_until(START + timedelta(minutes=5))
    one = opened(place, urgent=True)
    place.wait_until(START + timedelta(minutes=7))
    assert visits(place) == [("quick", one, 6)]


def test_rounds_stop_for_what_somebody_took_and_for_what_is_settled() -> None:
    place = world()
    one = opened(place)
    place.wait_until(START + timedelta(minutes=10))
    assert place.handle(c.Assign(owner="ann"), one).accepted
    place.wait_until(START + timedelta(hours=3))
    late = [("late", one, at) for at in (60, 120, 180)]
    assert visits(place) == [("slow", one, 10), *late]
    assert place.handle(c.Transition(to="done"), one).accepted
    place.wait_until(START + timedelta(hours=6))
    assert len(visits(place)) == 4


def test_conditions_that_read_the_time_are_looked_at_in_every_round() -> None:
    place = world()
    one = opened(place)
    assert place.handle(c.Assign(owner="ann"), one).accepted
    place.wait_until(START + timedelta(hours=5))
    assert place.records[one].tags == ("late",)


def test_settled_records_are_visited_where_the_rule_speaks_of_them_at_the_time_of_the_zone() -> (
    None
):
    place = world()
    one = opened(place)
    assert place.handle(c.Transition(to="done"), one).accepted
    place.wait_until(START + timedelta(minutes=29))
    assert visits(place) == []
    place.wait_until(START + timedelta(minutes=30))  # 09:30 in Shanghai
    assert visits(place) == [("settled", one, 30)]


def test_without_a_zone_nobody_makes_rounds() -> None:
    place = world(zone="")
    opened(place, urgent=True)
    place.wait_until(START + timedelta(days=1))
    assert visits(place) == []


def test_leaving_out_idle_rounds_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def day() -> World:
        place = world()
        one, two = opened(place), opened(place, urgent=True)
        place.wait_until(START + timedelta(minutes=7))
        place.handle(c.Assign(owner="ann"), two)
        place.wait_until(START + timedelta(hours=2))
        place.handle(c.Assign(owner="ann"), one)
        place.wait_until(START + timedelta(days=2))
        place.handle(c.Assign(actor=SYSTEM, owner=None, team="desk"), one)
        place.handle(c.Transition(to="done"), two)
        place.wait_until(START + timedelta(days=4))
        return place

    one = day()
    monkeypatch.setattr(Rounds, "are_idle", lambda *_: False)
    two = day()
    assert one.events == two.events
    assert visits(one) == visits(two)
    assert one.records["r2"].tags.count("settled") == 1


def test_weeks_of_idle_rounds_end() -> None:
    place = world()
    one = opened(place)
    place.handle(c.Assign(owner="ann"), one)
    place.wait_until(START + timedelta(days=40))
    assert {rule for rule, _, _ in visits(place)} == {"late"}
