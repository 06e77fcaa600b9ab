"""Texts that were read just now: an editor reads the same file again and again, and asks for it to be quick."""

from __future__ import annotations

import threading
from collections import OrderedDict
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

    Trees are shared by all who read the same text, so nobody may change them.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._all: WeakValueDictionary[tuple[str, str], Reading] = WeakValueDictionary()
        self._last: OrderedDict[tuple[str, str], Reading] = OrderedDict()

    def get(self, path: str, text: str) -> Reading | None:
        """Return what *text* says, if that is known."""
        with self._lock:
            found = self._all.get((path, text))
            if found is not None:
                self._hold((path, text), found)
            return found

    def keep(self, path: str, text: str, reading: Reading) -> None:
        """Take note of what *text* says."""
        with self._lock:
            self._all[path, text] = reading
            self._hold((path, text), reading)

    def _hold(self, key: tuple[str, str], reading: Reading) -> None:
        self._last[key] = reading
        self._last.move_to_end(key)
        while len(self._last) > MOST_KEPT or (
            len(self._last) > 1
            and sum(one.size for one in self._last.values()) > LARGEST_ALTOGETHER
        ):
            self._last.popitem(last=False)
