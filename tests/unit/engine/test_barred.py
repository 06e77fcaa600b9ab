"""Who is kept from deciding on a record: who asked for it and, where the workflow says so, who worked on it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache

import pytest

from sopwith.core import commands as c
from sopwith.core.directory import Person
from sopwith.core.events import Actor
from sopwith.definitions import read_text
from sopwith.lab.people import Town
from sopwith.lab.world import World
from sopwith.release.compile import compile_release
from sopwith.release.model import Release

START = datetime(2026, 11, 16, 1, tzinfo=UTC)
PROCESS = """
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
  - {id: all, title: {en: All, zh-CN: 全部}, fields: [{id: why, type: text, title: {en: Why, zh-CN: 原因}}]}
---
kind: workflow
id: process
record_type: ticket
title: {en: Process, zh-CN: 流程}
goal: {en: Do it., zh-CN: 完成。}
scope: {en: All of it., zh-CN: 全部。}
start: work
states:
  work:
    title: {en: Work, zh-CN: 处理}
    category: open
    customer_step: false
    owner: {role: agent}
    limit: 1d
    go: [{to: sums}, {to: tasks}, {to: done}]
  tasks:
    title: {en: Tasks, zh-CN: 任务}
    type: parallel
    category: open
    customer_step: false
    owner: {keep: true, team: desk}
    limit: 1d
    branches: [{id: pack, title: {en: Pack, zh-CN: 打包}, owner: {team: desk}}]
    join: all
    then: sums
  sums:
    title: {en: Sums, zh-CN: 核对}
    type: approval
    category: open
    customer_step: false
    owner: {role: lead}
    limit: 1d
    approvers: [APPROVER]
    timeout: {after: 2h, to: deputy}
    same_person: WHO
    approved: done
    rejected: work
  done: {title: {en: Done, zh-CN: 完成}, category: closed, customer_step: false}
"""
DESK = frozenset({"desk"})
PEOPLE = {
    name: Person(id=name, name=name.title(), roles=frozenset(roles.split()), teams=DESK)
    for name, roles in {
        "ann": "lead",
        "bea": "lead",
        "cem": "lead",
        "dan": "agent",
        "eva": "manager",
        "fay": "admin",
    }.items()
}


@cache
def release(who: str, approver: str) -> Release:
    text = PROCESS.replace("WHO", who).replace("APPROVER", approver)
    documents, found = read_text(text.encode(), "process.yaml")
    assert found == ()
    compiled, problems = compile_release(documents)
    assert compiled is not None, [one.render("en") for one in problems]
    return compiled


def by(name: str) -> Actor:
    one = PEOPLE[name]
    return Actor("user", name, one.roles, one.teams, one.name)


def opened(who: str, opener: str = "dan", approver: str = "{role: lead, deputy: manager}") -> World:
    town = Town(people=dict(PEOPLE), leads={"desk": "ann"} if "team" in approver else {})
    world = World(release(who, approver), town, START)
    create = c.Create(
        actor=by(opener), record_id="r1", number="1", type="ticket", form="request", values={}
    )
    assert world.handle(create).accepted
    return world


def owned(world: World, *names: str) -> World:
    for name in names:
        assert world.handle(c.Assign(actor=by("fay"), owner=name), "r1").accepted
    return world


def asked(world: World) -> list[str]:
    """Return who is asked, once the record is in its approval."""
    assert world.handle(c.Transition(actor=by("fay"), to="sums"), "r1").accepted
    return voters(world)


def voters(world: World) -> list[str]:
    approval = world.records["r1"].approval
    assert approval is not None
    return [one.user for one in approval.votes]


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        pytest.param("forbid", "ann", id="usually only the requester is barred"),
        pytest.param("forbid_handlers", "eva", id="the owner is barred: the deputy decides"),
        pytest.param("allow", "ann", id="nobody is barred"),
    ],
)
def test_the_owner_approves_unless_the_workflow_bars_who_worked_on_it(
    who: str, expected: str
) -> None:
    world = owned(opened(who, approver="{team: desk, deputy: manager}"), "ann")
    assert asked(world) == [expected]


@pytest.mark.parametrize("who", ["forbid", "forbid_handlers"])
def test_who_opened_it_is_barred(who: str) -> None:
    assert asked(opened(who, opener="ann")) == ["bea"]


def test_who_handed_it_over_worked_on_it_too() -> None:
    assert asked(owned(opened("forbid_handlers"), "ann", "bea", "dan")) == ["cem"]


def test_who_did_a_task_worked_on_it() -> None:
    world = owned(opened("forbid_handlers"), "dan")
    assert world.handle(c.Transition(actor=by("fay"), to="tasks"), "r1").accepted
    assert world.handle(c.Assign(actor=by("fay"), owner="ann", task="pack"), "r1").accepted
    assert world.handle(c.FinishTask(actor=by("ann"), task="pack"), "r1").accepted
    assert voters(world) == ["bea"]


def test_who_decided_once_may_decide_again() -> None:
    world = opened("forbid_handlers")
    assert asked(world) == ["ann"]
    assert world.records["r1"].owner in ("ann", "bea", "cem")  # as the approval's owner
    assert world.handle(c.Decide(actor=by("ann"), decision="reject", note="No."), "r1").accepted
    assert asked(world) == ["ann"]
    assert world.records["r1"].handlers == ("dan",)


def test_a_vote_is_not_handed_to_who_is_barred() -> None:
    world = owned(opened("forbid_handlers"), "ann")
    assert asked(world) == ["bea"]
    for barred in ("ann", "dan"):
        for instead in (False, True):
            answer = world.handle(
                c.AddApprover(actor=by("bea"), user=barred, instead=instead), "r1"
            )
            assert [one.code for one in answer.problems] == ["ENG314"]
    assert world.handle(c.AddApprover(actor=by("bea"), user="cem"), "r1").accepted


def test_a_deputy_who_is_barred_is_not_asked_after_a_silence() -> None:
    world = owned(opened("forbid_handlers"), "eva", "dan")
    assert asked(world) == ["ann"]
    world.wait_until(START + timedelta(hours=3))
    assert voters(world) == ["ann"]


def test_where_everybody_is_barred_an_admin_decides_and_an_incident_tells_of_it() -> None:
    world = owned(opened("forbid_handlers"), "ann", "bea", "cem", "eva", "dan")
    assert asked(world) == ["fay"]
    assert world.records["r1"].incidents == 1
