"""Erasing what is known of a person: nothing of it is left anywhere, and everything else holds."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select, text

from sopwith.core.commands import Comment, Submit
from sopwith.core.events import Actor, EventKind
from sopwith.core.record import ERASED_TEXT
from sopwith.engine.fold import fold
from sopwith.runtime.erasure import (
    PAGE,
    ErasureError,
    ask_to_erase,
    delete_erased_files,
    erase_attached,
    erase_customer,
    erase_record,
)
from sopwith.runtime.job_queue import claim_jobs
from sopwith.runtime.lanes import Lane
from sopwith.runtime.service import Service
from sopwith.store.chain import verify, verify_some
from sopwith.store.customers import customer_of
from sopwith.store.engine import Database
from sopwith.store.erasing import lift_hold, put_hold
from sopwith.store.history import events_of, explanations_of
from sopwith.store.jobs import jobs_of
from sopwith.store.records import load_record
from sopwith.store.search import search
from sopwith.store.tables import (
    METADATA,
    AttachmentRow,
    CaughtMailRow,
    DeliveryRow,
    DigestLineRow,
    InboxRow,
    NoticeRow,
    RecordRow,
)
from tests.support.clocks import FixedClock
from tests.support.runtimes import CUSTOMER, Outside, new_runner, new_service, open_ticket
from tests.support.samples import NOW

SECRET = "zebrafinch"
SECRET_ZH = "斑胸草雀"
ADMIN = Actor("user", "lin", frozenset({"admin", "agent"}), frozenset({"desk"}), "Lin")


@pytest.fixture
def service(database: Database) -> Service:
    return new_service(database)


def dump(database: Database) -> dict[str, list[str]]:
    """Return every row of every table as text."""
    with database.reading() as connection:
        return {
            name: [repr(tuple(row)) for row in connection.execute(select(table))]
            for name, table in METADATA.tables.items()
        }


def where(database: Database, *words: str) -> list[str]:
    """Return the tables in which one of *words* is found, whatever its case."""
    return sorted(
        name
        for name, rows in dump(database).items()
        if any(word.lower() in row.lower() for word in words for row in rows)
    )


def tell_secrets(service: Service) -> str:
    """Open a ticket and put the secret wherever words can go; return its id."""
    record_id = open_ticket(service, f"{SECRET} broke", kind=f"about {SECRET_ZH}")
    files = service.ids.new_id()
    rows: list[tuple[Any, dict[str, Any]]] = [
        (
            AttachmentRow,
            {
                "id": files,
                "stored_name": "random",
                "sha256": "0" * 64,
                "size": 3,
                "type": "text/plain",
                "name": f"{SECRET}.txt",
                "record_id": record_id,
                "uploaded_by": "customer:c1",
                "visibility": "public",
                "state": "ready",
                "created_at": NOW,
            },
        ),
        (
            DeliveryRow,
            {
                "key": "k",
                "kind": "mail",
                "record_id": record_id,
                "target": "wang@example.test",
                "attempt": 1,
                "at": NOW,
                "outcome": "failed",
                "milliseconds": 1,
                "error": f"no {SECRET}",
            },
        ),
        (
            CaughtMailRow,
            {
                "key": "m",
                "record_id": record_id,
                "sender": "ours@example.test",
                "recipients": ["wang@example.test"],
                "subject": SECRET,
                "text": SECRET,
                "html": SECRET,
                "headers": {"x": SECRET},
                "created_at": NOW,
            },
        ),
        (
            InboxRow,
            {
                "source": "mail",
                "ext_id": "1",
                "received_at": NOW,
                "raw": SECRET.encode(),
                "headers": {"From": "wang@example.test"},
                "sha256": "1" * 64,
                "state": "done",
                "error": "",
                "record_id": record_id,
            },
        ),
        (
            DigestLineRow,
            {
                "address": "lead@ours.test",
                "digest": "d",
                "key": "l",
                "record_id": record_id,
                "at": NOW,
                "body": {"subject": SECRET},
            },
        ),
        (
            NoticeRow,
            {
                "key": "n",
                "user_id": "lin",
                "record_id": record_id,
                "kind": "x",
                "text_en": SECRET,
                "text_zh": SECRET_ZH,
                "created_at": NOW,
            },
        ),
    ]
    with service.database.writing() as connection:
        for table, row in rows:
            connection.execute(insert(table), row)
    said = Comment(
        actor=CUSTOMER,
        message=service.message(f"my {SECRET} is ill"),
        public=True,
        author="customer",
    )
    assert service.handle(said, record_id).accepted
    replied = Comment(actor=ADMIN, message=service.message(f"poor {SECRET_ZH}"), public=True)
    assert service.handle(replied, record_id).accepted
    return record_id


def kept_of(database: Database, record_id: str) -> dict[str, Any]:
    """Return what figures are made from."""
    with database.reading() as connection:
        row = (
            connection.execute(select(RecordRow.__table__).where(RecordRow.id == record_id))
            .mappings()
            .one()
        )
    gone = {
        "title",
        "customer",
        "values",
        "state_json",
        "head",
        "version",
        "erased_at",
        "marks",
        "plan",
    }
    return {name: value for name, value in row.items() if name not in gone}


def test_nothing_of_a_person_is_left_and_figures_stay(service: Service) -> None:
    database, record_id = service.database, tell_secrets(service)
    assert len(where(database, SECRET, SECRET_ZH)) > 8
    before = kept_of(database, record_id)
    with database.reading() as connection:
        old = load_record(connection, record_id)
    assert erase_customer(service, "c1", ADMIN) == 1
    assert where(database, SECRET, SECRET_ZH, "wang") == []
    assert kept_of(database, record_id) == before
    with database.reading() as connection:
        new = load_record(connection, record_id)
        customer = customer_of(connection, "c1")
        assert old is not None
        assert new is not None
        assert (new.clocks, new.visits, new.first_reply_at) == (
            old.clocks,
            old.visits,
            old.first_reply_at,
        )
        assert customer is not None
        assert (customer.name, customer.email, customer.active) == (ERASED_TEXT, None, False)
        assert search(connection, SECRET) == []
        assert search(connection, SECRET_ZH) == []


KNOWN = {
    *("attachment", "caught_mail", "delivery", "digest_line", "explanation", "inbox", "job"),
    *("message", "notice", "record_event", "record_mark", "search_part", "secret_link"),
}
HARMLESS = {"sealed_version"}  # numbers only


def test_every_table_that_speaks_of_a_record_is_known_to_the_erasure() -> None:
    """A new table belongs into ``store.erasing`` and its words into ``tell_secrets``, or into HARMLESS."""
    found = {name for name, table in METADATA.tables.items() if "record_id" in table.columns}
    assert found == KNOWN | HARMLESS


def test_the_chain_holds_and_the_fold_of_what_is_left_is_the_projection(service: Service) -> None:
    record_id = tell_secrets(service)
    with service.database.writing() as connection:
        erased = erase_record(service, connection, record_id, ADMIN)
    assert {"values", "messages", "files", "mails", "notices", "customer"} <= set(erased.kinds)
    with service.database.reading() as connection:
        checked = verify_some(connection, "", 10)
        kept = events_of(connection, record_id)
        state = load_record(connection, record_id)
        whys = explanations_of(connection, record_id)
    assert checked.broken == ()
    assert checked.erased == erased.events > 1
    assert state == fold(None, [one.event for one in kept])
    assert kept[-1].event.kind is EventKind.ERASED
    assert kept[-1].event.actor == ADMIN
    assert state is not None
    assert state.erased_at == NOW
    assert not any(why.parts for some in whys.values() for why in some)


def test_what_an_erasure_left_cannot_be_changed_unseen(service: Service) -> None:
    record_id = tell_secrets(service)
    with service.database.writing() as connection:
        erase_record(service, connection, record_id, ADMIN)
    with service.database.write.connect() as connection:
        if service.database.is_sqlite:
            connection.exec_driver_sql("DROP TRIGGER tr_record_event_update")
        else:
            connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.exec_driver_sql(
            "UPDATE record_event SET body = replace(body, 'portal', 'phone') WHERE seq = 1"
        )
        broken = list(verify(connection))
        connection.rollback()
    assert [one.reason for one in broken] == ["what the erasure left was changed"]


def test_an_erased_record_can_be_worked_on_and_erased_again(service: Service) -> None:
    record_id = tell_secrets(service)
    with service.database.writing() as connection:
        erase_record(service, connection, record_id, ADMIN)
    form = Submit(actor=ADMIN, form="intake", values={"title": f"again {SECRET}"})
    assert service.handle(form, record_id).accepted
    said = Comment(actor=ADMIN, message=service.message(f"{SECRET} again"), public=False)
    assert service.handle(said, record_id).accepted
    with service.database.writing() as connection:
        again = erase_record(service, connection, record_id, ADMIN)
        nothing = erase_record(service, connection, record_id, ADMIN)
    assert again.events == 2  # the values, and the facts of a customer who is known still
    assert nothing.events == 0
    assert nothing.kinds == ()
    assert where(service.database, SECRET) == []
    with service.database.reading() as connection:
        assert list(verify(connection)) == []
        kept = [one.event for one in events_of(connection, record_id)]
        assert load_record(connection, record_id) == fold(None, kept)


def test_waiting_mails_are_not_sent_any_more(service: Service) -> None:
    record_id = tell_secrets(service)
    with service.database.reading() as connection:
        assert "mail" in {job.kind for job in jobs_of(connection, record_id)}
    with service.database.writing() as connection:
        erase_record(service, connection, record_id, ADMIN)
        assert "mail" not in {job.kind for job in jobs_of(connection, record_id)}


def test_a_mail_that_is_just_being_sent_is_waited_for(service: Service) -> None:
    record_id = tell_secrets(service)
    with service.database.writing() as connection:
        connection.execute(text("UPDATE job SET state = 'leased' WHERE kind = 'mail'"))
    with (
        pytest.raises(ErasureError, match="just being sent"),
        service.database.writing() as connection,
    ):
        erase_record(service, connection, record_id, ADMIN)
    assert "message" in where(service.database, SECRET)


@pytest.mark.parametrize(("subject", "which"), [("record", None), ("customer", "c1")])
def test_a_hold_keeps_everything(service: Service, subject: str, which: str | None) -> None:
    record_id = tell_secrets(service)
    held = which or record_id
    with service.database.writing() as connection:
        put_hold(connection, subject, held, reason="in court", author="lin", now=NOW)
    before = dump(service.database)
    with pytest.raises(ErasureError, match="on hold"):
        erase_customer(service, "c1", ADMIN)
    with pytest.raises(ErasureError, match="in court"), service.database.writing() as connection:
        erase_record(service, connection, record_id, ADMIN)
    assert dump(service.database) == before
    with service.database.writing() as connection:
        assert lift_hold(connection, subject, held)
    assert erase_customer(service, "c1", ADMIN) == 1


def test_files_are_gone_from_the_disk_even_after_an_interruption(
    service: Service, tmp_path: Path
) -> None:
    record_id = tell_secrets(service)
    (tmp_path / "random").write_bytes(b"abc")
    with service.database.writing() as connection:
        assert erase_attached(service, connection, record_id, ADMIN)
        assert not erase_attached(service, connection, record_id, ADMIN)
    assert delete_erased_files(service.database, tmp_path) == 1
    assert list(tmp_path.iterdir()) == []
    assert delete_erased_files(service.database, tmp_path) == 0
    with service.database.reading() as connection:
        state = load_record(connection, record_id)
        assert state is not None
        assert state.erased_at is None
        assert state.values["title"] == f"{SECRET} broke"
        assert list(verify(connection)) == []


def test_the_job_erases_page_by_page_and_ends_what_was_interrupted(database: Database) -> None:
    clock = FixedClock()
    service = new_service(database, clock)
    count = PAGE * 2 + 3
    for number in range(count):
        open_ticket(service, f"{SECRET} {number}")
    with database.writing() as connection:
        connection.execute(text("DELETE FROM job"))
        assert ask_to_erase(service, connection, "c1", ADMIN, delay=timedelta(0)) == count
    runner = new_runner(service, Outside())
    for _round in range(4):
        _run_all(service, runner, clock)
    assert where(database, SECRET) == []
    with database.reading() as connection:
        assert list(verify(connection)) == []
        erased = connection.execute(text("SELECT body FROM audit WHERE action = 'customer.erased'"))
        assert erased.scalars().all() == [f'{{"records":{count}}}']


def _run_all(service: Service, runner: Any, clock: FixedClock) -> None:
    capacity = dict.fromkeys(Lane, 10)
    for job in claim_jobs(service.database, clock, service.ids, "node", capacity):
        assert job.token is not None
        runner.run_job(job.id, job.token)
    clock.move(seconds=1)
