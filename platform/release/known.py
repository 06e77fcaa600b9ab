"""What was read of each definition last, to be taken again while nothing that it depends on has changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from ..core.diagnostics import Diagnostic
from ..definitions import Document

T = TypeVar("T")
Findings = tuple[Diagnostic, ...]
MOST_KEPT = 3_000


class Known:
    """The memory of one editor: with it, compiling again costs what changed since.

    Several threads may share one: what they overwrite is only read again.
    """

    def __init__(self) -> None:
        self._read: dict[tuple[str, str], tuple[Document, tuple[object, ...], Any]] = {}
        self._same: dict[tuple[str, str], Any] = {}

    def read(self, what: str, document: Document, given: tuple[object, ...], parse: Callable[..., tuple[T, Findings]]) -> tuple[T, Findings]:  # fmt: skip
        """Return what *parse* makes of *document* and *given*; as last time for the same document and equal *given*."""
        key = (what, document.id)
        last = self._read.get(key)
        if last is not None and last[0] is document and last[1] == given:
            made: tuple[T, Findings] = last[2]
            return made
        made = parse(document, *given)
        if len(self._read) >= MOST_KEPT:
            self._read.clear()
        self._read[key] = (document, given, made)
        return made

    def same(self, what: str, name: str, value: T) -> T:
        """Return the value of last time where it equals *value*, so that what depends on it is quickly compared."""
        last: T | None = self._same.get((what, name))
        if last is not None and last == value:
            return last
        if len(self._same) >= MOST_KEPT:
            self._same.clear()
        self._same[what, name] = value
        return value
