"""Backup, restore, verify and erase as commands: what they say, and how they end."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from sopwith.cli.main import main
from sopwith.runtime.keeping import seal_page
from sopwith.store.customers import Customer, add_customer
from sopwith.wiring.build import open_service
from sopwith.wiring.settings import read_settings
from tests.support.samples import NOW


def run(*words: str, data: Path, give: str = "") -> Result:
    return CliRunner().invoke(
        main, [*words, "--data", str(data)], input=give, env={"SOPWITH_DATABASE_URL": ""}
    )


def said(*words: str, data: Path) -> Any:
    result = run(*words, "--json", data=data)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """An installation with one customer and one signed head."""
    folder = tmp_path / "data"
    service = open_service(read_settings({}, data=folder))
    with service.database.writing() as connection:
        wang = Customer(id="c1", name="Wang Fang", email="wang@example.test")
        add_customer(connection, wang, NOW)
        seal_page(connection, {}, service.head_key, NOW)
    service.database.close()
    return folder


def test_a_backup_is_made_and_brought_back(data: Path, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    (folder / "sopwith-20200101-000000.zip").touch()
    made = said("backup", str(folder), "--keep", "1", data=data)
    assert made["dropped"] == ["sopwith-20200101-000000.zip"]
    assert [str(one) for one in folder.iterdir()] == [made["path"]]
    there = tmp_path / "there"
    back = said("restore", made["path"], data=there)
    assert back["keys"] == ["head-key", "link-key"]
    assert said("verify", data=there)["heads"] == 1
    again = run("restore", made["path"], data=there)
    assert again.exit_code == 1
    assert "is not empty" in again.output


def test_keep_needs_a_folder(data: Path, tmp_path: Path) -> None:
    assert run("backup", str(tmp_path / "b.zip"), "--keep", "2", data=data).exit_code == 2


def test_verify_finds_what_was_removed(data: Path) -> None:
    assert run("verify", data=data).exit_code == 0
    service = open_service(read_settings({}, data=data))
    with service.database.writing() as connection:
        connection.execute(text("UPDATE signed_head SET entries = 7"))
    service.database.close()
    result = run("verify", data=data)
    assert result.exit_code == 1
    assert "it covered 7 records, 0 are left of them" in result.output
    assert run("verify", "--record", "T-1", data=data).exit_code == 2
    assert run("verify", "--since", "2026-11-21", data=data).exit_code == 0


def test_erasing_asks_first(data: Path) -> None:
    assert run("erase", "customer", "wang@example.test", data=data, give="n\n").exit_code == 1
    assert run("erase", "customer", "nobody@example.test", "--yes", data=data).exit_code == 1
    asked = run("erase", "customer", "wang@example.test", data=data, give="y\n")
    assert asked.exit_code == 0
    assert "Backups made before still hold everything" in asked.output
    assert run("erase", "customer", "wang@example.test", "--yes", data=data).exit_code == 1
    assert run("erase", "record", "T-1", "--yes", data=data).exit_code == 1
    assert run("verify", data=data).exit_code == 0
