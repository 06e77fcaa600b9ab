"""An installation is moved into another database: every row is the same there, or nothing was moved."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import inspect, select, update

from sopwith.core import commands as c
from sopwith.core.events import Actor
from sopwith.runtime.bulk_check import check_all
from sopwith.runtime.bulk_move import MoveError, MovePlan, move
from sopwith.store.chain import verify
from sopwith.store.engine import Database, DatabaseError, open_database, server_lock
from sopwith.store.installation import Heartbeat, beat
from sopwith.store.portable import read_rows, table_forms
from sopwith.store.schema import differences, upgrade
from sopwith.store.search import search
from sopwith.store.tables import RecordRow
from tests.support.postgres import PostgresServer
from tests.support.samples import NOW
from tests.support.shipped import installed, service_on

MOVED = "store.move"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of the demo installation."""
    path = tmp_path_factory.mktemp("demo") / "old.db"
    database = open_database(f"sqlite:///{path}")
    upgrade(database)
    installed(database)
    database.fold_log()
    database.close()
    return path


@pytest.fixture
def source(demo: Path, tmp_path: Path) -> Iterator[Database]:
    """The demo installation on SQLite."""
    shutil.copy(demo, tmp_path / "old.db")
    database = open_database(f"sqlite:///{tmp_path / 'old.db'}")
    yield database
    database.close()


@pytest.fixture
def postgres_url(postgres_server: PostgresServer, request: pytest.FixtureRequest) -> Iterator[str]:
    """An empty database of PostgreSQL for each test."""
    name = f"moved_{abs(hash(request.node.name)) % 10**9}"
    yield postgres_server.create_database(name)
    postgres_server.drop_database(name)


def plan(source: Database, target: str, data: Path, **more: Any) -> MovePlan:
    return MovePlan(source=source, target=target, data=data, now=NOW, **more)


def rows_of(database: Database) -> dict[str, list[list[Any]]]:
    """Return all rows by table, JSON as values, without the lines that say that it was moved."""
    found = {}
    with database.reading() as connection:
        for form in table_forms():
            found[form.name] = [
                [
                    json.loads(value) if kind == "json" and value else value
                    for kind, value in zip(form.kinds, row, strict=True)
                ]
                for row in read_rows(connection, form)
                if MOVED not in row
            ]
    return found


def test_there_and_back_every_table_is_equal_row_by_row(
    source: Database, postgres_url: str, tmp_path: Path
) -> None:
    before = rows_of(source)
    there = move(plan(source, postgres_url, tmp_path))
    between = open_database(postgres_url)
    assert rows_of(source) == before
    assert rows_of(between) == before
    assert differences(between) == []
    back = move(plan(between, f"sqlite:///{tmp_path / 'new.db'}", tmp_path))
    between.close()
    end = open_database(f"sqlite:///{tmp_path / 'new.db'}")
    assert rows_of(end) == before
    assert differences(end) == []
    assert there.records == back.records == there.chains == back.chains == len(before["record"])
    assert there.compared == len(table_forms())
    end.close()


def test_the_product_goes_on_where_it_was_moved_to(
    source: Database, postgres_url: str, tmp_path: Path
) -> None:
    move(plan(source, postgres_url, tmp_path, quick=True))
    service = service_on(open_database(postgres_url))
    with service.database.reading() as connection:
        ticket = connection.execute(
            select(RecordRow.id).where(RecordRow.type == "ticket", RecordRow.category == "open")
        ).scalars().first()  # fmt: skip
        assert search(connection, "甘特图")
        assert list(verify(connection)) == []
    assert ticket is not None
    admin = Actor("user", "admin", frozenset({"admin"}), name="Admin")
    message = service.message("It goes on.")
    said = service.handle(c.Comment(actor=admin, message=message, public=True), ticket)
    assert said.accepted
    values = {"module": "tasks", "type": "question", "description": "Is it there?"}
    customer = Actor("customer", "acme", frozenset({"customer"}))
    opened = service.create(type="ticket", values=values, actor=customer, customer_id="acme")
    assert opened.accepted, opened.problems
    assert check_all(service.database, lambda what, done, total: None) == []
    service.database.close()


def test_what_is_interrupted_leaves_the_source_untouched_and_the_target_empty(
    source: Database, postgres_url: str, tmp_path: Path
) -> None:
    before = rows_of(source)

    def stop(what: str, done: float, total: float) -> None:
        if what.startswith("compare record"):
            raise KeyboardInterrupt

    file = tmp_path / "new.db"
    for target in (postgres_url, f"sqlite:///{file}"):
        with pytest.raises(KeyboardInterrupt):
            move(plan(source, target, tmp_path, progress=stop))
    assert rows_of(source) == before
    assert not list(tmp_path.glob("*new.db*"))
    database = open_database(postgres_url)
    with database.reading() as connection:
        assert inspect(connection).get_table_names() == []
    database.close()
    assert move(plan(source, postgres_url, tmp_path)).records == len(before["record"])


def test_a_target_with_tables_is_refused(
    source: Database, postgres_url: str, tmp_path: Path
) -> None:
    database = open_database(postgres_url)
    upgrade(database)
    database.close()
    with pytest.raises(MoveError, match="empty database"):
        move(plan(source, postgres_url, tmp_path))
    with pytest.raises(MoveError, match="is there already"):
        move(plan(source, f"sqlite:///{source.path}", tmp_path))


def test_a_source_on_which_a_server_runs_is_refused(
    source: Database, postgres_url: str, tmp_path: Path
) -> None:
    with server_lock(source), pytest.raises(DatabaseError, match="another Sopwith server"):
        move(plan(source, postgres_url, tmp_path))
    move(plan(source, postgres_url, tmp_path, quick=True))
    database = open_database(postgres_url)
    target = f"sqlite:///{tmp_path / 'new.db'}"
    for since, is_refused in ((timedelta(seconds=5), True), (timedelta(minutes=5), False)):
        with database.writing() as connection:
            sign = Heartbeat(node="one:1", kind="web", at=NOW - since, version="1", detail={})
            beat(connection, sign)
        if is_refused:
            with pytest.raises(MoveError, match="one:1"):
                move(plan(database, target, tmp_path))
        else:
            move(plan(database, target, tmp_path, quick=True))
    database.close()


def test_a_broken_chain_is_not_moved(source: Database, postgres_url: str, tmp_path: Path) -> None:
    with source.writing() as connection:
        connection.execute(update(RecordRow).values(head="0" * 64))
    with pytest.raises(MoveError, match="Chains of hashes"):
        move(plan(source, postgres_url, tmp_path))
