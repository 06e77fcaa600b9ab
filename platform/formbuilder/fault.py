"""What is wrong with one value, before it is known where the value stands."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from .result import Lookup

_NOTHING: Mapping[str, str | int] = {}
_SHOWN = 40


class Fault:
    """A code of ``core.messages`` with its values; *others* are wrong in the same value as well.

    A plain class: one is made for every wrong value.
    """

    __slots__ = ("code", "others", "values")

    def __init__(
        self,
        code: str,
        values: Mapping[str, str | int] = _NOTHING,
        others: tuple[Fault, ...] = (),
    ) -> None:
        self.code = code
        self.values = values
        self.others = others


class Reading:
    """What reading a value may need to know: the reader's zone, the day there, the store's answers.

    kept: the choices that the value has had until now, which it may keep although they are retired.
    """

    __slots__ = ("kept", "lookup", "today", "zone")

    def __init__(self, zone: str, today: date | None, lookup: Lookup | None) -> None:
        self.zone = zone
        self.today = today
        self.lookup = lookup
        self.kept: tuple[str, ...] = ()


def cut(value: Any) -> str:
    """Return *value* as it can stand in a sentence: one line, short, without odd characters."""
    text = value if isinstance(value, str) else type(value).__name__
    text = "".join(one if one.isprintable() else " " for one in text[: _SHOWN * 4])
    text = " ".join(text.split())
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def bound(number: float) -> str:
    """Return a bound as people write it."""
    return str(int(number)) if number == int(number) else str(number)
