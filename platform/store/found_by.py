"""Which records fit a test on a field, a tag or a view: by their marks, a few at once or one by one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Integer,
    Select,
    Text,
    and_,
    any_,
    bindparam,
    literal,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY

from ..expressions.types import NUMBER, TEXT
from .mark_tables import RecordMarkRow
from .marks import exact, field_mark
from .prepared import Prepared, Remembered
from .sql_postgres import PostgresWords
from .sql_snippet import Snippet
from .sql_sqlite import SqliteWords
from .sql_words import JsonAt
from .tables import RecordRow

FEW = 2_000
"""So many records can be looked at one after the other within a page's time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkTest:
    """One of *texts*, or a value between bounds, both included. None: no such bound.

    least, most: of numbers. since, until: of texts such as dates, which sort as they are written.
    """

    name: str
    texts: frozenset[str] | None = None
    least: float | None = None
    most: float | None = None
    since: str | None = None
    until: str | None = None

    @property
    def is_range(self) -> bool:
        """Return whether it has bounds instead of values."""
        return self.texts is None


def field_test(field: str, values: Sequence[str]) -> MarkTest:
    """Return that the field is one of *values*, or has one of them among its choices."""
    return MarkTest(name=field_mark(field), texts=frozenset(map(exact, values)))


def view_test(name: str) -> MarkTest:
    """Return that the record is a member of the kept view *name*."""
    return MarkTest(name=name, texts=frozenset({""}))


_IS_SETTLED = Prepared(
    select(literal(1, Integer))
    .select_from(RecordMarkRow)
    .where(
        RecordMarkRow.name == bindparam("wanted"),
        RecordMarkRow.text == "",
        RecordMarkRow.open.is_(False),
    )
    .limit(literal(1, Integer))
)
_FEW = Remembered()


def few_ids(connection: Connection, test: MarkTest, *, only_open: bool) -> list[str] | None:
    """Return the ids of all records that fit, None when there are more than ``FEW``."""

    def make() -> Select[str]:
        query = select(RecordMarkRow.record_id).where(_fits(test))
        if only_open:
            query = query.where(RecordMarkRow.open)
        return query.limit(FEW + 1)

    rows = _FEW.rows(connection, (test, only_open), make)
    return None if len(rows) > FEW else [one for (one,) in rows]


def has_settled(connection: Connection, name: str) -> bool:
    """Return whether the kept view *name* has members that are not open."""
    return _IS_SETTLED.first(connection, {"wanted": name}) is not None


def _fits(test: MarkTest) -> ColumnElement[bool]:
    row = RecordMarkRow
    found: list[ColumnElement[bool]] = [row.name == test.name]
    if test.texts is not None:
        texts = sorted(test.texts)
        found.append(row.text == texts[0] if len(texts) == 1 else row.text.in_(texts))
    if test.least is not None or test.most is not None:
        found.append(row.number.is_not(None))
    found += [row.number >= test.least] if test.least is not None else []
    found += [row.number <= test.most] if test.most is not None else []
    found += [row.text >= test.since] if test.since is not None else []
    found += [row.text <= test.until] if test.until is not None else []
    return and_(*found)


def each_fits(connection: Connection, test: MarkTest, *, only_open: bool) -> ColumnElement[bool]:
    """Return the same as a condition that is asked of one record after the other."""
    if test.is_range:
        return _value_fits(connection, test)
    row = RecordMarkRow
    states = (True,) if only_open else (True, False)
    here = (row.record_id == RecordRow.id, row.open.in_(states), _fits(test))
    # Not EXISTS: PostgreSQL would make a join of it, and begin with the marks.
    one = select(literal(1, Integer)).where(*here).limit(1)
    # Not "= 1": PostgreSQL would take it for rare, and sort everything instead of walking along the index.
    return one.correlate(RecordRow).scalar_subquery().is_not(None)


def _value_fits(connection: Connection, test: MarkTest) -> ColumnElement[bool]:
    """Return the bounds as a condition on the record's own values: marks are in no order for one record."""
    words = SqliteWords() if connection.dialect.name == "sqlite" else PostgresWords()
    place = JsonAt(column=RecordRow.__table__.c["values"], keys=(test.name.removeprefix("f:"),))
    parts: list[ColumnElement[bool]] = []
    for kind, sign, limit in (
        (NUMBER, ">=", test.least),
        (NUMBER, "<=", test.most),
        (TEXT, ">=", test.since),
        (TEXT, "<=", test.until),
    ):
        if limit is not None:
            value = words.read(place, kind)
            parts.append(Snippet(f"({{}} {sign} {{}})", value, literal(limit)))
    return and_(true(), *parts)


def among_ids(
    connection: Connection, ids: frozenset[str] | BindParameter[Any]
) -> ColumnElement[bool]:
    """Return that the record is one of *ids*: one bound value, however many they are."""
    place = ids if isinstance(ids, BindParameter) else ids_parameter(connection, None, ids)
    if connection.dialect.name == "sqlite":
        listed = Snippet("(SELECT value FROM json_each({}))", place)
        return Snippet("({} IN {})", RecordRow.__table__.c.id, listed)
    array: Any = place
    return RecordRow.id == any_(array)


def ids_parameter(
    connection: Connection, name: str | None, ids: frozenset[str] | None = None
) -> BindParameter[Any]:
    """Return the place of ids in a statement; with *ids* it has its value."""
    kind = Text() if connection.dialect.name == "sqlite" else ARRAY(Text())
    if ids is None:
        return bindparam(name, type_=kind)
    return bindparam(name, ids_value(connection, ids), kind, unique=True)


def ids_value(connection: Connection, ids: frozenset[str]) -> str | list[str]:
    """Return the value that fills it in."""
    listed = sorted(ids)
    return json.dumps(listed) if connection.dialect.name == "sqlite" else listed
