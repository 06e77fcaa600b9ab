"""Bring the tables of a database to the newest form, and tell whether they are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.schema import SchemaItem

from .engine import Database
from .tables import FULL_TEXT, METADATA

FOLDER = Path(__file__).resolve().parent / "migrations"
ONE_AT_A_TIME = 7_390_217
LONGEST = "30min"


def upgrade(database: Database, revision: str = "head") -> None:
    """Bring *database* up to *revision*, all or nothing; do nothing when it is there already."""
    if revision == "head" and revision_of(database) == newest():
        return
    with database.writing() as connection:
        upgrade_within(connection, revision)


def upgrade_within(connection: Connection, revision: str = "head") -> None:
    """Bring the database up to *revision* in a transaction of the caller's, who commits."""
    _wait_for_turn(connection)
    command.upgrade(_config(connection), revision)


def downgrade(database: Database, revision: str = "base") -> None:
    """Take *database* back to *revision*. Data of newer tables is lost."""
    with database.writing() as connection:
        _wait_for_turn(connection)
        command.downgrade(_config(connection), revision)


def revision_of(database: Database) -> str | None:
    """Return the revision that *database* stands at, None when it is empty."""
    with database.read.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def newest() -> str | None:
    """Return the revision that this version of the product needs."""
    return ScriptDirectory(str(FOLDER)).get_current_head()


def differences(database: Database) -> list[Any]:
    """Return in what the tables of *database* differ from the models; empty when they agree."""
    with database.write.connect() as connection:
        options = {"compare_type": True, "include_object": _is_ours}
        context = MigrationContext.configure(connection, opts=options)
        return list(compare_metadata(context, METADATA))


def _is_ours(
    item: SchemaItem, name: str | None, kind: str, reflected: bool, other: SchemaItem | None
) -> bool:
    """Leave out the full-text index: SQLite keeps it in tables that no model describes."""
    return not (reflected and other is None and (name or "").startswith(FULL_TEXT))


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _wait_for_turn(connection: Connection) -> None:
    """Two servers that start at once must not both migrate; on SQLite the write lock sees to it."""
    if connection.dialect.name == "postgresql":
        for name in ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout"):
            connection.execute(text(f"SET LOCAL {name} = '{LONGEST}'"))
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ONE_AT_A_TIME})
