"""Signed heads: how far every chain reached on a day, so that a cut tail or a removed record shows.

Each head covers the records that moved on since the head before. What it covers is kept as record and version only;
the hash comes from the event itself, so that an event that is gone cannot be covered up by a row about it.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, and_, delete, func, insert, select

from ..core.plain import instant_text
from ..core.text import Text
from .canonical import digest
from .chain_words import (
    BAD_SIGNATURE,
    HEAD_BEFORE_MISSING,
    HEAD_NOT_AFTER,
    HEADS_BEFORE_MISSING,
    WRITTEN_ANEW,
    audit_line_changed,
    fewer_records,
    other_key,
    signed_event_missing,
)
from .tables import AuditRow, RecordEventRow, RecordRow, SealedVersionRow, SignedHeadRow

START = ""
METHOD = "hmac-sha256"
STREAMED = {"yield_per": 1000}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealing:
    """A head in the making. digest: over the entries so far; after: the last record taken in."""

    number: int
    digest: str = START
    after: str = ""
    entries: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedHead:
    """One head as it is kept."""

    number: int
    at: datetime
    entries: int
    records: int
    audit_seq: int
    audit_hash: str
    prev_digest: str
    digest: str
    method: str
    key_id: str
    signature: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadFault:
    """What does not agree with a signed head. record_id: whose chain, "" for the head as a whole."""

    number: int
    at: datetime
    words: Text
    record_id: str = ""

    @property
    def reason(self) -> str:
        """Return what does not agree, in English."""
        return self.words.en


def key_id(key: bytes) -> str:
    """Return what a key is known by."""
    return sha256(b"sopwith head key\n" + key).hexdigest()[:16]


def begin_head(connection: Connection) -> Sealing:
    """Return the next head, not begun; what an interrupted one left is forgotten."""
    last = connection.execute(select(func.max(SignedHeadRow.number))).scalar_one() or 0
    connection.execute(delete(SealedVersionRow).where(SealedVersionRow.number > last))
    return Sealing(number=last + 1)


def seal_some(connection: Connection, sealing: Sealing, limit: int) -> tuple[Sealing, bool]:
    """Look at up to *limit* records and take in those that moved on; return how far it is now, and whether that was all.

    Looked at, not taken in: on a day on which few records moved, one step would read all of them while nobody can write.
    """
    covered = and_(
        SealedVersionRow.record_id == RecordRow.id, SealedVersionRow.version == RecordRow.version
    )
    query = (
        select(RecordRow.id, RecordRow.version, RecordRow.head, SealedVersionRow.number)
        .outerjoin(SealedVersionRow, covered)
        .where(RecordRow.id > sealing.after)
        .order_by(RecordRow.id)
        .limit(limit)
    )
    looked_at = connection.execute(query).all()
    if not looked_at:
        return sealing, True
    rows = [row for row in looked_at if row.number is None]
    sum_of = sealing.digest
    for row in rows:
        sum_of = _next(sum_of, row.id, row.version, row.head)
    new = [{"record_id": row.id, "version": row.version, "number": sealing.number} for row in rows]
    if new:
        connection.execute(insert(SealedVersionRow), new)
    made = Sealing(
        number=sealing.number,
        digest=sum_of,
        after=looked_at[-1].id,
        entries=sealing.entries + len(rows),
    )
    return made, len(looked_at) < limit


def _next(sum_of: str, record_id: str, version: int, head: str) -> str:
    return sha256(f"{sum_of}\n{record_id}\n{version}\n{head}".encode()).hexdigest()


def sign_head(connection: Connection, sealing: Sealing, key: bytes, now: datetime) -> SignedHead:
    """Keep the head, signed; return it."""
    newest = select(AuditRow.seq, AuditRow.hash).order_by(AuditRow.seq.desc()).limit(1)
    audit = connection.execute(newest).one_or_none()
    before = last_head(connection)
    row: dict[str, Any] = {
        "number": sealing.number,
        "at": now,
        "entries": sealing.entries,
        "records": connection.execute(select(func.count()).select_from(RecordRow)).scalar_one(),
        "audit_seq": audit.seq if audit else 0,
        "audit_hash": audit.hash if audit else "",
        "prev_digest": before.digest if before else START,
        "method": METHOD,
        "key_id": key_id(key),
    }
    row["digest"] = _digest(row, sealing.digest)
    row["signature"] = _signature(key, row["digest"])
    connection.execute(insert(SignedHeadRow), row)
    return SignedHead(**row)


def _digest(row: dict[str, Any], entries: str) -> str:
    names = ("number", "entries", "records", "audit_seq", "audit_hash", "prev_digest", "method")
    return digest(entries, instant_text(row["at"]), row["key_id"], *(row[name] for name in names))


def _signature(key: bytes, text: str) -> str:
    return hmac.new(key, text.encode(), sha256).hexdigest()


def last_head(connection: Connection) -> SignedHead | None:
    """Return the newest signed head, None when there is none."""
    query = select(SignedHeadRow.__table__).order_by(SignedHeadRow.number.desc()).limit(1)
    row = connection.execute(query).mappings().one_or_none()
    return None if row is None else SignedHead(**row)


def heads_since(connection: Connection, since: datetime | None) -> list[SignedHead]:
    """Return the signed heads from *since* on, the oldest first."""
    query = select(SignedHeadRow.__table__).order_by(SignedHeadRow.number)
    if since is not None:
        query = query.where(SignedHeadRow.at >= since)
    return [SignedHead(**row) for row in connection.execute(query).mappings()]


def head_faults(
    connection: Connection, key: bytes, since: datetime | None = None
) -> Iterator[HeadFault]:
    """Yield what does not agree with the heads from *since* on: their order, their signatures, what they cover."""
    heads = heads_since(connection, since)
    before: SignedHead | None = None
    for head in heads:
        fault = _fault_of(connection, head, before, key, is_first=since is None)
        if fault is not None:
            yield HeadFault(number=head.number, at=head.at, words=fault)
        yield from _faults_in(connection, head)
        before = head


def _fault_of(
    connection: Connection,
    head: SignedHead,
    before: SignedHead | None,
    key: bytes,
    *,
    is_first: bool,
) -> Text | None:
    if before is None and is_first and (head.number, head.prev_digest) != (1, START):
        return HEADS_BEFORE_MISSING
    if before is not None and head.prev_digest != before.digest:
        return HEAD_NOT_AFTER
    if before is not None and head.number != before.number + 1:
        return HEAD_BEFORE_MISSING
    if head.key_id != key_id(key):
        return other_key(head.key_id)
    if not hmac.compare_digest(head.signature, _signature(key, head.digest)):
        return BAD_SIGNATURE
    if head.audit_seq:
        line = select(AuditRow.hash).where(AuditRow.seq == head.audit_seq)
        if connection.execute(line).scalar_one_or_none() != head.audit_hash:
            return audit_line_changed(head.audit_seq)
    return None


def _faults_in(connection: Connection, head: SignedHead) -> Iterator[HeadFault]:
    """Sum up again what the head covers; name the records whose events are gone."""
    event = and_(
        RecordEventRow.record_id == SealedVersionRow.record_id,
        RecordEventRow.seq == SealedVersionRow.version,
    )
    query = (
        select(SealedVersionRow.record_id, SealedVersionRow.version, RecordEventRow.hash)
        .outerjoin(RecordEventRow, event)
        .where(SealedVersionRow.number == head.number)
        .order_by(SealedVersionRow.record_id)
    )
    sum_of, entries, gone = START, 0, False
    for row in connection.execute(query, execution_options=STREAMED):
        entries += 1
        if row.hash is None:
            gone = True
            yield HeadFault(
                number=head.number,
                at=head.at,
                record_id=row.record_id,
                words=signed_event_missing(row.version),
            )
        else:
            sum_of = _next(sum_of, row.record_id, row.version, row.hash)
    if entries != head.entries:
        yield HeadFault(
            number=head.number,
            at=head.at,
            words=fewer_records(head.entries, entries),
        )
    elif not gone and _digest(_row(head), sum_of) != head.digest:
        yield HeadFault(number=head.number, at=head.at, words=WRITTEN_ANEW)


def _row(head: SignedHead) -> dict[str, Any]:
    return {name: getattr(head, name) for name in SignedHead.__dataclass_fields__}
