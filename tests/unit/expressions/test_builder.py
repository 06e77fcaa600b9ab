"""Blocks of the builder: what they add to the plain ones, and what is offered for each type."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sopwith.expressions import (
    ANY,
    BOOL,
    DATE,
    DATETIME,
    DURATION,
    NUMBER,
    TEXT,
    ChoiceType,
    ListType,
    RecordType,
    Type,
    from_blocks,
    to_blocks,
)
from sopwith.expressions.blocks import print_block
from sopwith.expressions.offers import fits, offer_of, offers_for

from .samples import SCHEMA, Writer, compiled


@pytest.mark.parametrize(
    ("text", "block"),
    [
        ('"vip" in tags', {"field": "tags", "op": "has", "value": "vip"}),
        ('"vip" not in tags', {"field": "tags", "op": "has not", "value": "vip"}),
        ("not is_empty(tags)", {"field": "tags", "op": "is not empty"}),
        (
            "hours_since(created_at) > 4",
            {"field": "created_at", "measure": "hours_since", "op": ">", "value": 4},
        ),
        ("count(items) >= 2", {"field": "items", "measure": "count", "op": ">=", "value": 2}),
        ("length(subject) < 5", {"field": "subject", "measure": "length", "op": "<", "value": 5}),
        ("due < today()", {"field": "due", "op": "<", "value": {"today": ""}}),
        ("due > today() + 3d", {"field": "due", "op": ">", "value": {"today": "+3d"}}),
        ("created_at < now() - 4h", {"field": "created_at", "op": "<", "value": {"now": "-4h"}}),
        ("amount > fee", {"field": "amount", "op": ">", "value": {"field": "fee"}}),
        (
            'customer.name in [subject, "x"]',
            {"field": "customer.name", "op": "in", "value": [{"field": "subject"}, "x"]},
        ),
    ],
)
def test_blocks_that_say_more(text: str, block: dict[str, Any]) -> None:
    expression = compiled(text)
    assert to_blocks(expression) == block
    again, found = from_blocks(block, SCHEMA)
    assert again is not None, found
    assert again.to_text() == expression.to_text() == text


@pytest.mark.parametrize(
    "block",
    [
        {"field": "created_at", "measure": "sleep", "op": ">", "value": 4},
        {"field": "created_at", "measure": ["hours_since"], "op": ">", "value": 4},
        {"field": "created_at", "measure": "hours_since", "op": "contains", "value": 4},
        {"field": "due", "op": "<", "value": {"today": "3d"}},
        {"field": "due", "op": "<", "value": {"today": "+3d) or (paid"}},
        {"field": "due", "op": "<", "value": {"now": 3}},
        {"field": "amount", "op": ">", "value": {"field": "fee or paid"}},
        {"field": "amount", "op": ">", "value": {"field": 3}},
        {"field": "tags", "op": "has"},
    ],
)
def test_wrong_ones_are_findings(block: dict[str, Any]) -> None:
    expression, found = from_blocks(block, SCHEMA)
    assert expression is None
    assert found


def test_every_block_prints_as_the_text_it_came_from() -> None:
    for seed in range(300):
        expression = compiled(Writer(seed).condition(3))
        block = json.loads(json.dumps(to_blocks(expression)))
        assert print_block(block) == expression.to_text()
    assert print_block({"all": 3}) is None


TYPES: tuple[Type, ...] = (
    TEXT, NUMBER, BOOL, DATE, DATETIME, DURATION, ANY, ChoiceType(("a", "b")), ListType(TEXT),
    ListType(ChoiceType(("a",))), ListType(RecordType("row", {"price": NUMBER})),
)  # fmt: skip
VALUES: dict[str, Any] = {
    "text": "x", "number": 2, "bool": True, "date": {"date": "2026-11-22"}, "choice": "a",
    "datetime": {"datetime": "2026-11-22T08:00:00Z"}, "duration": {"duration": "4h"},
    "working time": {"duration": "8bh"}, "any": "x",
}  # fmt: skip
NAMES: dict[str, str] = {
    "text": "subject", "number": "amount", "bool": "paid", "date": "due", "datetime": "created_at",
    "duration": "spent", "any": "extra",
}  # fmt: skip


@pytest.mark.parametrize("kind", TYPES, ids=str)
def test_everything_offered_makes_a_condition_that_checks(kind: Type) -> None:
    name = NAMES.get(kind.kind, "thing")
    schema = SCHEMA.with_fields({"thing": kind})
    offers = offers_for(kind)
    assert len({one.key for one in offers}) == len(offers)
    for offer in offers:
        block: dict[str, Any] = {"field": name, "op": offer.op}
        if offer.measure:
            block["measure"] = offer.measure
        if offer.takes == "rows":
            block["where"] = {"field": "price", "op": ">", "value": 1}
        elif offer.takes != "nothing":
            value = VALUES[offer.of.kind]
            block["value"] = [value] if offer.takes == "many" else value
            assert fits(block["value"], offer)
        expression, found = from_blocks(block, schema)
        assert expression is not None, (offer.key, [one.render("en") for one in found])
        assert offer_of(to_blocks(expression), offers) == offer
        assert offer.words.en
        assert offer.words.zh


def test_a_record_and_a_part_of_a_row_have_what_they_can() -> None:
    assert offers_for(RecordType("customer", {"tier": TEXT})) == ()
    assert "changed" not in {one.op for one in offers_for(NUMBER, inner=True)}
