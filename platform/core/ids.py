"""Ids that are made of words: one rule for all that the studio makes, takes in and copies."""

from __future__ import annotations

import re
from collections.abc import Container

LONGEST = 64
_NO_PART = re.compile(r"[^a-z0-9]+")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def stem(words: str, joint: str = "_") -> str:
    """Return *words* as an id: small Latin letters and digits, a letter first, *joint* between the words.

    At most LONGEST characters. Empty when nothing of them can stand in an id, as for a Chinese title. *joint* is ``_`` for what
    conditions read (fields, states, policies), ``-`` for definitions.
    """
    plain = _NO_PART.sub(joint, _CAMEL.sub(joint, words[: 4 * LONGEST].strip()).lower())
    return plain.lstrip("0123456789-_")[:LONGEST].rstrip(joint)


def numbered(name: str, taken: Container[str], joint: str = "_") -> str:
    """Return *name*, or *name* with the first number from 2 behind it that is not *taken*; at most LONGEST characters."""
    found, number = name[:LONGEST], 2
    while found in taken:
        tail = f"{joint}{number}"
        found, number = name[: LONGEST - len(tail)].rstrip("-_") + tail, number + 1
    return found


def fresh_id(words: str, taken: Container[str], other: str, joint: str = "_") -> str:
    """Return an id made of *words* that is not *taken*; of *other* where *words* hold no Latin letter."""
    return numbered(stem(words, joint) or stem(other, joint), taken, joint)
