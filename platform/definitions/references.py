"""The ids that definitions may refer to, by kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..core.guess import guess


@dataclass(frozen=True, slots=True, kw_only=True)
class References:
    """What exists: ids by kind (``team``, ``form``, ``state``, ``role`` ...)."""

    ids: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def has(self, kind: str, name: str) -> bool:
        """Return whether *name* exists among the ids of *kind*."""
        return name in self.ids.get(kind, frozenset())

    def guess(self, kind: str, name: str) -> str:
        """Return the id of *kind* that was probably meant, or the empty string."""
        return guess(name, self.ids.get(kind, frozenset())) or ""
