"""Whole documents in the text of a file: one by itself, and the file without it."""

from __future__ import annotations

import re

from .reading import read_nodes

_BREAK = re.compile(r"(?m)^---(?=[ \t\r\n]|\Z)[^\n]*(?:\n|\Z)")


def text_of(text: str, path: str, number: int) -> str:
    """Return document *number* of a file with the comments before it; raises IndexError for one that is not there."""
    start, end = _segment(text, path, number)
    return text[start:end].strip("\r\n") + "\n"


def without(text: str, path: str, number: int) -> str | None:
    """Return the file without document *number*, None when nothing is left; raises IndexError for one that is not there."""
    roots, _found = read_nodes(text, path)
    start, end = _segment(text, path, number)
    if len(roots) == 1 or path.endswith(".json"):
        return None
    after = _BREAK.match(text, end)
    if after is not None:
        return text[:start] + text[after.end() :]
    before = [one for one in _BREAK.finditer(text) if one.end() <= start]
    return text[: before[-1].start()] if before else text[end:]


def _segment(text: str, path: str, number: int) -> tuple[int, int]:
    """Return from where to where a document goes, between its separators."""
    root = read_nodes(text, path)[0][number]
    at = root.source.offset(root.place[0], root.place[1])
    start, end = 0, len(text)
    for found in _BREAK.finditer(text):
        if found.end() <= at:
            start = found.end()
        elif found.start() > at:
            end = found.start()
            break
    return start, end
