"""Conditions decided by trying every case that can make a difference."""

from __future__ import annotations

import os
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sopwith.workflows.cases import find_gap

from .samples import condition

EXAMPLES = 2000 if os.environ.get("SOPWITH_FULL") else 150


def gap(*texts: str) -> tuple[bool, str] | None:
    """Return the case in which none of the conditions holds, and whether it is certain."""
    found = find_gap([condition(text) for text in texts], lambda truths: not any(truths))
    return None if found is None else (found.certain, str(found))


@pytest.mark.parametrize(
    "texts",
    [
        ("solvable", "not solvable"),
        ('kind == "bug"', 'kind == "question"'),
        ('kind in ["bug"]', 'kind not in ["bug"]'),
        ("amount <= 2000", "amount > 2000"),
        ("amount <= 200", "amount > 200 and amount <= 2000", "amount > 2000"),
        ("0 < amount <= 5", "amount <= 0", "amount > 5"),
        ('city == "Beijing"', 'city != "Beijing"'),
        ("amount * price <= 100", "amount * price > 100"),
        ("amount < price", "amount >= price"),
        ('customer.tier == "vip"', 'customer.tier == "normal"'),
        ("promised == none", "promised != none"),
        ("amount == none", "amount < 5", "amount >= 5"),
        ('contains(city, "x")', 'not contains(city, "x")'),
        ('solvable and kind == "bug"', "not solvable", 'kind == "question"'),
        ("amount < 5", "amount == 5", "amount > 5"),
        ("amount <= 5", "amount >= 6"),
    ][:-1],
)
def test_conditions_that_leave_no_gap(texts: tuple[str, ...]) -> None:
    assert gap(*texts) is None


@pytest.mark.parametrize(
    ("texts", "case"),
    [
        (("solvable",), "solvable = false"),
        (("solvable", 'kind == "bug"'), "solvable = false, kind = question"),
        (("amount <= 2000", "amount > 3000"), "amount = 2001"),
        (("amount < 5", "amount > 5"), "amount = 5"),
        (('city == "Beijing"',), "city = …"),
        (('customer.tier == "vip"',), "customer.tier = normal"),
        (("amount == none", "amount < 5"), "amount = 5"),
        (('priority in ["P0", "P1"]', "urgent and not urgent"), "priority = P2"),
    ],
)
def test_a_gap_is_shown_by_the_values_that_matter(texts: tuple[str, ...], case: str) -> None:
    assert gap(*texts) == (True, case)


@pytest.mark.parametrize(
    "texts",
    [
        ("amount <= 5", "amount >= 6"),  # only 5.5, which a whole amount never is
        ("amount >= 0",),  # only a negative amount
        ("amount * price > 100",),
        ("amount < price",),
        ('contains(city, "x")', "solvable"),
        ("promised > today()",),
    ],
)
def test_what_cannot_be_decided_is_not_certain(texts: tuple[str, ...]) -> None:
    found = gap(*texts)
    assert found is not None
    assert not found[0]


def test_too_many_cases_are_not_tried() -> None:
    many = " or ".join(f"amount == {n}" for n in range(3000))
    pieces = [condition(f"({many[:1900].rsplit(' or ', 1)[0]})"), condition("price == 1")]
    wide = find_gap([*pieces, condition(" or ".join(f'city == "{n}"' for n in range(100)))], any)
    assert wide is not None
    assert not wide.certain
    assert str(wide) == "…"


PARTS = [
    "solvable",
    "not solvable",
    "urgent",
    'kind == "bug"',
    'priority in ["P0", "P1"]',
    'priority != "P0"',
    "amount > 3",
    "amount <= 3",
    "amount == 7",
]
conditions = st.recursive(
    st.sampled_from(PARTS),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(
            lambda three: f"({three[0]} {three[1]} {three[2]})"
        ),
        inner.map(lambda one: f"not ({one})"),
    ),
    max_leaves=4,
)
EVERY = [
    {"solvable": s, "urgent": u, "kind": k, "priority": p, "amount": a}
    for s, u, k, p, a in product(
        (True, False), (True, False), ("bug", "question"), ("P0", "P1", "P2"), (0, 3, 3.5, 4, 7, 9)
    )
]


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.lists(conditions, min_size=1, max_size=4))
def test_the_answer_is_that_of_trying_everything(texts: list[str]) -> None:
    made = [condition(text) for text in texts]
    expected = any(not any(one.holds(values) for one in made) for values in EVERY)
    found = find_gap(made, lambda truths: not any(truths))
    assert (found is not None) is expected
    if found is not None and found.certain:
        for rest in EVERY:
            assert not any(one.holds({**rest, **found.case}) for one in made)
