"""Durations as people write them: ``15m``, ``4h``, ``4bh``, ``3d``, ``2bd``."""

from __future__ import annotations

import re
from dataclasses import dataclass

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
BUSINESS_UNITS = {"bs": 1, "bm": 60, "bh": 3600}
_FORM = re.compile(r"([0-9]{1,9})(s|m|h|d|w|bs|bm|bh|bd)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Duration:
    """An amount of time: calendar or business (working) seconds, or whole business days."""

    seconds: int
    business: bool = False
    days: int = 0

    def __str__(self) -> str:
        if self.days:
            return f"{self.days}bd"
        return print_seconds(self.seconds, business=self.business)


def parse_duration(text: str) -> Duration | None:
    """Return the duration that *text* states, or None when it states none."""
    found = _FORM.fullmatch(text.strip())
    if found is None:
        return None
    amount, unit = int(found[1]), found[2]
    if unit == "bd":
        return Duration(seconds=0, business=True, days=amount)
    if unit in UNITS:
        return Duration(seconds=amount * UNITS[unit])
    return Duration(seconds=amount * BUSINESS_UNITS[unit], business=True)


def print_seconds(seconds: int, *, business: bool = False) -> str:
    """Return *seconds* in the largest unit that divides them."""
    units = BUSINESS_UNITS if business else UNITS
    sign, amount = ("-", -seconds) if seconds < 0 else ("", seconds)
    for unit, size in sorted(units.items(), key=lambda pair: -pair[1]):
        if amount and amount % size == 0 and (unit != "w"):
            return f"{sign}{amount // size}{unit}"
    return "0bs" if business else "0s"
