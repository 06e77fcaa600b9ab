"""Writers that wait for each other share a commit; nobody is told before it, and nobody loses by another's failure."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, event, text

from sopwith.store.engine import Database, open_database

PATIENCE = 20.0


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """Yield a database with one table of names."""
    database = open_database(f"sqlite:///{tmp_path}/a.db")
    with database.writing() as connection:
        connection.execute(text("CREATE TABLE told (name TEXT PRIMARY KEY)"))
    yield database
    database.close()


def add(connection: Connection, name: str) -> None:
    connection.execute(text("INSERT INTO told VALUES (:name)"), {"name": name})


def names(database: Database) -> set[str]:
    with database.reading() as connection:
        return set(connection.execute(text("SELECT name FROM told")).scalars())


class Writers:
    """Several writers that come while the first one has the turn, in their order."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.ended: dict[str, BaseException | None] = {}
        self.commits = 0
        event.listen(database.write, "commit", self._count)

    def _count(self, _connection: Connection) -> None:
        self.commits += 1

    def run(
        self, works: dict[str, Callable[[Connection], None]], alone: frozenset[str] = frozenset()
    ) -> None:
        first = threading.Event()
        threads = []
        for place, (name, work) in enumerate(works.items()):
            started = threading.Event()
            hold = first if place == 0 else None
            given = (name, work, started, hold, name in alone)
            thread = threading.Thread(target=self._write, args=given)
            thread.start()
            threads.append(thread)
            if place == 0:
                assert started.wait(PATIENCE)
            else:
                self._until_queued(place)
        first.set()
        for thread in threads:
            thread.join(PATIENCE)

    def _until_queued(self, count: int) -> None:
        shared = self.database.shared
        assert shared is not None
        pause = threading.Event()
        for _ in range(2000):
            if len(shared._queue) >= count:
                return
            pause.wait(0.005)
        raise AssertionError("nobody waits")

    def _write(
        self,
        name: str,
        work: Callable[[Connection], None],
        started: threading.Event,
        hold: threading.Event | None,
        alone: bool,
    ) -> None:
        try:
            with self.database.writing(alone=alone) as connection:
                started.set()
                if hold is not None:
                    hold.wait(PATIENCE)
                work(connection)
        except BaseException as error:  # kept for the test to look at
            self.ended[name] = error
        else:
            assert name in names(self.database), "told before it was committed"
            self.ended[name] = None


def adding(name: str) -> Callable[[Connection], None]:
    return lambda connection: add(connection, name)


def failing(name: str) -> Callable[[Connection], None]:
    def work(connection: Connection) -> None:
        add(connection, name)
        raise LookupError(name)

    return work


def test_those_who_wait_share_one_commit(database: Database) -> None:
    writers = Writers(database)
    writers.run({name: adding(name) for name in "abcde"})
    assert writers.ended == dict.fromkeys("abcde")
    assert names(database) == set("abcde")
    assert writers.commits == 1


def test_who_wants_to_be_alone_is(database: Database) -> None:
    writers = Writers(database)
    writers.run({name: adding(name) for name in "abc"}, alone=frozenset("b"))
    assert writers.ended == dict.fromkeys("abc")
    assert writers.commits == 3


@pytest.mark.parametrize("place", range(4))
def test_the_failure_of_one_takes_nothing_from_the_others(database: Database, place: int) -> None:
    works = {name: adding(name) for name in "abcd"}
    bad = "abcd"[place]
    works[bad] = failing(bad)
    writers = Writers(database)
    writers.run(works)
    assert isinstance(writers.ended.pop(bad), LookupError)
    assert set(writers.ended.values()) == {None}
    assert names(database) == set("abcd") - {bad}
    with database.writing() as connection:
        add(connection, "later")
    assert "later" in names(database)


def test_a_commit_that_fails_fails_for_all_of_them(database: Database) -> None:
    def fail(_connection: Connection) -> None:
        raise OSError("no space")

    event.listen(database.write, "commit", fail)
    writers = Writers(database)
    writers.run({name: adding(name) for name in "abc"})
    event.remove(database.write, "commit", fail)
    assert {type(error) for error in writers.ended.values()} == {OSError}
    assert names(database) == set()
    with database.writing() as connection:
        add(connection, "later")
    assert names(database) == {"later"}


def test_a_transaction_that_sqlite_gave_up_is_lost_for_all_of_them(database: Database) -> None:
    def lose(connection: Connection) -> None:
        connection.exec_driver_sql("ROLLBACK")  # as SQLite does on a full disk
        raise OSError("no space")

    writers = Writers(database)
    writers.run({"a": adding("a"), "b": lose})
    assert {type(error) for error in writers.ended.values()} == {OSError}
    assert names(database) == set()


def test_many_writers_at_once_lose_nothing(database: Database) -> None:
    wanted = {f"{writer}-{number}" for writer in range(8) for number in range(25)}

    def work(writer: int) -> None:
        for number in range(25):
            with database.writing() as connection:
                add(connection, f"{writer}-{number}")

    threads = [threading.Thread(target=work, args=(writer,)) for writer in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert names(database) == wanted


@pytest.mark.parametrize("patient", [True, False])
def test_only_who_is_in_a_hurry_is_waited_for(database: Database, patient: bool) -> None:
    def wait() -> None:
        with database.writing(patient=patient) as connection:
            add(connection, "later")

    with database.writing() as connection:
        assert not database.is_waited_for, "nobody waits"
        thread = threading.Thread(target=wait)
        thread.start()
        Writers(database)._until_queued(1)
        assert database.is_waited_for is not patient
        add(connection, "first")
    thread.join(PATIENCE)
    assert names(database) == {"first", "later"}
    assert not database.is_waited_for
