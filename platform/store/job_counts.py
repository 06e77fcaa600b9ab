"""How many jobs there are by kind and state, counted no further than what a page says."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Integer,
    Select,
    bindparam,
    func,
    literal_column,
    select,
    union_all,
)

from .claims import LANES
from .jobs import DEAD, LEASED, READY
from .prepared import Prepared
from .tables import JobRow

MOST_COUNTED = 2_000
_MOST: BindParameter[int] = bindparam("most", MOST_COUNTED, Integer())


def _first(*conditions: ColumnElement[bool], order: Any) -> Select[str, str]:
    """Return the first jobs of a state along its index."""
    some = select(JobRow.kind, JobRow.state).where(*conditions).order_by(order).limit(_MOST)
    return select(some.subquery())


_LANES = (JobRow.lane == literal_column(str(lane)) for lane in LANES)
_WAITING = union_all(*(_first(READY, lane, order=JobRow.due_at) for lane in _LANES)).subquery()
_EACH = union_all(
    select(select(_WAITING).limit(_MOST).subquery()),
    _first(LEASED, order=JobRow.lease_until),
    _first(DEAD, order=JobRow.id),
).subquery()
_COUNTS = Prepared(
    select(_EACH.c.kind, _EACH.c.state, func.count()).group_by(_EACH.c.kind, _EACH.c.state)
)


def count_jobs(connection: Connection) -> dict[tuple[str, str], int]:
    """Return how many jobs there are by kind and state, no more than ``MOST_COUNTED`` of a state.

    Of those that wait, the next due of each lane are counted: a million timers of the coming year are not read.
    """
    return {(kind, state): count for kind, state, count in _COUNTS.rows(connection, {})}


def count_words(number: int) -> str:
    """Return the number of a state's jobs; with a plus where counting ended."""
    return f"{number}+" if number >= MOST_COUNTED else str(number)
