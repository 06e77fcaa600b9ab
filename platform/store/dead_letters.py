"""Jobs that were given up: tried again, changed or dropped by a person, one or all of a kind."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select, update

from .destinations import destination_of
from .jobs import DEAD, NO_LEASE
from .tables import JobRow


def count_dead(connection: Connection) -> dict[str, int]:
    """Return how many jobs were given up, by kind."""
    query = select(JobRow.kind, func.count()).where(DEAD).group_by(JobRow.kind)
    return {kind: count for kind, count in connection.execute(query)}  # noqa: C416 - typed


def revive_all(connection: Connection, kind: str | None, now: datetime) -> int:
    """Try all dead jobs (of *kind* only) again from now, with all their tries; return how many."""
    wanted = DEAD if kind is None else DEAD & (JobRow.kind == kind)
    values: dict[str, Any] = {"state": "ready", "attempts": 0, "due_at": now, **NO_LEASE}
    return connection.execute(update(JobRow).where(wanted).values(values)).rowcount


def rewrite(connection: Connection, job_id: int, payload: Mapping[str, Any], now: datetime) -> bool:
    """Let a job that nobody holds say something else, under its old key, and try it from now.

    False when it is done or being carried out.
    """
    query = select(JobRow.kind).where(JobRow.id == job_id, JobRow.state != "leased")
    kind = connection.execute(query.with_for_update()).scalar_one_or_none()
    if kind is None:
        return False
    values: dict[str, Any] = {
        "payload": dict(payload),
        "destination": destination_of(kind, payload),
        "state": "ready",
        "attempts": 0,
        "due_at": now,
        **NO_LEASE,
    }
    connection.execute(update(JobRow).where(JobRow.id == job_id).values(values))
    return True
