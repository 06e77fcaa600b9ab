"""The hash chain of a record's events: every event vouches for all before it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, select

from ..core.events import Event
from ..core.plain import instant_text, to_plain
from .canonical import canonical, digest
from .tables import RecordEventRow, RecordRow

START = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokenLink:
    """The first place at which a chain does not hold, and what is wrong there."""

    record_id: str
    seq: int
    reason: str


def link(record_id: str, version: int, head: str, events: Sequence[Event]) -> list[dict[str, Any]]:
    """Return the rows that append *events* after *version*, whose last hash is *head*."""
    rows = []
    for seq, event in enumerate(events, version + 1):
        row = _row(record_id, seq, event)
        row["prev_hash"], row["hash"] = head, _hash(row, head)
        head = row["hash"]
        rows.append(row)
    return rows


def _row(record_id: str, seq: int, event: Event) -> dict[str, Any]:
    return {
        "record_id": record_id,
        "seq": seq,
        "kind": event.kind.value,
        "at": event.at,
        "actor_kind": event.actor.kind,
        "actor_id": event.actor.id,
        "actor": canonical(to_plain(event.actor)),
        "cause_kind": event.cause.kind,
        "cause_id": event.cause.id,
        "cause_depth": event.cause.depth,
        "body": canonical(to_plain(dict(event.body))),
    }


def _hash(row: dict[str, Any], head: str) -> str:
    fields = ("record_id", "seq", "kind", "actor", "cause_kind", "cause_id", "cause_depth", "body")
    return digest(head, instant_text(row["at"]), *(row[name] for name in fields))


def verify(connection: Connection, record_id: str | None = None) -> Iterator[BrokenLink]:
    """Yield the first broken link of each record (or of *record_id* only); nothing when all hold.

    A tail that was cut off shows too: the record keeps the hash and the number of its last event.
    """
    records = select(RecordRow.id, RecordRow.version, RecordRow.head).order_by(RecordRow.id)
    if record_id is not None:
        records = records.where(RecordRow.id == record_id)
    for found in connection.execute(records).all():
        broken = _first_broken(connection, found.id, found.version, found.head)
        if broken is not None:
            yield broken


def verify_some(
    connection: Connection, after: str, limit: int
) -> tuple[int, str, int, list[BrokenLink]]:
    """Check up to *limit* records whose ids follow *after*.

    Returns how many were checked, the last id ("" when none are left), how many records there are,
    and the first broken link of each that does not hold.
    """
    total = connection.execute(select(func.count()).select_from(RecordRow)).scalar_one()
    records = select(RecordRow.id, RecordRow.version, RecordRow.head).order_by(RecordRow.id)
    rows = connection.execute(records.where(RecordRow.id > after).limit(limit)).all()
    found = [_first_broken(connection, row.id, row.version, row.head) for row in rows]
    last = rows[-1].id if len(rows) == limit else ""
    return len(rows), last, total, [one for one in found if one is not None]


def _first_broken(
    connection: Connection, record_id: str, version: int, head: str
) -> BrokenLink | None:
    events = select(RecordEventRow.__table__).where(RecordEventRow.record_id == record_id)
    present, seq = START, 0
    for found in connection.execute(events.order_by(RecordEventRow.seq)).mappings():
        row = dict(found)
        reason = ""
        if row["seq"] != seq + 1:
            reason = f"event {seq + 1} is missing"
        elif row["prev_hash"] != present:
            reason = "it does not follow the event before it"
        elif row["hash"] != _hash(row, present):
            reason = "its content was changed"
        elif (row["actor_id"], row["actor_kind"]) != _who(row["actor"]):
            reason = "its actor was changed"
        if reason:
            return BrokenLink(record_id=record_id, seq=seq + 1, reason=reason)
        present, seq = row["hash"], row["seq"]
    if (seq, present) != (version, head):
        return BrokenLink(record_id=record_id, seq=seq + 1, reason="the last events are missing")
    return None


def _who(actor: str) -> tuple[str | None, str]:
    data = json.loads(actor)
    return data.get("id"), data["kind"]
