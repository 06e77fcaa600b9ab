"""Mark records anew after the views changed: some at a time while everybody works on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, bindparam, delete, func, select, text, update

from .kept_views import ViewPlan
from .mark_tables import RecordMarkRow, TallyRow
from .marking import marks_row, write_many
from .marks import load_marked
from .prepared import Prepared
from .record_json import load_state
from .tables import RecordRow
from .where import IS_OPEN

_NEW_MARKS = (
    update(RecordRow)
    .where(RecordRow.id == bindparam("b_id"))
    .values(marks=bindparam("b_marks"), plan=bindparam("b_plan"))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """Whether marks can be trusted. basic: for fields, parts and the built-in counts; views, all: see below.

    views: every open record is marked by the views in force. all: the settled ones too.
    """

    basic: bool
    views: bool
    all: bool


_ENDS = Prepared(
    select(
        select(func.min(RecordRow.plan)).where(IS_OPEN).scalar_subquery(),
        select(func.max(RecordRow.plan)).where(IS_OPEN).scalar_subquery(),
        select(func.min(RecordRow.plan)).scalar_subquery(),
        select(func.max(RecordRow.plan)).scalar_subquery(),
    )
)


def readiness(connection: Connection, plan_id: str) -> Readiness:
    """Return how far the records are marked by the plan: four looks at the ends of two indexes."""
    ((least_open, most_open, least, most),) = _ENDS.rows(connection, {})
    return Readiness(
        basic=least != "",
        views=least_open is None or least_open == most_open == plan_id,
        all=least is None or least == most == plan_id,
    )


def remark_some(connection: Connection, plan: ViewPlan, limit: int = 200) -> int:
    """Mark up to *limit* records that are not marked by *plan*, open ones first; return how many."""
    for query in _stale(plan.id):
        if connection.dialect.name == "postgresql":
            query = query.with_for_update(of=RecordRow)
        rows = connection.execute(query.limit(limit)).all()
        if rows:
            _remark(connection, plan, rows)
            return len(rows)
    return 0


def forget_all(connection: Connection) -> None:
    """Let no record be found or counted by anything, for all to be marked anew from what they are.

    Nobody writes records until the transaction ends; readers go on, and read the records one by one.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("LOCK TABLE record IN SHARE ROW EXCLUSIVE MODE"))
    connection.execute(delete(RecordMarkRow))
    connection.execute(delete(TallyRow))
    connection.execute(update(RecordRow).values(marks="", plan=""))


def count_stale(connection: Connection, plan_id: str) -> int:
    """Return how many records are not marked by the plan: for progress, it reads an index from end to end."""
    current = select(func.count()).select_from(RecordRow).where(RecordRow.plan == plan_id)
    every = select(func.count()).select_from(RecordRow)
    return int(connection.execute(every).scalar_one() - connection.execute(current).scalar_one())


def _stale(plan_id: str) -> list[Select[str, str, str]]:
    query = select(RecordRow.id, RecordRow.marks, RecordRow.state_json)
    ordered = query.order_by(RecordRow.plan, RecordRow.id)
    sides = (RecordRow.plan < plan_id, RecordRow.plan > plan_id)
    return [ordered.where(IS_OPEN, side) for side in sides] + [
        ordered.where(side) for side in sides
    ]


def _remark(connection: Connection, plan: ViewPlan, rows: Any) -> None:
    updates, changes = [], []
    for record_id, before, said in rows:
        fresh = marks_row(load_state(said), plan)
        updates.append({"b_id": record_id, "b_marks": fresh["marks"], "b_plan": plan.id})
        if fresh["marks"] != before:
            changes.append((record_id, load_marked(before), load_marked(fresh["marks"])))
    connection.execute(_NEW_MARKS, updates)
    write_many(connection, changes)
