"""Pages of long tables that are searched by words: one look reads a window of rows, and the next goes on behind it.

No index helps to find a piece of a word. A look that reads no more than a window takes the same time however long the
table is; who wants to see more asks for it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Select,
    Subquery,
    func,
    literal_column,
    select,
    tuple_,
    union_all,
)

WINDOW = 20_000
MOST_COUNTED = 1_000

Matches = Callable[[Any], Sequence[ColumnElement[bool]]]
"""Makes conditions of the columns of a window."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """How a table is walked along: *parts* together in the order of *key*, names of columns that are unique together.

    parts: queries with the columns of *key* and conditions that an index serves, without order; no row is in two of
    them. down: from the end.
    """

    parts: tuple[Select[Any], ...]
    key: tuple[str, ...]
    down: bool = False

    def window(self, after: Sequence[Any] | None, size: int) -> Subquery:
        """Return the next *size* rows behind *after*, values of the key; None: the first."""
        found = [self._of_part(one, after, size) for one in self.parts]
        if len(found) == 1:
            return found[0].subquery()
        together = union_all(*(select(one.subquery()) for one in found)).subquery()
        ordered = select(together).order_by(*self.ordered(together.c))
        return ordered.limit(size).subquery()

    def _of_part(self, part: Select[Any], after: Sequence[Any] | None, size: int) -> Select[Any]:
        columns = part.selected_columns
        if after is not None:
            place = tuple_(*(columns[name] for name in self.key))
            part = part.where(place < tuple_(*after) if self.down else place > tuple_(*after))
        return part.order_by(*self.ordered(columns)).limit(size)

    def ordered(self, columns: Any, *, back: bool = False) -> list[ColumnElement[Any]]:
        """Return *columns* of the key in the order of the walk, or in the other."""
        down = self.down != back
        return [columns[name].desc() if down else columns[name].asc() for name in self.key]


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What one look found. more: the key behind which the next goes on, None at the end.

    total: how many fit; at_least: there may be more of them.
    """

    rows: tuple[Any, ...]
    more: tuple[Any, ...] | None
    total: int
    at_least: bool


def look(
    connection: Connection,
    walk: Walk,
    matches: Matches | None,
    after: Sequence[Any] | None,
    limit: int,
    *,
    window: int = WINDOW,
) -> Look:
    """Return up to *limit* rows that fit. matches: None when all do."""
    total, at_least = _count(connection, walk, matches, window)
    size = limit + 1 if matches is None else window
    inner = walk.window(after, size)
    query = select(inner).order_by(*walk.ordered(inner.c)).limit(limit + 1)
    if matches is not None:
        query = query.where(*matches(inner.c))
    rows = tuple(connection.execute(query).mappings())
    more: tuple[Any, ...] | None = None
    if len(rows) > limit:
        more = tuple(rows[limit - 1][name] for name in walk.key)
    elif matches is not None:
        more = _end_of(connection, walk, inner, size)
    return Look(rows=rows[:limit], more=more, total=total, at_least=at_least)


def _end_of(
    connection: Connection, walk: Walk, inner: Subquery, size: int
) -> tuple[Any, ...] | None:
    """Return the last key of a window that is full, None of one that reached the end."""
    if connection.execute(select(func.count()).select_from(inner)).scalar_one() < size:
        return None
    columns = [inner.c[name] for name in walk.key]
    last = select(*columns).order_by(*walk.ordered(inner.c, back=True)).limit(1)
    return tuple(connection.execute(last).one())


def _count(
    connection: Connection, walk: Walk, matches: Matches | None, window: int
) -> tuple[int, bool]:
    """Return how many rows of the first window fit, and whether there may be more."""
    if matches is None:
        inner = walk.window(None, MOST_COUNTED + 1)
        count = connection.execute(select(func.count()).select_from(inner)).scalar_one()
        return min(count, MOST_COUNTED), count > MOST_COUNTED
    inner = walk.window(None, window)
    one = literal_column("1", Integer()).label("one")
    fitting = select(one).select_from(inner).where(*matches(inner.c)).limit(MOST_COUNTED + 1)
    count = connection.execute(select(func.count()).select_from(fitting.subquery())).scalar_one()
    read = connection.execute(select(func.count()).select_from(inner)).scalar_one()
    return min(count, MOST_COUNTED), count > MOST_COUNTED or read == window
