"""The journal of what clients were promised: an answer that came is a promise, whatever happens after it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """What was promised."""

    TICKET = "ticket"
    REPLY = "reply"
    MOVE = "move"
    FILE = "file"
    CHILD = "child"  # a rule opens one more record


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """One answer. key: the idempotency key it was asked with. said: text, state, or hash of the file's bytes."""

    kind: Kind
    key: str
    record_id: str
    number: str
    said: str


@dataclass(slots=True)
class Journal:
    """Every promise, in the order of the answers. Thread-safe."""

    contradictions: list[str] = field(default_factory=list)
    _by_key: dict[str, Promise] = field(default_factory=dict)
    _changed: threading.Condition = field(default_factory=threading.Condition)

    def note(self, promise: Promise) -> None:
        """Keep *promise*; a second answer to the same key must be the same."""
        with self._changed:
            known = self._by_key.setdefault(promise.key, promise)
            if known != promise:
                self.contradictions.append(f"{promise.key}: first {known}, then {promise}")
            self._changed.notify_all()

    def of(self, *kinds: Kind) -> list[Promise]:
        """Return all promises, or those of *kinds*."""
        with self._changed:
            return [one for one in self._by_key.values() if not kinds or one.kind in kinds]

    def has(self, key: str) -> bool:
        """Return whether *key* was answered."""
        with self._changed:
            return key in self._by_key

    def get(self, key: str) -> Promise | None:
        """Return what was answered to *key*."""
        with self._changed:
            return self._by_key.get(key)

    def __len__(self) -> int:
        with self._changed:
            return len(self._by_key)

    def __iter__(self) -> Iterator[Promise]:
        return iter(self.of())
