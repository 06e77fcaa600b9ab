"""Lists in the order of several keys, fields among them, page by page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cmp_to_key
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, select, union_all

from .lists import LARGEST_PAGE, Page, list_records, records_by_id
from .record_filter import RecordFilter, branches, conditions, narrowed
from .sort_keys import (
    KeyValue,
    Place,
    SortKey,
    beyond,
    ordering,
    read_place,
    value_of,
    write_place,
)
from .tables import RecordRow


@dataclass(frozen=True, slots=True, kw_only=True)
class _Walk:
    """One order over what is wanted. names: of the columns in which the values of the keys come back."""

    connection: Connection
    ways: Sequence[RecordFilter]
    keys: Sequence[SortKey]
    values: Sequence[KeyValue]

    def part(self, *, valued: bool, place: Place | None, limit: int) -> list[RowMapping]:
        """Return the first rows that have a value of the first key, or that have none, after *place*."""
        if not self.ways or limit < 1:
            return []
        queries = [self._query(one, valued=valued, place=place).limit(limit) for one in self.ways]
        if len(queries) == 1:
            return list(self.connection.execute(queries[0]).mappings())
        parts = (select(query.subquery()) for query in queries)
        once = {row["id"]: row for row in self.connection.execute(union_all(*parts)).mappings()}
        return sorted(once.values(), key=cmp_to_key(self._compare))[:limit]

    def _query(self, wanted: RecordFilter, *, valued: bool, place: Place | None) -> Select[Any]:
        first = self.values[0]
        shown = (one.value.label(name_of(at)) for at, one in enumerate(self.values))
        query = select(RecordRow.id, *shown).where(
            *conditions(self.connection, wanted, self.keys[0].order)
        )
        if first.nullable:
            query = query.where(first.value.is_not(None) if valued else first.value.is_(None))
        if place is not None:
            query = query.where(*self._after(place))
        return query.order_by(*ordering(self.values, self.keys, RecordRow.id.expression))

    def _after(self, place: Place) -> list[ColumnElement[bool]]:
        """Return what lies beyond *place*, with a plain bound on the first key, which an index can take."""
        found = [beyond(self.values, self.keys, RecordRow.id.expression, place)]
        first, held = self.values[0], place.values[0]
        if held is not None and self.keys[0].order is not None:
            found.append(first.value <= held if self.keys[0].descending else first.value >= held)
        return found

    def _compare(self, one: RowMapping, other: RowMapping) -> int:
        """Return which of two rows comes first, as the database says it."""
        for at, key in enumerate(self.keys):
            left, right = one[name_of(at)], other[name_of(at)]
            if left == right:
                continue
            if left is None or right is None:
                return 1 if left is None else -1
            return -1 if (left > right if key.descending else left < right) else 1
        return -1 if (one["id"] < other["id"]) is not self.keys[0].descending else 1


def name_of(at: int) -> str:
    """Return the name of the column in which the value of key *at* comes back."""
    return f"key_{at}"


def list_ordered(
    connection: Connection,
    wanted: RecordFilter,
    keys: Sequence[SortKey],
    *,
    limit: int = 50,
    cursor: str | None = None,
) -> Page:
    """Return one page of *wanted* in the order of *keys*: of the first, where that is equal of the second, and so on.

    Records without a value of a key come after those that have one. cursor: from the page before; one that
    makes no sense begins from the start. An order that begins with a key without an index has every
    record that is wanted put in order for each page.
    """
    if len(keys) == 1 and keys[0].order is not None:
        order, descending = keys[0].order, keys[0].descending
        return list_records(
            connection, wanted, order=order, descending=descending, limit=limit, cursor=cursor
        )
    limit = max(1, min(limit, LARGEST_PAGE))
    wanted = narrowed(connection, wanted)
    values = [value_of(connection, key, first=not at) for at, key in enumerate(keys)]
    walk = _Walk(connection=connection, ways=branches(connection, wanted), keys=keys, values=values)
    place = read_place(cursor, values)
    rows: list[RowMapping] = []
    if place is None or place.values[0] is not None:
        rows += walk.part(valued=True, place=place, limit=limit + 1)
    if values[0].nullable and len(rows) <= limit:
        beyond_valued = place if place is not None and place.values[0] is None else None
        rows += walk.part(valued=False, place=beyond_valued, limit=limit + 1 - len(rows))
    return replace(_page(connection, rows, len(keys), limit), cut=wanted.cut)


def _page(connection: Connection, rows: Sequence[RowMapping], keys: int, limit: int) -> Page:
    shown = tuple(records_by_id(connection, [row["id"] for row in rows[:limit]]))
    if len(rows) <= limit:
        return Page(rows=shown, cursor=None)
    last = rows[limit - 1]
    values = [last[name_of(at)] for at in range(keys)]
    return Page(rows=shown, cursor=write_place(values, last["id"]))
