"""What lists can be ordered by: the value of each key in SQL, the order of several, and where a page ends."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import isfinite
from typing import Any, Literal

from sqlalchemy import (
    ColumnElement,
    Connection,
    DateTime,
    Double,
    Integer,
    Text,
    and_,
    case,
    cast,
    func,
    literal,
    or_,
    select,
)

from ..core.plain import instant, instant_text
from ..expressions.types import DATETIME, TEXT, Type
from .columns import UtcDateTime, clean
from .record_filter import Order
from .sql_postgres import PostgresWords
from .sql_snippet import Snippet
from .sql_sqlite import SqliteWords
from .sql_words import JsonAt, Words
from .tables import RecordRow, UserRow
from .worklists import column_of

Kind = Literal["instant", "number", "text"]
INDEXED: Mapping[str, Order] = {
    "due": "breach",
    "updated_at": "updated",
    "created_at": "created",
    "priority": "priority",
    "number": "number",
}
"""Names of keys that have an index of their own, and what lists call that order."""
_LARGEST = 1e18


@dataclass(frozen=True, slots=True, kw_only=True)
class SortKey:
    """One key of an order. Records without its value come last, whichever way it runs.

    name: as conditions call it, or ``due``. ranks: the values in the order that they have, for choices;
    what is not among them comes after them. is_person: an id of a colleague, ordered by their names.
    """

    name: str
    type: Type = TEXT
    descending: bool = False
    ranks: tuple[str, ...] = ()
    is_person: bool = False

    @property
    def order(self) -> Order | None:
        """Return the order of lists in which an index has the records, None when none has."""
        return None if self.ranks else INDEXED.get(self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyValue:
    """The value of one key in SQL: NULL when it is missing."""

    value: ColumnElement[Any]
    kind: Kind
    nullable: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a page ended: the values of the keys of its last record, and its id."""

    values: tuple[Any, ...]
    id: str


def value_of(connection: Connection, key: SortKey, *, first: bool) -> KeyValue:
    """Return the value of *key*. first: it leads the order, so that an index may serve it."""
    if first and key.order is not None:
        return _indexed(key)
    place = _place(key)
    if not isinstance(place, JsonAt) and isinstance(place.type, UtcDateTime | DateTime):
        return KeyValue(value=place, kind="instant")
    on_sqlite = connection.dialect.name == "sqlite"
    words: Words = SqliteWords() if on_sqlite else PostgresWords()
    value = words.read(place, key.type) if isinstance(place, JsonAt) else place
    if key.ranks:
        return KeyValue(value=_rank(value, key.ranks), kind="number")
    if key.is_person:
        value = select(UserRow.name).where(UserRow.id == value).scalar_subquery()
    kind = key.type.kind
    if kind in ("text", "choice"):
        plain = value if on_sqlite else Snippet('({} COLLATE "C")', value)
        return KeyValue(value=func.nullif(func.lower(plain), ""), kind="text")
    if kind == "bool":
        return KeyValue(value=cast(value, Integer), kind="number")
    return KeyValue(value=cast(value, Double), kind="number")


def _indexed(key: SortKey) -> KeyValue:
    columns: Mapping[str, tuple[Any, Kind]] = {
        "due": (RecordRow.next_breach_at, "instant"),
        "updated_at": (RecordRow.updated_at, "instant"),
        "created_at": (RecordRow.created_at, "instant"),
        "priority": (RecordRow.priority, "text"),
        "number": (RecordRow.number, "text"),
    }
    column, kind = columns[key.name]
    return KeyValue(value=column, kind=kind, nullable=key.name in ("due", "priority"))


def _place(key: SortKey) -> ColumnElement[Any] | JsonAt:
    if key.name == "due":
        return RecordRow.__table__.c.next_breach_at
    if key.name in ("title", "priority"):
        return RecordRow.__table__.c[key.name]
    found = column_of(key.name)
    if found is None or key.type.kind in ("list", "record", "any"):
        raise ValueError(f"lists cannot be ordered by {key.name!r}")
    return found if isinstance(found, JsonAt) else found.__clause_element__() if hasattr(found, "__clause_element__") else found  # fmt: skip


def _rank(value: ColumnElement[Any], ranks: Sequence[str]) -> ColumnElement[Any]:
    places = [(value == literal(one, Text()), literal(at, Integer())) for at, one in enumerate(ranks)]  # fmt: skip
    return case((value.is_(None), None), *places, else_=literal(len(ranks), Integer()))


def beyond(
    values: Sequence[KeyValue],
    keys: Sequence[SortKey],
    ident: ColumnElement[str],
    place: Place,
) -> ColumnElement[bool]:
    """Return that a record comes after *place* in the order of *keys*, then of ids the way that the first key runs."""
    last = literal(place.id, Text())
    found: ColumnElement[bool] = ident < last if keys[0].descending else ident > last
    for value, key, held in reversed(tuple(zip(values, keys, place.values, strict=True))):
        if held is None:
            found = and_(value.value.is_(None), found)
            continue
        bound = literal(held, _TYPES[value.kind])
        after = value.value < bound if key.descending else value.value > bound
        parts = [after, and_(value.value == bound, found)]
        found = or_(*parts, value.value.is_(None)) if value.nullable else or_(*parts)
    return found


_TYPES: Mapping[Kind, Any] = {"instant": UtcDateTime(), "number": Double(), "text": Text()}


def ordering(
    values: Sequence[KeyValue], keys: Sequence[SortKey], ident: ColumnElement[str]
) -> list[ColumnElement[Any]]:
    """Return what to order by: each key with its missing values last, then the ids."""
    found: list[ColumnElement[Any]] = []
    for at, (value, key) in enumerate(zip(values, keys, strict=True)):
        if value.nullable and at:
            found.append(case((value.value.is_(None), 1), else_=0))
        found.append(value.value.desc() if key.descending else value.value.asc())
    return [*found, ident.desc() if keys[0].descending else ident.asc()]


def write_place(values: Sequence[Any], ident: str) -> str:
    """Return a place as text for an address."""
    plain = [instant_text(one) if isinstance(one, datetime) else one for one in values]
    return urlsafe_b64encode(json.dumps([plain, ident]).encode()).decode()


def read_place(text: str | None, values: Sequence[KeyValue]) -> Place | None:
    """Return the place that *text* tells; None for one that is not of this order."""
    try:
        held, ident = json.loads(urlsafe_b64decode(text or ""))
        if not isinstance(ident, str) or not isinstance(held, list) or len(held) != len(values):
            return None
        read = tuple(_held(one, value) for one, value in zip(held, values, strict=True))
    except (ValueError, TypeError):
        return None
    return Place(values=read, id=clean(ident))


def _held(one: Any, value: KeyValue) -> Any:
    if one is None and value.nullable:
        return None
    if value.kind == "number":
        if isinstance(one, bool) or not isinstance(one, int | float):
            raise TypeError(one)
        if not isfinite(one) or abs(one) > _LARGEST:
            raise ValueError(one)
        return float(one)
    if not isinstance(one, str):
        raise TypeError(one)
    if value.kind == "text":
        return clean(one)
    at = instant(one)
    if at.tzinfo is None:
        raise ValueError(one)
    return at


__all__ = ["DATETIME", "INDEXED", "KeyValue", "Place", "SortKey", "beyond", "ordering", "read_place", "value_of", "write_place"]  # fmt: skip
