"""Expressions on SQLite: what it cannot do exactly, the connection's Python functions do."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, Boolean, Date, DateTime, Float, Integer, Text, literal_column
from sqlalchemy import types as sql_types

from ..expressions import arithmetic, moments, texts
from ..expressions.context import Context
from ..expressions.reading import DURATION_LIMIT, LIMIT, MAX_ITEMS
from ..expressions.types import Type
from .sql_snippet import Snippet, bound, quoted
from .sql_words import JsonAt, NoSqlError, Sql

_TYPES: dict[str, sql_types.TypeEngine[Any]] = {
    "text": Text(),
    "bool": Integer(),
    "number": Float(),
}
_KINDS = {"number": ("integer", "real"), "duration": ("integer",)}


def _flag(function: Callable[..., bool]) -> Callable[..., int]:
    return lambda *args: int(function(*args))


class _Total:
    """An exact sum."""

    def __init__(self) -> None:
        self.value = Decimal(0)

    def step(self, value: int | float | None) -> None:
        if value is not None:
            self.value = arithmetic.EXACT.add(self.value, arithmetic.exact(value))

    def finalize(self) -> int | float | None:
        return arithmetic.rounded(self.value)


def _day_of(instant: int | None, zone: str) -> int | None:
    return moments.day_of(instant, Context(zone=zone))


def _hours_since(instant: int | None, now: int) -> int | float | None:
    return None if instant is None else arithmetic.divide(now - instant, 3600)


_FUNCTIONS: dict[str, tuple[int, Callable[..., Any]]] = {
    "sopwith_date": (1, moments.date_in),
    "sopwith_instant": (1, moments.instant_in),
    "sopwith_add": (2, arithmetic.add),
    "sopwith_subtract": (2, arithmetic.subtract),
    "sopwith_multiply": (2, arithmetic.multiply),
    "sopwith_divide": (2, arithmetic.divide),
    "sopwith_round": (2, arithmetic.round_to),
    "sopwith_shift_date": (2, moments.shift_date),
    "sopwith_shift_instant": (2, moments.shift_instant),
    "sopwith_day_of": (2, _day_of),
    "sopwith_hours_since": (2, _hours_since),
    "sopwith_lower": (1, texts.lower),
    "sopwith_trim": (1, texts.trim),
    "sopwith_contains": (2, _flag(texts.has)),
    "sopwith_starts_with": (2, _flag(texts.starts)),
    "sopwith_ends_with": (2, _flag(texts.ends)),
    "sopwith_is_blank": (1, _flag(texts.is_empty)),
}


def add_functions(connection: sqlite3.Connection) -> None:
    """Teach *connection* the functions that conditions need; call it for every new connection."""
    for name, (count, function) in _FUNCTIONS.items():
        connection.create_function(name, count, function, deterministic=True)
    connection.create_aggregate("sopwith_total", 1, _Total)  # type: ignore[arg-type]  # typeshed wants an int from finalize


class SqliteWords:
    """The SQL of SQLite."""

    def constant(self, value: Any, kind: str) -> Sql:
        """Return *value* as a bound parameter."""
        if value is None:
            return literal_column("NULL")
        if kind == "bool":
            return literal_column("1" if value else "0")
        if kind in ("date", "datetime", "duration") or (kind == "number" and type(value) is int):
            return bound(value, BigInteger())
        return bound(value, _TYPES[kind])

    def _kind(self, place: JsonAt) -> Sql:
        if place.kind is not None and not place.keys:
            return place.kind
        return Snippet("json_type({}, {})", self._holder(place), self._path(place))

    def _value(self, place: JsonAt) -> Sql:
        if place.kind is not None and not place.keys:
            return place.column
        return Snippet("json_extract({}, {})", self._holder(place), self._path(place))

    def _holder(self, place: JsonAt) -> Sql:
        if place.kind is None:
            return place.column
        return Snippet("CASE WHEN {} = 'object' THEN {} END", place.kind, place.column)

    def _path(self, place: JsonAt) -> Sql:
        if not place.keys:
            return literal_column("'$'")
        return quoted('"."'.join(place.keys), "'$.\"{}\"'")

    def read(self, place: JsonAt, kind: Type) -> Sql:
        """Return the value at *place*, NULL when it is of another JSON type."""
        found, value = self._kind(place), self._value(place)
        match kind.kind:
            case "text" | "choice":
                return Snippet("CASE WHEN {} = 'text' THEN {} END", found, value)
            case "bool":
                return Snippet("CASE {} WHEN 'true' THEN 1 WHEN 'false' THEN 0 END", found)
            case "number" | "duration":
                kinds = ", ".join(f"'{name}'" for name in _KINDS[kind.kind])
                limit = LIMIT if kind.kind == "number" else DURATION_LIMIT
                test = f"CASE WHEN {{}} IN ({kinds}) AND {{}} > -{limit} AND {{}} < {limit}"
                return Snippet(test + " THEN {} END", found, value, value, value)
            case "date" | "datetime":
                name = "sopwith_date" if kind.kind == "date" else "sopwith_instant"
                return Snippet(f"CASE WHEN {{}} = 'text' THEN {name}({{}}) END", found, value)
        raise NoSqlError(str(kind))

    def equals_text(self, place: JsonAt, values: tuple[str, ...]) -> Sql | None:
        """Return a test that an index on the JSON path can serve, None where it would be wrong."""
        if place.kind is not None or any(value[:1] in ("[", "{") for value in values):
            return None
        marks = ", ".join("{}" for _ in values)
        return Snippet(
            f"({{}} IN ({marks}))", self._value(place), *(bound(value, Text()) for value in values)
        )

    def column(self, column: Sql, kind: Type) -> Sql:
        """Return a column of its own as a value of *kind*."""
        held = column.type
        match kind.kind:
            case "text" | "choice" if isinstance(held, sql_types.String) or _is_text(held):
                return column
            case "number" if isinstance(held, (sql_types.Integer, sql_types.Numeric)):
                return column
            case "duration" if isinstance(held, sql_types.Integer):
                return column
            case "bool" if isinstance(held, Boolean):
                return column
            case "datetime" if _is_instant(held):
                return Snippet("CAST(strftime('%s', {}) AS INTEGER)", column)
            case "date" if isinstance(held, Date):
                return Snippet("sopwith_date({})", column)
            case "date" | "datetime" if isinstance(held, sql_types.String) or _is_text(held):
                name = "sopwith_date" if kind.kind == "date" else "sopwith_instant"
                return Snippet(f"{name}({{}})", column)
        raise NoSqlError(f"a column of type {held} as {kind}")

    def arithmetic(self, op: str, left: Sql, right: Sql) -> Sql:
        """Return the exact result of *op*."""
        name = {"+": "add", "-": "subtract", "*": "multiply", "/": "divide"}[op]
        return Snippet(f"sopwith_{name}({{}}, {{}})", left, right)

    def rounded(self, value: Sql, places: int) -> Sql:
        """Return *value* rounded half up."""
        return Snippet(f"sopwith_round({{}}, {places})", value)

    def extreme(self, name: str, values: list[Sql]) -> Sql:
        """Return the least or greatest value, NULL when one is missing."""
        return Snippet(f"{name}({', '.join('{}' for _ in values)})", *values)

    def shift(self, kind: str, start: Sql, seconds: Sql) -> Sql:
        """Return a date or an instant moved by a duration."""
        name = "sopwith_shift_date" if kind == "date" else "sopwith_shift_instant"
        return Snippet(f"{name}({{}}, {{}})", start, seconds)

    def day_of(self, instant: Sql, zone: str) -> Sql:
        """Return the day of an instant in *zone*."""
        return Snippet("sopwith_day_of({}, {})", instant, bound(zone, Text()))

    def hours_since(self, instant: Sql, now: int) -> Sql:
        """Return the hours from *instant* to *now*."""
        return Snippet("sopwith_hours_since({}, {})", instant, bound(now, BigInteger()))

    def lower(self, text: Sql) -> Sql:
        """Return *text* in lower case."""
        return Snippet("sopwith_lower({})", text)

    def trim(self, text: Sql) -> Sql:
        """Return *text* without blanks at its ends."""
        return Snippet("sopwith_trim({})", text)

    def search(self, name: str, whole: Sql, piece: Sql, *, folded: bool) -> Sql:
        """Return whether *whole* contains, starts with or ends with *piece*."""
        return Snippet(f"sopwith_{name}({{}}, {{}})", whole, piece)

    def size(self, place: JsonAt) -> Sql:
        """Return the number of entries of a list, NULL for anything else."""
        kind, holder = self._kind(place), self._holder(place)
        length = Snippet("json_array_length({}, {})", holder, self._path(place))
        if place.kind is not None and not place.keys:
            length = Snippet("json_array_length({})", place.column)
        short = Snippet(f"CASE WHEN {{}} <= {MAX_ITEMS} THEN {{}} END", length, length)
        return Snippet("CASE WHEN {} = 'array' THEN {} END", kind, short)

    def is_blank(self, text: Sql) -> Sql:
        """Return whether *text* is missing or has nothing but blanks."""
        return Snippet("sopwith_is_blank({})", text)

    def is_empty(self, place: JsonAt, kind: str) -> Sql:
        """Return whether there is no list or record at *place*, or an empty one."""
        if kind != "record":
            return Snippet("coalesce({} = 0, 1)", self.size(place))
        first = Snippet("(SELECT 1 FROM json_each({}, {}))", self._holder(place), self._path(place))
        if place.kind is not None and not place.keys:
            first = Snippet("(SELECT 1 FROM json_each({}))", place.column)
        return Snippet(
            "(CASE WHEN {} = 'object' THEN {} IS NULL ELSE 1 END)", self._kind(place), first
        )

    def is_record(self, place: JsonAt) -> Sql:
        """Return whether there is a record at *place*."""
        return Snippet("coalesce({} = 'object', false)", self._kind(place))

    def rows(self, place: JsonAt, name: str) -> tuple[Sql, JsonAt]:
        """Return the FROM clause of a list's entries under *name*, and the place of an entry."""
        if place.kind is not None and not place.keys:
            each = Snippet("json_each({})", place.column)
        else:
            each = Snippet("json_each({}, {})", self._holder(place), self._path(place))
        source = Snippet(f"{{}} AS {name}", each)
        guard = Snippet("{} IS NOT NULL", self.size(place))
        entry = JsonAt(column=literal_column(f"{name}.value"), kind=literal_column(f"{name}.type"))
        return Snippet("{} WHERE {}", source, guard), entry

    def total(self, value: Sql, rows: Sql) -> Sql:
        """Return the exact sum of *value* over *rows*."""
        total = "CASE WHEN count(*) = 0 THEN 0 ELSE sopwith_total({}) END"
        return Snippet(f"(SELECT {total} FROM {{}})", value, rows)  # noqa: S608  # our words


def _is_text(held: sql_types.TypeEngine[Any]) -> bool:
    inner = getattr(held, "impl_instance", held)
    return isinstance(inner, sql_types.String)


def _is_instant(held: sql_types.TypeEngine[Any]) -> bool:
    inner = getattr(held, "impl_instance", held)
    return isinstance(inner, DateTime)
