"""Every test that asks for ``database`` runs on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sopwith.store.engine import Database
from tests.integration.runtime.world import World
from tests.support.clocks import CountingIds, FixedClock
from tests.support.databases import emptied, new_database
from tests.support.runtimes import Outside, new_runner, new_service


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


@pytest.fixture
def world(database: Database) -> World:
    """The small process with a clock that is set, and nothing done yet."""
    clock, outside = FixedClock(), Outside()
    service = new_service(database, clock, CountingIds())
    return World(service=service, clock=clock, outside=outside, runner=new_runner(service, outside))
