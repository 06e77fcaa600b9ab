"""What happened to a record, as it was written: events, messages, explanations."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    Integer,
    RowMapping,
    Select,
    String,
    bindparam,
    literal,
    or_,
    select,
    tuple_,
)

from ..core.decision import Why
from ..core.events import Actor, Cause, Event, EventKind
from ..core.plain import from_plain
from .prepared import Remembered
from .tables import ExplanationRow, MessageRow, RecordEventRow

_NEWEST_MESSAGES = Remembered(16)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptEvent:
    """One event with its place in the record's history."""

    record_id: str
    seq: int
    event: Event
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptMessage:
    """One message as the conversation shows it."""

    id: str
    record_id: str
    seq: int
    public: bool
    author_kind: str
    author_id: str | None
    author_name: str
    text: str
    html: str
    files: list[str]
    created_at: datetime


_MESSAGE = tuple(KeptMessage.__dataclass_fields__)


def events_of(
    connection: Connection,
    record_id: str,
    *,
    after: int = 0,
    limit: int | None = None,
    kinds: Iterable[EventKind] = (),
) -> list[KeptEvent]:
    """Return the events of the record beyond *after*, in order. limit: no more than so many. kinds: only these."""
    query = select(RecordEventRow.__table__).where(
        RecordEventRow.record_id == record_id, RecordEventRow.seq > after
    )
    if wanted := sorted(kinds):
        query = query.where(RecordEventRow.kind.in_(wanted))
    rows = connection.execute(query.order_by(RecordEventRow.seq).limit(limit)).mappings()
    return [kept_event(row) for row in rows]


def newest_events(
    connection: Connection, record_id: str, limit: int, *, before: int | None = None
) -> list[KeptEvent]:
    """Return up to *limit* events of the record, the newest first; *before*: older than this one."""
    query = select(RecordEventRow.__table__).where(RecordEventRow.record_id == record_id)
    if before is not None:
        query = query.where(RecordEventRow.seq < before)
    rows = connection.execute(query.order_by(RecordEventRow.seq.desc()).limit(limit)).mappings()
    return [kept_event(row) for row in rows]


def events_before(
    connection: Connection, record_id: str, seqs: Sequence[int], each: int
) -> list[KeptEvent]:
    """Return the events of the record up to each of *seqs*, no more than *each* for one of them, in order."""
    if not seqs:
        return []
    parts = (RecordEventRow.seq.between(seq - each + 1, seq) for seq in seqs)
    query = select(RecordEventRow.__table__).where(RecordEventRow.record_id == record_id)
    rows = connection.execute(query.where(or_(*parts)).order_by(RecordEventRow.seq)).mappings()
    return [kept_event(row) for row in rows]


def kept_event(row: RowMapping) -> KeptEvent:
    """Return the event that a row of ``record_event`` holds."""
    event = Event(
        kind=EventKind(row["kind"]),
        at=row["at"],
        actor=from_plain(Actor, json.loads(row["actor"])),
        cause=Cause(kind=row["cause_kind"], id=row["cause_id"], depth=row["cause_depth"]),
        body=json.loads(row["body"]),
    )
    return KeptEvent(record_id=row["record_id"], seq=row["seq"], event=event, hash=row["hash"])


def messages_of(
    connection: Connection,
    record_id: str,
    *,
    public_only: bool = False,
    after: tuple[int, str] | None = None,
    limit: int | None = None,
) -> list[KeptMessage]:
    """Return the conversation of the record, the oldest first. after: beyond the one of this seq and id."""
    query = select(MessageRow.__table__).where(MessageRow.record_id == record_id)
    if after is not None:
        place = tuple_(MessageRow.seq, MessageRow.id)
        query = query.where(place > tuple_(literal(after[0]), literal(after[1])))
    if public_only:
        query = query.where(MessageRow.public)
    oldest = query.order_by(MessageRow.seq, MessageRow.id).limit(limit)
    return [KeptMessage(**row) for row in connection.execute(oldest).mappings()]


def message_of(connection: Connection, message_id: str) -> KeptMessage | None:
    """Return one message, None when there is none."""
    query = select(MessageRow.__table__).where(MessageRow.id == message_id)
    row = connection.execute(query).mappings().one_or_none()
    return None if row is None else KeptMessage(**row)


def newest_messages(
    connection: Connection,
    record_id: str,
    limit: int,
    *,
    before: tuple[int, str] | None = None,
    public_only: bool = False,
) -> list[KeptMessage]:
    """Return up to *limit* messages, the newest first; *before*: older than the one of this seq and id."""

    def make() -> Select[Any]:
        columns = (MessageRow.__table__.c[name] for name in _MESSAGE)
        query = select(*columns).where(MessageRow.record_id == bindparam("record"))
        if before is not None:
            place = tuple_(bindparam("seq", type_=Integer), bindparam("id", type_=String))
            query = query.where(tuple_(MessageRow.seq, MessageRow.id) < place)
        if public_only:
            query = query.where(MessageRow.public)
        return query.order_by(MessageRow.seq.desc(), MessageRow.id.desc()).limit(limit)

    values: dict[str, Any] = {"record": record_id}
    if before is not None:
        values |= {"seq": before[0], "id": before[1]}
    rows = _NEWEST_MESSAGES.rows(connection, (limit, before is None, public_only), make, values)
    return [KeptMessage(**dict(zip(_MESSAGE, row, strict=True))) for row in rows]


def explanations_of(
    connection: Connection,
    record_id: str,
    *,
    newest: int | None = None,
    after: int = 0,
    limit: int | None = None,
) -> dict[int, tuple[Why, ...]]:
    """Return why each command did what it did, by the version that it led to.

    newest: of so many of the last. after, limit: of so many beyond this version, the first of them first.
    """
    query = select(ExplanationRow.seq, ExplanationRow.why).where(
        ExplanationRow.record_id == record_id, ExplanationRow.seq > after
    )
    order = ExplanationRow.seq if newest is None else ExplanationRow.seq.desc()
    rows = connection.execute(query.order_by(order).limit(limit if newest is None else newest))
    return {seq: tuple(_why(one) for one in why) for seq, why in rows}


def _why(data: dict[str, Any]) -> Why:
    why = from_plain(Why, data)
    return Why(
        kind=why.kind,
        id=why.id,
        outcome=why.outcome,
        code=why.code,
        values=data.get("values", {}),
        parts=tuple(data.get("parts", ())),
    )
