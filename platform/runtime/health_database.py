"""Looks at the database: does it answer, does it keep what it is given, is it set up as it should be."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError, OperationalError, ProgrammingError, SQLAlchemyError

from ..store.engine import NETWORK_FILE_SYSTEMS, Database, file_system
from ..store.figures import log_size
from ..store.installation import heartbeats
from ..store.schema import newest, revision_of
from .health_check import Check, Finding, finding
from .job_queue import mask
from .ports import Clock

MEGABYTE = 1024 * 1024
LOG_MEGABYTES = 256
LOOK_SECONDS = 4.0
LEAST_POSTGRES = 13
LONG_MINUTES = 10
SKEW_SECONDS = 2.0
SPARE_CONNECTIONS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseChecks:
    """The checks of one database. own: how many connections one process may hold at most."""

    database: Database
    clock: Clock

    def all(self) -> list[Check]:
        """Return the checks for this kind of database."""
        looks: list[tuple[str, Callable[[], Iterable[Finding]]]] = [
            ("database", self._answers),
            ("tables", self._tables),
        ]
        if self.database.is_sqlite:
            looks += [("sqlite", self._sqlite), ("integrity", self._whole)]
        else:
            looks += [
                ("postgresql", self._postgres),
                ("connections", self._connections),
                ("transactions", self._transactions),
                ("clock", self._skew),
            ]
        return [Check(name=name, look=_silent(look, name)) for name, look in looks]

    def _answers(self) -> Iterable[Finding]:
        with self.database.reading() as connection:
            connection.execute(text("SELECT 1")).scalar_one()
        return ()

    def _tables(self) -> Iterator[Finding]:
        found, wanted = revision_of(self.database), newest()
        if found != wanted:
            yield finding("DOC022", found=found or "-", wanted=wanted or "-")

    # --- SQLite -----------------------------------------------------------------------------------

    def _sqlite(self) -> Iterator[Finding]:
        path = self.database.path
        assert path is not None
        kind = file_system(path.parent)
        if kind in NETWORK_FILE_SYSTEMS:
            yield finding("DOC025", kind=kind)
        with self.database.reading() as connection:
            mode = connection.execute(text("PRAGMA journal_mode")).scalar_one()
        if mode != "wal":
            yield finding("DOC023", mode=str(mode))
        else:  # only then: opening the connection that writes would set the mode
            with self.database.write.connect() as connection:
                level = _pragma(connection, "synchronous")
            if level < 2:
                yield finding("DOC024", found={0: "OFF", 1: "NORMAL"}[level])
        size = log_size(self.database) // MEGABYTE
        if size > LOG_MEGABYTES:
            yield finding("DOC026", size=size)

    def _whole(self) -> Iterator[Finding]:
        """Read through the file for some seconds; a larger one is left half read."""
        end = time.monotonic() + LOOK_SECONDS
        with self.database.read.connect() as connection:
            driver: Any = connection.connection.driver_connection
            driver.set_progress_handler(lambda: time.monotonic() > end, 20_000)
            try:
                said = [str(row[0]) for row in driver.execute("PRAGMA quick_check(3)")]
            except Exception as error:
                if "interrupted" not in str(error):
                    yield finding("DOC027", what=mask(str(error)))
                    return
                yield finding("DOC028", seconds=round(LOOK_SECONDS))
                return
            finally:
                driver.set_progress_handler(None, 0)
        if said != ["ok"]:
            yield finding("DOC027", what=mask("; ".join(said)))

    # --- PostgreSQL -------------------------------------------------------------------------------

    def _postgres(self) -> Iterator[Finding]:
        with self.database.reading() as connection:
            number = int(_setting(connection, "server_version_num"))
            if number // 10_000 < LEAST_POSTGRES:
                version = _setting(connection, "server_version")
                yield finding("DOC030", found=version, wanted=LEAST_POSTGRES)
            for name in ("statement_timeout", "idle_in_transaction_session_timeout"):
                if _setting(connection, name) in ("0", ""):
                    yield finding("DOC031", name=name)
            if _setting(connection, "autovacuum") != "on":
                yield finding("DOC033")
            encoding = _setting(connection, "server_encoding")
            if encoding != "UTF8":
                yield finding("DOC034", found=encoding)
            if connection.execute(text("SELECT pg_is_in_recovery()")).scalar_one():
                yield finding("DOC036")

    def _connections(self) -> Iterator[Finding]:
        with self.database.reading() as connection:
            limit = int(_setting(connection, "max_connections"))
            limit -= int(_setting(connection, "superuser_reserved_connections"))
            now = self.clock.now()
            nodes = {one.node for one in heartbeats(connection) if _is_fresh(one.at, now)}
        processes = max(1, len(nodes))
        needed = processes * self._most() + SPARE_CONNECTIONS
        if needed > limit:
            yield finding("DOC032", limit=limit, processes=processes, needed=needed)

    def _most(self) -> int:
        """Return how many connections one process may hold."""
        pools: list[Any] = [self.database.write.pool, self.database.read.pool]
        return sum(pool.size() for pool in pools)

    def _transactions(self) -> Iterator[Finding]:
        query = (
            "SELECT pid, extract(epoch FROM now() - xact_start)::int / 60 AS minutes"
            " FROM pg_stat_activity WHERE datname = current_database() AND xact_start IS NOT NULL"
            " AND now() - xact_start > make_interval(mins => :least) ORDER BY xact_start LIMIT 3"
        )
        with self.database.reading() as connection:
            for row in connection.execute(text(query), {"least": LONG_MINUTES}).all():
                yield finding("DOC035", minutes=row.minutes, pid=row.pid)

    def _skew(self) -> Iterator[Finding]:
        with self.database.reading() as connection:
            before = self.clock.now()
            there: datetime = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
            after = self.clock.now()
        away = (there - before - (after - before) / 2).total_seconds()
        if abs(away) > SKEW_SECONDS:
            yield finding("DOC060", seconds=f"{away:+.1f}")


def _silent(look: Callable[[], Iterable[Finding]], name: str) -> Callable[[], list[Finding]]:
    """Return *look*; a database that is away is told of once, by the check that asks just that."""

    def looked() -> list[Finding]:
        try:
            return list(look())
        except SQLAlchemyError as error:
            if name == "database":
                return [finding("DOC020", error=_words(error))]
            if isinstance(error, OperationalError | ProgrammingError):
                return []
            raise

    return looked


def _words(error: SQLAlchemyError) -> str:
    """Return what the driver said, on one line, without statement and values."""
    said = str(error.orig) if isinstance(error, DBAPIError) else str(error)
    return mask(said)[:200]


def _is_fresh(at: datetime, now: datetime) -> bool:
    return (now - at).total_seconds() < 180


def _pragma(connection: Connection, name: str) -> int:
    driver: Any = connection.connection.driver_connection
    return int(driver.execute(f"PRAGMA {name}").fetchone()[0])


def _setting(connection: Connection, name: str) -> str:
    found = connection.execute(text("SELECT current_setting(:name)"), {"name": name})
    return str(found.scalar_one())
