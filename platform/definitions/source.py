"""The text of one file: places to offsets and back, and edits by splicing."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence

from ..core.diagnostics import Fix
from ..core.span import Span

BREAK = re.compile("\r\n|\r|\n")
BOM = "\ufeff"


class Source:
    """The characters of one file. A byte order mark at the start belongs to no column."""

    __slots__ = ("_starts", "path", "reading", "text")

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text
        self.reading: object = (
            None  # what holds the source holds what was read of it: see readings.py
        )
        self._starts: list[int] | None = None

    @property
    def starts(self) -> list[int]:
        """Return the offset at which each line starts."""
        if self._starts is None:
            first = 1 if self.text.startswith(BOM) else 0
            self._starts = [first, *(found.end() for found in BREAK.finditer(self.text))]
        return self._starts

    def offset(self, line: int, column: int) -> int:
        """Return the offset of a place; places outside of the text give its nearest end."""
        starts = self.starts
        if line < 1:
            return starts[0]
        if line > len(starts):
            return len(self.text)
        end = starts[line] if line < len(starts) else len(self.text)
        return max(starts[0], min(starts[line - 1] + max(column, 1) - 1, end))

    def place(self, offset: int) -> tuple[int, int]:
        """Return line and column of *offset*, both from 1."""
        offset = min(max(offset, self.starts[0]), len(self.text))
        line = bisect_right(self.starts, offset)
        return line, offset - self.starts[line - 1] + 1

    def span(self, start: int, end: int) -> Span:
        """Return the span from offset *start* up to offset *end*."""
        return Span(self.path, *self.place(start), *self.place(end))

    def line(self, number: int) -> str:
        """Return one line without its line break; the empty string when there is none."""
        if not 1 <= number <= len(self.starts):
            return ""
        end = self.starts[number] if number < len(self.starts) else len(self.text)
        return self.text[self.starts[number - 1] : end].rstrip("\r\n")

    def cut(self, span: Span) -> str:
        """Return the text that *span* covers."""
        end = self.offset(span.end_line, span.end_column) if span.end_line else len(self.text)
        return self.text[self.offset(span.line, span.column) : end]


def splice(text: str, edits: Sequence[Fix]) -> str:
    """Return *text* with every edit applied; all places are those of the text as given.

    Raises ValueError for edits that overlap, or whose span has no end.
    """
    source = Source("", text)
    pieces: list[str] = []
    done = 0
    for edit in sorted(edits, key=lambda edit: edit.span):
        if not edit.span.end_line:
            raise ValueError(f"the edit at {edit.span} has no end")
        start = source.offset(edit.span.line, edit.span.column)
        end = source.offset(edit.span.end_line, edit.span.end_column)
        if start < done or end < start:
            raise ValueError(f"the edit at {edit.span} overlaps the one before")
        pieces += (text[done:start], edit.text)
        done = end
    return "".join((*pieces, text[done:]))
