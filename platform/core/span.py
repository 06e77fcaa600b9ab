"""Where something stands in a definition file."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A place in a document: line and column count from 1, in characters, the end is exclusive.

    An end of 0 means that only the start is known.
    """

    path: str
    line: int = 1
    column: int = 1
    end_line: int = 0
    end_column: int = 0

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}"

    def inside(self, offset: int, length: int = 1) -> Span:
        """Return the span of *length* characters that starts *offset* characters further on this line."""
        column = self.column + offset
        return Span(self.path, self.line, column, self.line, column + length)


NOWHERE = Span("")
