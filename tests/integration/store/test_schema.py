from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import inspect, text
from sqlalchemy.exc import DBAPIError

from sopwith.store.engine import Database, DatabaseError, file_system, open_database, server_lock
from sopwith.store.schema import differences, downgrade, newest, revision_of, upgrade


def test_migrations_make_what_the_models_say_and_run_both_ways(database: Database) -> None:
    assert differences(database) == []
    downgrade(database)
    assert set(inspect(database.read).get_table_names()) == {"alembic_version"}
    upgrade(database)
    assert differences(database) == []
    assert revision_of(database) == newest()


def test_the_reading_engine_cannot_write(database: Database) -> None:
    with database.reading() as connection, pytest.raises(DBAPIError, match=r"read.?only"):
        connection.execute(text("DELETE FROM setting"))


def test_sqlite_is_set_up_for_durability(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'a.db'}")
    expected = {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "trusted_schema": 0,
        "cell_size_check": 1,
        "busy_timeout": 10_000,
    }
    with database.writing() as connection:
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in expected
        }
    assert found == expected
    with database.reading() as connection:
        assert connection.exec_driver_sql("PRAGMA query_only").scalar_one() == 1
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar_one() == 1
    database.close()


def test_a_write_takes_the_lock_at_once(tmp_path: Path) -> None:
    first, second = (open_database(f"sqlite:///{tmp_path / 'a.db'}") for _ in range(2))
    with first.writing(), second.write.connect() as other:
        driver = other.connection.driver_connection
        assert driver is not None
        driver.execute("PRAGMA busy_timeout = 1")
        with pytest.raises(DBAPIError, match="database is locked"):
            other.begin()
    first.close()
    second.close()


def test_two_servers_do_not_share_a_file(tmp_path: Path) -> None:
    first, second = (open_database(f"sqlite:///{tmp_path / 'a.db'}") for _ in range(2))
    with (
        server_lock(first),
        pytest.raises(DatabaseError, match="another Sopwith server"),
        server_lock(second),
    ):
        pass
    with server_lock(second):
        pass
    first.close()
    second.close()


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "mysql://a/b"])
def test_a_database_that_would_lose_data_is_refused(url: str) -> None:
    with pytest.raises(DatabaseError):
        open_database(url)


def test_the_file_system_of_a_folder_is_known() -> None:
    assert file_system(Path("/proc")) == "proc"


def test_a_query_left_half_read_by_an_exception_keeps_nobody_in_the_past(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'a.db'}")
    with database.writing() as connection:
        connection.execute(text("CREATE TABLE t (n)"))
        connection.execute(text("INSERT INTO t VALUES (1), (2), (3)"))
    held = []
    for open_one in (database.reading, database.writing):
        with pytest.raises(KeyError), open_one() as connection:
            result = connection.execute(text("SELECT n FROM t"))
            held.append((result, result.fetchone()))
            raise KeyError
    for expected in (4, 5):
        with database.writing() as connection:
            connection.execute(text("INSERT INTO t VALUES (4)"))
        with database.reading() as connection:
            assert connection.execute(text("SELECT count(*) FROM t")).scalar_one() == expected
    database.close()
