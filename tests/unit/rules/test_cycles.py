"""Rules that set each other off without end are named; those that stop are let be."""

from __future__ import annotations

import pytest

from sopwith.core.text import Text
from sopwith.rules.check import check_cycles
from sopwith.rules.model import Rule, Table

from .samples import rule


def cycles(*texts: str, tables: dict[str, Table] | None = None) -> list[str]:
    made: list[Rule] = []
    for at, text in enumerate(texts):
        name = "abcdefgh"[at]
        body = text if "record_type" in text else f"record_type: ticket\n{text}"
        made.append(rule(f"id: {name}\n{body}"))
    return [str(found.values["cycle"]) for found in check_cycles(made, tables)]


SET_P0 = "then: [{set: {priority: P0}}]"


@pytest.mark.parametrize(
    ("rules", "found"),
    [
        pytest.param(
            ["on: changed:amount\nthen: [{set: {amount: {value: amount + 1}}}]"],
            ["a -> a"],
            id="counts up",
        ),
        pytest.param(
            ["on: changed:amount\nwhen: amount < 10\nthen: [{set: {amount: {value: amount + 1}}}]"],
            ["a -> a"],
            id="a bound on a computed value is no proof",
        ),
        pytest.param(
            [
                "on: changed:priority\nthen: [{set: {title: {value: priority}}}]",
                "on: changed:title\nthen: [{set: {priority: P1}}]",
                "on: changed:title\nthen: [{set: {priority: P2}}]",
            ],
            ["a -> b -> a"],
            id="two rules that disagree",
        ),
        pytest.param(
            ["on: comment:agent\nthen: [{comment: {text: {en: x, zh-CN: 好}, public: true}}]"],
            ["a -> a"],
            id="answers itself",
        ),
        pytest.param(
            ["on: tagged:x\nthen: [{untag: [x]}, {tag: [x]}]"],
            ["a -> a"],
            id="takes the tag off and puts it on",
        ),
        pytest.param(
            [
                "on: entered:diagnosis\nthen: [{transition: {to: resolved}}]",
                "on: entered:resolved\nthen: [{transition: {to: diagnosis}}]",
            ],
            ["a -> b -> a"],
            id="to and fro",
        ),
        pytest.param(
            ["on: created\nthen: [{create: {type: ticket}}]"], ["a -> a"], id="copies itself"
        ),
        pytest.param(
            ["on: created\nonce: true\nthen: [{create: {type: ticket}}]"],
            ["a -> a"],
            id="once for each record, but ever new records",
        ),
        pytest.param(
            [
                "on: created\nthen: [{create: {type: callback}}]",
                "record_type: callback\non: created\nthen: [{create: {type: ticket}}]",
            ],
            ["a -> b -> a"],
            id="two types create each other",
        ),
        pytest.param(
            ["on: assigned\nthen: [{route: software-routing}]"], ["a -> a"], id="routes for ever"
        ),
    ],
)
def test_cycle_is_named(rules: list[str], found: list[str]) -> None:
    assert cycles(*rules) == found


@pytest.mark.parametrize(
    "rules",
    [
        pytest.param(
            ["on: changed:priority\n" + SET_P0], id="the same constant again is no change"
        ),
        pytest.param(
            ["on: changed:priority\nthen: [{raise: {field: priority, by: 1}}]"],
            id="raising ends at the top",
        ),
        pytest.param(
            [
                "on: changed:priority\nthen: [{set: {type: bug}}]",
                "on: changed:type\nthen: [{set: {priority: P1}}]",
            ],
            id="constants only",
        ),
        pytest.param(
            [
                'on: changed:priority\nwhen: priority == "P0"\nthen: [{set: {type: bug}}]',
                "on: changed:type\nthen: [{set: {priority: P1}}]",
                "on: changed:type\nthen: [{set: {priority: P2}}]",
            ],
            id="the condition no longer holds",
        ),
        pytest.param(
            ["on: changed:amount\nonce: true\nthen: [{set: {amount: {value: amount + 1}}}]"],
            id="once",
        ),
        pytest.param(
            ["on: changed:amount\nthen: [{set: {total: {value: amount * 2}}}]"], id="another field"
        ),
        pytest.param(
            ["on: changed\nthen: [{set: {total: {value: amount * 2}}}]"],
            id="a formula of fields that stay",
        ),
        pytest.param(["on: tagged:x\nthen: [{tag: [x]}]"], id="a tag that is there"),
        pytest.param(["on: created\nthen: [{create: {type: callback}}]"], id="another type"),
        pytest.param(
            [
                "on: changed:priority\nenabled: false\nthen: [{raise: {field: priority}}, {set: {priority: {value: title}}}]"
            ],
            id="switched off",
        ),
        pytest.param(
            [
                "on: entered:resolved\nthen: [{create: {type: callback}}]",
                "record_type: callback\non: entered:resolved\nthen: [{tag: [done]}]",
            ],
            id="types apart",
        ),
        pytest.param(
            ["every: {duration: 1d}\nthen: [{set: {amount: {value: amount + 1}}}]"],
            id="time is no cycle",
        ),
        pytest.param(
            [
                'on: changed\nwhen: event.field == "title"\nthen: [{set: {amount: {value: amount + 1}}}]'
            ],
            id="the event is another field's",
        ),
    ],
)
def test_rules_that_stop_are_let_be(rules: list[str]) -> None:
    assert cycles(*rules) == []


def test_a_table_changes_its_outputs() -> None:
    table = Table(
        id="priority-matrix",
        title=Text(),
        record_type="ticket",
        inputs=("amount",),
        outputs=("priority",),
        hit="first",
        rows=(),
    )
    texts = [
        "on: changed:amount\nthen: [{table: priority-matrix}]",
        "on: changed:priority\nthen: [{set: {amount: {value: amount + 1}}}]",
    ]
    assert cycles(*texts) == []
    assert cycles(*texts, tables={"priority-matrix": table}) == ["a -> b -> a"]


def test_a_long_ring_is_found_without_recursion() -> None:
    made = []
    for at in range(400):
        tag, following = f"t{at}", f"t{(at + 1) % 400}"
        made.append(
            rule(
                f"id: r{at:04}\nrecord_type: ticket\non: tagged:{tag}\nthen: [{{tag: [{following}]}}, {{untag: [{tag}]}}]"
            )
        )
    found = check_cycles(made)
    assert len(found) == 1
    assert str(found[0].values["cycle"]).count(" -> ") == 400
