"""A migrated database for tests, of either kind."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import text

from sopwith.store.engine import Database, open_database
from sopwith.store.schema import upgrade
from sopwith.store.tables import METADATA


@contextmanager
def new_database(
    request: pytest.FixtureRequest, folders: pytest.TempPathFactory
) -> Iterator[Database]:
    """Open the kind of database that ``request.param`` names, with all tables."""
    if request.param == "sqlite":
        url = f"sqlite:///{folders.mktemp('db') / 'sopwith.db'}"
    else:
        url = request.getfixturevalue("postgres_url")
    database = open_database(url)
    upgrade(database)
    try:
        yield database
    finally:
        database.close()


def emptied(database: Database) -> None:
    """Remove every row, those that are only appended to included."""
    if database.is_sqlite:
        _empty_sqlite(database)
        return
    names = METADATA.tables.keys()
    with database.writing() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(text(f"TRUNCATE {', '.join(names)} RESTART IDENTITY"))


def _empty_sqlite(database: Database) -> None:
    with database.writing() as connection:
        found = connection.execute(
            text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE :like"),
            {"like": "tr_%_delete"},
        ).all()
        guards = [row for row in found if "RAISE" in row.sql]
        for row in guards:
            connection.exec_driver_sql(f"DROP TRIGGER {row.name}")
        connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        for table in reversed(METADATA.sorted_tables):
            connection.execute(table.delete())
        connection.exec_driver_sql("INSERT INTO search_text (search_text) VALUES ('delete-all')")
        for row in guards:
            connection.exec_driver_sql(row.sql)
