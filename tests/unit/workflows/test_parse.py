"""Reading workflows: every shape, places of findings, and no document that makes it fail."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sopwith.core.diagnostics import has_errors
from sopwith.core.record import Category
from sopwith.core.text import Text
from sopwith.definitions import read_text, schema_findings, schema_for
from sopwith.expressions import Duration
from sopwith.workflows.check import check_workflow
from sopwith.workflows.model import Owner
from sopwith.workflows.parse import parse_workflow

from .samples import AFTER_SALES, DONE, HEAD, REFERENCES, SCHEMA, WORK, after_sales, codes, parse

EXAMPLES = 1500 if os.environ.get("SOPWITH_FULL") else 100
SAMPLE = after_sales()


def test_the_head_is_read() -> None:
    assert (SAMPLE.id, SAMPLE.record_type, SAMPLE.start) == ("after-sales", "ticket", "received")
    assert SAMPLE.goal == Text("Solve what customers report", "解决客户的问题")
    assert (SAMPLE.solved_state, SAMPLE.reopen_to) == ("closed", "diagnosis")
    assert SAMPLE.reopen_within == Duration(seconds=7 * 86400)
    assert (SAMPLE.cancelled, SAMPLE.merged) == ("cancelled", "cancelled")
    assert SAMPLE.cancel_by == {"lead", "admin"}
    assert list(SAMPLE.states)[:3] == ["received", "diagnosis", "solving"]


def test_owners_are_read() -> None:
    owners = {name: state.owner for name, state in SAMPLE.states.items()}
    assert owners["received"] == Owner(routing="software-routing")
    assert owners["diagnosis"] == Owner(keep=True, team="first-line")
    assert owners["tier2"] == Owner(team="tier-2")
    assert owners["closed"] is None


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("user_field: reviewer", Owner(user_field="reviewer")),
        ("role: lead", Owner(role="lead")),
        ("team: tier-2, not_previous: true", Owner(team="tier-2", not_previous=True)),
    ],
)
def test_other_owners_are_read(written: str, expected: Owner) -> None:
    states = f"  a: {WORK.replace('team: first-line', written)}, go: [{{to: z}}]}}\n  z: {DONE}"
    made, found = parse(f"{HEAD}start: a\nstates:\n{states}\n")
    assert not found
    assert made is not None
    assert made.states["a"].owner == expected


def test_the_forms_of_a_limit_are_read() -> None:
    limits = {name: state.limit for name, state in SAMPLE.states.items() if state.limit}
    hour = 3600
    assert limits["solving"].duration == Duration(seconds=24 * hour)
    assert limits["received"].cells["P2"] == Duration(seconds=2 * hour)
    assert limits["received"].by == "priority"
    assert limits["diagnosis"].by == "kind"
    assert limits["diagnosis"].cells["bug"] == Duration(seconds=4 * hour, business=True)
    assert limits["diagnosis"].calendar == "cn-office"
    assert limits["tier2"].duration == Duration(seconds=0, business=True, days=2)


def test_ways_get_ids_and_titles_from_where_they_lead() -> None:
    tier2 = SAMPLE.states["tier2"].go
    assert [way.id for way in tier2] == ["repair", "back", "solving"]
    assert [way.title.en for way in tier2] == ["Repair", "Solving", "Solving"]
    made, _ = parse(
        f"{HEAD}start: a\nstates:\n  a: {WORK}, go: [{{to: z}}, {{to: z}}, {{to: z, id: z-2}}]}}\n  z: {DONE}\n"
    )
    assert made is not None
    assert [way.id for way in made.states["a"].go] == ["z", "z-3", "z-2"]


def test_a_way_is_read_whole() -> None:
    way = SAMPLE.states["diagnosis"].go[1]
    assert way.when is not None
    assert way.when.text == "not solvable"
    assert (way.by, way.ask, way.note) == (frozenset({"agent"}), ("tried_steps",), "required")
    assert (way.style, way.auto, way.form_complete) == ("default", False, True)


def test_an_approval_is_read_whole() -> None:
    rule = SAMPLE.states["compensation"].approval
    assert rule is not None
    assert [(a.role, a.deputy) for a in rule.approvers] == [
        ("lead", "manager"),
        ("manager", "admin"),
    ]
    assert (rule.mode, rule.share) == ("share", 60)
    assert rule.skip_when is not None
    assert rule.remind_after == Duration(seconds=4 * 3600, business=True)
    assert rule.timeout_after == Duration(seconds=0, business=True, days=1)
    assert (rule.timeout_to, rule.approved, rule.rejected) == ("deputy", "resolved", "solving")
    assert rule.same_person == "forbid"


@pytest.mark.parametrize(
    ("join", "expected"), [("all", ("all", 0)), ("any", ("any", 0)), ("1", ("n", 1))]
)
def test_joins_are_read(join: str, expected: tuple[str, int]) -> None:
    made, found = parse(AFTER_SALES.replace("join: all", f"join: {join}"))
    assert not found
    assert made is not None
    rule = made.states["repair"].parallel
    assert rule is not None
    assert (rule.join, rule.need) == expected


def test_waiting_is_read() -> None:
    state = SAMPLE.states["waiting"]
    assert state.category is Category.WAITING
    assert (state.waits_for, state.on_customer_reply) == ("customer", "previous")


def test_a_fault_in_a_condition_is_shown_inside_it() -> None:
    made, found = parse(AFTER_SALES.replace("amount > 0", "amont > 0"))
    assert made is not None
    (finding,) = found
    line = AFTER_SALES.split("\n")[finding.span.line - 1]
    assert line[finding.span.column - 1 :].startswith("amount > 0")
    assert finding.values["guess"] == "amount"


def test_findings_come_in_source_order() -> None:
    _, found = parse(AFTER_SALES.replace("category: open", "category: opne").replace("4bh", "x"))
    places = [(item.span.line, item.span.column) for item in found]
    assert len(places) > 5
    assert places == sorted(places)


def test_no_states_make_no_workflow() -> None:
    made, found = parse(HEAD + "start: a\nstates: {}\n")
    assert made is None
    assert codes(found) == ["DEF016"]


def test_there_is_a_limit_to_the_number_of_states() -> None:
    states = "".join(f"  s{n}: {DONE}\n" for n in range(301))
    made, found = parse(f"{HEAD}start: s0\nstates:\n{states}")
    assert codes(found) == ["WFL014"]
    assert made is not None
    assert len(made.states) == 300


# the schema


def test_the_schema_accepts_the_sample() -> None:
    documents, _ = read_text(AFTER_SALES, "w.yaml")
    assert schema_findings(documents[0]) == ()


def keys_of(schema: Any) -> Iterator[dict[str, Any]]:
    if isinstance(schema, dict):
        if isinstance(schema.get("properties"), dict):
            yield schema["properties"]
        for name, inner in schema.items():
            if name != "common":
                yield from keys_of(inner)
    elif isinstance(schema, list):
        for inner in schema:
            yield from keys_of(inner)


def test_every_key_of_the_schema_is_known_to_the_parser() -> None:
    """Every key of the schema stands in a document here; the parser must not call one unknown."""
    schema = schema_for("workflow")
    wanted = {key for properties in keys_of(dict(schema or {})) for key in properties}
    text = AFTER_SALES.replace("join: all", "join: 1\n    same_person: allow").replace(
        "note: reply", "form_complete: false, note: reply"
    )
    text += (
        "  x: {title: T, category: open, owner: {role: lead, user_field: reviewer, not_previous: true},"
        " type: approval, approvers: [{user: wang}, {team: tier-2}, {user_field: reviewer}, {manager_of: requester}]}\n"
        "layout: {received: [40, 80.5]}\n"
    )
    made, found = parse(text)
    assert "DEF004" not in codes(found)
    written = {str(node.key) for node in read_text(text, "w.yaml")[0][0].node.walk()}
    assert wanted - written == set()
    assert made is not None
    assert made.pins == {"received": (40.0, 80.5)}


# never fails

DOCUMENT: dict[str, Any] = read_text(AFTER_SALES, "w.yaml")[0][0].value
JUNK: list[Any] = [
    None,
    0,
    -1,
    7.5,
    "",
    "x",
    "previous",
    "2bd",
    "a: b",
    [],
    {},
    [[]],
    [None],
    {"a": {}},
    {"share": "x"},
    "∞",
]


def mangled(seed: int) -> Any:
    """Return the sample with a few values replaced, dropped or moved elsewhere."""
    chance = random.Random(seed)
    document = json.loads(json.dumps(DOCUMENT))
    for _ in range(chance.randint(1, 6)):
        holders = list(holders_of(document))
        holder = chance.choice(holders)
        key = chance.choice(list(holder) if isinstance(holder, dict) else range(len(holder)))
        what = chance.random()
        if what < 0.3 and isinstance(holder, dict):
            del holder[key]
        elif what < 0.7:
            holder[key] = json.loads(json.dumps(chance.choice(JUNK)))
        else:
            other = chance.choice(holders)
            holder[key] = json.loads(json.dumps(other))
        if not document:
            return DOCUMENT
    return document


def holders_of(value: Any) -> Iterator[Any]:
    if isinstance(value, dict | list) and value:
        yield value
        for inner in value.values() if isinstance(value, dict) else value:
            yield from holders_of(inner)


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.integers(0, 10**9))
def test_no_document_makes_it_fail(seed: int) -> None:
    text = json.dumps(mangled(seed), ensure_ascii=False, indent=1)
    documents, _ = read_text(text, "w.json")
    for document in documents:
        made, found = parse_workflow(document, SCHEMA)
        checked = check_workflow(made, REFERENCES) if made is not None else ()
        for item in (*found, *checked):
            assert item.message("en")
            assert item.message("zh-CN")
            assert item.span.path == "w.json"
        if not has_errors(found):
            # what is missing, unknown or no choice; scalars of an odd type are read as text here
            wrong = ("DEF003", "DEF004", "DEF011", "DEF012", "DEF013", "DEF022")
            shape = [item for item in schema_findings(document) if item.code in wrong]
            assert not has_errors(shape), [item.render("en") for item in shape]
