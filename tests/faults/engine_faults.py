"""A database that fails now and then, at the level of its driver: before a statement, at it, or after the commit.

For processes that are told so by FAULTS, such as ``seed=7,statement=0.01,commit=0.05,unsure=0.05``:
statement: the share of statements that raise. commit: of commits that fail with nothing done. unsure: of commits that
are done and reported as failed. slow: of statements that end by their time limit.
"""

from __future__ import annotations

import random
import sqlite3
import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import psycopg
from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.exc import OperationalError

VARIABLE = "FAULTS"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """How often what happens, from 0 to 1."""

    seed: int = 0
    statement: float = 0.0
    slow: float = 0.0
    commit: float = 0.0
    unsure: float = 0.0

    @classmethod
    def read(cls, words: str) -> Shares:
        """Return what *words* say."""
        pairs = (one.split("=") for one in words.split(",") if one)
        given = {name.strip(): value for name, value in pairs}
        return cls(
            seed=int(given.pop("seed", 0)), **{name: float(one) for name, one in given.items()}
        )

    def words(self) -> str:
        """Return it as ``read`` takes it."""
        names = ("seed", "statement", "slow", "commit", "unsure")
        return ",".join(f"{name}={getattr(self, name)}" for name in names)


@dataclass(slots=True, kw_only=True)
class Faults:
    """Lets *shares* of what an engine does fail. counts: how often what happened."""

    shares: Shares
    counts: Counter[str] = field(default_factory=Counter)
    is_on: bool = True
    _chance: random.Random = field(init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self._chance = random.Random(self.shares.seed)

    def attach(self, engine: Engine) -> None:
        """Let *engine* fail from now on; every engine of the process: ``Engine`` itself."""
        event.listen(engine, "before_cursor_execute", self._before_statement)
        event.listen(engine, "commit", self._at_commit)

    def _happens(self, what: str, share: float) -> bool:
        with self._lock:
            if not self.is_on or self._chance.random() >= share:
                return False
            self.counts[what] += 1
            return True

    def _before_statement(
        self, connection: Connection, cursor: Any, statement: str, *_rest: Any
    ) -> None:
        if statement.startswith(("PRAGMA", "SAVEPOINT", "RELEASE", "ROLLBACK")):
            return
        if self._happens("statement", self.shares.statement):
            raise failure(connection.dialect, statement, "a fault was put here")
        if self._happens("slow", self.shares.slow):
            raise time_out(connection.dialect, cursor, statement)

    def _at_commit(self, connection: Connection) -> None:
        if self._happens("commit", self.shares.commit):
            connection.connection.rollback()
            raise failure(connection.dialect, "COMMIT", "the commit failed")
        if self._happens("unsure", self.shares.unsure):
            connection.connection.commit()
            raise failure(connection.dialect, "COMMIT", "the connection was lost at the commit")


def failure(dialect: Dialect, statement: str, words: str) -> OperationalError:
    """Return what the driver raises when the database is in trouble."""
    kind: Any = sqlite3.OperationalError if dialect.name == "sqlite" else psycopg.OperationalError
    return OperationalError(statement, None, kind(words))


def time_out(dialect: Dialect, cursor: Any, statement: str) -> OperationalError:
    """Return what the driver raises when a statement took too long; on PostgreSQL one really does."""
    if dialect.name == "sqlite":
        return OperationalError(statement, None, sqlite3.OperationalError("database is locked"))
    try:
        cursor.execute("SET LOCAL statement_timeout = '1ms'")
        cursor.execute("SELECT pg_sleep(1)")
    except psycopg.Error as error:
        return OperationalError(statement, None, error)
    raise AssertionError("PostgreSQL did not keep its time limit")
