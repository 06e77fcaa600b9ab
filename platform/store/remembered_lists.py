"""Statements of lists, kept by the shape of what is wanted; the values of each page are filled in."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from sqlalchemy import Connection, bindparam
from sqlalchemy.sql.base import Executable

from .found_by import ids_parameter, ids_value
from .prepared import Remembered
from .record_filter import RecordFilter

T = TypeVar("T")
Values = dict[str, Any]
Build = Callable[[], Executable]
_VARYING = (
    "customer_id",
    "created_by",
    "overdue_at",
    "breach_before",
    "created_since",
    "created_before",
    "ids",
)
"""What is another value on nearly each page."""
_SHAPED = tuple(
    name
    for name in RecordFilter.__dataclass_fields__
    if name not in (*_VARYING, "where", "seen", "eyes")
)
_STATEMENTS = Remembered()


def rows_of(
    connection: Connection,
    wanted: Sequence[RecordFilter],
    more: Hashable,
    make: Callable[[Sequence[RecordFilter]], Executable],
) -> list[tuple[Any, ...]]:
    """Return the rows of the statement that *make* builds of *wanted*; *more*: whatever else it is built from.

    A filter with a condition of its own has no shape to be known by: its statement is built each time.
    """
    if any(one.where is not None for one in wanted):
        return [tuple(row) for row in connection.execute(make(wanted))]
    shape, build, values = _asked(connection, wanted, more, make)
    return _STATEMENTS.rows(connection, shape, build, values)


def made_of(
    connection: Connection,
    wanted: Sequence[RecordFilter],
    more: Hashable,
    make: Callable[[Sequence[RecordFilter]], Executable],
    known: dict[tuple[Any, ...], T],
    row_of: Callable[[tuple[Any, ...]], T],
) -> list[T]:
    """Return what *row_of* makes of those rows; of *known* ones, as the driver gave them before, nothing new.

    The same few records stand in the lists of everybody all day. What is made must not be changed.
    """
    if any(one.where is not None for one in wanted):
        return [row_of(tuple(row)) for row in connection.execute(make(wanted))]
    shape, build, values = _asked(connection, wanted, more, make)
    return _STATEMENTS.made(connection, shape, build, values, known, row_of)


def _asked(
    connection: Connection,
    wanted: Sequence[RecordFilter],
    more: Hashable,
    make: Callable[[Sequence[RecordFilter]], Executable],
) -> tuple[Hashable, Build, Values]:
    """Return the shape of what is asked, what builds its statement, and the values of this time."""
    values: Values = {}
    for at, one in enumerate(wanted):
        for name in _given(one):
            value = getattr(one, name)
            values[f"{name}_{at}"] = ids_value(connection, value) if name == "ids" else value

    def build() -> Executable:
        return make([_asking(connection, at, one) for at, one in enumerate(wanted)])

    return (tuple(map(_shape, wanted)), more), build, values


def _given(wanted: RecordFilter) -> list[str]:
    return [name for name in _VARYING if getattr(wanted, name) is not None]


def _shape(wanted: RecordFilter) -> Hashable:
    """Return what is equal for filters whose statements differ in those values only."""
    sights = (None if one is None else one.key for one in (wanted.seen, wanted.eyes))
    return (
        tuple(getattr(wanted, name) for name in _SHAPED),
        tuple(sights),
        tuple(_given(wanted)),
    )


def _asking(connection: Connection, at: int, wanted: RecordFilter) -> RecordFilter:
    """Return the filter with names in place of the values that are filled in."""
    places: dict[str, Any] = {}
    for name in _given(wanted):
        place = f"{name}_{at}"
        places[name] = ids_parameter(connection, place) if name == "ids" else bindparam(place)
    return replace(wanted, **places)
