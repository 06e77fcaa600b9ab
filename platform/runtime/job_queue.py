"""The rules of the table of work: lanes, leases, tries, and when to try again."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import Connection

from ..store.claims import claim, enter, is_work_due, take_expired
from ..store.engine import Database
from ..store.jobs import JobClaim, NewDelivery, NewJob, add_jobs, put_back, write_off
from .crash import crash_point
from .lanes import IN_DATABASE, LEASE, LEASES, WAITS, Lane, lane_of
from .ports import Clock, Ids

__all__ = ["LEASE", "LEASES", "Lane", "lane_of"]


T = TypeVar("T")
BATCH = 50
"""How many jobs inside the database are carried out together at most."""

ORDER = (Lane.INSIDE, Lane.URGENT, Lane.MAIL, Lane.WEB, Lane.BULK)
"""In which order the lanes are claimed from."""

_SECRETS = re.compile(
    r"whsec_[\w+/=-]+|(?<=://)[^/@\s:]*:[^/@\s]*(?=@)|(?i:bearer|password)[ =:]+\S+"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why a try failed. is_final: no further try can help."""

    error: str
    is_final: bool = False


def new_job(
    kind: str,
    key: str,
    payload: Mapping[str, Any],
    now: datetime,
    *,
    due_at: datetime | None = None,
    record_id: str | None = None,
    release: str | None = None,
    max_attempts: int = 10,
) -> NewJob:
    """Return a job in the lane of its kind, due at once unless *due_at* says otherwise."""
    return NewJob(
        kind=kind,
        lane=lane_of(kind, payload),
        key=key,
        payload=payload,
        due_at=due_at or now,
        created_at=now,
        record_id=record_id,
        release=release,
        max_attempts=max_attempts,
    )


def claim_jobs(
    database: Database, clock: Clock, ids: Ids, node: str, capacity: Mapping[Lane, int]
) -> list[JobClaim]:
    """Return what ``claim_batches`` claims, each job by itself: one of each lane in turn."""
    by_lane: dict[int, list[JobClaim]] = {}
    for batch in claim_batches(database, clock, ids, node, capacity):
        by_lane.setdefault(lane_of_batch(batch), []).extend(batch)
    return in_turn(list(by_lane.values()))


def claim_batches(
    database: Database, clock: Clock, ids: Ids, node: str, capacity: Mapping[Lane, int]
) -> list[list[JobClaim]]:
    """Claim about *capacity* due jobs of each lane, in batches that share a token; those of each lane in turn.

    A look that finds nothing takes no lock and writes nothing.
    """
    with database.reading() as connection:
        if not is_work_due(connection, instant_of(database, clock)):
            return []
    taken: list[list[list[JobClaim]]] = []
    with database.writing(patient=True) as connection:
        enter(connection)
        now = instant_of(database, clock)
        for exhausted in take_expired(connection, now):
            error = "Every try ended before it was done: the process stopped or it took too long."
            give_up(connection, exhausted, error, clock.now())
        for lane in sorted(capacity, key=ORDER.index):
            if capacity[lane] > 0:
                found = claim(
                    connection,
                    lane,
                    capacity[lane],
                    now=now,
                    lease=LEASE,
                    token=ids.secret(),
                    node=node,
                )
                taken.append(batches_of(lane, found))
        crash_point("claim:taken")
    crash_point("claim:committed")
    return in_turn(taken)


def instant_of(database: Database, clock: Clock) -> datetime | None:
    """Return what due times and leases are compared with: None for the database's own clock.

    On PostgreSQL several machines work, whose clocks may differ. A clock that is set by hand, as in
    tests, is always asked itself.
    """
    leaves_it = getattr(clock, "is_of_machine", False) and not database.is_sqlite
    return None if leaves_it else clock.now()


def batches_of(lane: Lane, jobs: Sequence[JobClaim]) -> list[list[JobClaim]]:
    """Return *jobs* in the pieces that are carried out together: all of one record in the same one.

    What leaves the database goes one by one.
    """
    if lane not in IN_DATABASE:
        return [[job] for job in jobs]
    by_record: dict[str, list[JobClaim]] = {}
    for job in jobs:
        by_record.setdefault(job.record_id or f"job {job.id}", []).append(job)
    found: list[list[JobClaim]] = []
    for some in by_record.values():
        if not found or len(found[-1]) + len(some) > BATCH:
            found.append([])
        found[-1] += some
    return [sorted(batch, key=lambda job: (job.due_at, job.id)) for batch in found]


def lane_of_batch(batch: Sequence[JobClaim]) -> Lane:
    """Return the lane whose hands carry *batch* out: what hurries takes along what stands before it."""
    lanes = {Lane(job.lane) for job in batch}
    return Lane.INSIDE if Lane.INSIDE in lanes else next(iter(lanes))


def in_turn(lanes: Sequence[Sequence[T]]) -> list[T]:
    """Return the first of each list, then the second of each, and so on."""
    longest = max(map(len, lanes), default=0)
    return [lane[place] for place in range(longest) for lane in lanes if place < len(lane)]


def settle_failure(connection: Connection, job: JobClaim, failure: Failure, now: datetime) -> bool:
    """Note a failed try: try again later, or give up; False when the lease is gone."""
    error = mask(failure.error)
    delivery = job.delivery and replace(job.delivery, error=error)
    if failure.is_final or job.is_last:
        final = delivery and replace(delivery, outcome="dead")
        return give_up(connection, replace(job, delivery=final), error, now)
    held = put_back(connection, _remembering(job, delivery), retry_at(job, now), error)
    crash_point("retry:written")
    return held


def give_up(connection: Connection, job: JobClaim, error: str, now: datetime) -> bool:
    """Keep the job as dead, and tell its record in a job of its own; False when the lease is gone."""
    if not write_off(connection, job, error):
        return False
    if job.record_id is not None and job.payload.get("command") != "delivered":
        payload = {
            "command": "delivered",
            "record": job.record_id,
            "key": job.key,
            "kind": job.kind,
            "target": _target(job),
            "outcome": "dead",
            "error": error,
        }
        key = f"dead:{job.key}:{job.id}"
        add_jobs(connection, [new_job("command", key, payload, now, record_id=job.record_id)])
    crash_point("dead:written")
    return True


def retry_at(job: JobClaim, now: datetime) -> datetime:
    """Return when to try again: later after each try, with a fifth of chance so that nothing comes in step."""
    waits = WAITS[Lane(job.lane)]
    seconds = waits[min(job.attempt, len(waits)) - 1]
    return now + timedelta(seconds=seconds * (1 + secrets.randbelow(200) / 1000))


def mask(error: str) -> str:
    """Return *error* on one line, without what looks like a secret, at most 500 characters."""
    return " ".join(_SECRETS.sub("***", error).split())[:500]


def due_of(job: JobClaim) -> datetime:
    """Return the instant that the job was first due at, whatever tries came between."""
    first = job.payload.get("first_due_at")
    return datetime.fromisoformat(first) if first else job.due_at


def _remembering(job: JobClaim, delivery: NewDelivery | None) -> JobClaim:
    payload = {**job.payload, "first_due_at": due_of(job).isoformat()}
    return replace(job, delivery=delivery, payload=payload)


def _target(job: JobClaim) -> str:
    if job.delivery is not None:
        return job.delivery.target
    return str(job.payload.get("to") or job.payload.get("url") or job.payload.get("user") or "")
