"""Bring many rows in at once: without indexes, checks of references and slow settings, which are put back afterwards."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import Connection, Table, func, select, text

from .bulk_press import tables
from .engine import Database
from .installation import put_setting, setting
from .tables import FULL_TEXT

TAKEN_AWAY = "bulk_load"
"""The setting in which statements wait that bring back what was taken away for the load."""

SEARCHED = "search_part"
MARKS = "record_mark"
APART = "loaded_mark"
"""The table in which marks are collected while a load is under way."""

SEARCH_MEMORY = 64 << 20
USUAL_SEARCH_MEMORY = 1 << 20
"""Bytes that the full-text index collects before it writes a part of itself: few large parts are sooner put together."""

_COLLECTING = f"SELECT 1 FROM sqlite_master WHERE name = '{APART}'"  # noqa: S608 - our own name
MOST_MEMORY = 6_000_000
MEMORY = 512_000  # kilobytes for SQLite's pages, and for building PostgreSQL's indexes


_CONSTRAINTS = text(
    "SELECT c.conname, r.relname, c.contype::text AS kind, pg_get_constraintdef(c.oid) AS said "
    "FROM pg_constraint c JOIN pg_class r ON r.oid = c.conrelid LEFT JOIN pg_class t ON t.oid = c.confrelid "
    "WHERE r.relnamespace = current_schema()::regnamespace AND (c.contype IN ('p', 'u') AND r.relname = ANY(:names) "
    "OR c.contype = 'f' AND (r.relname = ANY(:names) OR t.relname = ANY(:names))) "
    "ORDER BY c.contype <> 'f', c.conname"
)
_INDEXES = text(
    "SELECT i.indexname, i.indexdef FROM pg_indexes i WHERE i.tablename = ANY(:names) "
    "AND i.schemaname = current_schema() AND NOT EXISTS "
    "(SELECT 1 FROM pg_constraint c WHERE c.conname = i.indexname) ORDER BY i.indexname"
)


def room() -> int:
    """Return how many kilobytes SQLite may keep of its pages while it makes indexes: each looks through a whole table.

    A third of the memory that is free, as Linux tells it, but no less than ``MEMORY`` and no more than ``MOST_MEMORY``.
    """
    free = 0
    with suppress(OSError):
        told = Path("/proc/meminfo").read_text(encoding="ascii")
        free = int(told.partition("MemAvailable:")[2].split()[0])
    with suppress(OSError, ValueError):
        limit = Path("/sys/fs/cgroup/memory.max").read_text(encoding="ascii")
        free = min(free, int(limit) >> 10)
    return max(MEMORY, min(free // 3, MOST_MEMORY))


@contextmanager
def filling(database: Database) -> Iterator[Connection]:
    """Open one transaction on a new file of SQLite that nobody else opens before it is whole; then it is on the disk.

    It keeps no write-ahead log meanwhile, in which everything would be written twice. When it fails the file is of no use.
    """
    with database.write.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        for pragma in (
            "journal_mode = MEMORY",
            "foreign_keys = OFF",
            "synchronous = OFF",
            f"cache_size = -{room()}",
            "threads = 2",
        ):
            connection.exec_driver_sql(f"PRAGMA {pragma}")
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        yield connection
        connection.commit()
        connection.invalidate()  # its settings were those of the load
    database.close()
    _write_through(database)


def _write_through(database: Database) -> None:
    """Let the file keep a write-ahead log again, and see that all of it is on the disk."""
    with database.writing():
        pass  # a new connection keeps the log, before anybody reads
    database.fold_log()
    path = database.path
    assert path is not None
    with path.open("rb+") as file:
        os.fsync(file.fileno())


class Loader(Protocol):
    """Writes rows of many records in large transactions."""

    def write(self, made: Any, name: str, value: Mapping[str, Any]) -> None:
        """Write what a process made (see ``bulk_parts``), and keep the setting *name*: both or nothing."""

    def close(self, tell: Callable[[str], None]) -> None:
        """Bring back what was taken away; *tell* says what is being done."""


def loader_for(database: Database, expected: int, now: datetime) -> Loader:
    """Return what loads into *database*; tables with fewer than *expected* rows lose their indexes meanwhile."""
    return (
        SqliteLoader(database, expected, now)
        if database.is_sqlite
        else PostgresLoader(database, expected, now)
    )


def _bring_back(connection: Connection, now: datetime, tell: Callable[[str], None]) -> None:
    """Do what brings back what was taken away, each statement in a transaction that notes what is left."""
    with connection.begin():
        kept = setting(connection, TAKEN_AWAY)
    statements: list[str] = list((kept or {}).get("statements", ()))
    for number, statement in enumerate(statements, 1):
        tell(f"{number}/{len(statements)} {statement.split(' ON ')[0][:70]}")
        with connection.begin():
            connection.exec_driver_sql(statement)
            _keep(connection, statements[number:], now)


def take_away(connection: Connection, names: Sequence[str]) -> list[str]:
    """Drop the indexes of the tables *names*, and on PostgreSQL their keys; return the statements that make them again."""
    if connection.dialect.name == "sqlite":
        query = (
            "SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
        )
        found = [row for row in connection.exec_driver_sql(query) if row.tbl_name in names]
        for row in found:
            connection.exec_driver_sql(f"DROP INDEX {row.name}")
        return [row.sql for row in found]
    keys = connection.execute(_CONSTRAINTS, {"names": list(names)}).all()
    indexes = connection.execute(_INDEXES, {"names": list(names)}).all()
    for row in keys:
        connection.exec_driver_sql(f'ALTER TABLE "{row.relname}" DROP CONSTRAINT "{row.conname}"')
    for row in indexes:
        connection.exec_driver_sql(f'DROP INDEX "{row.indexname}"')
    ties = [_constraint(row) for row in keys if row.kind == "f"]
    return [
        *(_constraint(row) for row in keys if row.kind != "f"),
        *(row.indexdef for row in indexes),
        *ties,
    ]


def _constraint(row: Any) -> str:
    return f'ALTER TABLE "{row.relname}" ADD CONSTRAINT "{row.conname}" {row.said}'


def _keep(connection: Connection, statements: Sequence[str], now: datetime) -> None:
    if statements:
        put_setting(connection, TAKEN_AWAY, {"statements": list(statements)}, now)
    else:
        connection.execute(text("DELETE FROM setting WHERE name = :name"), {"name": TAKEN_AWAY})


def _small(connection: Connection, expected: int) -> list[str]:
    """Return the names of the tables whose indexes are sooner made again than kept up."""
    found = []
    for table in tables():
        few = select(func.count()).select_from(select(table.c[0]).limit(expected).subquery())
        if connection.execute(few).scalar_one() < expected:
            found.append(table.name)
    return found


@dataclass(slots=True)
class SqliteLoader:
    """Loads into SQLite by prepared statements on the one connection that writes.

    Marks are collected apart and put in their order at the end, and the full text is indexed then: kept up with each
    batch, both would be written over and over. Meanwhile each page is written once, into the file itself, with a short
    journal that undoes a batch whose process was killed; only a machine that stops may spoil the file.
    """

    database: Database
    expected: int
    now: datetime
    _connection: Connection = field(init=False)
    _is_apart: bool = field(init=False)

    def __post_init__(self) -> None:
        with self.database.writing() as connection:
            if setting(connection, TAKEN_AWAY) is None:
                small = _small(connection, self.expected)
                left = [*_put_off(connection, small), *take_away(connection, small)]
                _keep(connection, left, self.now)
            found = connection.exec_driver_sql(_COLLECTING).first()
        self._is_apart = found is not None
        self.database.fold_log()
        self.database.close()  # a journal is changed only where nobody else has the file open
        self._connection = self.database.write.connect()
        self._set("busy_timeout", 0)
        with suppress(sqlite3.OperationalError):
            self._set("journal_mode", "TRUNCATE")
        for name, value in (
            ("busy_timeout", 10_000),
            ("foreign_keys", "OFF"),
            ("synchronous", "OFF"),
            ("cache_size", -MEMORY),
            ("temp_store", "MEMORY"),
            ("secure_delete", "OFF"),
            ("threads", 2),
            ("wal_autocheckpoint", 20_000),
        ):
            self._set(name, value)

    @property
    def _driver(self) -> Any:
        driver = self._connection.connection.driver_connection
        assert driver is not None
        return driver

    def _set(self, name: str, value: object) -> None:
        self._driver.execute(f"PRAGMA {name} = {value}").fetchall()

    def write(self, made: Path, name: str, value: Mapping[str, Any]) -> None:
        """Write the rows of the file *made*, and keep the setting; then remove the file."""
        self._driver.execute("ATTACH ? AS part", (str(made),))
        try:
            with self._connection.begin():
                for table in tables():
                    self._take(table)
                put_setting(self._connection, name, value, self.now)
        finally:
            self._driver.execute("DETACH part")
            made.unlink()

    def _take(self, table: Table) -> None:
        rows = f'SELECT * FROM part."{table.name}"'  # noqa: S608 - our own names
        if table.name == MARKS and self._is_apart:
            self._driver.execute(f"INSERT INTO main.{APART} {rows}")
            return
        is_sorted = table.dialect_options["sqlite"]["with_rowid"] is False
        order = _in_order(table) if is_sorted else ""
        self._driver.execute(f'INSERT INTO main."{table.name}" {rows}{order}')
        if table.name == SEARCHED and not self._is_apart:
            self._driver.execute(
                f"INSERT INTO {FULL_TEXT} (rowid, grams) SELECT id, grams FROM part.{SEARCHED}"  # noqa: S608
            )

    def close(self, tell: Callable[[str], None]) -> None:
        """Bring back what was taken away, make statistics, and see that all of it is on the disk."""
        with suppress(Exception):
            self._connection.rollback()
        self._set("cache_size", -room())
        _bring_back(self._connection, self.now, tell)
        tell("statistics")
        self._set("analysis_limit", 2000)
        self._driver.execute("ANALYZE")
        self._connection.invalidate()  # its settings were those of the load
        self._connection.close()
        _write_through(self.database)


def _put_off(connection: Connection, small: Sequence[str]) -> list[str]:
    """Make the table in which marks are collected, when theirs is small; return what is to be done with it at the end."""
    if not {MARKS, SEARCHED} <= set(small):
        return []
    connection.exec_driver_sql(f"CREATE TABLE {APART} AS SELECT * FROM {MARKS} LIMIT 0")  # noqa: S608
    last = connection.exec_driver_sql(f"SELECT max(id) FROM {SEARCHED}").scalar() or 0  # noqa: S608
    [marks] = [table for table in tables() if table.name == MARKS]
    return [
        f"INSERT INTO {MARKS} SELECT * FROM {APART}{_in_order(marks)}",  # noqa: S608
        f"DROP TABLE {APART}",
        _collecting(SEARCH_MEMORY),
        f"INSERT INTO {FULL_TEXT} (rowid, grams) SELECT id, grams FROM {SEARCHED} WHERE id > {last}",  # noqa: S608
        _collecting(USUAL_SEARCH_MEMORY),
    ]


def _collecting(size: int) -> str:
    return f"INSERT INTO {FULL_TEXT} ({FULL_TEXT}, rank) VALUES ('hashsize', {size})"  # noqa: S608 - our own names


def _in_order(table: Table) -> str:
    return " ORDER BY " + ", ".join(f'"{column.name}"' for column in table.primary_key)


@dataclass(slots=True)
class PostgresLoader:
    """Loads into PostgreSQL by COPY."""

    database: Database
    expected: int
    now: datetime
    _connection: Connection = field(init=False)
    _columns: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        with self.database.writing() as connection:
            connection.execute(text("SET LOCAL statement_timeout = 0"))
            if setting(connection, TAKEN_AWAY) is None:
                _keep(
                    connection, take_away(connection, _small(connection, self.expected)), self.now
                )
        self._connection = self.database.write.connect()
        for name, value in (
            ("statement_timeout", "0"),
            ("synchronous_commit", "off"),
            ("idle_in_transaction_session_timeout", "0"),
        ):
            self._connection.execute(text(f"SET {name} = {value}"))
        self._connection.commit()
        for table in tables():
            self._columns[table.name] = ", ".join(f'"{column.name}"' for column in table.columns)

    def write(self, made: Mapping[str, str], name: str, value: Mapping[str, Any]) -> None:
        """Write the lines of each table, and keep the setting."""
        with self._connection.begin():
            driver: Any = self._connection.connection.driver_connection
            for table in tables():
                if table.name not in made:
                    continue
                statement = f'COPY "{table.name}" ({self._columns[table.name]}) FROM STDIN'
                with driver.cursor() as cursor, cursor.copy(statement) as copy:
                    copy.write(made[table.name])
            put_setting(self._connection, name, value, self.now)

    def close(self, tell: Callable[[str], None]) -> None:
        """Bring back what was taken away, and let the planner know what is there."""
        with suppress(Exception):
            self._connection.rollback()
        with self._connection.begin():
            self._connection.execute(text(f"SET maintenance_work_mem = '{MEMORY}kB'"))
        _bring_back(self._connection, self.now, tell)
        self._connection.invalidate()
        self._connection.close()
        with self.database.write.connect().execution_options(isolation_level="AUTOCOMMIT") as one:
            one.execute(text("SET statement_timeout = 0"))
            for table in tables():
                tell(f"statistics of {table.name}")
                sequence = _sequence(one, table)
                if sequence:
                    last = f"(SELECT coalesce(max(id), 0) + 1 FROM {table.name})"  # noqa: S608
                    one.execute(text(f"SELECT setval('{sequence}', {last}, false)"))
                one.exec_driver_sql(f'VACUUM (ANALYZE) "{table.name}"')
            one.invalidate()


def _sequence(connection: Connection, table: Table) -> str | None:
    if "id" not in table.columns or table.autoincrement_column is not table.c.id:
        return None
    query = text("SELECT pg_get_serial_sequence(:name, 'id')")
    found: str | None = connection.execute(query, {"name": table.name}).scalar_one()
    return found
