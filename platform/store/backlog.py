"""How much claimed work is under way, and which workers live: for who decides how much more may be claimed."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, func, literal_column, select

from .claims import database_now
from .installation import Heartbeat
from .tables import HeartbeatRow, JobRow


def under_way(connection: Connection, now: datetime) -> dict[int, int]:
    """Return how many jobs of each lane are in hands whose lease still holds. *now*: for SQLite."""
    leased = JobRow.state == literal_column("'leased'")
    query = (
        select(JobRow.lane, func.count())
        .where(leased, JobRow.lease_until >= _instant(connection, now))
        .group_by(JobRow.lane)
    )
    return {lane: count for lane, count in connection.execute(query)}  # noqa: C416 - typed


def living(connection: Connection, kind: str, now: datetime, within: timedelta) -> list[Heartbeat]:
    """Return the processes of *kind* that gave a sign of life *within* the last time. *now*: for SQLite."""
    query = select(HeartbeatRow.__table__).where(
        HeartbeatRow.kind == kind, HeartbeatRow.at >= _instant(connection, now) - within
    )
    return [Heartbeat(**row) for row in connection.execute(query).mappings()]


def _instant(connection: Connection, now: datetime) -> datetime:
    return database_now(connection) or now
