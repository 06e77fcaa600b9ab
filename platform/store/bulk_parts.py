"""What a process that makes copies hands to the one that writes: lines of COPY, or a small SQLite file."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any

from .bulk_press import tables
from .bulk_stamp import Copy, Stamp

_HASTE = ("journal_mode = OFF", "synchronous = OFF", "locking_mode = EXCLUSIVE")


def lines_of(stamp: Stamp, copies: Sequence[Copy], chance: Random) -> Mapping[str, str]:
    """Return the copies as lines for PostgreSQL, by table."""
    return stamp.lines(copies, chance)


def file_of(stamp: Stamp, copies: Sequence[Copy], chance: Random, path: Path) -> Path:
    """Write the copies into a new SQLite file at *path*: reading rows from there is quicker than handing them over."""
    rows = stamp.rows(copies, chance)
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        for setting in ("page_size = 65536", *_HASTE):
            connection.execute(f"PRAGMA {setting}").fetchall()
        connection.execute("BEGIN")
        for table in tables():
            _fill(connection, table.name, [column.name for column in table.columns], rows)
        connection.execute("COMMIT")
    finally:
        connection.close()
    return path


def _fill(
    connection: sqlite3.Connection,
    name: str,
    columns: Sequence[str],
    rows: Mapping[str, Sequence[tuple[Any, ...]]],
) -> None:
    named = ", ".join(f'"{column}"' for column in columns)
    connection.execute(f'CREATE TABLE "{name}" ({named})')
    if name in rows:
        marks = ", ".join("?" * len(columns))
        connection.executemany(f'INSERT INTO "{name}" VALUES ({marks})', rows[name])  # noqa: S608 - our own names
