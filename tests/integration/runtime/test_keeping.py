"""What is kept long enough goes by itself; signed heads tell when something was cut off or removed."""
# ruff: noqa: S608 - statements of a test, with ids that it made

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, select, text

from sopwith.core.commands import Comment
from sopwith.core.events import Actor
from sopwith.release.retention import Retention
from sopwith.runtime.housekeeping import keep_house
from sopwith.runtime.keeping import SEAL_PAGE, forget_some, seal_page
from sopwith.runtime.service import Service
from sopwith.store.audit import note
from sopwith.store.chain import verify
from sopwith.store.engine import Database
from sopwith.store.erasing import lift_hold, put_hold
from sopwith.store.heads import begin_head, head_faults, last_head, seal_some, sign_head
from sopwith.store.tables import JobRow
from tests.support.clocks import FixedClock
from tests.support.runtimes import new_service, open_ticket
from tests.support.samples import NOW

KEY = b"key of heads"
ADMIN = Actor("user", "lin", frozenset({"admin", "agent"}), frozenset({"desk"}), "Lin")


def seal(database: Database, clock: FixedClock) -> None:
    with database.writing() as connection:
        payload: dict[str, Any] = {}
        assert seal_page(connection, payload, KEY, clock.now()) is not None
    clock.move(days=1)


def faults(connection: Connection, **more: Any) -> list[tuple[int, str]]:
    return [
        (one.number, one.reason) for one in head_faults(connection, more.pop("key", KEY), **more)
    ]


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def sealed(database: Database, clock: FixedClock) -> list[str]:
    """Three records, sealed on three days: all of them, then one that moved on, then none."""
    service = new_service(database, clock)
    ids = [open_ticket(service, f"number {number}") for number in range(3)]
    with database.writing() as connection:
        note(connection, ADMIN, "test.note", "x", NOW)
    seal(database, clock)
    said = service.message("more")
    assert service.handle(Comment(actor=ADMIN, message=said, public=True), ids[1]).accepted
    seal(database, clock)
    seal(database, clock)
    return ids


def test_heads_cover_what_moved_on_and_hold(database: Database, sealed: list[str]) -> None:
    with database.reading() as connection:
        entries = connection.execute(
            text("SELECT entries, records FROM signed_head ORDER BY number")
        )
        assert [tuple(row) for row in entries] == [(3, 3), (1, 3), (0, 3)]
        assert faults(connection) == []
        assert faults(connection, since=NOW + timedelta(days=1)) == []


def tampered(database: Database, *statements: str) -> list[tuple[int, str]]:
    """Return what the heads say after somebody changed the database behind our back."""
    with database.write.connect() as connection:
        if database.is_sqlite:
            for name in ("record_event_update", "record_event_delete", "audit_update"):
                connection.exec_driver_sql(f"DROP TRIGGER tr_{name}")
            connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        else:
            connection.execute(text("SET LOCAL session_replication_role = replica"))
        for statement in statements:
            connection.exec_driver_sql(statement)
        found = faults(connection)
        connection.rollback()
    return found


def test_a_cut_tail_shows_even_when_the_record_was_made_to_agree(
    database: Database, sealed: list[str]
) -> None:
    cut = (
        f"DELETE FROM record_event WHERE record_id = '{sealed[1]}' AND seq > 3",
        "UPDATE record SET version = 3, head = (SELECT hash FROM record_event e WHERE e.record_id = "
        f"record.id AND e.seq = 3) WHERE id = '{sealed[1]}'",
    )
    assert {number for number, _reason in tampered(database, *cut)} == {1, 2}


def test_a_removed_record_shows(database: Database, sealed: list[str]) -> None:
    remove = f"DELETE FROM record_event WHERE record_id = '{sealed[0]}'"
    found = tampered(database, remove)
    assert [number for number, _reason in found] == [1]
    assert "is missing" in found[0][1]


def test_a_record_removed_with_all_that_speaks_of_it_shows(
    database: Database, sealed: list[str]
) -> None:
    remove = [
        f"DELETE FROM {table} WHERE record_id = '{sealed[0]}'"
        for table in ("record_event", "sealed_version")
    ]
    assert tampered(database, *remove) == [(1, "it covered 3 records, 2 are left of them")]


def test_a_history_written_anew_shows(database: Database, sealed: list[str]) -> None:
    anew = f"UPDATE record_event SET hash = 'x' WHERE record_id = '{sealed[2]}'"
    assert tampered(database, anew) == [(1, "a history that it covers was written anew")]


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("DELETE FROM signed_head WHERE number = 1", (2, "the heads before it are missing")),
        (
            "UPDATE signed_head SET prev_digest = 'x' WHERE number = 3",
            (3, "it does not follow the head before it"),
        ),
        (
            "UPDATE signed_head SET signature = 'x' WHERE number = 2",
            (2, "its signature does not hold"),
        ),
        (
            "UPDATE signed_head SET records = 2 WHERE number = 3",
            (3, "a history that it covers was written anew"),
        ),
        (
            "UPDATE audit SET hash = 'x'",
            (1, "line 1 of the audit log was changed, or is missing"),
        ),
    ],
)
def test_a_head_that_was_changed_shows(
    database: Database, sealed: list[str], statement: str, found: tuple[int, str]
) -> None:
    assert found in tampered(database, statement)


def test_another_key_is_said_to_be_another(database: Database, sealed: list[str]) -> None:
    with database.reading() as connection:
        found = faults(connection, key=b"another")
    assert len(found) == 3
    assert all("signed with another key" in reason for _number, reason in found)


def test_a_head_that_was_interrupted_is_begun_again(database: Database, clock: FixedClock) -> None:
    service = new_service(database, clock)
    for number in range(5):
        open_ticket(service, f"number {number}")
    with database.writing() as connection:
        half, is_last = seal_some(connection, begin_head(connection), 2)
        assert (half.entries, is_last) == (2, False)
    with database.writing() as connection:
        sealing, is_last = begin_head(connection), False
        while not is_last:
            sealing, is_last = seal_some(connection, sealing, 2)
        made = sign_head(connection, sealing, KEY, NOW)
    assert (made.number, made.entries) == (1, 5)
    with database.reading() as connection:
        assert last_head(connection) == made
        assert faults(connection) == []
    assert SEAL_PAGE > 2


def test_a_step_looks_at_few_records_where_none_moved_on(
    database: Database, sealed: list[str]
) -> None:
    with database.writing() as connection:
        sealing, is_last = seal_some(connection, begin_head(connection), 2)
        assert (sealing.entries, is_last, sealing.after) == (0, False, sorted(sealed)[1])
        sealing, is_last = seal_some(connection, sealing, 2)
        assert (sealing.entries, is_last) == (0, True)


# --- retention ------------------------------------------------------------------------------------


def test_the_round_is_planned_once_a_day(database: Database) -> None:
    with database.writing() as connection:
        keep_house(connection, NOW)
        keep_house(connection, NOW)
        kinds = sorted(connection.execute(select(JobRow.kind)).scalars())
    assert kinds == ["housekeeping", "retention", "seal"]


def test_what_is_kept_long_enough_is_erased_and_a_hold_stops_it(
    database: Database, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = new_service(database, clock)
    ids = [open_ticket(service, f"zebrafinch {number}") for number in range(4)]
    release = service.releases.live()
    kind = replace(release.record_types["ticket"], retention=Retention(personal=timedelta(days=30)))
    kept = replace(release, record_types={"ticket": kind})
    monkeypatch.setattr(type(service.releases), "live", lambda *_: kept)
    with database.writing() as connection:
        for record_id, days in zip(ids, (31, 31, 29, None), strict=True):
            closed = clock.now() - timedelta(days=days) if days else None
            connection.execute(
                text("UPDATE record SET closed_at = :at WHERE id = :id"),
                {"at": closed and closed.isoformat(sep=" "), "id": record_id},
            )
        put_hold(connection, "record", ids[1], reason="in court", author=None, now=clock.now())
        connection.execute(text("DELETE FROM job"))
    assert round_of(service, clock) == {ids[0]}
    assert round_of(service, clock) == set()
    with database.writing() as connection:
        assert lift_hold(connection, "record", ids[1])
    assert round_of(service, clock) == {ids[1]}
    with database.reading() as connection:
        assert list(verify(connection)) == []
        counts = connection.execute(text("SELECT body FROM audit WHERE action = 'retention.erase'"))
        assert counts.scalars().all() == ['{"ticket":1}', '{"ticket":1}']


def round_of(service: Service, clock: FixedClock) -> set[str]:
    with service.database.writing() as connection:
        return forget_some(service, connection, {}, clock.now())
