"""A guess at the word that was meant: the nearest candidate by edit distance."""

from __future__ import annotations

from collections.abc import Iterable

_LONGEST = 64  # longer words are never worth the quadratic cost


def guess(word: str, candidates: Iterable[str]) -> str | None:
    """Return the candidate that *word* was probably meant to be, or None.

    Case, hyphens, underscores and blanks do not count. Up to a third of the letters may
    differ, two neighbours swapped counting as one; failing that, a candidate that begins
    with *word* will do. Of equally near candidates one with
    the same letters wins, then the first by alphabet.
    """
    plain = _plain(word)
    if not plain or len(plain) > _LONGEST:
        return None
    allowed = max(1, len(plain) // 3)
    near: list[tuple[int, bool, str]] = []
    longer: str | None = None
    for candidate in sorted(set(candidates)):  # sets come in any order, the answer may not
        other = _plain(candidate)
        if candidate == word or not other:
            continue
        if longer is None and len(plain) > 1 and other.startswith(plain):
            longer = candidate
        if abs(len(other) - len(plain)) > allowed or len(other) == 1 == len(plain):
            continue
        distance = _distance(plain, other)
        if distance <= allowed:
            near.append((distance, sorted(plain) != sorted(other), candidate))
    return min(near)[2] if near else longer


def _plain(word: str) -> str:
    return word.lower().replace("-", "").replace("_", "").replace(" ", "")


def _distance(one: str, two: str) -> int:
    """Return the number of letters to add, drop, change or swap (neighbours, once each)."""
    before: list[int] = []
    row = list(range(len(two) + 1))
    for i, a in enumerate(one, 1):
        last, row = row, [i]
        for j, b in enumerate(two, 1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a != b))
            if i > 1 and j > 1 and a == two[j - 2] and one[i - 2] == b:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        before = last
    return row[-1]
