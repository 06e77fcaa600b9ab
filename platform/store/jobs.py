"""The table of work: enqueue, claim with a lease, and settle by its token."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    RowMapping,
    Text,
    and_,
    any_,
    bindparam,
    delete,
    func,
    insert,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from .destinations import destination_of
from .prepared import Prepared
from .tables import DeliveryRow, JobRow

ERROR_LIMIT = 500
BROUGHT_OUT = frozenset({"mail", "webhook", "digest"})
"""Kinds of jobs that leave a delivery behind."""

NO_LEASE: dict[str, Any] = {
    "lease_until": None,
    "lease_token": None,
    "lease_node": None,
    "begun": None,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class NewJob:
    """A job to be written. key: names the effect; the same key is never enqueued twice."""

    kind: str
    lane: int
    key: str
    payload: Mapping[str, Any]
    due_at: datetime
    created_at: datetime
    record_id: str | None = None
    release: str | None = None
    max_attempts: int = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDelivery:
    """One try to bring something out, for the log of deliveries."""

    target: str
    at: datetime
    outcome: str  # sent | failed | dead | dropped
    status: int | None = None
    milliseconds: int = 0
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobClaim:
    """A job in somebody's hands until *lease_until*, as long as *token* is the row's.

    attempt: counted from 1. delivery: written with the job's end. begun_at: seconds of the steady clock of
    the process that began it, of use to that process only.
    """

    id: int
    token: str
    kind: str
    lane: int
    key: str
    payload: Mapping[str, Any]
    record_id: str | None
    release: str | None
    due_at: datetime
    attempt: int
    max_attempts: int
    destination: str | None = None
    delivery: NewDelivery | None = None
    begun_at: float = 0.0

    @property
    def is_last(self) -> bool:
        """Return whether there is no further try after this one."""
        return self.attempt >= self.max_attempts


@dataclass(frozen=True, slots=True, kw_only=True)
class JobSummary:
    """A job as the admin's list shows it."""

    id: int
    kind: str
    key: str
    record_id: str | None
    state: str
    due_at: datetime
    attempts: int
    max_attempts: int
    last_error: str
    payload: Mapping[str, Any]


# Written out, not bound: a bound value would keep both databases from using the partial indexes.
READY = JobRow.state == literal_column("'ready'")
LEASED = JobRow.state == literal_column("'leased'")
DEAD = JobRow.state == literal_column("'dead'")

# Statements of the hot path are built once: building one costs more than running it.


def _held(job_id: Any, token: Any) -> ColumnElement[bool]:
    return and_(JobRow.id == job_id, LEASED, JobRow.lease_token == token)


def _moving(insert: sqlite.Insert | postgresql.Insert) -> sqlite.Insert | postgresql.Insert:
    names = "kind lane record_id release due_at state attempts max_attempts destination payload last_error"
    moved: dict[str, Any] = {name: insert.excluded[name] for name in names.split()}
    return insert.on_conflict_do_update(index_elements=[JobRow.idem_key], set_=moved | NO_LEASE)


_OF_LEASE = _held(bindparam("job_id"), bindparam("token"))
_FINISH = Prepared(delete(JobRow).where(_OF_LEASE))
_BROUGHT = or_(DeliveryRow.outcome == "sent", DeliveryRow.outcome == "gathered")
_SENT = Prepared(select(DeliveryRow.key).where(DeliveryRow.key == bindparam("sent"), _BROUGHT))
_ALL_SENT = Prepared(
    select(DeliveryRow.key).where(
        DeliveryRow.key == any_(bindparam("sent", type_=postgresql.ARRAY(Text))), _BROUGHT
    )
)
_ADD = Prepared(
    {
        "sqlite": sqlite.insert(JobRow).on_conflict_do_nothing(),
        "postgresql": postgresql.insert(JobRow).on_conflict_do_nothing(),
    }
)
_PUT = Prepared(
    {
        "sqlite": _moving(sqlite.insert(JobRow)),
        "postgresql": _moving(postgresql.insert(JobRow)),
    }
)
_CANCEL = Prepared(delete(JobRow).where(JobRow.idem_key == bindparam("gone")))
_CANCEL_ALL = Prepared(
    delete(JobRow).where(JobRow.idem_key == any_(bindparam("gone", type_=postgresql.ARRAY(Text))))
)


_ADD_DELIVERY = Prepared(insert(DeliveryRow))


def add_jobs(connection: Connection, jobs: Sequence[NewJob]) -> None:
    """Enqueue *jobs*; one whose key waits already, or was brought out already, is left out."""
    if not jobs:
        return
    sent = _sent_of(connection, [job.key for job in jobs if job.kind in BROUGHT_OUT])
    _ADD.run_many(connection, [_row(job) for job in jobs if job.key not in sent])


def _sent_of(connection: Connection, keys: Sequence[str]) -> set[str]:
    """Return which of *keys* were brought out. In a file a short look each costs less than one for many."""
    if len(keys) > 1 and connection.dialect.name == "postgresql":
        return {found[0] for found in _ALL_SENT.rows(connection, {"sent": list(keys)})}
    return {key for key in keys if _SENT.first(connection, {"sent": key}) is not None}


def put_timer(connection: Connection, job: NewJob) -> None:
    """Set the timer *job.key*, or move it. Whoever is carrying it out just now will find its lease gone."""
    put_timers(connection, [job])


def put_timers(connection: Connection, jobs: Sequence[NewJob]) -> None:
    """Set or move several timers, each key once."""
    _PUT.run_many(connection, [_row(job) for job in jobs])


def cancel(connection: Connection, *keys: str) -> bool:
    """Remove the jobs *keys*; return whether there were any."""
    return sum(_CANCEL.run(connection, {"gone": key}) for key in keys) > 0


def cancel_all(connection: Connection, keys: Sequence[str]) -> None:
    """Remove those of the jobs *keys* that there are."""
    if len(keys) > 1 and connection.dialect.name == "postgresql":
        _CANCEL_ALL.run(connection, {"gone": list(keys)})
    else:
        _CANCEL.run_many(connection, [{"gone": key} for key in keys])


def cancel_timers(connection: Connection, record_id: str) -> None:
    """Remove every timer of the record."""
    mine = (JobRow.record_id == record_id) & (JobRow.kind == "timer")
    connection.execute(delete(JobRow).where(mine))


def _row(job: NewJob) -> dict[str, Any]:
    return {
        "kind": job.kind,
        "lane": job.lane,
        "record_id": job.record_id,
        "release": job.release,
        "due_at": job.due_at,
        "state": "ready",
        "attempts": 0,
        "max_attempts": job.max_attempts,
        "idem_key": job.key,
        "destination": destination_of(job.kind, job.payload),
        "payload": dict(job.payload),
        "last_error": "",
        "created_at": job.created_at,
    }


def claim_of(row: RowMapping | Mapping[str, Any]) -> JobClaim:
    """Return what whoever carries it out sees of a leased row."""
    return JobClaim(
        id=row["id"],
        token=row["lease_token"],
        kind=row["kind"],
        lane=row["lane"],
        key=row["idem_key"],
        payload=row["payload"],
        record_id=row["record_id"],
        release=row["release"],
        due_at=row["due_at"],
        attempt=row["attempts"],
        max_attempts=row["max_attempts"],
        destination=row["destination"],
    )


def finish(connection: Connection, job: JobClaim) -> bool:
    """Remove the job and note its delivery; False (and nothing done) when *job.token* is not its lease."""
    if _FINISH.run(connection, {"job_id": job.id, "token": job.token}) != 1:
        return False
    _note(connection, job)
    return True


def put_back(
    connection: Connection, job: JobClaim, due_at: datetime, error: str, *, counts: bool = True
) -> bool:
    """Let the job be tried again from *due_at*; False when the lease is gone.

    counts: as a try. The payload is kept as *job* has it, which may say more than before.
    """
    values: dict[str, Any] = {
        "state": "ready",
        "due_at": due_at,
        "last_error": error[:ERROR_LIMIT],
        "payload": dict(job.payload),
        **NO_LEASE,
    }
    if not counts:
        values["attempts"] = JobRow.attempts - 1
    statement = update(JobRow).where(_held(job.id, job.token)).values(values)
    if connection.execute(statement).rowcount != 1:
        return False
    _note(connection, job)
    return True


def write_off(connection: Connection, job: JobClaim, error: str) -> bool:
    """Keep the job as dead, for the admin to see; False when the lease is gone."""
    values = {"state": "dead", "last_error": error[:ERROR_LIMIT], **NO_LEASE}
    statement = update(JobRow).where(_held(job.id, job.token)).values(values)
    if connection.execute(statement).rowcount != 1:
        return False
    _note(connection, job)
    return True


def _note(connection: Connection, job: JobClaim) -> None:
    if job.delivery is None:
        return
    delivery = job.delivery
    values = {
        "key": job.key,
        "kind": job.kind,
        "record_id": job.record_id,
        "attempt": job.attempt,
        "target": delivery.target,
        "at": delivery.at,
        "outcome": delivery.outcome,
        "status": delivery.status,
        "milliseconds": delivery.milliseconds,
        "error": delivery.error[:ERROR_LIMIT],
    }
    _ADD_DELIVERY.run(connection, values)


def give_back(connection: Connection, claims: Sequence[JobClaim]) -> int:
    """Let others have what was claimed but not begun; it does not count as a try. Return how many."""
    by_token: dict[str, list[int]] = {}
    for job in claims:
        by_token.setdefault(job.token, []).append(job.id)
    values = {"state": "ready", "attempts": JobRow.attempts - 1, **NO_LEASE}
    given = 0
    for token, ids in by_token.items():
        mine = and_(JobRow.id.in_(ids), LEASED, JobRow.lease_token == token)
        given += connection.execute(update(JobRow).where(mine).values(values)).rowcount
    return given


def expire_all(connection: Connection, now: datetime) -> int:
    """End every lease: for the one server of an embedded database, at its start. Return how many."""
    values = {"lease_until": now - timedelta(seconds=1)}
    leased = LEASED
    return connection.execute(update(JobRow).where(leased).values(values)).rowcount


def dead_jobs(connection: Connection, limit: int = 200) -> list[JobSummary]:
    """Return the jobs that were given up, the newest first."""
    query = select(JobRow.__table__).where(DEAD)
    rows = connection.execute(query.order_by(JobRow.id.desc()).limit(limit)).mappings()
    return [_summary(row) for row in rows]


def jobs_of(connection: Connection, record_id: str) -> list[JobSummary]:
    """Return what is still to be done for the record, the next first."""
    query = select(JobRow.__table__).where(JobRow.record_id == record_id)
    rows = connection.execute(query.order_by(JobRow.due_at, JobRow.id)).mappings()
    return [_summary(row) for row in rows]


def _summary(row: RowMapping) -> JobSummary:
    return JobSummary(
        id=row["id"],
        kind=row["kind"],
        key=row["idem_key"],
        record_id=row["record_id"],
        state=row["state"],
        due_at=row["due_at"],
        attempts=row["attempts"],
        max_attempts=row["max_attempts"],
        last_error=row["last_error"],
        payload=row["payload"],
    )


def revive(connection: Connection, job_id: int, now: datetime) -> bool:
    """Try a dead job again from now, with all its tries; False when it is not dead."""
    dead = (JobRow.id == job_id) & (DEAD)
    values = {"state": "ready", "attempts": 0, "due_at": now, **NO_LEASE}
    return connection.execute(update(JobRow).where(dead).values(values)).rowcount == 1


def drop_dead(connection: Connection, job_id: int) -> bool:
    """Remove a dead job for good; False when it is not dead."""
    dead = (JobRow.id == job_id) & (DEAD)
    return connection.execute(delete(JobRow).where(dead)).rowcount == 1


def queued_keys(connection: Connection, kind: str) -> list[str]:
    """Return the keys of all jobs of *kind*."""
    query = select(JobRow.idem_key).where(JobRow.kind == kind)
    return list(connection.execute(query.order_by(JobRow.id)).scalars())


def leased_by_lane(connection: Connection) -> dict[int, int]:
    """Return how many jobs of each lane are in somebody's hands."""
    query = select(JobRow.lane, func.count()).where(LEASED).group_by(JobRow.lane)
    return {lane: found for lane, found in connection.execute(query)}  # noqa: C416 - typed
