"""Lengths of time in forms: a number with a unit, where that says it."""

from __future__ import annotations

from typing import Any

import pytest

from sopwith.expressions.durations import BUSINESS_UNITS, UNITS, parse_duration
from sopwith.web.studio.editors.lengths import USUAL, length_of


@pytest.mark.parametrize("unit", [*UNITS, *BUSINESS_UNITS, "bd"])
def test_every_unit_can_be_kept(unit: str) -> None:
    found = length_of(f"12{unit}")
    assert found is not None
    assert (found.amount, found.unit) == ("12", unit)
    assert unit in found.units
    assert set(USUAL) <= set(found.units)
    assert parse_duration(found.amount + found.unit) == parse_duration(f"12{unit}")


@pytest.mark.parametrize("value", ["1d12h", "1.5h", "two days", "-1d", 7, True, [], {}, ["1d"]])
def test_what_a_number_and_a_unit_cannot_say_is_left_as_it_is_written(value: Any) -> None:
    assert length_of(value) is None


def test_a_form_may_offer_other_units() -> None:
    found = length_of("", ("d", "w"))
    assert found is not None
    assert (found.unit, found.units) == ("d", ("d", "w"))
    kept = length_of("36h", ("d", "w"))
    assert kept is not None
    assert (kept.unit, kept.units) == ("h", ("d", "w", "h"))


@pytest.mark.parametrize("value", [None, ""])
def test_nothing_begins_without_a_number(value: Any) -> None:
    found = length_of(value)
    assert found is not None
    assert found.amount == ""
