"""Lists of records: filter, order, page by page; and counts for boards."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    RowMapping,
    Select,
    false,
    func,
    literal,
    or_,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute

from ..core.plain import instant, instant_text
from .found_by import MarkTest, among_ids, each_fits, few_ids
from .search import find
from .tables import RecordRow
from .where import IS_OPEN, IS_SETTLED, IS_WAITING, Beside

Order = Literal["updated", "created", "breach", "number", "priority"]
OPEN_CATEGORIES = frozenset({"open", "waiting"})
LARGEST_PAGE = 200
_BY_CATEGORY: dict[frozenset[Any], ColumnElement[bool]] = {
    OPEN_CATEGORIES: IS_OPEN,
    frozenset({"resolved", "closed"}): IS_SETTLED,
    frozenset({"waiting"}): IS_WAITING,
}

_COLUMNS: dict[str, InstrumentedAttribute[Any]] = {
    "updated": RecordRow.updated_at,
    "created": RecordRow.created_at,
    "breach": RecordRow.next_breach_at,
    "number": RecordRow.number,
    "priority": RecordRow.priority,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordFilter:
    """Which records; None means all. ``None`` inside *owners* or *teams*: those that have none.

    seen_by: only what this colleague may see: own (created, owned, followed) and those of *seen_teams*.
    overdue_at: those that have broken a promise by then. marks: tests on fields, tags and kept views.
    where: a condition on ``RecordRow``. only_open: *where* lets open ones through only. is_narrow, cut:
    see ``narrowed``.
    """

    types: frozenset[str] | None = None
    states: frozenset[str] | None = None
    categories: frozenset[str] | None = None
    priorities: frozenset[str] | None = None
    owners: frozenset[str | None] | None = None
    teams: frozenset[str | None] | None = None
    customer_id: str | None = None
    customers: frozenset[str] | None = None
    created_by: str | None = None
    seen_by: str | None = None
    seen_teams: frozenset[str] = frozenset()
    words: str = ""
    public_words: bool = False
    overdue_at: datetime | None = None
    breach_before: datetime | None = None
    created_since: datetime | None = None
    created_before: datetime | None = None
    ids: frozenset[str] | None = None
    marks: tuple[MarkTest, ...] = ()
    where: ColumnElement[bool] | None = None
    only_open: bool = False
    is_narrow: bool = False
    cut: bool = False

    @property
    def is_of_open(self) -> bool:
        """Return whether only open records can be wanted."""
        return self.only_open or (
            self.categories is not None and self.categories <= OPEN_CATEGORIES
        )


EVERYTHING = RecordFilter()


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordSummary:
    """A record as a list shows it."""

    id: str
    number: str
    type: str
    release: str
    version: int
    state: str
    category: str
    priority: str | None
    title: str
    owner: str | None
    team: str | None
    customer_id: str | None
    customer: dict[str, Any]
    created_by: str | None
    channel: str
    lang: str
    created_at: datetime
    updated_at: datetime
    entered_at: datetime
    first_reply_at: datetime | None
    waiting_reply_since: datetime | None
    next_due_at: datetime | None
    next_breach_at: datetime | None
    resolved_at: datetime | None
    closed_at: datetime | None
    merged_into: str | None
    escalation: int
    reopened: int
    messages: int
    tags: list[str]
    values: dict[str, Any]


_FIELDS: tuple[str, ...] = tuple(RecordSummary.__dataclass_fields__)


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
    column, start = _COLUMNS[order], _start(cursor)
    wanted = narrowed(connection, wanted)
    query = _summaries(connection, wanted, order)
    rows: list[RowMapping] = []
    if start is None or start[0] is not None:
        valued = query.where(column.is_not(None)) if column.property.columns[0].nullable else query
        rows += _some(connection, _after(valued, column, start, descending), limit + 1)
    if len(rows) <= limit and column.property.columns[0].nullable:
        empty = query.where(column.is_(None)).order_by(_ordered(RecordRow.id, descending))
        if start is not None and start[0] is None:
            last = start[1]
            empty = empty.where(RecordRow.id < last if descending else RecordRow.id > last)
        rows += _some(connection, empty, limit + 1 - len(rows))
    return replace(_page(rows, column.key, limit), cut=wanted.cut)


def first_pages(
    connection: Connection, wanted: Sequence[RecordFilter], *, order: Order, limit: int
) -> list[Page]:
    """Return the first page of each of *wanted*, ascending, with two questions for all of them."""
    column = _COLUMNS[order]
    found: list[list[RowMapping]] = [[] for _ in wanted]
    for is_valued in (True, False):
        queries = []
        for at, one in enumerate(wanted):
            left = limit + 1 - len(found[at])
            if left <= 0:
                continue
            query = _summaries(connection, one, order).add_columns(literal(at, Integer).label("at"))
            if is_valued:
                query = query.where(column.is_not(None)).order_by(column, RecordRow.id)
            else:
                query = query.where(column.is_(None)).order_by(RecordRow.id)
            queries.append(select(query.limit(left).subquery()))
        if queries:
            for row in connection.execute(union_all(*queries)).mappings():
                found[row["at"]].append(row)
    return [_page(rows, column.key, limit) for rows in found]


def records_by_id(connection: Connection, ids: Sequence[str]) -> list[RecordSummary]:
    """Return the records *ids* in that order, leaving out those that do not exist."""
    query = _summaries(connection, RecordFilter(ids=frozenset(ids)))
    found = {row["id"]: _summary(row) for row in connection.execute(query).mappings()}
    return [found[one] for one in ids if one in found]


def ids_of(
    connection: Connection, wanted: RecordFilter, *, after: str = "", limit: int = 1000
) -> list[str]:
    """Return up to *limit* ids of *wanted* beyond *after*, in the order of ids: for walking over all."""
    wanted = narrowed(connection, wanted)
    query = select(RecordRow.id).where(RecordRow.id > after, *conditions(connection, wanted))
    return list(connection.execute(query.order_by(RecordRow.id).limit(limit)).scalars())


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
    some = select(literal(1, Integer)).where(*conditions(connection, wanted))
    some = some.select_from(RecordRow).limit(most + 1)
    number = connection.execute(select(func.count()).select_from(some.subquery())).scalar_one()
    return Total(number=min(number, most), more=wanted.cut or number > most)


def narrowed(connection: Connection, wanted: RecordFilter) -> RecordFilter:
    """Return the same with words, and those tests that few records fit, turned into ids.

    Tests that many records fit stay: they are asked of one record after the other, in the order of the
    list. cut: the words occur so often that not every record with them is among the ids.
    """
    if wanted.is_narrow:
        return wanted
    ids, cut = wanted.ids, False
    if wanted.words.strip():
        found = find(connection, wanted.words, public_only=wanted.public_words)
        ids, cut = _both(ids, found.ids), found.cut
    many = []
    for test in wanted.marks:
        few = few_ids(connection, test, only_open=wanted.is_of_open)
        if few is None:
            many.append(test)
        else:
            ids = _both(ids, few)
    return replace(wanted, words="", ids=ids, marks=tuple(many), cut=cut, is_narrow=True)


def _both(ids: frozenset[str] | None, more: Sequence[str]) -> frozenset[str]:
    return frozenset(more) if ids is None else ids & frozenset(more)


def conditions(
    connection: Connection, wanted: RecordFilter, order: Order | None = None
) -> list[ColumnElement[bool]]:
    """Return *wanted*, which is narrowed, as conditions on ``RecordRow``.

    order: of a list; then a column only sifts unless an index has its records in that order.
    """
    leading = None if order is None else _leading(wanted, order)
    found: list[ColumnElement[bool]] = []
    if wanted.ids is not None:
        found.append(among_ids(connection, sorted(wanted.ids)))
    for column, values in (
        (RecordRow.type, wanted.types),
        (RecordRow.state, wanted.states),
        (RecordRow.category, wanted.categories),
        (RecordRow.priority, wanted.priorities),
        (RecordRow.owner, wanted.owners),
        (RecordRow.team, wanted.teams),
        (RecordRow.customer_id, wanted.customers),
    ):
        if values is not None:
            sifts = leading is not None and column.key not in leading
            whole = _whole_category(column, values)
            found.append(whole if whole is not None else _among(column, values, sifts=sifts))
    found += _people(wanted) + _times(wanted)
    found += [each_fits(connection, one, only_open=wanted.is_of_open) for one in wanted.marks]
    if wanted.where is not None:
        found.append(wanted.where)
    return found


def _whole_category(column: Any, values: frozenset[Any]) -> ColumnElement[bool] | None:
    """Return the categories in the words of a partial index, if there is one for just these."""
    return _BY_CATEGORY.get(values) if column is RecordRow.category else None


def _leading(wanted: RecordFilter, order: Order) -> frozenset[str]:
    """Return the columns by which the records may be looked up: those with an index in the order of the list."""
    if wanted.ids is not None:
        return frozenset()
    of_kind = (_is_one(wanted.types), _is_one(wanted.states))
    if wanted.is_of_open and order == "breach":
        for column, values in (("owner", wanted.owners), ("team", wanted.teams)):
            if _is_one(values):
                return frozenset({column})
        return frozenset({"type", "state"}) if all(of_kind) else frozenset()
    if wanted.is_of_open:
        return frozenset()
    if order == "updated" and all(of_kind):
        return frozenset({"type", "state"})
    return frozenset({"type", "customer_id"}) if order in ("updated", "created") else frozenset()


def _is_one(values: frozenset[Any] | None) -> bool:
    return values is not None and len(values) == 1


def _among(
    column: InstrumentedAttribute[Any],
    values: frozenset[str] | frozenset[str | None],
    *,
    sifts: bool = False,
) -> ColumnElement[bool]:
    place: Any = Beside(column) if sifts else column
    some = sorted(value for value in values if value is not None)
    if not some and None in values:
        return place.is_(None)
    named = false() if not some else place == some[0] if len(some) == 1 else place.in_(some)
    return or_(named, place.is_(None)) if None in values else named


def _people(wanted: RecordFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.customer_id is not None:
        found.append(RecordRow.customer_id == wanted.customer_id)
    if wanted.created_by is not None:
        found.append(RecordRow.created_by == wanted.created_by)
    if wanted.seen_by is not None:
        mine = or_(RecordRow.owner == wanted.seen_by, RecordRow.created_by == wanted.seen_by)
        teams = RecordRow.team.in_(sorted(wanted.seen_teams))
        found.append(or_(mine, teams) if wanted.seen_teams else mine)
    return found


def _times(wanted: RecordFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    for limit in (wanted.overdue_at, wanted.breach_before):
        if limit is not None:
            found.append(RecordRow.next_breach_at <= limit)
    if wanted.created_since is not None:
        found.append(RecordRow.created_at >= wanted.created_since)
    if wanted.created_before is not None:
        found.append(RecordRow.created_at < wanted.created_before)
    return found


def _summaries(
    connection: Connection, wanted: RecordFilter, order: Order | None = None
) -> Select[Any]:
    columns = (RecordRow.__table__.c[name] for name in _FIELDS)
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


def _some(connection: Connection, query: Select[Any], limit: int) -> list[RowMapping]:
    return list(connection.execute(query.limit(limit)).mappings())


def _page(rows: list[RowMapping], key: str, limit: int) -> Page:
    shown = tuple(_summary(row) for row in rows[:limit])
    if len(rows) <= limit:
        return Page(rows=shown, cursor=None)
    value = rows[limit - 1][key]
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


def _summary(row: RowMapping) -> RecordSummary:
    return RecordSummary(**{name: row[name] for name in _FIELDS})
