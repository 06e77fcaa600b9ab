"""The editors of calendars, promises, messages, surveys, teams, choices, views, record types and scenarios."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from html import unescape
from typing import Any

import pytest
from flask import Flask

from sopwith.definitions import read_nodes
from sopwith.definitions.operations import Clear, Insert, Move, Operation, Put, Remove, Set
from sopwith.definitions.splicing import operate
from sopwith.web.studio.bench import bench_of
from tests.support.rooms import room_of
from tests.support.shipped import shipped_files

KINDS = (
    "calendar",
    "sla",
    "message_template",
    "taxonomy",
    "team",
    "survey",
    "playbook",
    "view",
    "segment",
    "record_type",
    "scenario",
)
WRONG: tuple[Any, ...] = (
    7,
    "x",
    True,
    [],
    {},
    [3],
    {"a": [1]},
    [{"id": {"a": 1}}, [[]]],
    {"en": ["x"]},
    "",
)
DOCUMENTS = [
    node.value
    for name, text in sorted(shipped_files().items())
    if name.endswith(".yaml")
    for node in read_nodes(text, name)[0]
    if node.value.get("kind") in KINDS
]


@pytest.fixture
def speaking(app: Flask) -> Iterator[None]:
    with app.test_request_context("/"):
        yield


@pytest.mark.parametrize("kind", KINDS)
def test_an_editor_shows_whatever_is_written(kind: str, speaking: None) -> None:
    document = next(one for one in DOCUMENTS if one["kind"] == kind)
    selections = SELECTIONS[kind]
    for place, key in enumerate(one for one in document if one not in ("kind", "id")):
        at = selections[place % len(selections)]
        for wrong in WRONG[place % 2 :: 2]:
            assert 'id="kind-' in room_of({**document, key: wrong}, at)
        without = {name: value for name, value in document.items() if name != key}
        assert 'id="kind-' in room_of(without, selections[-1])


MAKERS: dict[str, Callable[[dict[str, Any]], Operation]] = {
    "set": lambda one: Set(path=tuple(one["path"]), value=one["value"]),
    "put": lambda one: Put(path=tuple(one["path"]), value=one["value"]),
    "clear": lambda one: Clear(path=tuple(one["path"])),
    "remove": lambda one: Remove(path=tuple(one["path"])),
    "insert": lambda one: Insert(path=tuple(one["path"]), index=one["index"], value=one["value"]),
    "move": lambda one: Move(path=tuple(one["path"]), to=tuple(one["to"]), index=one["index"]),
}


def buttons_of(room: str) -> list[list[dict[str, Any]]]:
    """Return the operations of every button in a room."""
    return [json.loads(unescape(one)) for one in re.findall(r"data-do='([^']*)'", room)]


@pytest.mark.parametrize("kind", KINDS)
def test_no_button_is_refused(kind: str, speaking: None) -> None:
    files = shipped_files()
    name, place, document = max(
        ((name, place, node) for name, text in files.items() if name.endswith(".yaml")
         for place, node in enumerate(read_nodes(text, name)[0]) if node.value.get("kind") == kind),
        key=lambda one: len(one[2].raw),
    )  # fmt: skip
    pressed = 0
    for at in SELECTIONS[kind]:
        for operations in buttons_of(room_of(document.value, at)):
            text = files[name]
            for one in operations:
                text = operate(text, name, MAKERS[one["op"]](one), place).text
            after = read_nodes(text, name)[0][place].value
            assert after["kind"] == kind
            assert (after != document.value) or text == files[name]
            pressed += 1
    assert pressed or kind in ("message_template", "segment")


def test_both_languages_of_a_message_are_read_without_a_record(speaking: None) -> None:
    document = {"kind": "message_template", "id": "hello", "record_type": "any", "subject": {"en": "Hello", "zh-CN": "您好"},
                "body": {"en": "Dear {{ recipient.name }} <b>", "zh-CN": "{{ recipient.name }}：{{#if due}}{{ due | date }}{{/if}}"}}  # fmt: skip
    page = room_of(document)
    assert "Dear Ann Miller &lt;b&gt;" in page
    assert re.search("安妮·米勒：2026年", page)


def test_a_promise_over_the_weekend_is_due_on_monday(speaking: None) -> None:
    files = {name: text for name, text in shipped_files().items() if name.startswith("base/")}
    document = {"kind": "sla", "id": "odd", "record_type": "any", "title": "Odd", "policies": [
        {"id": "all", "title": "All", "calendar": "cn-office", "targets": {"first_response": "1bh"}}]}  # fmt: skip
    page = room_of(document, ";from=2026-11-20T17:30", files)
    assert "Mon 23 Nov 2026, 09:30" in page
    assert "weekend" in page


def test_a_scenario_tells_which_step_does_not_hold(speaking: None) -> None:
    files = shipped_files()
    name = "it_request/scenarios/approval.yaml"
    found = next(one for one in bench_of(files).documents if one.path == name)
    steps = [dict(found.value["steps"][0], then={"state": "nowhere"}), *found.value["steps"][1:]]
    others = {key: text for key, text in files.items() if key != name}
    page = room_of({**found.value, "steps": steps}, "", others, home="it_request/odd.yaml")
    assert "Step 1 does not hold" in page
    assert "the scenario expects “nowhere”" in page


SELECTIONS = {
    "calendar": ("", "day/2026-10-01", "holidays/0;year=2027;country=DE"),
    "sla": ("", "policies/0;from=2026-11-20T17:30;cell=P1"),
    "message_template": ("", "x;record=none"),
    "taxonomy": ("items/0", "items/0/items/1"),
    "team": ("", "shifts/0", "shifts/1/2026-12-24", "on_call/2026-11-20"),
    "survey": ("",),
    "playbook": ("", "x;record=none"),
    "view": ("",),
    "segment": ("",),
    "record_type": ("", "fields/0"),
    "scenario": ("", "steps/0", "steps/1"),
}


def test_a_step_of_a_scenario_chooses_from_what_there_is(speaking: None) -> None:
    files = {name: text for name, text in shipped_files().items() if not name.endswith("odd.yaml")}
    scenario = {
        "kind": "scenario",
        "id": "odd",
        "title": {"en": "Odd", "zh-CN": "奇"},
        "record_type": "request",
        "given": {"now": "2026-11-16 09:00"},
        "steps": [
            {"create": {"by": "tan", "values": {"service": "account", "price": 3, "nothing": 1}}},
            {"away": "gao", "then": {"state": "fulfilling", "fired": ["it-cost"], "owner": "ben"}},
        ],
    }
    home = "it_request/scenarios/odd.yaml"
    first = room_of(scenario, "steps/0", files, home)
    chosen = re.search(r'<select[^>]*id="c-steps-0-create-values-service".*?</select>', first, re.S)
    assert chosen is not None, re.findall(r'<select[^>]*id="([^"]*)"', first)
    assert "&#34;laptop&#34;" in chosen[0] or '"laptop"' in chosen[0]
    assert "This record type has no such field." in first
    paths = [one["path"] for operations in buttons_of(first) for one in operations]
    assert ["steps", 0, "create", "values", "laptop_model"] in paths
    second = room_of(scenario, "steps/1", files, home)
    for name in ("away", "then-state", "then-owner"):
        assert re.search(rf'<select[^>]*id="c-steps-1-{name}"', second), name
    paths = [one["path"] for operations in buttons_of(second) for one in operations]
    assert ["steps", 1, "then", "fired", 0] in paths
    assert "谭伟 Tan Wei" in first


def test_a_scenario_that_cannot_be_read_is_a_finding_like_others_but_keeps_nothing_from_running() -> None:  # fmt: skip
    wrong = "kind: scenario\nid: odd\ntitle: {en: Odd, zh-CN: 奇}\nrecord_type: request\ngiven: {now: soon}\nsteps:\n  - {wait: long}\n"
    bench = bench_of({**shipped_files(), "it_request/scenarios/odd.yaml": wrong})
    assert [(one.code, one.span.line) for one in bench.found] == [("SCN001", 5), ("SCN005", 7)]
    assert bench.release is not None
    assert not bench.is_broken
    line = next(one for kind, some in bench.outline() if kind == "scenario" for one in some if one.id == "odd")  # fmt: skip
    assert line.errors == 2
