"""What a page has of the room already: parts that are the same are not drawn, sent and put in again."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass

from flask import g, request

from sopwith import __version__

from ..languages import lang, zone

HEADER = "X-Have"
SIZE = 8  # characters of one digest
MOST = 900  # of them: a header has at most 8,190 characters


def part_of(*what: object) -> str:
    """Return the digest of all that a part of the room shows to whoever looks."""
    said = repr((_kept().whose, what)).encode("utf-8", "surrogatepass")
    return base64.urlsafe_b64encode(hashlib.blake2b(said, digest_size=6).digest()).decode()


def has_part(part: str) -> bool:
    """Return whether the page has said that it shows this part."""
    return part in _kept().have


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What is the same for all parts of one answer."""

    whose: tuple[str, ...]
    have: frozenset[str]


def _kept() -> _Asked:
    kept: _Asked | None = g.get("studio_parts")
    if kept is None:
        is_part = request.headers.get("X-Part") == "room"
        sent = request.headers.get(HEADER, "")[: SIZE * MOST] if is_part else ""
        have = frozenset(sent[at : at + SIZE] for at in range(0, len(sent), SIZE))
        kept = g.studio_parts = _Asked(whose=(__version__, lang(), zone()), have=have)
    return kept
