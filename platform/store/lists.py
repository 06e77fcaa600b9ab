"""Lists of records: filter, order, page by page; and counts for boards."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from operator import attrgetter
from typing import Any, Literal

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Select,
    func,
    literal,
    select,
    tuple_,
    union,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.base import Executable

from ..core.plain import instant, instant_text
from .record_filter import (
    EVERYTHING,
    LARGEST_PAGE,
    OPEN_CATEGORIES,
    Order,
    RecordFilter,
    branches,
    conditions,
    narrowed,
)
from .remembered_lists import rows_of
from .summaries import FIELDS, RecordSummary, placed_summaries, summaries_of
from .tables import RecordRow

_COLUMNS: dict[str, InstrumentedAttribute[Any]] = {
    "updated": RecordRow.updated_at,
    "created": RecordRow.created_at,
    "breach": RecordRow.next_breach_at,
    "number": RecordRow.number,
    "priority": RecordRow.priority,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some records, and where the next ones begin; cursor None: there are no more.

    cut: the words occur so often that older records were left out.
    """

    rows: tuple[RecordSummary, ...]
    cursor: str | None
    cut: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """How many there are. more: at least so many."""

    number: int
    more: bool = False


def list_records(
    connection: Connection,
    wanted: RecordFilter = EVERYTHING,
    *,
    order: Order = "updated",
    descending: bool = True,
    limit: int = 50,
    cursor: str | None = None,
) -> Page:
    """Return one page of *wanted*. Records without a value to order by come last.

    cursor: from the page before. One that makes no sense begins from the start.
    """
    limit = max(1, min(limit, LARGEST_PAGE))
    wanted = narrowed(connection, wanted)
    column, start = _COLUMNS[order], _start(cursor)
    ways = branches(connection, wanted)
    nullable = column.property.columns[0].nullable
    rows: list[RecordSummary] = []
    if start is None or start[0] is not None:
        rows += _merged(connection, ways, order, start, descending, limit + 1)
    if len(rows) <= limit and nullable:
        after = start[1] if start is not None and start[0] is None else None
        rows += _merged_empty(connection, ways, order, after, descending, limit + 1 - len(rows))
    return replace(_page(rows, column.key, limit), cut=wanted.cut)


def _merged(
    connection: Connection,
    ways: Sequence[RecordFilter],
    order: Order,
    start: tuple[Any, str] | None,
    descending: bool,
    limit: int,
) -> list[RecordSummary]:
    """Return the first of all *ways* that have a value to be ordered by."""
    column, nullable = _COLUMNS[order], _COLUMNS[order].property.columns[0].nullable

    def make(asked: Sequence[RecordFilter]) -> list[Select[Any]]:
        queries = []
        for one in asked:
            query = _summaries(connection, one, order)
            query = query.where(column.is_not(None)) if nullable else query
            queries.append(_after(query, column, start, descending))
        return queries

    rows = _some(connection, make, ways, limit, ("valued", order, start, descending))
    if len(ways) > 1:
        rows = _distinct(rows, attrgetter(column.key, "id"), descending)
    return rows[:limit]


def _merged_empty(
    connection: Connection,
    ways: Sequence[RecordFilter],
    order: Order,
    after: str | None,
    descending: bool,
    limit: int,
) -> list[RecordSummary]:
    """Return the first of all *ways* that have no value to be ordered by: in the order of their ids."""

    def make(asked: Sequence[RecordFilter]) -> list[Select[Any]]:
        queries = []
        for one in asked:
            query = _summaries(connection, one, order).where(_COLUMNS[order].is_(None))
            if after is not None:
                query = query.where(RecordRow.id < after if descending else RecordRow.id > after)
            queries.append(query.order_by(_ordered(RecordRow.id, descending)))
        return queries

    rows = _some(connection, make, ways, limit, ("empty", order, after, descending))
    if len(ways) > 1:
        rows = _distinct(rows, attrgetter("id"), descending)
    return rows[:limit]


def _distinct(
    rows: list[RecordSummary], key: Callable[[RecordSummary], Any], descending: bool
) -> list[RecordSummary]:
    once = {row.id: row for row in rows}
    return sorted(once.values(), key=key, reverse=descending)


def first_pages(
    connection: Connection, wanted: Sequence[RecordFilter], *, order: Order, limit: int
) -> list[Page]:
    """Return the first page of each of *wanted*, ascending, with two questions for all of them."""
    column = _COLUMNS[order]
    ways = [branches(connection, narrowed(connection, one)) for one in wanted]
    found: list[list[RecordSummary]] = [[] for _ in wanted]
    for is_valued in (True, False):
        parts = [
            (at, limit + 1 - len(found[at]), one)
            for at, some in enumerate(ways)
            for one in some
            if len(found[at]) <= limit
        ]
        fresh: list[list[RecordSummary]] = [[] for _ in wanted]
        for at, row in _firsts(connection, parts, order, is_valued):
            fresh[at].append(row)
        for at, rows in enumerate(fresh):
            key = attrgetter(column.key, "id") if is_valued else attrgetter("id")
            ordered = _distinct(rows, key, False)
            found[at] += ordered[: limit + 1 - len(found[at])]
    return [_page(rows, column.key, limit) for rows in found]


def _firsts(
    connection: Connection,
    parts: Sequence[tuple[int, int, RecordFilter]],
    order: Order,
    is_valued: bool,
) -> list[tuple[int, RecordSummary]]:
    """Return the first rows of each part, with its place among the pages; parts: place, how many, which records."""
    if not parts:
        return []

    def make(asked: Sequence[RecordFilter]) -> Executable:
        queries = (
            _first(connection, one, order, at, left, is_valued)
            for one, (at, left, _) in zip(asked, parts, strict=True)
        )
        return union_all(*queries)

    places = tuple((at, left) for at, left, _ in parts)
    shape = ("first", places, order, is_valued)
    return placed_summaries(connection, [one for *_, one in parts], shape, make)


def _first(
    connection: Connection, wanted: RecordFilter, order: Order, at: int, limit: int, is_valued: bool
) -> Select[Any]:
    column = _COLUMNS[order]
    query = _summaries(connection, wanted, order).add_columns(literal(at, Integer).label("at"))
    if is_valued:
        query = query.where(column.is_not(None)).order_by(column, RecordRow.id)
    else:
        query = query.where(column.is_(None)).order_by(RecordRow.id)
    return select(query.limit(limit).subquery())


def records_by_id(connection: Connection, ids: Sequence[str]) -> list[RecordSummary]:
    """Return the records *ids* in that order, leaving out those that do not exist."""

    def make(asked: Sequence[RecordFilter]) -> Executable:
        return _summaries(connection, asked[0])

    wanted = [RecordFilter(ids=frozenset(ids))]
    found = {row.id: row for row in summaries_of(connection, wanted, "by id", make)}
    return [found[one] for one in ids if one in found]


def ids_of(
    connection: Connection, wanted: RecordFilter, *, after: str = "", limit: int = 1000
) -> list[str]:
    """Return up to *limit* ids of *wanted* beyond *after*, in the order of ids: for walking over all."""
    wanted = narrowed(connection, wanted)
    query = select(RecordRow.id).where(RecordRow.id > after, *conditions(connection, wanted))
    return list(connection.execute(query.order_by(RecordRow.id).limit(limit)).scalars())


def ids_by_creation(
    connection: Connection, wanted: RecordFilter, *, after: str = "", limit: int = 1000
) -> tuple[list[str], str]:
    """Return up to *limit* ids of *wanted*, the oldest first, and the place behind them, where the next ones begin.

    For walking over all: an index has what it takes, and no record is read. after: such a place, empty for the start.
    """
    wanted = narrowed(connection, wanted)
    columns = (RecordRow.__table__.c[name] for name in ("created_at", "id"))
    every = select(*columns).where(*conditions(connection, wanted, "created"))
    query = _after(every, RecordRow.created_at, _start(after), False)
    rows = list(connection.execute(query.limit(limit)))
    place = json.dumps([instant_text(rows[-1][0]), rows[-1][1]]) if rows else ""
    return [row[1] for row in rows], urlsafe_b64encode(place.encode()).decode()


def newest_ids(connection: Connection, wanted: RecordFilter, limit: int) -> list[str]:
    """Return the ids of up to *limit* of *wanted*, those changed last first, from an index alone."""
    wanted = narrowed(connection, wanted)
    query = select(RecordRow.id).where(*conditions(connection, wanted, "updated"))
    ordered = query.order_by(RecordRow.updated_at.desc(), RecordRow.id.desc())
    return list(connection.execute(ordered.limit(limit)).scalars())


def count_by(
    connection: Connection,
    wanted: RecordFilter,
    by: Literal["state", "owner", "team", "priority", "type", "category"],
) -> dict[str | None, int]:
    """Return how many of *wanted* there are for each value of *by*."""
    wanted = narrowed(connection, wanted)
    column: InstrumentedAttribute[str | None] = getattr(RecordRow, by)
    query = select(column, func.count()).where(*conditions(connection, wanted)).group_by(column)
    return dict(connection.execute(query).all())


def count(connection: Connection, wanted: RecordFilter) -> int:
    """Return how many of *wanted* there are."""
    wanted = narrowed(connection, wanted)
    query = select(func.count()).select_from(RecordRow).where(*conditions(connection, wanted))
    return connection.execute(query).scalar_one()


def count_up_to(connection: Connection, wanted: RecordFilter, most: int) -> Total:
    """Return how many of *wanted* there are, counting no further than *most*."""
    wanted = narrowed(connection, wanted)
    ways = branches(connection, wanted)
    if not ways:
        return Total(number=0)
    order: Order = "breach" if wanted.is_of_open else "updated"
    column = _COLUMNS[order]

    def make(asked: Sequence[RecordFilter]) -> Select[int]:
        parts = []
        for one in asked:
            query = select(RecordRow.id).where(*conditions(connection, one, order))
            parts.append(select(query.order_by(column, RecordRow.id).limit(most + 1).subquery()))
        every = parts[0] if len(parts) == 1 else union(*parts)
        return select(func.count()).select_from(every.subquery())

    ((number,),) = rows_of(connection, ways, ("count", order, most), make)
    return Total(number=min(number, most), more=wanted.cut or number > most)


def _summaries(
    connection: Connection, wanted: RecordFilter, order: Order | None = None
) -> Select[Any]:
    columns = (RecordRow.__table__.c[name] for name in FIELDS)
    return select(*columns).where(*conditions(connection, wanted, order))


def _after(
    query: Select[Any],
    column: InstrumentedAttribute[Any],
    start: tuple[Any, str] | None,
    descending: bool,
) -> Select[Any]:
    if start is not None:
        value = instant(start[0]) if column.key.endswith("_at") else start[0]
        place, last = tuple_(column, RecordRow.id), tuple_(value, start[1])
        query = query.where(place < last if descending else place > last)
    return query.order_by(_ordered(column, descending), _ordered(RecordRow.id, descending))


def _ordered(column: InstrumentedAttribute[Any], descending: bool) -> ColumnElement[Any]:
    return column.desc() if descending else column.asc()


def _some(
    connection: Connection,
    make: Callable[[Sequence[RecordFilter]], list[Select[Any]]],
    ways: Sequence[RecordFilter],
    limit: int,
    place: Hashable,
) -> list[RecordSummary]:
    """Return the first *limit* rows of each of the queries that *make* builds of *ways*, which differ by *place* too."""

    def whole(asked: Sequence[RecordFilter]) -> Executable:
        queries = make(asked)
        if len(queries) == 1:
            return queries[0].limit(limit)
        return union_all(*(select(query.limit(limit).subquery()) for query in queries))

    if not ways:
        return []
    return summaries_of(connection, ways, (place, limit), whole)


def _page(rows: list[RecordSummary], key: str, limit: int) -> Page:
    shown = tuple(rows[:limit])
    if len(rows) <= limit:
        return Page(rows=shown, cursor=None)
    value = getattr(shown[-1], key)
    text = instant_text(value) if isinstance(value, datetime) else value
    place = json.dumps([text, shown[-1].id])
    return Page(rows=shown, cursor=urlsafe_b64encode(place.encode()).decode())


def _start(cursor: str | None) -> tuple[Any, str] | None:
    """Return the value and the id after which to go on; None for a cursor that is not one of ours."""
    try:
        value, last = json.loads(urlsafe_b64decode(cursor or ""))
        if value is not None and value.endswith("Z"):
            instant(value)
    except (ValueError, TypeError, AttributeError):
        return None
    return (value, last) if isinstance(last, str) else None


__all__ = [
    "EVERYTHING",
    "LARGEST_PAGE",
    "OPEN_CATEGORIES",
    "Order",
    "Page",
    "RecordFilter",
    "RecordSummary",
    "Total",
    "count",
    "count_by",
    "count_up_to",
    "first_pages",
    "ids_by_creation",
    "ids_of",
    "list_records",
    "narrowed",
    "records_by_id",
]
