"""What each database says for the same thing: the port between the tree and its SQL."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import ColumnElement

from ..expressions.types import Type

Sql = ColumnElement[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class JsonAt:
    """A place in a JSON column: the column itself, or what the keys lead to.

    kind: for a single entry of a list on SQLite, the column that tells its JSON type.
    """

    column: Sql
    keys: tuple[str, ...] = ()
    kind: Sql | None = None

    def inside(self, keys: tuple[str, ...]) -> JsonAt:
        """Return the place that *keys* lead to from here."""
        return JsonAt(column=self.column, keys=(*self.keys, *keys), kind=self.kind)


class NoSqlError(Exception):
    """A part of an expression has no SQL; the argument says which."""


class Words(Protocol):
    """The SQL of one database; every method answers NULL for a missing operand."""

    def constant(self, value: Any, kind: str) -> Sql:
        """Return *value* as a bound parameter."""

    def read(self, place: JsonAt, kind: Type) -> Sql:
        """Return the value at *place*, NULL when it is of another JSON type."""

    def equals_text(self, place: JsonAt, values: tuple[str, ...]) -> Sql | None:
        """Return a test that an index on the JSON path can serve, None where it would be wrong."""

    def column(self, column: Sql, kind: Type) -> Sql:
        """Return a column of its own as a value of *kind*; raises NoSqlError when it is none."""

    def arithmetic(self, op: str, left: Sql, right: Sql) -> Sql:
        """Return the exact result of *op*."""

    def rounded(self, value: Sql, places: int) -> Sql:
        """Return *value* rounded half up."""

    def extreme(self, name: str, values: list[Sql]) -> Sql:
        """Return the least or greatest value, NULL when one is missing."""

    def shift(self, kind: str, start: Sql, seconds: Sql) -> Sql:
        """Return a date or an instant moved by a duration."""

    def day_of(self, instant: Sql, zone: str) -> Sql:
        """Return the day of an instant in *zone*."""

    def hours_since(self, instant: Sql, now: int) -> Sql:
        """Return the hours from *instant* to *now*."""

    def lower(self, text: Sql) -> Sql:
        """Return *text* in lower case."""

    def trim(self, text: Sql) -> Sql:
        """Return *text* without blanks at its ends."""

    def search(self, name: str, whole: Sql, piece: Sql, *, folded: bool) -> Sql:
        """Return whether *whole* contains, starts with or ends with *piece*.

        folded: *piece* is in lower case already.
        """

    def size(self, place: JsonAt) -> Sql:
        """Return the number of entries of a list, NULL for anything else."""

    def is_blank(self, text: Sql) -> Sql:
        """Return whether *text* is missing or has nothing but blanks."""

    def is_empty(self, place: JsonAt, kind: str) -> Sql:
        """Return whether there is no list or record at *place*, or an empty one."""

    def is_record(self, place: JsonAt) -> Sql:
        """Return whether there is a record at *place*."""

    def rows(self, place: JsonAt, name: str) -> tuple[Sql, JsonAt]:
        """Return a list's entries as FROM and WHERE under *name*, and the place of an entry."""

    def total(self, value: Sql, rows: Sql) -> Sql:
        """Return the exact sum of *value* over *rows*."""
