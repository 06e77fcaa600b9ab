"""Who may carry out which job now: due work in order, leases, and what comes back when one ends.

What is due for one record is taken in the order of its due times, and never by two at once: a claim
holds the head of each record's queue, and in the lanes inside the database what follows it too.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Interval,
    Select,
    and_,
    bindparam,
    exists,
    func,
    literal_column,
    or_,
    select,
    text,
    true,
    update,
)
from sqlalchemy.orm import aliased

from .destinations import gate
from .jobs import LEASED, NO_LEASE, READY, JobClaim, claim_of
from .prepared import Prepared
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


def _written(lanes: Sequence[int]) -> list[ColumnElement[int]]:
    """Return *lanes* as parts of the statement's text: they never change."""
    return [literal_column(str(lane)) for lane in lanes]


def _given(connection: Connection, now: datetime | None) -> dict[str, Any]:
    """Return the values for statements built with ``_instant(now is None)``."""
    if now is None and connection.dialect.name == "sqlite":
        raise ValueError("SQLite has no clock of its own: give the instant")
    return {} if now is None else {"now": now}


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
    ready = and_(READY, JobRow.lane.in_(_written(LANES)), JobRow.due_at <= now)
    return select(or_(exists().where(ready), exists().where(_expired(now))))


def _instant(by_database: bool) -> Any:
    """Return the instant in statements that are built once: the database's own, or ``now``."""
    return func.statement_timestamp() if by_database else _DUE_AT


@cache
def _is_due(by_database: bool) -> Prepared:
    return Prepared(_due(_instant(by_database)))


def is_work_due(connection: Connection, now: datetime | None) -> bool:
    """Return whether a claim would find something; reads two partial indexes and takes no lock.

    now: None for the database's own clock.
    """
    found = _is_due(now is None).first(connection, _given(connection, now))
    return found is not None and bool(found[0])


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
    wanted = (
        _inside(connection, lane, limit, now)
        if lane in _TOGETHER
        else _outside(connection, lane, limit, now)
    )
    if not wanted:
        return []
    until = {"lease": lease} if now is None else {"until": now + lease}
    values = {"ids": wanted, "token": token, "node": node, **until}
    rows = connection.execute(_taking(now is None), values).mappings()
    return sorted((claim_of(row) for row in rows), key=lambda job: (job.due_at, job.id))


@cache
def _taking(by_database: bool) -> Any:
    until: Any = bindparam("until", type_=JobRow.due_at.type)
    if by_database:
        until = func.statement_timestamp() + bindparam("lease", type_=Interval())
    return (
        update(JobRow)
        .where(JobRow.id.in_(bindparam("ids", expanding=True)), READY)
        .values(
            state="leased",
            attempts=JobRow.attempts + 1,
            lease_until=until,
            lease_token=bindparam("token"),
            lease_node=bindparam("node"),
        )
        .returning(JobRow.__table__)
    )


def _inside(connection: Connection, lane: int, limit: int, now: datetime | None) -> list[int]:
    heads = _first_ones(connection, lane, limit, now)
    if not heads:
        return []
    loose = [job_id for job_id, record_id, _ in heads if record_id is None]
    records = [record_id for _, record_id, _ in heads if record_id is not None]
    return loose + _followers(connection, lane, records, limit, now)


def _outside(connection: Connection, lane: int, limit: int, now: datetime | None) -> list[int]:
    """Return the heads of a lane that leaves the database, as far as each destination may be given them."""
    heads = _first_ones(connection, lane, limit, now)
    if not heads:
        return []
    at = now or database_now(connection)
    assert at is not None
    through = gate(connection, at, hurries=lane == URGENT)
    if shut := through.shut:
        open_to = or_(JobRow.destination.is_(None), JobRow.destination.not_in(shut))
        query = _heads(lane, now is None).where(open_to)
        rows = connection.execute(query, {"most": limit, **_given(connection, now)})
        heads = [tuple(row) for row in rows]
    found = [job_id for job_id, _, destination in heads if through.admits(destination)]
    through.close(connection)
    return found


def _first_ones(
    connection: Connection, lane: int, limit: int, now: datetime | None
) -> list[tuple[Any, ...]]:
    values = {"most": limit, **_given(connection, now)}
    return _prepared_heads(lane, now is None).rows(connection, values)


@cache
def _prepared_heads(lane: int, by_database: bool) -> Prepared:
    return Prepared(_heads(lane, by_database))


@cache
def _heads(lane: int, by_database: bool) -> Select[int, str | None, str | None]:
    """Return the due jobs of *lane* that nothing of their record comes before or is in hand."""
    now = _instant(by_database)
    other = aliased(JobRow)
    group = _TOGETHER.get(lane, (lane,))
    same = other.record_id == JobRow.record_id
    in_hand = exists().where(
        same, other.state == literal_column("'leased'"), other.lane.in_(_written(group))
    )
    before = exists().where(
        same,
        other.state == literal_column("'ready'"),
        other.lane.in_(_written(_BEFORE.get(lane, (lane,)))),
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
        .limit(bindparam("most", type_=Integer()))
        .with_for_update(skip_locked=True, of=JobRow)
    )


@cache
def _due_of(lane: int, by_database: bool) -> Select[int, str | None, int]:
    """Return the due jobs of the records ``records`` in the lanes that share their order."""
    return (
        select(JobRow.id, JobRow.record_id, JobRow.lane)
        .where(
            JobRow.record_id.in_(bindparam("records", expanding=True)),
            READY,
            JobRow.lane.in_(_written(_TOGETHER[lane])),
            JobRow.due_at <= _instant(by_database),
        )
        .order_by(JobRow.due_at, JobRow.id)
        .limit(bindparam("most", type_=Integer()))
    )


def _followers(
    connection: Connection, lane: int, records: Sequence[str], limit: int, now: datetime | None
) -> list[int]:
    """Return the due jobs of *records*, heads included, as far as each record's can be held in order."""
    most = max(limit, len(records))
    values = {"records": list(records), "most": most, **_given(connection, now)}
    rows = connection.execute(_due_of(lane, now is None), values).all()
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


_HELD = select(JobRow.__table__).where(LEASED, JobRow.lease_token == bindparam("token"))
_LOAD = _HELD.where(JobRow.id.in_(bindparam("ids", expanding=True))).order_by(
    JobRow.due_at, JobRow.id
)
_LOAD_ONE = Prepared(_HELD.where(JobRow.id == bindparam("job")))
_NAMES = tuple(JobRow.__table__.c.keys())
_LANE = Prepared(
    select(JobRow.lane).where(
        JobRow.id == bindparam("job"), LEASED, JobRow.lease_token == bindparam("token")
    )
)


def load_claims(connection: Connection, ids: Sequence[int], token: str) -> list[JobClaim]:
    """Return those of the jobs *ids* that *token* still holds, the longest due first."""
    rows = connection.execute(_LOAD, {"ids": list(ids), "token": token}).mappings()
    return [claim_of(row) for row in rows]


def load_claim(connection: Connection, job_id: int, token: str) -> JobClaim | None:
    """Return the job if *token* still holds it."""
    found = _LOAD_ONE.first(connection, {"job": job_id, "token": token})
    return None if found is None else claim_of(dict(zip(_NAMES, found, strict=True)))


def lanes_of(connection: Connection, ids: Sequence[int], token: str) -> dict[int, int]:
    """Return the lanes of those of the jobs *ids* that *token* still holds."""
    if len(ids) == 1:
        found = _LANE.first(connection, {"job": ids[0], "token": token})
        return {} if found is None else {ids[0]: found[0]}
    held = and_(JobRow.id.in_(ids), LEASED, JobRow.lease_token == token)
    rows = connection.execute(select(JobRow.id, JobRow.lane).where(held))
    return {row.id: row.lane for row in rows}


def take_expired(connection: Connection, now: datetime | None, limit: int = 100) -> list[JobClaim]:
    """Return the jobs whose last try ran out of time, still leased; give all others back.

    What is returned has no try left: the caller writes it off in this transaction.
    """
    values = {"most": limit, **_given(connection, now)}
    if _any_expired(now is None).first(connection, _given(connection, now)) is None:
        return []
    # They stood behind one that killed its process: that was no try of theirs.
    expired = _expired(_now(connection, now))
    never_begun = and_(JobRow.attempts > 1, JobRow.begun.is_(None))
    fewer = update(JobRow).where(expired, never_begun).values(attempts=JobRow.attempts - 1)
    connection.execute(fewer)
    given_back, exhausted = _expiring(now is None)
    connection.execute(given_back, values)
    return [claim_of(row) for row in connection.execute(exhausted, values).mappings()]


@cache
def _any_expired(by_database: bool) -> Prepared:
    return Prepared(select(JobRow.id).where(_expired(_instant(by_database))).limit(1))


@cache
def _expiring(by_database: bool) -> tuple[Any, Any]:
    """Return what gives jobs back, and what finds those that have no try left."""
    exhausted = JobRow.attempts >= JobRow.max_attempts
    expired, most = _expired(_instant(by_database)), bindparam("most", type_=Integer())
    chosen = select(JobRow.id).where(expired, ~exhausted).limit(most)
    locked = chosen.with_for_update(skip_locked=True).scalar_subquery()
    again = update(JobRow).where(JobRow.id.in_(locked))
    found = select(JobRow.__table__).where(expired, exhausted).limit(most)
    return (
        again.values(state="ready", last_error=ENDED, **NO_LEASE),
        found.with_for_update(skip_locked=True),
    )


def give_back_tokens(connection: Connection, tokens: Sequence[str]) -> int:
    """Give back what was claimed by claims of which nobody knows whether they were committed; return how many."""
    theirs = and_(LEASED, JobRow.lease_token.in_(tokens))
    values = {"state": "ready", "attempts": JobRow.attempts - 1, **NO_LEASE}
    return connection.execute(update(JobRow).where(theirs).values(values)).rowcount


def renew(
    connection: Connection,
    job_id: int,
    token: str,
    now: datetime | None,
    lease: Any,
    *,
    only_once: bool = False,
    node: str = "",
) -> bool:
    """Begin the job, and hold it for *lease* (a timedelta) from *now* on; False when somebody else has it.

    only_once: False too when it was begun with this token before, as by a message that came twice. node: the
    process whose hands it is in from now on; without it the one that claimed it.
    """
    by_database = now is None
    if by_database and connection.dialect.name == "sqlite":
        raise ValueError("SQLite has no clock of its own: give the instant")
    values: dict[str, Any] = {"job": job_id, "token": token}
    values |= {"lease": lease} if now is None else {"until": now + lease}
    values |= {"node": node} if node else {}
    return _renewing(by_database, only_once, bool(node)).run(connection, values) == 1


@cache
def _renewing(by_database: bool, only_once: bool, names_node: bool) -> Prepared:
    held = [
        JobRow.id == bindparam("job"),
        LEASED,
        JobRow.lease_token == bindparam("token"),
        *([JobRow.begun.is_(None)] if only_once else []),
    ]
    until: Any = bindparam("until", type_=JobRow.due_at.type)
    if by_database:
        until = func.statement_timestamp() + bindparam("lease", type_=Interval())
    values: dict[str, Any] = {"lease_until": until, "begun": true()}
    if names_node:
        values["lease_node"] = bindparam("node", type_=JobRow.lease_node.type)
    return Prepared(update(JobRow).where(*held).values(values))


def oldest_due(connection: Connection, now: datetime) -> datetime | None:
    """Return since when the longest-waiting due job waits, None when nothing is due."""
    query = select(func.min(JobRow.due_at)).where(READY, JobRow.due_at <= now)
    return connection.execute(query.where(JobRow.lane.in_(_written(LANES)))).scalar_one()


def database_now(connection: Connection) -> datetime | None:
    """Return the database's own clock, None where it has none (SQLite)."""
    if connection.dialect.name == "sqlite":
        return None
    found: datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
    return found
