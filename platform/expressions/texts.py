"""Text: compared without regard to case where people look for words, and bounded in length."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

MAX_VALUE_TEXT = 65_536
SIGMA = "\N{GREEK SMALL LETTER SIGMA}"
_FINAL_SIGMA = "\N{GREEK SMALL LETTER FINAL SIGMA}"
BLANKS = "".join(chr(code) for code in range(0x3001) if chr(code).isspace())


def fold(text: str) -> str:
    """Return *text* in lower case, one way for every place in a word."""
    lower = text[:MAX_VALUE_TEXT].lower()
    return lower if lower.isascii() else lower.replace(_FINAL_SIGMA, SIGMA)


def lower(text: str | None) -> str | None:
    """Return *text* in lower case."""
    return None if text is None else fold(text)


def upper(text: str | None) -> str | None:
    """Return *text* in upper case."""
    return None if text is None else text[:MAX_VALUE_TEXT].upper()


def trim(text: str | None) -> str | None:
    """Return *text* without blanks at its ends."""
    return None if text is None else text[:MAX_VALUE_TEXT].strip(BLANKS)


def has(text: str | None, needle: str | None) -> bool:
    """Return whether *text* contains *needle*, whatever the case."""
    return text is not None and needle is not None and fold(needle) in fold(text)


def has_any(text: str | None, needles: Sequence[str | None]) -> bool:
    """Return whether *text* contains one of *needles*, whatever the case."""
    if text is None:
        return False
    folded = fold(text)
    return any(needle is not None and fold(needle) in folded for needle in needles)


def starts(text: str | None, needle: str | None) -> bool:
    """Return whether *text* starts with *needle*, whatever the case."""
    return text is not None and needle is not None and fold(text).startswith(fold(needle))


def ends(text: str | None, needle: str | None) -> bool:
    """Return whether *text* ends with *needle*, whatever the case."""
    return text is not None and needle is not None and fold(text).endswith(fold(needle))


def matches(pattern: Any, text: str | None) -> bool:
    """Return whether the RE2 *pattern* is found in *text*; it takes linear time."""
    if text is None:
        return False
    try:
        return pattern.search(text[:MAX_VALUE_TEXT]) is not None
    except UnicodeError:  # half a surrogate pair cannot be encoded
        return False


def size(value: Any) -> int | None:
    """Return how many characters or entries there are."""
    return None if value is None else len(value)


def is_empty(value: Any) -> bool:
    """Return whether there is nothing but blanks, no entry, or no value."""
    if value.__class__ is str:
        return not value.strip(BLANKS)
    return value is None or (hasattr(value, "__len__") and len(value) == 0)
