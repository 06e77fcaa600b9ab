"""Lines of mails that are gathered: what would have been many mails to one address becomes one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, literal_column, select, text
from sqlalchemy.dialects import postgresql, sqlite

from .jobs import READY, JobClaim, claim_of
from .prepared import Prepared
from .tables import DeliveryRow, DigestLineRow, JobRow

_LOCK = Prepared(text("SELECT pg_advisory_xact_lock(7402114, hashtext(:address))"))
_LAST = Prepared(
    select(DigestLineRow.digest)
    .where(DigestLineRow.address == bindparam("to"))
    .order_by(DigestLineRow.id.desc())
    .limit(literal_column("1"))
)
_STILL_GATHERS = Prepared(
    select(JobRow.idem_key)
    .where(JobRow.idem_key == bindparam("key"), READY, JobRow.attempts == 0)
    .with_for_update()
)
_ADD_LINES = Prepared(
    {
        "sqlite": sqlite.insert(DigestLineRow).on_conflict_do_nothing(),
        "postgresql": postgresql.insert(DigestLineRow).on_conflict_do_nothing(),
    }
)
_SENT_LATELY = Prepared(
    select(func.count())
    .select_from(DeliveryRow)
    .where(
        DeliveryRow.target == bindparam("address"),
        DeliveryRow.at >= bindparam("since"),
        DeliveryRow.outcome == literal_column("'sent'"),
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One gathered mail. key: of the mail that it was. body: its payload."""

    key: str
    record_id: str | None
    at: datetime
    body: Mapping[str, Any]


def hold_address(connection: Connection, address: str) -> None:
    """Let one process at a time gather for *address*, until the transaction ends."""
    if connection.dialect.name == "postgresql":
        _LOCK.first(connection, {"address": address})


def open_digest(connection: Connection, address: str) -> str | None:
    """Return the key of the digest to *address* that still gathers: nobody has begun to send it."""
    last = _LAST.first(connection, {"to": address})
    found = None if last is None else _STILL_GATHERS.first(connection, {"key": last[0]})
    return None if found is None else found[0]


def add_lines(
    connection: Connection, digest: str, address: str, jobs: Sequence[JobClaim], at: datetime
) -> None:
    """Put the mails *jobs* into a digest; the caller ends the jobs in the same transaction."""
    rows = [
        {
            "address": address,
            "digest": digest,
            "key": job.key,
            "record_id": job.record_id,
            "at": at,
            "body": dict(job.payload),
        }
        for job in jobs
    ]
    _ADD_LINES.run_many(connection, rows)


def waiting_mails(
    connection: Connection, address: str, about: Sequence[str], lanes: Sequence[int], limit: int
) -> list[JobClaim]:
    """Return mails to *address* about one of *about* that wait in nobody's hands, held for the caller."""
    query = (
        select(JobRow.__table__)
        .where(
            READY,
            JobRow.lane.in_(lanes),
            JobRow.kind == "mail",
            JobRow.attempts == 0,
            JobRow.payload["to"].as_string() == address,
            JobRow.payload["about"].as_string().in_(about),
        )
        .order_by(JobRow.due_at, JobRow.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return [claim_of(row) for row in connection.execute(query).mappings()]


def take_waiting(connection: Connection, ids: Sequence[int]) -> list[int]:
    """Remove those of the jobs *ids* that still wait; return which they were."""
    still = delete(JobRow).where(JobRow.id.in_(ids), READY).returning(JobRow.id)
    return list(connection.execute(still).scalars())


def lines_of(connection: Connection, digest: str) -> list[Line]:
    """Return the lines of a digest, the oldest first."""
    query = (
        select(DigestLineRow.key, DigestLineRow.record_id, DigestLineRow.at, DigestLineRow.body)
        .where(DigestLineRow.digest == digest)
        .order_by(DigestLineRow.id)
    )
    return [Line(**row) for row in connection.execute(query).mappings()]


def end_lines(connection: Connection, digest: str, target: str, now: datetime) -> None:
    """Forget the lines of a digest that went out; each mail is noted as brought out with it."""
    rows = [
        {
            "key": line.key,
            "kind": "mail",
            "record_id": line.record_id,
            "target": target,
            "attempt": 1,
            "at": now,
            "outcome": "gathered",
            "status": None,
            "milliseconds": 0,
            "error": "",
        }
        for line in lines_of(connection, digest)
    ]
    if rows:
        connection.execute(insert(DeliveryRow), rows)
    connection.execute(delete(DigestLineRow).where(DigestLineRow.digest == digest))


def sent_lately(connection: Connection, address: str, since: datetime) -> int:
    """Return how many mails went to *address* since *since*."""
    found = _SENT_LATELY.first(connection, {"address": address, "since": since})
    return 0 if found is None else int(found[0])
