from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import delete, func, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from sopwith.core.commands import NewMessage
from sopwith.core.decision import Why
from sopwith.core.events import EventKind
from sopwith.store.chain import verify
from sopwith.store.engine import Database
from sopwith.store.records import Change, ConflictError, append, id_of_number, load_record
from sopwith.store.tables import (
    AuditRow,
    ExplanationRow,
    MessageRow,
    RecordEventRow,
    RecordRow,
)
from tests.support.samples import NOW, add_customer, changed, created, event, later, state

NASTY = {"title": "a\x00b\ud800", "amount": 1e16, "notes": ["卡纸", {"deep": "\x00"}], "n": 0.1}


def opened(database: Database, number: int = 1, **fields: Any) -> Change:
    change = created(number, **fields)
    with database.writing() as connection:
        append(connection, change)
    return change


def test_a_record_comes_back_as_it_was_written(database: Database) -> None:
    with database.writing() as connection:
        add_customer(connection)
    after = opened(database, values={"title": "打印机卡纸", "n": 1.5}, customer_id="c1").after
    with database.reading() as connection:
        assert load_record(connection, after.id) == after
        assert id_of_number(connection, " T-2026-000001 ") == after.id
        assert load_record(connection, "f" * 32) is None


def test_a_second_writer_who_saw_the_old_version_is_told(database: Database) -> None:
    first = opened(database).after
    with database.writing() as connection:
        append(connection, changed(first, tags=("a",)))
    with database.writing() as connection, pytest.raises(ConflictError) as caught:
        append(connection, changed(first, tags=("b",)))
    assert (caught.value.seen, caught.value.found) == (1, 2)
    with database.reading() as connection:
        kept = load_record(connection, first.id)
        assert kept is not None
        assert kept.tags == ("a",)


def test_a_state_that_is_not_the_fold_of_its_events_is_refused(database: Database) -> None:
    first = opened(database).after
    with database.writing() as connection, pytest.raises(ValueError, match="fold"):
        append(connection, Change(before=1, events=(event(), event()), after=first))


def test_messages_and_explanations_stand_beside_their_events(database: Database) -> None:
    first = opened(database).after
    comment = event(EventKind.COMMENT, at=later(minutes=1), message_id="m1", public=True)
    change = replace(
        changed(first, event(), comment),
        messages=((NewMessage(id="m1", text="你好"), True, "agent"),),
        why=(Why(kind="rule", id="r", outcome="fired", code="ENG001"),),
    )
    with database.writing() as connection:
        append(connection, change)
    with database.reading() as connection:
        message = connection.execute(select(MessageRow.__table__)).one()
        assert (message.seq, message.author_name, message.created_at) == (
            3,
            "Lin",
            later(minutes=1),
        )
        why = connection.execute(select(ExplanationRow.why)).scalar_one()
        assert why[0]["outcome"] == "fired"


def test_text_that_a_database_cannot_hold_is_mended_not_refused(database: Database) -> None:
    first = opened(database, values=NASTY).after
    with database.reading() as connection:
        found = load_record(connection, first.id)
        title = connection.execute(select(RecordRow.title)).scalar_one()
        assert list(verify(connection)) == []
    assert found is not None
    assert title == found.values["title"] == "a�b�"
    assert found.values["amount"] == 1e16


@pytest.mark.parametrize("what", ["update", "delete"])
@pytest.mark.parametrize("row", [RecordEventRow, AuditRow])
def test_events_are_never_changed(database: Database, what: str, row: Any) -> None:
    opened(database)
    audit = {"seq": 1, "at": NOW, "actor_kind": "user", "action": "x", "target": "y"}
    with database.writing() as connection:
        rest = {"body": "{}", "prev_hash": "", "hash": ""}
        connection.execute(insert(AuditRow), audit | rest)
    statement: Any = update(row).values(body="{}") if what == "update" else delete(row)
    with pytest.raises(DBAPIError, match="only appended"), database.writing() as connection:
        connection.execute(statement)


TAMPERINGS = [
    pytest.param("UPDATE record_event SET body = '{}' WHERE seq = 2", 2, id="content"),
    pytest.param("UPDATE record_event SET actor_id = 'x' WHERE seq = 2", 2, id="actor column"),
    pytest.param(
        'UPDATE record_event SET actor = \'{"kind":"user"}\' WHERE seq = 2', 2, id="actor"
    ),
    pytest.param("UPDATE record_event SET kind = 'state' WHERE seq = 1", 1, id="kind"),
    pytest.param("DELETE FROM record_event WHERE seq = 2", 2, id="middle"),
    pytest.param("DELETE FROM record_event WHERE seq = 3", 3, id="tail"),
    pytest.param("UPDATE record SET head = 'x'", 4, id="head"),
]


@pytest.mark.parametrize(("tampering", "seq"), TAMPERINGS)
def test_verify_names_the_first_broken_link(database: Database, tampering: str, seq: int) -> None:
    first = opened(database).after
    with database.writing() as connection:
        append(connection, changed(first, event(added=["a"]), event(added=["b"])))
    with database.reading() as connection:
        assert list(verify(connection)) == []
    with database.write.connect() as connection:
        if database.is_sqlite:
            connection.exec_driver_sql("DROP TRIGGER tr_record_event_update")
            connection.exec_driver_sql("DROP TRIGGER tr_record_event_delete")
        else:
            connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.exec_driver_sql(tampering)
        broken = list(verify(connection))
        connection.rollback()
    assert [(one.record_id, one.seq) for one in broken] == [(first.id, seq)]


ERASE = "UPDATE record_event SET body = '{}', salt = '', erased_at = '2026-11-20 09:00:00+00:00'"
MORE_THAN_ERASED = [
    pytest.param(f"{ERASE}, kind = 'state' WHERE seq = 1", id="another kind"),
    pytest.param(f"{ERASE}, at = '2026-11-20 09:00:00+00:00' WHERE seq = 1", id="another time"),
    pytest.param(f"{ERASE}, actor_id = NULL WHERE seq = 1", id="nobody"),
    pytest.param(f"{ERASE}, digest = '' WHERE seq = 1", id="another digest"),
    pytest.param(f"{ERASE}, hash = '' WHERE seq = 1", id="another hash"),
    pytest.param(ERASE.replace("salt = ''", "salt = 'x'"), id="a salt of its own"),
    pytest.param("UPDATE record_event SET body = '{}', salt = ''", id="no time of erasure"),
    pytest.param("UPDATE record_event SET salt = ''", id="the salt alone"),
]


@pytest.mark.parametrize("statement", MORE_THAN_ERASED)
def test_an_event_takes_exactly_an_erasure(database: Database, statement: str) -> None:
    opened(database)
    with pytest.raises(DBAPIError, match="only appended"), database.writing() as connection:
        connection.exec_driver_sql(statement)


def test_an_event_is_erased_once(database: Database) -> None:
    opened(database)
    with database.writing() as connection:
        connection.exec_driver_sql(f"{ERASE} WHERE seq = 1")
    with pytest.raises(DBAPIError, match="only appended"), database.writing() as connection:
        connection.exec_driver_sql(f"{ERASE} WHERE seq = 1")
    with database.reading() as connection:
        found = list(verify(connection))
    assert [(one.seq, one.reason) for one in found] == [(1, "it was erased, but no event says so")]


def test_the_salts_of_one_command_differ(database: Database) -> None:
    first = opened(database).after
    with database.writing() as connection:
        append(connection, changed(first, event(added=["a"]), event(added=["a"])))
    with database.reading() as connection:
        rows = connection.execute(select(RecordEventRow.salt, RecordEventRow.digest)).all()
    assert len({row.salt for row in rows}) == len({row.digest for row in rows}) == 3
    assert all(len(row.salt) == 32 for row in rows)


def test_two_events_that_differ_have_different_hashes(database: Database) -> None:
    one, two = opened(database, 1), opened(database, 2)
    with database.reading() as connection:
        hashes = select(func.count(RecordEventRow.hash.distinct()))
        assert connection.execute(hashes).scalar_one() == 2
    assert one.after.id != two.after.id


def test_a_record_without_title_keeps_the_one_it_had(database: Database) -> None:
    first = created(1, title="Summary").after
    with database.writing() as connection:
        append(connection, created(1, title="Summary"))
        append(connection, changed(first))
    with database.reading() as connection:
        assert connection.execute(select(RecordRow.title)).scalar_one() == "Summary"
    assert state().values == {}
