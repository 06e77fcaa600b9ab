"""Renaming: everything that names a thing follows, nothing else changes, and the way back leads to the same bytes."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sopwith.definitions import read_nodes, read_text
from sopwith.release.compile import compile_partly, declared_names
from sopwith.release.naming import Names
from sopwith.release.naming_model import Naming
from sopwith.release.renaming import RefusedError, Target, references, removal, rename
from sopwith.runtime.releases import read_bundle
from tests.support.shop import files as shop_files

PACKS = Path(__file__).resolve().parents[3] / "catalog" / "sop-templates"
MANY = 400 if os.environ.get("SOPWITH_FULL") else 6
Files = Mapping[str, str]
_PARTS = {"way": "go", "item": "checklist", "task": "branches"}


@cache
def packs() -> Files:
    return {str(path.relative_to(PACKS)): path.read_text("utf-8") for path in PACKS.rglob("*.yaml")}


def names_of(files: Files) -> list[Naming]:
    documents = [one for name, text in files.items() for one in read_text(text, name)[0]]
    fields = declared_names(read_bundle(files).documents)[1]
    samples = [
        root
        for name, text in files.items()
        if name.endswith("sample.yaml")
        for root in read_nodes(text, name)[0]
    ]
    return list(Names(documents, fields, samples).all())


def findings(files: Files) -> Counter[tuple[str, int, str]]:
    bundle = read_bundle(files)
    _release, found = compile_partly(bundle.documents)
    return Counter((one.span.path, one.span.line, one.code) for one in (*bundle.found, *found))


@cache
def all_names() -> list[Naming]:
    return names_of(packs())


def target_of(one: Naming) -> Target:
    kind, name = one.document
    owner = next(iter(one.owners)).split("#")[-1]
    match one.what:
        case "field" | "state":
            part = one.name
        case "column":
            part = f"{owner}.{one.name}"
        case "choice":
            part = one.name if kind == "taxonomy" else f"{owner}/{one.name}"
        case "way" | "item" | "task":
            part = f"{one.node.path[1]}/{_PARTS[one.what]}/{one.name}"
        case _:
            return Target(kind=one.what, id=one.name)
    return Target(kind=kind, id=name, part=part)


def targets(names: list[Naming]) -> list[tuple[Target, Naming]]:
    found: dict[Target, Naming] = {}
    for one in names:
        if one.declares:
            found.setdefault(target_of(one), one)
    return list(found.items())


@settings(max_examples=MANY, deadline=None)
@given(st.data())
def test_a_renamed_thing_is_named_alike_everywhere(data: st.DataObject) -> None:
    files, names = packs(), all_names()
    target, declared = data.draw(st.sampled_from(targets(names)))
    try:
        changed = rename(names, files, target, "zz_fresh")
    except RefusedError as refused:
        assert refused.reason == "meant"
        return
    after = {**files, **changed}
    assert findings(after) == findings(files)
    now = names_of(after)
    left = [
        one
        for one in now
        if (one.what, one.name) == (declared.what, declared.name)
        and one.owners & declared.owners
        and not one.loose
    ]
    assert left == []
    assert sum(one.name == "zz_fresh" for one in now) == sum(
        one.name == declared.name for one in names
    ) - sum(one.name == declared.name for one in now)
    new = next(one for one, place in targets(now) if place.name == "zz_fresh")
    assert {**after, **rename(now, after, new, declared.name)} == files


def shop_names() -> list[Naming]:
    return names_of(shop_files())


def renamed(target: Target, new: str, files: Files | None = None) -> Files:
    texts = files or shop_files()
    return {**texts, **rename(names_of(texts), texts, target, new)}


def changed_lines(before: Files, after: Files) -> Iterator[str]:
    for name, text in after.items():
        for old, new in zip(before[name].split("\n"), text.split("\n"), strict=True):
            if old != new:
                yield new.strip()


PACK = "kind: pack\nid: one\nversion: 1.0.0\ntitle: {en: a, zh-CN: b}\ndescription: {en: a, zh-CN: b}\n"
TYPE = """\
kind: record_type
id: case
title: {en: Case, zh-CN: 案例}
number: "C-{seq:6}"
workflow: flow
intake: ask
summary: "{{ part }}: {{ note }}"
---
kind: form
id: ask
record_type: case
title: {en: Ask, zh-CN: 提问}
sections:
  - id: main
    fields:
      - id: part   # which part
        type: choice
        title: {en: Part, zh-CN: 部件}
        options:
          - {id: lamp, title: {en: Lamp, zh-CN: 灯}}
          - {id: cord, title: {en: Cord, zh-CN: 线}}
        default: lamp
      - {id: note, type: text, title: {en: Note, zh-CN: 备注}, show: 'part == "lamp" and state != "done"'}
      - id: rows
        type: table
        title: {en: Rows, zh-CN: 行}
        columns:
          - {id: part, type: text, title: {en: Part number, zh-CN: 件号}}
          - {id: price, type: number, title: {en: Price, zh-CN: 价格}}
"""
RULES = """\
kind: rule
id: first
title: {en: First, zh-CN: 一}
record_type: case
on: [changed:part, entered:open, left:done]
when: "any(rows, part == 'x' and price > 1) and part in ['lamp', 'cord'] and visits.open > 0"
then:
  - set: {part: lamp, note: {value: "part"}}
  - notify: {to: ["team:desk", owner], template: told}
  - transition: {to: "open"}
---
kind: message_template
id: told
record_type: case
title: {en: Told, zh-CN: 告知}
subject: {en: "About {{ part }}", zh-CN: "关于 {{ part }}"}
body: {en: "{{#each rows}}{{ part }} {{ price }}{{/each}}{{#if part}}yes{{/if}}", zh-CN: "{{ part | upper }}"}
---
kind: team
id: desk
title: {en: Desk, zh-CN: 服务台}
"""
FLOW = """\
kind: workflow
id: flow
record_type: case
title: {en: Flow, zh-CN: 流程}
goal: {en: Goal, zh-CN: 目的}
scope: {en: Scope, zh-CN: 范围}
start: open
states:
  open:
    title: {en: Open, zh-CN: 打开}
    category: open
    customer_title: {en: Open, zh-CN: 打开}
    owner: {team: desk}
    limit: {by: part, cells: {lamp: 1d, cord: 2d}, duration: 3d}
    go: [{to: done, title: {en: Done, zh-CN: 完成}}]
  "done":
    title: {en: Done, zh-CN: 完成}
    category: closed
    customer_title: {en: Done, zh-CN: 完成}
"""
SMALL = {"one/pack.yaml": PACK, "one/type.yaml": TYPE, "one/rules.yaml": RULES, "one/flow.yaml": FLOW}  # fmt: skip


def test_a_field_is_renamed_in_conditions_messages_events_and_values() -> None:
    after = renamed(Target(kind="form", id="ask", part="part"), "piece", SMALL)
    assert list(changed_lines(SMALL, after)) == [
        'summary: "{{ piece }}: {{ note }}"',
        "- id: piece   # which part",
        '- {id: note, type: text, title: {en: Note, zh-CN: 备注}, show: \'piece == "lamp" and state != "done"\'}',
        "on: [changed:piece, entered:open, left:done]",
        "when: \"any(rows, part == 'x' and price > 1) and piece in ['lamp', 'cord'] and visits.open > 0\"",
        '- set: {piece: lamp, note: {value: "piece"}}',
        'subject: {en: "About {{ piece }}", zh-CN: "关于 {{ piece }}"}',
        'body: {en: "{{#each rows}}{{ part }} {{ price }}{{/each}}{{#if piece}}yes{{/if}}", zh-CN: "{{ piece | upper }}"}',
        "limit: {by: piece, cells: {lamp: 1d, cord: 2d}, duration: 3d}",
    ]


def test_a_column_is_told_from_a_field_of_the_same_name() -> None:
    after = renamed(Target(kind="form", id="ask", part="rows.part"), "piece", SMALL)
    lines = list(changed_lines(SMALL, after))
    assert lines[0] == "- {id: piece, type: text, title: {en: Part number, zh-CN: 件号}}"
    assert "any(rows, piece == 'x' and price > 1) and part in" in lines[1]
    assert "{{#each rows}}{{ piece }} {{ price }}{{/each}}{{#if part}}" in lines[2]
    assert len(lines) == 3


def test_a_choice_is_renamed_where_it_is_compared_set_and_names_a_cell() -> None:
    after = renamed(Target(kind="form", id="ask", part="part/lamp"), "light", SMALL)
    lines = list(changed_lines(SMALL, after))
    assert len(lines) == 6
    assert "part in ['light', 'cord']" in "".join(lines)
    assert "limit: {by: part, cells: {light: 1d, cord: 2d}, duration: 3d}" in lines
    assert findings(after) == findings(SMALL)


def test_a_state_is_renamed_as_key_target_event_and_counter() -> None:
    after = renamed(Target(kind="workflow", id="flow", part="open"), "working", SMALL)
    text = "".join(changed_lines(SMALL, after))
    for words in (
        "start: working",
        "working:",
        "entered:working",
        "visits.working",
        'to: "working"',
    ):
        assert words in text
    assert "category: working" not in text
    quoted = renamed(Target(kind="workflow", id="flow", part="done"), "over", SMALL)
    assert '  "over":' in quoted["one/flow.yaml"]
    assert "left:over" in quoted["one/rules.yaml"]


def test_a_definition_is_renamed_where_others_name_it() -> None:
    after = renamed(Target(kind="team", id="desk"), "counter", SMALL)
    assert sorted(changed_lines(SMALL, after)) == [
        '- notify: {to: ["team:counter", owner], template: told}',
        "id: counter",
        "owner: {team: counter}",
    ]


def test_references_begin_with_the_thing_itself_and_show_their_line() -> None:
    found = references(names_of(SMALL), Target(kind="message_template", id="told"))
    assert [one.declares for one in found] == [True, False]
    assert found[1].document == ("rule", "first")
    assert found[1].words == '- notify: {to: ["team:desk", owner], template: told}'


def test_what_breaks_is_told_without_what_goes_along() -> None:
    broken = removal(names_of(SMALL), Target(kind="workflow", id="flow", part="open"))
    assert [(one.document, one.span.line) for one in broken] == [
        (("workflow", "flow"), 7),
        (("rule", "first"), 5),
        (("rule", "first"), 6),
        (("rule", "first"), 10),
    ]
    assert removal(names_of(SMALL), Target(kind="rule", id="first")) == ()


@pytest.mark.parametrize(
    ("target", "new", "reason"),
    [
        (Target(kind="form", id="wish-form", part="nothing"), "x", "unknown"),
        (Target(kind="form", id="wish-form"), "wish-form", "same"),
        (Target(kind="form", id="wish-form"), "Not this", "form"),
        (Target(kind="form", id="wish-form", part="city"), "the-city", "form"),
        (Target(kind="form", id="wish-form", part="city"), "topic", "taken"),
        (Target(kind="form", id="wish-form", part="city"), "owner", "meant"),
        (Target(kind="form", id="wish-form", part="description"), "words", "meant"),
        (Target(kind="workflow", id="wish-flow", part="working"), "previous", "meant"),
    ],
)
def test_a_name_that_cannot_be_is_refused(target: Target, new: str, reason: str) -> None:
    with pytest.raises(RefusedError) as refused:
        rename(shop_names(), shop_files(), target, new)
    assert refused.value.reason == reason


def test_a_task_is_renamed_in_the_name_of_its_clock() -> None:
    files, names = packs(), all_names()
    target = Target(kind="workflow", id="request-flow", part="fulfilling/branches/mail")
    after = {**files, **rename(names, files, target, "mailbox")}
    demo = "it_request/scenarios/demo.yaml"
    assert '"task:mail"' in files[demo]
    assert '"task:mailbox"' in after[demo]
    assert '"task:mail"' not in after[demo]


def test_a_choice_that_looks_like_a_number_is_quoted() -> None:
    after = renamed(Target(kind="form", id="ask", part="part/lamp"), "12", SMALL)
    assert '{id: "12", title' in after["one/type.yaml"]


def test_a_field_that_others_have_too_stays_in_what_is_for_all() -> None:
    extra = SMALL | {
        "one/more.yaml": TYPE.replace("id: case", "id: other").replace("id: ask", "id: ask2").replace("record_type: case", "record_type: other").replace("intake: ask", "intake: ask2"),
        "one/views.yaml": "kind: view\nid: all\ntitle: {en: All, zh-CN: 全部}\nrecord_type: any\ncolumns: [number, part]\n",
    }  # fmt: skip
    target = Target(kind="form", id="ask", part="part")
    after = renamed(target, "piece", extra)
    assert after["one/views.yaml"] == extra["one/views.yaml"]
    unsure = [one for one in references(names_of(extra), target) if not one.sure]
    assert [one.document for one in unsure] == [("view", "all")]
