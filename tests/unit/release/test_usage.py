"""Where definitions are used: every kind of reference, found and pointed at."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

import pytest

from sopwith.definitions import Pack, expand, load_pack
from sopwith.release.compile import compile_release
from sopwith.release.model import Release
from sopwith.release.usage import Key, Use, field_key, state_key, usages

T = "{en: X, zh-CN: X}"
TEXT = f"""kind: pack
id: p
version: 1.0.0
title: {T}
description: {T}
---
kind: block
id: common
items:
- {{id: note, type: text, title: {T}}}
---
kind: taxonomy
id: topics
title: {T}
items: [{{id: bug, title: {T}}}, {{id: ask, title: {T}}}]
---
kind: record_type
id: ticket
title: {T}
plural: {T}
description: {T}
number: "T-{{yyyy}}-{{seq:6}}"
workflow: flow
intake: intake
sla: promises
routing: route
summary: "{{{{ note }}}} in words"
acknowledge: received
fields:
- {{id: priority, type: choice, title: {T}, options: [{{id: P0, title: {T}}}, {{id: P1, title: {T}}}]}}
- {{id: expert, type: user, title: {T}, team: desk}}
- {{id: due_on, type: date, title: {T}}}
access: {{create: [customer], read: [agent, auditor], work: [agent]}}
---
kind: form
id: intake
record_type: ticket
title: {T}
audience: customer
sections:
- id: s
  title: {T}
  fields:
  - {{id: topic, type: choice, title: {{en: Topic, zh-CN: 主题}}, from: topics, required: true}}
  - use: common
  - {{id: steps, type: text, title: {T}, show: topic == "bug"}}
---
kind: form
id: work
record_type: ticket
title: {T}
sections:
- id: s
  title: {T}
  fields:
  - {{id: cause, type: text, title: {T}}}
---
kind: workflow
id: flow
record_type: ticket
title: {T}
goal: {T}
scope: {T}
start: open
cancelled: closed
cancel_by: [lead]
states:
  open:
    title: {{en: At work, zh-CN: 处理中}}
    category: open
    customer_step: false
    owner: {{routing: route}}
    limit: {{duration: 1h, calendar: week}}
    form: work
    go:
    - {{to: checked, title: {T}, when: steps != None, ask: [cause], by: [agent]}}
    - {{to: closed, id: leave, title: {T}}}
  checked:
    title: {T}
    category: open
    customer_step: false
    owner: {{team: desk}}
    limit: 1h
    type: approval
    approvers: [{{role: lead, deputy: manager}}]
    timeout: {{after: 4h, to: deputy}}
    approved: closed
    rejected: open
  closed: {{title: {T}, category: closed, customer_step: false}}
---
kind: calendar
id: week
title: {T}
zone: Asia/Shanghai
week: {{mon-fri: ["09:00-18:00"]}}
---
kind: sla
id: promises
record_type: ticket
title: {T}
policies:
- id: all
  title: {T}
  calendar: week
  targets: {{first_response: {{P0: 1h, P1: 4h}}}}
---
kind: rule
id: on-entry
record_type: ticket
title: {T}
on: entered:checked
when: topic == "ask"
then:
- set: {{priority: P1}}
- notify: {{to: ["team:desk", "role:lead"], template: received}}
- table: ranks
- survey: {{survey: asked}}
---
kind: rule
id: by-date
record_type: ticket
title: {T}
at: {{field: due_on, offset: 1d, before: true, calendar: week}}
then:
- transition: {{to: closed}}
- create: {{type: ticket, values: {{note: again}}}}
---
kind: table
id: ranks
record_type: ticket
title: {T}
inputs: [topic]
outputs: [priority]
hit: first
rows: [{{when: {{topic: bug}}, then: {{priority: P0}}}}]
---
kind: routing
id: route
record_type: ticket
title: {T}
chain: [{{by: user, user_field: expert, when: topic == "bug"}}, {{by: queue, team: desk}}]
---
kind: team
id: desk
title: {T}
---
kind: message_template
id: received
record_type: ticket
title: {T}
subject: {{en: "About {{{{ number }}}}", zh-CN: "关于 {{{{ number }}}}"}}
body: {{en: "{{{{#if topic}}}}{{{{ note }}}}{{{{/if}}}}", zh-CN: "{{{{ note }}}}"}}
---
kind: survey
id: asked
title: {T}
type: csat
scale: 5
question: {T}
template: received
---
kind: view
id: mine
title: {T}
record_type: ticket
when: topic == "bug"
columns: [number, priority]
sort: [-priority]
roles: [lead]
"""


@cache
def known() -> tuple[Release, Mapping[Key, tuple[Use, ...]], Pack]:
    pack, found = load_pack({"pack.yaml": TEXT.encode()}, "p")
    expansion = expand(pack.documents, pack.blocks)
    release, more = compile_release(expansion.documents, roles=frozenset({"auditor"}))
    errors = [
        one.render("en") for one in (*found, *expansion.found, *more) if one.severity == "error"
    ]
    assert release is not None, errors
    return release, usages(release, expansion.documents, expansion.uses), pack


def users(key: Key) -> set[tuple[str, str, str]]:
    return {(use.kind, use.id, use.how) for use in known()[1].get(key, ())}


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        pytest.param(("workflow", "flow"), {("record_type", "ticket", "workflow")}, id="workflow"),
        pytest.param(("form", "intake"), {("record_type", "ticket", "intake")}, id="intake"),
        pytest.param(("form", "work"), {("workflow", "flow", "form")}, id="form of a state"),
        pytest.param(("taxonomy", "topics"), {("form", "intake", "choices")}, id="taxonomy"),
        pytest.param(
            ("calendar", "week"),
            {
                ("workflow", "flow", "limit"),
                ("sla", "promises", "calendar"),
                ("rule", "by-date", "trigger"),
            },
            id="calendar",
        ),
        pytest.param(
            ("team", "desk"),
            {
                ("record_type", "ticket", "people"),
                ("workflow", "flow", "owner"),
                ("rule", "on-entry", "action"),
                ("routing", "route", "route"),
            },
            id="team",
        ),
        pytest.param(
            ("message_template", "received"),
            {
                ("record_type", "ticket", "acknowledge"),
                ("rule", "on-entry", "action"),
                ("survey", "asked", "invitation"),
            },
            id="template",
        ),
        pytest.param(("survey", "asked"), {("rule", "on-entry", "action")}, id="survey"),
        pytest.param(
            ("routing", "route"),
            {("record_type", "ticket", "route"), ("workflow", "flow", "owner")},
            id="routing",
        ),
        pytest.param(("table", "ranks"), {("rule", "on-entry", "action")}, id="table"),
        pytest.param(("sla", "promises"), {("record_type", "ticket", "promise")}, id="promises"),
        pytest.param(("block", "common"), {("form", "intake", "block")}, id="block"),
        pytest.param(
            ("role", "lead"),
            {
                ("record_type", "ticket", "access"),
                ("workflow", "flow", "cancel"),
                ("workflow", "flow", "approver"),
                ("rule", "on-entry", "action"),
                ("view", "mine", "access"),
            },
            id="role",
        ),
        pytest.param(("role", "auditor"), {("record_type", "ticket", "access")}, id="own role"),
        pytest.param(
            state_key("flow", "checked"),
            {("workflow", "flow", "way"), ("rule", "on-entry", "trigger")},
            id="state",
        ),
    ],
)
def test_every_reference_is_found(key: Key, expected: set[tuple[str, str, str]]) -> None:
    assert users(key) == expected


def test_a_record_type_is_used_by_all_that_is_made_for_it_and_by_what_creates_it() -> None:
    found = users(("record_type", "ticket"))
    assert ("rule", "by-date", "creates") in found
    assert {kind for kind, _, how in found if how == "record_type"} == {
        "form", "workflow", "sla", "rule", "table", "routing", "message_template", "view",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        (
            "topic",
            {
                ("form", "intake", "field"),
                ("form", "intake", "show"),
                ("rule", "on-entry", "condition"),
                ("table", "ranks", "input"),
                ("routing", "route", "condition"),
                ("message_template", "received", "text"),
                ("view", "mine", "condition"),
            },
        ),
        ("steps", {("form", "intake", "field"), ("workflow", "flow", "condition")}),
        ("cause", {("form", "work", "field"), ("workflow", "flow", "ask")}),
        (
            "note",
            {
                ("record_type", "ticket", "text"),
                ("form", "intake", "field"),
                ("rule", "by-date", "set"),
                ("message_template", "received", "text"),
            },
        ),
        ("expert", {("record_type", "ticket", "field"), ("routing", "route", "route")}),
        ("due_on", {("record_type", "ticket", "field"), ("rule", "by-date", "trigger")}),
    ],
)
def test_a_field_knows_every_condition_form_rule_and_text_that_reads_it(
    field: str, expected: set[tuple[str, str, str]]
) -> None:
    assert users(field_key("ticket", field)) == expected


def test_the_span_points_at_the_very_words() -> None:
    lines = TEXT.splitlines()
    for key in (("team", "desk"), ("taxonomy", "topics"), ("routing", "route"), ("table", "ranks")):
        for use in known()[1][key]:
            assert lines[use.span.line - 1][use.span.column - 1 :].strip('"').startswith(
                key[1]
            ) or re.search(rf"team:{key[1]}", lines[use.span.line - 1]), use


def test_the_part_says_where_inside() -> None:
    parts = {use.part.en for use in known()[1]["form", "work"]}
    assert parts == {"At work"}
    shown = [use for use in known()[1][field_key("ticket", "topic")] if use.how == "field"]
    assert [use.part.zh for use in shown] == ["主题"]


def test_nothing_is_said_of_what_nobody_uses() -> None:
    assert ("view", "mine") not in known()[1]
    assert ("rule", "on-entry") not in known()[1]
