"""``sopwith jobs``: dead letters from the command line."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from sopwith.cli.main import main
from sopwith.store import audit
from sopwith.store.claims import claim
from sopwith.store.engine import open_database
from sopwith.store.jobs import NewJob, add_jobs, write_off
from sopwith.store.schema import upgrade
from tests.support.samples import NOW


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with three jobs that were given up, numbered 1 to 3, and one that waits."""
    database = open_database(f"sqlite:///{tmp_path / 'sopwith.db'}")
    upgrade(database)
    with database.writing() as connection:
        kinds = ("mail", "mail", "webhook")
        jobs = [
            NewJob(kind=kind, lane=0, key=f"k{n}", payload={"to": f"a{n}@b.test", "secret": "whsec_x"}, due_at=NOW, created_at=NOW)
            for n, kind in enumerate(kinds, 1)
        ]  # fmt: skip
        add_jobs(connection, jobs)
        for one in claim(connection, 0, 9, now=NOW, lease=timedelta(minutes=1), token="t", node="n"):  # fmt: skip
            write_off(connection, one, "550 unknown")
        add_jobs(connection, [NewJob(kind="timer", lane=0, key="k4", payload={}, due_at=NOW, created_at=NOW)])  # fmt: skip
    database.close()
    return tmp_path


def run(data: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["jobs", *words, "--data", str(data)])


def actions(data: Path) -> list[Any]:
    database = open_database(f"sqlite:///{data / 'sopwith.db'}")
    with database.reading() as connection:
        found = [(one.action, one.target) for one in audit.entries(connection)]
    database.close()
    return found


def test_what_was_given_up_is_listed_for_people_and_programs(data: Path) -> None:
    listed = run(data, "list")
    assert listed.exit_code == 1
    assert "550 unknown" in listed.output
    assert "3 jobs" in listed.output
    found = json.loads(run(data, "list", "--kind", "webhook", "--json").output)
    assert (found["total"], found["jobs"][0]["key"]) == (1, "k3")
    assert json.loads(run(data, "list", "--search", "a2@b", "--json").output)["total"] == 1
    assert run(data, "list", "--state", "ready").exit_code == 0


def test_one_is_shown_without_its_secret(data: Path) -> None:
    shown = run(data, "show", "1", "--json")
    assert shown.exit_code == 0
    assert json.loads(shown.output)["payload"]["to"] == "a1@b.test"
    assert "whsec" not in shown.output
    assert "There is no job 99" in run(data, "show", "99").output


def test_some_or_all_of_a_kind_are_tried_again(data: Path) -> None:
    some = run(data, "retry", "1", "4", "--json")
    assert some.exit_code == 1
    assert json.loads(some.output) == {"count": 1, "not_given_up": [4]}
    assert "1 jobs tried again" in run(data, "retry", "--all", "mail").output
    assert json.loads(run(data, "list", "--json").output)["total"] == 1
    assert actions(data) == [("job.retry_all", "mail"), ("job.retry", "k1")]
    assert run(data, "retry").exit_code == 2


def test_dropping_asks_first(data: Path) -> None:
    assert run(data, "drop", "3").exit_code == 1
    assert json.loads(run(data, "list", "--json").output)["total"] == 3
    assert run(data, "drop", "3", "--yes").exit_code == 0
    assert json.loads(run(data, "list", "--json").output)["total"] == 2
    assert actions(data) == [("job.drop", "k3")]
