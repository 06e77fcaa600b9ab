"""What a rule did within one command, and what another rule made of it afterwards."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sopwith.core.events import EventKind
from sopwith.store.history import KeptEvent

from ..wording import gettext as _
from .history import QUIET, Teller


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """One thing that a rule did. after: what of it another rule changed in the same command, empty when it stayed."""

    icon: str
    words: str
    after: str


def deeds_of(rule: str, events: Sequence[KeptEvent], teller: Teller) -> Iterator[Deed]:
    """Yield what the rule did in *events*, those of one command; what nobody sees is left out."""
    for place, kept in enumerate(events):
        if not _is_by(rule, kept) or kept.event.kind in QUIET:
            continue
        line = teller.line(kept)
        yield Deed(
            icon=line.icon, words=line.words, after=_after(kept, events[place + 1 :], teller)
        )


def _is_by(rule: str, kept: KeptEvent) -> bool:
    return kept.event.cause.kind == "rule" and kept.event.cause.id == rule


def _after(kept: KeptEvent, later: Sequence[KeptEvent], teller: Teller) -> str:
    if kept.event.kind is not EventKind.VALUES:
        return ""
    mine = set(kept.event.body.get("changed", {}))
    for one in later:
        if one.event.kind is EventKind.VALUES and mine & set(one.event.body.get("changed", {})):
            line = teller.line(one)
            return _("%(who)s changed it after that: %(words)s", who=line.cause or line.who, words=line.words)  # fmt: skip
    return ""
