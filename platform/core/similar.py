"""How alike two short texts are, in any script."""

from __future__ import annotations

import unicodedata
from collections import Counter
from functools import lru_cache

LONGEST = 500
IDEOGRAPHS = "\u2e80"


def likeness(one: str, other: str) -> int:
    """Return how alike two texts are, from 0 to 100: the share of their pairs of characters that both have.

    Case, width, blanks and punctuation do not count. The measure is Dice's (1945) over bigrams, and
    over single ideographs besides, since one of them is nearly a word; each counts as often as it
    occurs. No more than 500 characters are looked at.
    """
    first, second = _parts(one), _parts(other)
    total = first.total() + second.total()
    return round(200 * (first & second).total() / total) if total else 0


@lru_cache(1_024)
def _parts(text: str) -> Counter[str]:
    """Return how often each part occurs; nobody may change it: the same titles are compared again and again."""
    plain = unicodedata.normalize("NFKC", text[:LONGEST]).casefold()
    kept = "".join(character for character in plain if character.isalnum())
    found = Counter(kept[at : at + 2] for at in range(len(kept) - 1))
    found.update(one for one in kept if len(kept) == 1 or one >= IDEOGRAPHS)
    return found
