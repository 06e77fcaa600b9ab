"""Lengths of time in forms: a number with a unit, written to the text as short code."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

USUAL = ("m", "h", "d", "bh", "bd")
"""The units that are offered: minutes, hours, days, working hours, working days."""
FIRST = "h"
_FORM = re.compile(r"([0-9]{1,9})(s|m|h|d|w|bs|bm|bh|bd)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Length:
    """One length of time as a form shows it. amount: empty while nothing is said."""

    amount: str
    unit: str
    units: Sequence[str]


def length_of(value: Any, units: Sequence[str] = USUAL) -> Length | None:
    """Return *value* as a number with one of *units*; None for what these cannot say, which is shown as it is written."""
    if value is None or value == "":
        return Length(amount="", unit=FIRST if FIRST in units else units[0], units=units)
    found = _FORM.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        return None
    amount, unit = found[1], found[2]
    return Length(amount=amount, unit=unit, units=units if unit in units else (*units, unit))
