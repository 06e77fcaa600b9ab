"""The index finds what evaluating every rule finds, in the same order."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sopwith.expressions import EMPTY, Context
from sopwith.rules.match import Happening, RuleIndex, explain_rule
from sopwith.rules.model import Rule

from .samples import plain_rule, rule

EXAMPLES = 3000 if os.environ.get("SOPWITH_FULL") else 250

CLAUSES = (
    'priority == "P0"',
    'priority in ["P0", "P1"]',
    'priority in ["P1", "P2", "P3"]',
    'priority != "P0"',
    "priority == none",
    'customer.tier == "vip"',
    'customer.tier in ["vip", "gold"]',
    "stopped",
    "not stopped",
    "stopped == false",
    "amount > 10",
    "amount >= 10",
    "amount < 10.5",
    "amount <= 0",
    "10 < amount",
    "amount == 1",
    "amount in [0, 1, 10]",
    'contains(tags, "a")',
    '"b" in tags',
    'contains(title, "refund")',
    "effort > 1h",
    "effort == 60s",
    "length(title) > 3",
    'event.field == "priority"',
    "event.percent >= 80",
    'event.from == "P1"',
)
EVENTS = (
    "created",
    "changed",
    "changed:priority",
    "entered",
    "entered:diagnosis",
    "clock:warned",
    "clock:warned:80",
    "note",
)
HAPPENINGS = (
    "created",
    "changed:priority",
    "changed:title",
    "entered:diagnosis",
    "entered:resolved",
    "clock:warned:80",
    "clock:warned:50",
    "clock:breached",
    "note",
    "tagged:x",
)


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    number = draw(st.integers(0, 10_000))
    parts = draw(st.lists(st.sampled_from(CLAUSES), max_size=4))
    joined = draw(st.sampled_from((" and ", " and ", " and ", " or ")))
    return plain_rule(
        f"r{number}",
        joined.join(parts),
        tuple(draw(st.lists(st.sampled_from(EVENTS), min_size=1, max_size=3, unique=True))),
        draw(st.sampled_from((10, 50, 100))),
        draw(st.sampled_from(("ticket", "any", "callback"))),
    )


SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.sampled_from(
        (0, 1, 10, 10.0, 10.5, 11, -3, 60, 3600, 7200, 3601.5, 10**15, float("nan"), float("inf"))
    ),
    st.sampled_from(("P0", "P1", "P2", "vip", "gold", "a refund", "1", "")),
    st.lists(st.sampled_from(("a", "b", "c")), max_size=3),
)
VALUES = st.fixed_dictionaries(
    {},
    optional={
        "priority": SCALARS,
        "customer": st.one_of(
            st.none(), st.fixed_dictionaries({}, optional={"tier": SCALARS}), SCALARS
        ),
        "stopped": SCALARS,
        "amount": SCALARS,
        "tags": SCALARS,
        "title": SCALARS,
        "effort": SCALARS,
    },
)
THINGS = st.builds(
    Happening,
    st.sampled_from(HAPPENINGS),
    st.fixed_dictionaries({}, optional={"field": SCALARS, "percent": SCALARS, "from": SCALARS}),
)


def naive(
    every: Sequence[Rule],
    happenings: Sequence[Happening],
    values: Mapping[str, Any],
    context: Context,
) -> list[tuple[str, Happening]]:
    found = []
    chosen = [one for one in every if one.enabled and one.record_type in ("ticket", "any")]
    for one in sorted(chosen, key=lambda one: (one.order, one.id)):
        for happening in happenings:
            names = [trigger.event for trigger in one.triggers]
            hit = any(
                happening.name == name or happening.name.startswith(f"{name}:") for name in names
            )
            scope = {**values, "event": happening.event}
            if hit and (one.when is None or one.when.holds(scope, context)):
                found.append((one.id, happening))
    return found


@settings(max_examples=EXAMPLES, deadline=None)
@given(
    st.lists(rules(), max_size=25, unique_by=lambda one: one.id),
    st.lists(st.tuples(st.lists(THINGS, min_size=1, max_size=3), VALUES), min_size=1, max_size=4),
)
def test_the_index_agrees_with_evaluating_every_rule(
    every: list[Rule], cases: list[tuple[list[Happening], dict[str, Any]]]
) -> None:
    index = RuleIndex(every, "ticket")
    for happenings, values in cases:
        found = [(one.id, thing) for one, thing in index.matching(happenings, values, EMPTY)]
        assert found == naive(every, happenings, values, EMPTY)


def test_many_bounds_of_one_field_agree_with_evaluation() -> None:
    ops = ("<", "<=", ">", ">=")
    every = [plain_rule(f"r{n:03}", f"amount {ops[n % 4]} {n % 50}") for n in range(200)]
    index = RuleIndex(every, "ticket")
    for amount in [*range(-1, 52), 24.5, -0.0, 49.999999]:
        found = [
            one.id for one, _ in index.matching([Happening("created")], {"amount": amount}, EMPTY)
        ]
        assert found == [one.id for one in every if one.when and one.when.holds({"amount": amount})]


def test_order_then_id_decides() -> None:
    every = [plain_rule("b"), plain_rule("a"), plain_rule("z", order=1)]
    index = RuleIndex(every, "ticket")
    assert [one.id for one in index.listening("created")] == ["z", "a", "b"]
    assert [one.id for one, _ in index.matching([Happening("created")], {}, EMPTY)] == [
        "z",
        "a",
        "b",
    ]


@pytest.mark.parametrize(
    ("trigger", "happening", "heard"),
    [
        ("changed", "changed:priority", True),
        ("changed:priority", "changed:priority", True),
        ("changed:priority", "changed:title", False),
        ("clock:warned", "clock:warned:80", True),
        ("clock:warned:80", "clock:warned:50", False),
        ("entered", "entered:diagnosis", True),
        ("created", "changed:created", False),
        ("note", "nothing", False),
    ],
)
def test_which_trigger_hears_what(trigger: str, happening: str, heard: bool) -> None:
    index = RuleIndex([plain_rule("r", on=(trigger,))], "ticket")
    assert bool(index.listening(happening)) is heard
    assert bool(index.matching([Happening(happening)], {}, EMPTY)) is heard


def test_rules_switched_off_and_of_other_types_are_left_out() -> None:
    off = rule("id: off\non: created\nenabled: false\nthen: [{tag: [x]}]")
    assert (
        RuleIndex([off, plain_rule("other", kind="callback")], "ticket").listening("created") == ()
    )


def test_any_number_of_tags_may_happen() -> None:
    index = RuleIndex([plain_rule("r", on=("tagged:t7",))], "ticket")
    heard = [n for n in range(10_050) if index.matching([Happening(f"tagged:t{n}")], {}, EMPTY)]
    assert heard == [7]
    assert index.matching([Happening("tagged:t7")], {}, EMPTY)


def test_timed_rules_and_watched_fields() -> None:
    timed = rule("id: t\nafter: {duration: 1d, in: resolved}\nthen: [{tag: [x]}]")
    index = RuleIndex(
        [timed, plain_rule("w", on=("changed:priority", "changed", "created"))], "ticket"
    )
    assert [one.id for one in index.timed()] == ["t"]
    assert index.fields_watched == {"priority"}


def test_explanation_names_the_clause_that_failed() -> None:
    one = plain_rule("r", 'priority == "P0" and stopped')
    holds, trace = explain_rule(one, {"priority": "P0", "stopped": False}, EMPTY)
    assert not holds
    assert trace is not None
    assert [clause.text for clause in trace.failing()] == ["stopped"]
    assert explain_rule(plain_rule("r"), {}, EMPTY) == (True, None)


def test_rules_that_can_match_nothing_and_too_many_combinations() -> None:
    wide = " and ".join(
        f"{name} in [{', '.join(map(str, range(9)))}]" for name in ("amount", "total", "escalation")
    )
    every = [plain_rule("wide", wide), plain_rule("never", 'priority == "P0" and priority == "P1"')]
    index = RuleIndex(every, "ticket")
    values = {"amount": 3, "total": 4, "escalation": 8, "priority": "P0"}
    assert [one.id for one, _ in index.matching([Happening("created")], values, EMPTY)] == ["wide"]
    assert index.matching([Happening("created")], {**values, "total": 9}, EMPTY) == ()
