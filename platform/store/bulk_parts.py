"""What a process that makes copies hands to the one that writes: lines of COPY, or a small SQLite file."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from pathlib import Path
from random import Random
from typing import Any

from .bulk_mould import APART, Filled, Mould
from .bulk_press import tables
from .bulk_stamp import Copy, Stamp

PAGE = 65_536
MOST_STATEMENTS = 50_000
Pick = Callable[[Sequence[str]], tuple[str, ...]]


def lines_of(stamp: Stamp, copies: Sequence[Copy], chance: Random) -> Mapping[str, str]:
    """Return the copies as lines for PostgreSQL, by table."""
    return stamp.lines(copies, chance)


@dataclass(slots=True)
class PartPress:
    """Writes copies into small SQLite files: reading rows from there is quicker than handing them over.

    Each table of a mould has one statement, in which everything stands that is the same in all copies: only what differs
    is given to it. So the rows are put together in memory, in tables that stay, and the file is a copy of them.
    """

    stamp: Stamp
    _memory: sqlite3.Connection = field(init=False)
    _known: dict[int, tuple[Filled, list[tuple[str, Pick]]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._memory = sqlite3.connect(
            ":memory:", isolation_level=None, cached_statements=MOST_STATEMENTS
        )
        self._set(self._memory, "page_size", PAGE)
        self._set(self._memory, "secure_delete", "OFF")
        for table in tables():
            named = ", ".join(f'"{column.name}"' for column in table.columns)
            self._memory.execute(f'CREATE TABLE "{table.name}" ({named})')

    def file_of(self, copies: Sequence[Copy], chance: Random, path: Path) -> Path:
        """Write the copies into a new file at *path*, the tables in it without keys and checks."""
        run = self._memory.execute
        run("BEGIN")
        for copy in copies:
            values = self.stamp.values(copy, chance)
            differing, statements = self._known.get(copy.mould) or self._prepare(copy.mould)
            pool = differing.fill(values).split(APART)
            for statement, pick in statements:
                run(statement, pick(pool))
        run("COMMIT")
        self._copy_to(path)
        for table in tables():
            run(f'DELETE FROM "{table.name}"')  # noqa: S608 - our own names
        return path

    def _copy_to(self, path: Path) -> None:
        file = sqlite3.connect(path, isolation_level=None)
        try:
            for name, value in (
                ("page_size", PAGE),
                ("journal_mode", "OFF"),
                ("synchronous", "OFF"),
            ):
                self._set(file, name, value)
            self._memory.backup(file)
        finally:
            file.close()

    def _prepare(self, place: int) -> tuple[Filled, list[tuple[str, Pick]]]:
        self._known[place] = found = _statements(self.stamp.moulds[place])
        return found

    @staticmethod
    def _set(connection: sqlite3.Connection, name: str, value: object) -> None:
        connection.execute(f"PRAGMA {name} = {value}").fetchall()


def _statements(mould: Mould) -> tuple[Filled, list[tuple[str, Pick]]]:
    """Return all cells of a mould that differ as one text, and each table's statement with what it takes of them."""
    differing: dict[Filled, int] = {}
    found: list[tuple[str, Pick]] = []
    for table, rows in mould.rows.items():
        mine: dict[Filled, int] = {}
        lines = [", ".join(_written(cell, mine) for cell in row) for row in rows]
        statement = f'INSERT INTO "{table}" VALUES ({"), (".join(lines)})'  # noqa: S608 - quoted below
        places = [differing.setdefault(cell, len(differing)) for cell in mine]
        found.append((statement, _pick(places)))
    pattern = APART.join(cell.pattern for cell in differing)
    return Filled(pattern, tuple(place for cell in differing for place in cell.places)), found


def _written(cell: Any, mine: dict[Filled, int]) -> str:
    """Return *cell* as SQL: a numbered place where it differs from copy to copy, else what it holds."""
    if isinstance(cell, Filled):
        return f"?{mine.setdefault(cell, len(mine) + 1)}"
    if cell is None:
        return "NULL"
    return "'" + cell.replace("'", "''") + "'" if isinstance(cell, str) else repr(cell)


def _pick(places: Sequence[int]) -> Pick:
    if len(places) > 1:
        return itemgetter(*places)
    return lambda pool: tuple(pool[place] for place in places)
