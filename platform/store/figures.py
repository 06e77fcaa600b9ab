"""Counts for whoever watches the installation: each reads an index, and none of them locks anything."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, literal_column, or_, select, text

from .engine import Database
from .tables import AuditRow, DestinationRow, InboxRow, JobRow, RecordRow, WebhookTargetRow

_READY = JobRow.state == literal_column("'ready'")
_LEASED = JobRow.state == literal_column("'leased'")
_DEAD = JobRow.state == literal_column("'dead'")
_OPEN = RecordRow.category.in_((literal_column("'open'"), literal_column("'waiting'")))


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneFigures:
    """How it stands in one lane of work. oldest: since when the longest-waiting due job waits."""

    lane: int
    due: int
    leased: int
    oldest: datetime | None


def lane_figures(
    connection: Connection, now: datetime, lanes: Sequence[int]
) -> tuple[LaneFigures, ...]:
    """Return the figures of each of *lanes*, in their order."""
    leased = _by_lane(connection, _LEASED)
    found = []
    for lane in lanes:
        due = (_READY, JobRow.lane == lane, JobRow.due_at <= now)
        count, oldest = connection.execute(
            select(func.count(), func.min(JobRow.due_at)).where(*due)
        ).one()
        found.append(
            LaneFigures(
                lane=lane,
                due=count,
                leased=leased.get(lane, 0),
                oldest=oldest,
            )
        )
    return tuple(found)


def pending_by_lane(connection: Connection) -> dict[int, int]:
    """Return how many jobs of each lane wait, timers of the future too: reads the whole index, so ask seldom."""
    return _by_lane(connection, _READY)


def _by_lane(connection: Connection, state: object) -> dict[int, int]:
    query = select(JobRow.lane, func.count()).where(state).group_by(JobRow.lane)  # type: ignore[arg-type] # one of the three above
    return {lane: count for lane, count in connection.execute(query)}  # noqa: C416 - typed


def dead_by_kind(connection: Connection) -> dict[str, int]:
    """Return how many jobs of each kind were given up."""
    query = select(JobRow.kind, func.count()).where(_DEAD).group_by(JobRow.kind)
    return {kind: count for kind, count in connection.execute(query)}  # noqa: C416 - typed


def expired_leases(connection: Connection, before: datetime) -> int:
    """Return how many jobs are in hands whose time ran out before *before*."""
    query = select(func.count()).select_from(JobRow).where(_LEASED, JobRow.lease_until < before)
    return connection.execute(query).scalar_one()


def switched_off(connection: Connection) -> list[str]:
    """Return the webhook addresses that were switched off because they failed."""
    query = select(WebhookTargetRow.url).where(WebhookTargetRow.disabled_at.is_not(None))
    return list(connection.execute(query.order_by(WebhookTargetRow.url)).scalars())


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldBack:
    """A destination to which nothing goes just now. state: open, probing, or off (an admin did that)."""

    name: str
    state: str
    since: datetime | None
    reason: str


def held_back(connection: Connection) -> list[HeldBack]:
    """Return the destinations that a breaker or an admin holds back."""
    query = select(DestinationRow.__table__).where(
        or_(DestinationRow.state != "closed", DestinationRow.off_at.is_not(None))
    )
    return [
        HeldBack(
            name=row["name"],
            state="off" if row["off_at"] else row["state"],
            since=row["off_at"] or row["opened_at"],
            reason=row["reason"],
        )
        for row in connection.execute(query.order_by(DestinationRow.name)).mappings()
    ]


def failing(connection: Connection, least: int) -> int:
    """Return how many webhook addresses failed at least *least* times without a break and are still tried."""
    off = WebhookTargetRow.disabled_at.is_(None)
    query = select(func.count()).select_from(WebhookTargetRow)
    return connection.execute(query.where(off, WebhookTargetRow.failures >= least)).scalar_one()


def inbox_figures(connection: Connection) -> tuple[dict[str, int], datetime | None]:
    """Return how much of what came in is in each unfinished state, and since when the oldest new one waits."""
    unfinished = InboxRow.state.in_(("new", "failed"))
    query = select(InboxRow.state, func.count()).where(unfinished).group_by(InboxRow.state)
    counts = {state: count for state, count in connection.execute(query)}  # noqa: C416 - typed
    oldest = select(func.min(InboxRow.received_at)).where(InboxRow.state == "new")
    return counts, connection.execute(oldest).scalar_one()


def open_by_category(connection: Connection) -> dict[tuple[str, str], int]:
    """Return how many records are open, by type and category of their state."""
    columns = (RecordRow.type, RecordRow.category)
    query = select(*columns, func.count()).where(_OPEN).group_by(*columns)
    return {(kind, category): count for kind, category, count in connection.execute(query)}


def overdue_by_type(connection: Connection, now: datetime) -> dict[str, int]:
    """Return how many records have a clock that should have ended by *now*, by type."""
    query = select(RecordRow.type, func.count()).where(
        RecordRow.next_breach_at.is_not(None), RecordRow.next_breach_at <= now
    )
    return {kind: count for kind, count in connection.execute(query.group_by(RecordRow.type))}  # noqa: C416 - typed


def newest_records(connection: Connection, limit: int) -> list[str]:
    """Return the ids of the records that were opened last."""
    query = select(RecordRow.id).order_by(RecordRow.id.desc()).limit(limit)
    return list(connection.execute(query).scalars())


def log_size(database: Database) -> int:
    """Return how many bytes SQLite's write-ahead log takes; 0 on PostgreSQL."""
    if database.path is None:
        return 0
    try:
        return Path(f"{database.path}-wal").stat().st_size
    except OSError:
        return 0


def database_bytes(database: Database, connection: Connection) -> int:
    """Return how many bytes the database takes."""
    if database.path is not None:
        try:
            return database.path.stat().st_size
        except OSError:
            return 0
    return int(connection.execute(text("SELECT pg_database_size(current_database())")).scalar_one())


def last_backup(connection: Connection) -> tuple[datetime, dict[str, Any]] | None:
    """Return when the last backup was made, and what the audit log says of it."""
    query = select(AuditRow.at, AuditRow.body).where(AuditRow.action == "backup.make")
    row = connection.execute(query.order_by(AuditRow.seq.desc()).limit(1)).one_or_none()
    return None if row is None else (row.at, json.loads(row.body))
