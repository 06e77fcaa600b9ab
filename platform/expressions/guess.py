"""The likeliest word that a person meant."""

from __future__ import annotations

from collections.abc import Iterable


def guess(word: str, known: Iterable[str]) -> str | None:
    """Return the closest of *known*, or None when none is close; ties go to the first by name."""
    limit = max(1, min(3, len(word) // 3 + (len(word) > 3)))
    best: tuple[int, str] | None = None
    for candidate in sorted(set(known)):
        if candidate.casefold() == word.casefold():
            return candidate
        if abs(len(candidate) - len(word)) > limit:
            continue
        steps = _distance(word.casefold(), candidate.casefold())
        if steps <= limit and (best is None or steps < best[0]):
            best = (steps, candidate)
    if best is not None:
        return best[1]
    tails = [item for item in sorted(set(known)) if item.rpartition(".")[2] == word]
    return tails[0] if tails else None


def _distance(left: str, right: str) -> int:
    """Return how many letters to add, drop, change or swap with a neighbour."""
    before: list[int] = []
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        above, before, row = before, row, [i]
        for j, b in enumerate(right, 1):
            steps = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == right[j - 2] and left[i - 2] == b:
                steps = min(steps, above[j - 2] + 1)
            row.append(steps)
    return row[-1]
