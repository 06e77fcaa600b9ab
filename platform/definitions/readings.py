"""Texts that were read just now: an editor reads the same file again and again, and asks for it to be quick."""

from __future__ import annotations

from dataclasses import dataclass
from weakref import WeakValueDictionary

from ..core.diagnostics import Diagnostic
from .document import Document
from .node import Node

MOST_KEPT = 6
LARGEST_ALTOGETHER = 300_000


@dataclass(frozen=True, eq=False)
class Reading:
    """What one text says. size: its characters. found: what is wrong with it as plain data, told: as definitions."""

    size: int
    roots: tuple[Node, ...]
    found: tuple[Diagnostic, ...]
    documents: tuple[Document, ...]
    told: tuple[Diagnostic, ...]


class Readings:
    """The readings that somebody still holds, and the last few besides; what is forgotten is only read again.

    Trees are shared by all who read the same text, so nobody may change them. Threads may share it without a lock: each step is
    one look-up or one assignment, and of two at the same moment the later may only forget what the other kept.
    """

    def __init__(self) -> None:
        self._all: WeakValueDictionary[tuple[str, str], Reading] = WeakValueDictionary()
        self._last: tuple[Reading, ...] = ()

    def get(self, path: str, text: str) -> Reading | None:
        """Return what *text* says, if that is known."""
        found = self._all.get((path, text))
        if found is not None:
            self._hold(found)
        return found

    def keep(self, path: str, text: str, reading: Reading) -> None:
        """Take note of what *text* says."""
        self._all[path, text] = reading
        self._hold(reading)

    def _hold(self, reading: Reading) -> None:
        held, size = [reading], reading.size
        for one in self._last:
            size += 0 if one is reading else one.size
            if len(held) == MOST_KEPT or size > LARGEST_ALTOGETHER:
                break
            if one is not reading:
                held.append(one)
        self._last = tuple(held)
