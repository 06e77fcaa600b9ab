"""The commands ``demo-data`` and ``migrate-store``: what they say, and how they end."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sopwith.cli.main import main
from sopwith.store.engine import open_database, server_lock


def run(data: Path, *words: str) -> Result:
    return CliRunner().invoke(main, [*words, "--data", str(data)])


def test_fill_an_empty_place_look_at_it_and_move_it(tmp_path: Path) -> None:
    data = tmp_path / "data"
    words = (
        "demo-data",
        "--records",
        "60",
        "--days",
        "90",
        "--processes",
        "1",
        "--verify",
        "--json",
    )
    done = run(data, *words, "--now", "2026-11-20T08:00:00Z")
    assert done.exit_code == 0, done.output
    figures = json.loads(done.stdout)
    assert figures["records"] == 60
    assert figures["faults"] == 0
    assert figures["rows"] > 600

    again = run(data, "demo-data", "--records", "60")
    assert again.exit_code == 1
    assert "are here already" in again.stderr

    target = tmp_path / "new.db"
    moved = run(data, "migrate-store", "--to", f"sqlite:///{target}", "--json")
    assert moved.exit_code == 0, moved.output
    said = json.loads(moved.stdout)
    assert said["records"] == said["chains_checked"] == said["rows"]["record"] >= 60
    assert said["files_missing"] == []
    told = run(data, "migrate-store", "--to", f"sqlite:///{tmp_path / 'third.db'}", "--quick")
    assert f'database_url = "sqlite:///{tmp_path / "third.db"}"' in told.stdout
    refused = run(data, "migrate-store", "--to", f"sqlite:///{target}")
    assert refused.exit_code == 1
    assert "is there already" in refused.stderr


def test_not_beside_a_running_server(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'sopwith.db'}")
    with server_lock(database):
        done = run(tmp_path, "demo-data", "--records", "1")
    database.close()
    assert done.exit_code == 1
    assert "another Sopwith server" in done.stderr


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(("demo-data",), id="no number"),
        pytest.param(("demo-data", "--records", "0"), id="none"),
        pytest.param(("demo-data", "--records", "5", "--open", "2"), id="more than all"),
        pytest.param(("demo-data", "--records", "5", "--now", "soon"), id="no instant"),
        pytest.param(("migrate-store",), id="nowhere"),
    ],
)
def test_wrong_words_end_with_two(tmp_path: Path, words: tuple[str, ...]) -> None:
    assert run(tmp_path, *words).exit_code == 2


def test_an_address_that_is_none(tmp_path: Path) -> None:
    done = run(tmp_path, "migrate-store", "--to", "nonsense")
    assert done.exit_code == 1
    assert "Error" in done.stderr
