"""``sopwith reindex``: records written past the product, and damaged counters, are put right from the command line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from sopwith.cli.main import main
from sopwith.runtime.service import Service
from sopwith.store.engine import open_database
from sopwith.store.schema import upgrade
from tests.faults.side_tables import SideTables
from tests.support.clocks import FixedClock
from tests.support.runtimes import new_service, open_ticket


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    """An installation with three tickets."""
    database = open_database(f"sqlite:///{tmp_path / 'sopwith.db'}")
    upgrade(database)
    made = new_service(database, FixedClock())
    for number in range(3):
        open_ticket(made, f"Ticket {number}")
    yield made
    database.close()


def reindex(*words: str, data: Path) -> Result:
    environment = {"SOPWITH_DATABASE_URL": ""}
    return CliRunner().invoke(main, ["reindex", *words, "--data", str(data)], env=environment)


def is_sound(service: Service) -> bool:
    with service.database.reading() as connection:
        plan = service.releases.view_plan(connection)
        return not list(SideTables(connection, plan).differences())


def damage(service: Service, statement: str) -> None:
    with service.database.writing() as connection:
        connection.execute(text(statement))
    assert not is_sound(service)


def test_records_written_past_the_product_are_marked(service: Service, tmp_path: Path) -> None:
    damage(service, "UPDATE record SET plan = 'old'")
    done = reindex(data=tmp_path)
    assert done.exit_code == 0, done.output
    assert "3 records marked anew." in done.output
    assert is_sound(service)
    assert "0 records" in reindex(data=tmp_path).output


def test_damaged_counters_are_put_right_anew(service: Service, tmp_path: Path) -> None:
    damage(service, "DELETE FROM tally")
    done = reindex("--anew", "--json", data=tmp_path)
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout) == {"marked": 3}
    assert is_sound(service)


def test_without_a_release_there_is_nothing_to_mark_by(tmp_path: Path) -> None:
    done = reindex(data=tmp_path / "empty")
    assert done.exit_code == 0, done.output
