"""Which other requests may be the same one, sent twice: proposed for merging, never merged by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection

from sopwith.core.record import RecordState
from sopwith.core.similar import likeness
from sopwith.release.model import RecordType, Release
from sopwith.store.requesters import AlikeRecord, opened_between

from .seen import sight

LOOKED_AT = 50
SHOWN = 3
DIFFERENT = "different_from"


@dataclass(frozen=True, slots=True, kw_only=True)
class Twin:
    """An open record that may be the same request. alike: from 0 to 100."""

    record: AlikeRecord
    alike: int


def twins_of(
    connection: Connection, live: Release, kind: RecordType, state: RecordState, title: str
) -> Sequence[Twin]:
    """Return the open records that may be duplicates by the record type's ``duplicates``, the most alike first.

    Of the same requester and type, opened within the stated time of each other, and not tied to this one.
    """
    rule = kind.duplicates
    if rule is None or not state.is_open or not (state.customer_id or state.created_by):
        return ()
    around = timedelta(seconds=rule.within)
    candidates = opened_between(
        connection,
        state.type,
        state.created_at - around,
        state.created_at + around,
        sight(live),
        LOOKED_AT,
        customer_id=state.customer_id,
        created_by=None if state.customer_id else state.created_by,
    )
    tied = {link.record for link in state.links} | {state.id}
    found = [
        Twin(record=one, alike=likeness(title, one.title))
        for one in candidates
        if one.id not in tied
    ]
    close = [one for one in found if one.alike >= rule.alike]
    return sorted(close, key=lambda one: (-one.alike, one.record.number))[:SHOWN]
