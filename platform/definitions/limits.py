"""How much one file may hold; a larger one is refused before it costs time or memory."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds of one file: bytes, levels of nesting, values, documents, characters, findings."""

    size: int = 1_000_000
    depth: int = 40
    nodes: int = 50_000
    documents: int = 1_000
    scalar: int = 65_536
    key: int = 200
    findings: int = 200


LIMITS = Limits()
