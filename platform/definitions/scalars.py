"""Which plain words are more than text: JSON's types only, by the core rules of YAML 1.2."""

from __future__ import annotations

import math
import re

_WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None, "~": None, "": None}
_WHOLE = re.compile(r"-?(?:0|[1-9][0-9]{0,14})")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,15})?(?:[eE][-+]?[0-9]{1,3})?")
_FIRST = frozenset("-0123456789")


def plain_value(text: str) -> str | int | float | bool | None:
    """Return what an unquoted *text* means.

    ``on``, ``no``, ``12:30``, ``2026-01-02``, ``0123``, ``0x1f`` and numbers of more than
    15 digits (no float holds them) stay text.
    """
    if text[:1] not in _FIRST:
        return _WORDS.get(text, text)
    if _WHOLE.fullmatch(text):
        return int(text)
    if _NUMBER.fullmatch(text):
        number = float(text)
        if math.isfinite(number):
            return number
    return text
