"""Who may carry out which job now: due work in order, leases, and what comes back when one ends.

What is due for one record is taken in the order of its due times, and never by two at once: a claim
holds the head of each record's queue, and in the lanes inside the database what follows it too.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    bindparam,
    exists,
    func,
    literal_column,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.orm import aliased

from .destinations import gate
from .jobs import LEASED, NO_LEASE, READY, JobClaim, claim_of
from .tables import JobRow

INSIDE, MAIL, WEB, URGENT, BULK = 0, 1, 2, 3, 4
LANES = (INSIDE, MAIL, WEB, URGENT, BULK)

_TOGETHER = {INSIDE: (INSIDE, BULK), BULK: (INSIDE, BULK)}
"""Lanes that share the order of a record; every other lane has one of its own."""

_BEFORE = {INSIDE: (INSIDE,), BULK: (INSIDE, BULK)}
"""Lanes of which an earlier job holds one back: what is slow is taken along, it holds up no timer."""

CLAIM_LOCK = 7_402_113
_ENTER = text(
    "SELECT pg_advisory_xact_lock(:lock),"
    " set_config('idle_in_transaction_session_timeout', '5s', true)"
)

ENDED = "The process that carried this out stopped, or took too long."


def _now(connection: Connection, now: datetime | None) -> Any:
    """Return the instant to compare with: *now*, or the database's own when it is None."""
    if now is not None:
        return now
    if connection.dialect.name == "sqlite":
        raise ValueError("SQLite has no clock of its own: give the instant")
    return func.statement_timestamp()  # stable, so that the indexes serve; clock_timestamp() is not


def _expired(now: Any) -> ColumnElement[bool]:
    return and_(LEASED, JobRow.lease_until < now)


_DUE_AT = bindparam("now", type_=JobRow.due_at.type)


def _due(now: Any) -> Select[tuple[bool]]:
    ready = and_(READY, JobRow.lane.in_(LANES), JobRow.due_at <= now)
    return select(or_(exists().where(ready), exists().where(_expired(now))))


_IS_DUE = _due(_DUE_AT)
_IS_DUE_BY_DATABASE = _due(func.statement_timestamp())


def is_work_due(connection: Connection, now: datetime | None) -> bool:
    """Return whether a claim would find something; reads two partial indexes and takes no lock.

    now: None for the database's own clock.
    """
    if now is None:
        return bool(connection.execute(_IS_DUE_BY_DATABASE).scalar_one())
    return bool(connection.execute(_IS_DUE, {"now": now}).scalar_one())


def enter(connection: Connection) -> None:
    """Let one process claim at a time: on PostgreSQL by a lock that ends with the transaction.

    Who stops inside of it is cut off after five seconds. SQLite has one writer anyway.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(_ENTER, {"lock": CLAIM_LOCK})


def claim(
    connection: Connection,
    lane: int,
    limit: int,
    *,
    now: datetime | None,
    lease: Any,
    token: str,
    node: str,
) -> list[JobClaim]:
    """Take about *limit* due jobs of *lane*, the longest due first; *token* is theirs for *lease*.

    Call ``enter`` first in the same transaction. now: None for the database's own clock. lease: a
    timedelta. The attempt is counted now, so that a job that kills its worker does not come back
    for ever.
    """
    instant = _now(connection, now)
    wanted = (
        _inside(connection, lane, limit, instant)
        if lane in _TOGETHER
        else _outside(connection, lane, limit, instant)
    )
    if not wanted:
        return []
    taken = (
        update(JobRow)
        .where(JobRow.id.in_(wanted), READY)
        .values(
            state="leased",
            attempts=JobRow.attempts + 1,
            lease_until=instant + lease,
            lease_token=token,
            lease_node=node,
        )
        .returning(JobRow.__table__)
    )
    found = [claim_of(row) for row in connection.execute(taken).mappings()]
    return sorted(found, key=lambda job: (job.due_at, job.id))


def _inside(connection: Connection, lane: int, limit: int, now: Any) -> list[int]:
    heads = connection.execute(_heads(lane, limit, now)).all()
    if not heads:
        return []
    loose = [row.id for row in heads if row.record_id is None]
    records = [row.record_id for row in heads if row.record_id is not None]
    return loose + _followers(connection, lane, records, limit, now)


def _outside(connection: Connection, lane: int, limit: int, now: Any) -> list[int]:
    """Return the heads of a lane that leaves the database, as far as each destination may be given them."""
    at = database_now(connection) if not isinstance(now, datetime) else now
    through = gate(connection, at or now, hurries=lane == URGENT)
    query = _heads(lane, limit, now)
    if shut := through.shut:
        open_to = or_(JobRow.destination.is_(None), JobRow.destination.not_in(shut))
        query = query.where(open_to)
    found = [row.id for row in connection.execute(query) if through.admits(row.destination)]
    through.close(connection)
    return found


def _heads(lane: int, limit: int, now: Any) -> Select[int, str | None, str | None]:
    """Return the due jobs of *lane* that nothing of their record comes before or is in hand."""
    other = aliased(JobRow)
    group = _TOGETHER.get(lane, (lane,))
    same = other.record_id == JobRow.record_id
    in_hand = exists().where(same, other.state == literal_column("'leased'"), other.lane.in_(group))
    before = exists().where(
        same,
        other.state == literal_column("'ready'"),
        other.lane.in_(_BEFORE.get(lane, (lane,))),
        other.due_at <= JobRow.due_at,
        or_(other.due_at < JobRow.due_at, other.id < JobRow.id),
    )
    return (
        select(JobRow.id, JobRow.record_id, JobRow.destination)
        .where(
            READY,
            JobRow.lane == lane,
            JobRow.due_at <= now,
            or_(JobRow.record_id.is_(None), and_(~in_hand, ~before)),
        )
        .order_by(JobRow.due_at, JobRow.id)
        .limit(limit)
        .with_for_update(skip_locked=True, of=JobRow)
    )


def _followers(
    connection: Connection, lane: int, records: Sequence[str], limit: int, now: Any
) -> list[int]:
    """Return the due jobs of *records*, heads included, as far as each record's can be held in order."""
    due = (
        select(JobRow.id, JobRow.record_id, JobRow.lane)
        .where(
            JobRow.record_id.in_(records),
            READY,
            JobRow.lane.in_(_TOGETHER[lane]),
            JobRow.due_at <= now,
        )
        .order_by(JobRow.due_at, JobRow.id)
        .limit(max(limit, len(records)))
    )
    rows = connection.execute(due).all()
    held = {row.id for row in rows}
    if connection.dialect.name != "sqlite":
        lock = select(JobRow.id).where(JobRow.id.in_(held), READY)
        held = set(connection.execute(lock.with_for_update(skip_locked=True)).scalars())
    stopped: set[str] = set()
    found = []
    for row in rows:
        waits = lane == BULK and row.lane == INSIDE  # it is the other lane's, with all after it
        if row.id in held and not waits and row.record_id not in stopped:
            found.append(row.id)
        else:
            stopped.add(row.record_id)
    return found


_LOAD = (
    select(JobRow.__table__)
    .where(
        JobRow.id.in_(bindparam("ids", expanding=True)),
        LEASED,
        JobRow.lease_token == bindparam("token"),
    )
    .order_by(JobRow.due_at, JobRow.id)
)


def load_claims(connection: Connection, ids: Sequence[int], token: str) -> list[JobClaim]:
    """Return those of the jobs *ids* that *token* still holds, the longest due first."""
    rows = connection.execute(_LOAD, {"ids": list(ids), "token": token}).mappings()
    return [claim_of(row) for row in rows]


def load_claim(connection: Connection, job_id: int, token: str) -> JobClaim | None:
    """Return the job if *token* still holds it."""
    return next(iter(load_claims(connection, [job_id], token)), None)


def lanes_of(connection: Connection, ids: Sequence[int], token: str) -> dict[int, int]:
    """Return the lanes of those of the jobs *ids* that *token* still holds."""
    held = and_(JobRow.id.in_(ids), LEASED, JobRow.lease_token == token)
    rows = connection.execute(select(JobRow.id, JobRow.lane).where(held))
    return {row.id: row.lane for row in rows}


def take_expired(connection: Connection, now: datetime | None, limit: int = 100) -> list[JobClaim]:
    """Return the jobs whose last try ran out of time, still leased; give all others back.

    What is returned has no try left: the caller writes it off in this transaction.
    """
    instant = _now(connection, now)
    exhausted = JobRow.attempts >= JobRow.max_attempts
    connection.execute(
        update(JobRow)
        .where(
            JobRow.id.in_(
                select(JobRow.id)
                .where(_expired(instant), ~exhausted)
                .limit(limit)
                .with_for_update(skip_locked=True)
                .scalar_subquery()
            )
        )
        .values(state="ready", last_error=ENDED, **NO_LEASE)
    )
    query: Select[Any] = select(JobRow.__table__).where(_expired(instant), exhausted).limit(limit)
    rows = connection.execute(query.with_for_update(skip_locked=True)).mappings()
    return [claim_of(row) for row in rows]


def renew(
    connection: Connection, job_id: int, token: str, now: datetime | None, lease: Any
) -> bool:
    """Hold the job for *lease* (a timedelta) from *now* on; False when somebody else has it by now."""
    held = and_(JobRow.id == job_id, LEASED, JobRow.lease_token == token)
    until = _now(connection, now) + lease
    return connection.execute(update(JobRow).where(held).values(lease_until=until)).rowcount == 1


def oldest_due(connection: Connection, now: datetime) -> datetime | None:
    """Return since when the longest-waiting due job waits, None when nothing is due."""
    query = select(func.min(JobRow.due_at)).where(READY, JobRow.due_at <= now)
    return connection.execute(query.where(JobRow.lane.in_(LANES))).scalar_one()


def database_now(connection: Connection) -> datetime | None:
    """Return the database's own clock, None where it has none (SQLite)."""
    if connection.dialect.name == "sqlite":
        return None
    found: datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
    return found
