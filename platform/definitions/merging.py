"""Two people changed one text: both changes in one, where they lie apart."""

from __future__ import annotations

from difflib import SequenceMatcher

MOST_LINES = 20_000


def merge(base: str, theirs: str, mine: str) -> str | None:
    """Return *theirs* with what *mine* changed since *base*; None where both changed lines that touch."""
    if theirs in (base, mine):
        return mine
    if mine == base:
        return theirs
    rows = base.splitlines(keepends=True)
    if len(rows) > MOST_LINES:
        return None
    merged: list[str] = []
    done = -1
    last: tuple[int, int, str] | None = None
    for change in sorted([*_changes(rows, theirs), *_changes(rows, mine)]):
        start, end, text = change
        if change == last:
            continue
        if start <= done:
            return None
        merged += [*rows[max(done, 0) : start], text]
        done, last = end, change
    return "".join((*merged, *rows[max(done, 0) :]))


def _changes(rows: list[str], other: str) -> list[tuple[int, int, str]]:
    """Return which lines of *rows* became what in *other*."""
    lines = other.splitlines(keepends=True)
    matcher = SequenceMatcher(None, rows, lines, autojunk=False)
    return [
        (start, end, "".join(lines[first:last]))
        for tag, start, end, first, last in matcher.get_opcodes()
        if tag != "equal"
    ]
