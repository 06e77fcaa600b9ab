"""Every test that asks for ``database`` runs on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sopwith.store.engine import Database
from tests.support.databases import emptied, new_database


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def migrated(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Database]:
    """A database with all tables for the whole test module, of one kind and then of the other."""
    with new_database(request, tmp_path_factory) as database:
        yield database


@pytest.fixture
def database(migrated: Database) -> Database:
    """A database with all tables, and nothing in them."""
    emptied(migrated)
    return migrated
