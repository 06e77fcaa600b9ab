"""Whose hands a job is in once it was begun, and what is freed when these hands are gone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, and_, select, update

from .claims import database_now
from .jobs import LEASED
from .tables import HeartbeatRow, JobRow

_BEGUN = and_(LEASED, JobRow.begun.is_(True))


def silent_holders(
    connection: Connection, now: datetime | None, patience: Mapping[str, timedelta]
) -> list[str]:
    """Return the nodes that hold jobs which they began, and gave no sign of life for longer than *patience*.

    patience: by the kind of process; what else a node is does not count. A node of which no sign is known
    is not among them: it never said that it would give any. *now*: None for the database's own clock.
    """
    held = select(JobRow.lease_node).where(_BEGUN).distinct()
    nodes = [one for one in connection.execute(held).scalars() if one]
    if not nodes:
        return []
    instant = now or database_now(connection)
    assert instant is not None
    signs = select(HeartbeatRow.node, HeartbeatRow.kind, HeartbeatRow.at)
    rows = connection.execute(
        signs.where(HeartbeatRow.node.in_(nodes), HeartbeatRow.kind.in_(sorted(patience)))
    ).all()
    alive = {row.node for row in rows if instant - row.at <= patience[row.kind]}
    return sorted({row.node for row in rows} - alive)


def end_leases_of(connection: Connection, nodes: Sequence[str], now: datetime | None) -> int:
    """End the leases of what *nodes* began, so that the next claim gives it back; return how many.

    Whoever still lives and holds one loses it only to the next claim, and learns so by its token.
    *now*: None for the database's own clock.
    """
    if not nodes:
        return 0
    instant = now or database_now(connection)
    assert instant is not None
    theirs = and_(_BEGUN, JobRow.lease_node.in_(nodes), JobRow.lease_until > instant)
    ended = update(JobRow).where(theirs).values(lease_until=instant - timedelta(seconds=1))
    return connection.execute(ended).rowcount


def holds_any(connection: Connection, node: str) -> bool:
    """Return whether *node* holds a job that it began."""
    query = select(JobRow.id).where(_BEGUN, JobRow.lease_node == node).limit(1)
    return connection.execute(query).first() is not None
