"""Rules and states that lead to nobody leave a record with somebody; records do not breed."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from sopwith.core import commands as c
from sopwith.core.directory import Person
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
  - {id: all, title: {en: All, zh-CN: 全部}, fields: [{id: expert, type: user, title: {en: Expert, zh-CN: 专家}}]}
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
    owner: OWNER
    limit: 1d
    go: [{to: second, auto: true, when: expert != none}, {to: done}]
  second:
    title: {en: Second, zh-CN: 复核}
    category: open
    customer_step: false
    owner: {keep: true, team: desk}
    limit: 1d
    go: [{to: done}]
  done: {title: {en: Done, zh-CN: 完成}, category: closed, customer_step: false}
"""
RULE = """
---
kind: rule
id: the-rule
title: {en: Rule, zh-CN: 规则}
record_type: ticket
on: ON
then: [THEN]
"""


def compiled(owner: str, on: str = "", then: str = "") -> tuple[Release | None, list[str]]:
    text = PROCESS.replace("OWNER", owner) + (
        RULE.replace("ON", on).replace("THEN", then) if on else ""
    )
    documents, found = read_text(text.encode(), "process.yaml")
    assert found == ()
    release, found = compile_release(documents)
    return release, [one.code for one in found]


def opened(release: Release | None) -> World:
    assert release is not None
    ann = Person(id="ann", name="Ann", roles=frozenset({"admin"}))
    world = World(release, Town(people={"ann": ann}), START)
    create = c.Create(record_id="r1", number="1", type="ticket", form="request", values={})
    assert world.handle(create).accepted
    return world


@pytest.mark.parametrize(
    "then",
    [
        pytest.param("{escalate: {kind: functional, to: {role: manager}}}", id="a role that nobody has"),
        pytest.param("{escalate: {kind: functional, to: {user: nobody}}}", id="a person who is gone"),
        pytest.param("{escalate: {kind: functional, to: {user_field: expert}}}", id="a field that is empty"),
        pytest.param("{assign: {user: nobody}}", id="an assignment"),
    ],
)  # fmt: skip
def test_a_rule_that_names_nobody_takes_it_from_nobody(then: str) -> None:
    release, _ = compiled("{team: desk}", "created", then)
    assert opened(release).records["r1"].team == "desk"
    release, _ = compiled("{team: desk}", "note", then)
    world = opened(release)
    assert world.handle(c.Assign(owner="ann"), "r1").accepted
    said = c.NewMessage(id="m", text="Up.")
    assert world.handle(c.Comment(message=said, public=False), "r1").accepted
    assert world.records["r1"].owner == "ann"


def test_rather_the_same_person_again_than_nobody() -> None:
    release, _ = compiled("{user_field: expert, not_previous: true}")
    world = opened(release)
    assert world.records["r1"].owner == "ann"
    assert world.handle(c.Assign(owner=None, team=None), "r1").accepted
    assert world.records["r1"].owner == "ann"


@pytest.mark.parametrize("on", ["created", "entered", "entered:open", "entered:second", "assigned"])
def test_rules_by_which_records_would_breed_are_refused(on: str) -> None:
    release, codes = compiled("{team: desk}", on, "{create: {type: ticket}}")
    assert release is None
    assert codes == ["RUL011"]


def test_a_rule_that_opens_a_record_when_one_ends_is_fine() -> None:
    release, codes = compiled("{team: desk}", "entered:done", "{create: {type: ticket}}")
    assert release is not None
    assert codes == []
