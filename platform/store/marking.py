"""Keep marks and tallies in step with the records: the difference of before and after, in the same transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from ..core.record import RecordState
from .kept_views import NO_VIEWS, ViewPlan
from .mark_tables import RecordMarkRow, TallyRow
from .marks import Group, Mark, Marked, dump_marked, load_marked, marked
from .prepared import Prepared
from .tables import RecordRow

_GROUP = ("name", "type", "state", "team", "owner", "part")
_ADD_MARKS = Prepared(insert(RecordMarkRow))
_DROP_MARK = Prepared(
    delete(RecordMarkRow).where(
        RecordMarkRow.name == bindparam("b_name"),
        RecordMarkRow.text == bindparam("b_text"),
        RecordMarkRow.open == bindparam("b_open"),
        RecordMarkRow.record_id == bindparam("b_record"),
    )
)


def _counting(make: Any) -> Any:
    statement = make(TallyRow)
    added = TallyRow.count + statement.excluded.count
    return statement.on_conflict_do_update(index_elements=list(_GROUP), set_={"count": added})


_COUNT = Prepared({"sqlite": _counting(sqlite.insert), "postgresql": _counting(postgresql.insert)})


def marks_row(state: RecordState, plan: ViewPlan = NO_VIEWS) -> dict[str, str]:
    """Return the columns ``marks`` and ``plan`` of the record's row."""
    found = marked(state, plan.names_for(state))
    return {"marks": dump_marked(found), "plan": plan.id}


def write_marks(connection: Connection, record_id: str, before: str, after: str) -> None:
    """Bring the tables from what the column ``marks`` said *before* to what it says *after*."""
    if before == after:
        return
    write_many(connection, [(record_id, load_marked(before), load_marked(after))])


def write_many(connection: Connection, changes: Sequence[tuple[str, Marked, Marked]]) -> None:
    """Do the same for several records at once: id, before, after of each."""
    gone: list[dict[str, Any]] = []
    fresh: list[dict[str, Any]] = []
    for record_id, old, new in changes:
        same = old.marks & new.marks if old.open == new.open else frozenset[Mark]()
        gone += [_key(record_id, old.open, mark) for mark in old.marks - same]
        fresh += [_row(record_id, new.open, mark) for mark in new.marks - same]
    _DROP_MARK.run_many(connection, gone)
    _ADD_MARKS.run_many(connection, fresh)
    added = [group for _, old, new in changes for group in new.groups - old.groups]
    count_groups(connection, added, [g for _, old, new in changes for g in old.groups - new.groups])


def forget_marks(connection: Connection, record_id: str) -> None:
    """Let the record be found by nothing and counted nowhere: call it before its row is deleted."""
    query = select(RecordRow.marks).where(RecordRow.id == record_id)
    before = connection.execute(query).scalar_one_or_none() or ""
    write_marks(connection, record_id, before, "")
    values = {"marks": "", "plan": ""}
    connection.execute(update(RecordRow).where(RecordRow.id == record_id).values(values))


def _key(record_id: str, is_open: bool, mark: Mark) -> dict[str, Any]:
    return {"b_name": mark.name, "b_text": mark.text, "b_open": is_open, "b_record": record_id}


def _row(record_id: str, is_open: bool, mark: Mark) -> dict[str, Any]:
    return {**mark._asdict(), "open": is_open, "record_id": record_id}


def count_groups(connection: Connection, added: Iterable[Group], gone: Iterable[Group]) -> None:
    """Count one more of each of *added*, one less of each of *gone*."""
    changes = Counter(added)
    changes.subtract(gone)
    part = _part(connection)
    rows = [
        {**group._asdict(), "part": part, "count": change}
        for group, change in sorted(changes.items())
        if change
    ]
    if rows:
        _COUNT.run_many(connection, rows)


def _part(connection: Connection) -> int:
    """Return the part that this session alone adds to; SQLite has one writer anyway."""
    if connection.dialect.name == "sqlite":
        return 0
    driver: Any = connection.connection.driver_connection
    return int(driver.info.backend_pid)


def fold_tallies(connection: Connection) -> None:
    """Bring the parts of every count together, and forget what is none; readers see the same sums."""
    columns = (TallyRow.name, TallyRow.type, TallyRow.state, TallyRow.team, TallyRow.owner)
    if connection.dialect.name == "sqlite":
        connection.execute(delete(TallyRow).where(TallyRow.count == 0))
        return
    free = (
        select(*columns, TallyRow.part).where(TallyRow.part != 0).with_for_update(skip_locked=True)
    )
    chosen = free.cte("free")
    keys = [TallyRow.__table__.c[name] == chosen.c[name] for name in _GROUP]
    taken = delete(TallyRow).where(*keys).returning(*columns, TallyRow.count).cte("taken")
    sums = select(*(taken.c[name] for name in _GROUP[:-1]), func.sum(taken.c.count).label("count"))
    rows = connection.execute(sums.group_by(*(taken.c[name] for name in _GROUP[:-1])))
    folded = [{**row, "part": 0, "count": int(row["count"])} for row in rows.mappings()]
    folded = [row for row in folded if row["count"]]
    if folded:
        _COUNT.run_many(connection, folded)
