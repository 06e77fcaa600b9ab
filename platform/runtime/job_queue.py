"""The rules of the table of work: lanes, leases, tries, and when to try again."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Any

from sqlalchemy import Connection

from ..store.engine import Database
from ..store.jobs import (
    JobClaim,
    NewDelivery,
    NewJob,
    add_jobs,
    claim,
    is_work_due,
    put_back,
    take_expired,
    write_off,
)
from .crash import crash_point
from .ports import Clock, Ids


class Lane(IntEnum):
    """Jobs that wait for the same thing share a lane; no lane can hold up another."""

    INSIDE = 0  # timers, commands, notices: our own database only
    MAIL = 1
    WEB = 2


LANES: Mapping[str, Lane] = {"mail": Lane.MAIL, "webhook": Lane.WEB}
LEASE = timedelta(seconds=60)
"""How long a claim holds before the job is begun."""

LEASES: Mapping[Lane, timedelta] = {
    Lane.INSIDE: LEASE,
    Lane.MAIL: timedelta(minutes=5),
    Lane.WEB: timedelta(seconds=90),
}
"""How long it holds from then on: longer than the slowest call can take."""

_INSIDE_WAITS = (1, 5, 15, 60, 120, 300, 600, 1800, 3600)
_MAIL_WAITS = (10, 60, 300, 900, 1800, 3600, 7200, 14_400, 28_800)
_WEB_WAITS = (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
_WAITS = {Lane.INSIDE: _INSIDE_WAITS, Lane.MAIL: _MAIL_WAITS, Lane.WEB: _WEB_WAITS}
_SECRETS = re.compile(
    r"whsec_[\w+/=-]+|(?<=://)[^/@\s:]*:[^/@\s]*(?=@)|(?i:bearer|password)[ =:]+\S+"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why a try failed. is_final: no further try can help."""

    error: str
    is_final: bool = False


def lane_of(kind: str) -> Lane:
    """Return the lane in which jobs of *kind* wait."""
    return LANES.get(kind, Lane.INSIDE)


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
        lane=lane_of(kind),
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
    """Claim up to *capacity* due jobs of each lane; take one of each lane in turn.

    A look that finds nothing takes no lock and writes nothing.
    """
    with database.reading() as connection:
        if not is_work_due(connection, clock.now()):
            return []
    taken: dict[Lane, list[JobClaim]] = {}
    with database.writing() as connection:
        now = clock.now()
        for exhausted in take_expired(connection, now):
            error = "Every try ended before it was done: the process stopped or it took too long."
            give_up(connection, exhausted, error, now)
        for lane, limit in capacity.items():
            if limit > 0:
                taken[lane] = claim(
                    connection,
                    lane,
                    limit,
                    now=now,
                    until=now + LEASE,
                    token=ids.secret(),
                    node=node,
                )
        crash_point("claim:taken")
    crash_point("claim:committed")
    return in_turn(list(taken.values()))


def in_turn(lanes: list[list[JobClaim]]) -> list[JobClaim]:
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
    waits = _WAITS[Lane(job.lane)]
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
