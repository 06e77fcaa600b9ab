"""The auditor finds each kind of damage: it is planted, and must be seen."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from sopwith.store.engine import Database, open_database
from tests.support.smtp import ReceivedMail, SmtpSink
from tests.support.webhook import ReceivedRequest, WebhookSink

from .auditor import Audit, Evidence, audit
from .clients import Load
from .installation import Installation
from .processes import SmallServer
from .promises import Journal, Kind, Promise

TICKETS = 8


@dataclass(slots=True, kw_only=True)
class Sound:
    """An installation in which nothing is wrong: a copy of its data for each test."""

    url: str
    data: Path
    journal: Journal
    mails: list[ReceivedMail]
    calls: list[ReceivedRequest]


@pytest.fixture(scope="module")
def original(
    tmp_path_factory: pytest.TempPathFactory, _smtp_server: SmtpSink, _hooks: WebhookSink
) -> Iterator[Sound]:
    """Eight tickets, all work on them done."""
    folder = tmp_path_factory.mktemp("sound")
    _smtp_server.clear()
    _hooks.clear()
    url = f"sqlite:///{folder / 'data' / 'sopwith.db'}"
    made = Installation(url=url, folder=folder, smtp=_smtp_server, hooks=_hooks)
    made.found()
    server = SmallServer(environment=made.environment(), hook=made.hook, log=made.log)
    server.start()
    load: Load = made.load(server)
    load.start(range(TICKETS))
    load.finish()
    made.rest()  # the sweep meets the records that rules open too
    server.act("sweep")
    made.rest()
    server.stop()
    yield Sound(
        url=url,
        data=made.data,
        journal=made.journal,
        mails=list(_smtp_server.mails),
        calls=list(_hooks.requests),
    )
    made.close()


@pytest.fixture
def sound(original: Sound, tmp_path: Path) -> Sound:
    data = tmp_path / "data"
    shutil.copytree(original.data, data)
    journal = Journal()
    for promise in original.journal:
        journal.note(promise)
    return replace(
        original,
        url=f"sqlite:///{data / 'sopwith.db'}",
        data=data,
        journal=journal,
        mails=list(original.mails),
        calls=list(original.calls),
    )


def looked_at(sound: Sound) -> Audit:
    database = open_database(sound.url)
    try:
        return audit(
            Evidence(
                database=database,
                journal=sound.journal,
                mails=sound.mails,
                calls=sound.calls,
                files=sound.data / "files",
                swept=1,
            )
        )
    finally:
        database.close()


def change(sound: Sound, *statements: str) -> None:
    """Damage the database, guards taken off."""
    database = open_database(sound.url)
    with database.writing() as connection:
        _without_guards(connection)
        for statement in statements:
            connection.execute(text(statement))
    database.close()


def _without_guards(connection: Connection) -> None:
    connection.execute(text("PRAGMA defer_foreign_keys = ON"))
    names = text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
    for name in connection.execute(names).scalars().all():
        connection.execute(text(f"DROP TRIGGER {name}"))


def test_nothing_is_found_where_nothing_is_wrong(sound: Sound) -> None:
    found = looked_at(sound)
    assert not found.findings, found
    assert found.counts["tickets promised"] == TICKETS
    assert found.counts["mails"] == TICKETS + 1 + found.counts["replies promised"]
    assert found.counts["replies promised"] == 3
    assert found.counts["moves promised"] == 2
    assert found.counts["files promised"] == 1
    assert found.counts["members of views"] == TICKETS + 1 - found.counts["moves promised"]
    assert found.counts["tallies"] >= 2
    assert found.counts["waiting lists"] == 2


FIRST = "(SELECT id FROM record ORDER BY id LIMIT 1)"
SQL_DAMAGE = {
    "projection": f"UPDATE record SET owner = 'kim' WHERE id = {FIRST}",  # noqa: S608
    "state": f"UPDATE record SET state_json = replace(state_json, 'lin', 'kim') WHERE id = {FIRST}",  # noqa: S608
    "chain": "UPDATE record_event SET body = replace(body, '\"ticket-3\"', '\"ticket-x\"')"
    " WHERE kind = 'created' AND body LIKE '%ticket-3%'",
    "message": "DELETE FROM message WHERE id = (SELECT min(id) FROM message)",
    "lease": "UPDATE job SET state = 'leased', lease_until = '2026-01-01', lease_token = 'x',"
    " lease_node = 'n' WHERE id = (SELECT min(id) FROM job)",
    "dead": "UPDATE job SET state = 'dead' WHERE id = (SELECT min(id) FROM job)",
    "left over": "UPDATE job SET kind = 'mail' WHERE id = (SELECT min(id) FROM job)",
    "request": "UPDATE idempotency SET status = 'in_flight'"
    " WHERE key = (SELECT min(key) FROM idempotency)",
    "delivery": "INSERT INTO delivery (key, kind, record_id, target, attempt, at, outcome, status,"
    " milliseconds, error) SELECT key, kind, record_id, target, attempt, at, outcome, status,"
    " milliseconds, error FROM delivery WHERE outcome = 'sent' LIMIT 1",
    "notice": "DELETE FROM notice WHERE id = (SELECT min(id) FROM notice)",
    "lost file": "DELETE FROM attachment",
    "lost ticket": f"UPDATE record SET number = 'T-2026-999999' WHERE id = {FIRST}",  # noqa: S608
    "doubled ticket": "UPDATE record SET title = 'ticket-1' WHERE title = 'ticket-2'",
    "lost reply": "UPDATE message SET text = 'other' WHERE id = (SELECT min(id) FROM message)",
    "doubled reply": "INSERT INTO message (id, record_id, seq, public, author_kind, author_id,"
    " author_name, text, html, files, created_at) SELECT 'again', record_id, seq, public,"
    " author_kind, author_id, author_name, text, html, files, created_at FROM message LIMIT 1",
    "effect": "UPDATE record_event SET body = replace(body, 'nagged', 'forgot')"
    " WHERE kind = 'tags' AND body LIKE '%nagged%'",
    "child": "UPDATE record SET title = 'Orphan' WHERE title = 'Child'",
    "replay": "DELETE FROM record_event WHERE kind = 'created'",
    "plan": f"UPDATE record SET plan = 'old' WHERE id = {FIRST}",  # noqa: S608
    "marks": f"UPDATE record SET marks = '' WHERE id = {FIRST}",  # noqa: S608
    "mark": f"DELETE FROM record_mark WHERE name = 'f:title' AND record_id = {FIRST}",  # noqa: S608
    "tally": "UPDATE tally SET count = count + 1 WHERE name = 'open'",
    "waiting": "INSERT INTO record_mark (name, text, open, record_id)"
    " SELECT 'task', 'lin', 1, min(id) FROM record",
    "file": "UPDATE record SET customer_id = 'nobody'",
}


@pytest.mark.parametrize("what", SQL_DAMAGE)
def test_damage_inside_is_found(sound: Sound, what: str) -> None:
    if what == "file":
        unguarded = open_database(sound.url)
        with unguarded.write.connect() as connection:
            driver = connection.connection.driver_connection
            assert driver is not None
            driver.execute("PRAGMA foreign_keys = OFF")
            driver.execute(SQL_DAMAGE[what])
        unguarded.close()
    else:
        change(sound, SQL_DAMAGE[what])
    found = looked_at(sound)
    assert what in found.kinds, found


SIDE_DAMAGE = {
    "a record left a view": (
        "mark",
        "DELETE FROM record_mark WHERE name LIKE 'view:nagged:%'"
        " AND record_id = (SELECT max(record_id) FROM record_mark WHERE name LIKE 'view:nagged:%')",
    ),
    "a record is a member of a view that it does not fit": (
        "mark",
        "INSERT INTO record_mark (name, text, open, record_id) SELECT name, '', 0, 'x'"
        " FROM record_mark WHERE name LIKE 'view:nagged:%' LIMIT 1",
    ),
    "an open record stands among the settled": (
        "mark",
        "UPDATE record_mark SET open = 0 WHERE name = 'f:title' AND open"
        " AND record_id = (SELECT max(record_id) FROM record_mark WHERE open)",
    ),
    "a number for ranges is another": (
        "mark",
        "UPDATE record_mark SET number = 7 WHERE name = 'f:title' AND text = 'ticket-1'",
    ),
    "a counter of a view": ("tally", "UPDATE tally SET count = 0 WHERE name LIKE 'view:nagged:%'"),
    "a counter of nothing": (
        "tally",
        "INSERT INTO tally (name, type, state, team, owner, part, count)"
        " VALUES ('waiting', 'ticket', '', 'desk', 'lin', 3, 1)",
    ),
}


@pytest.mark.parametrize("name", SIDE_DAMAGE)
def test_damage_to_what_records_are_found_and_counted_by_is_found(sound: Sound, name: str) -> None:
    what, statement = SIDE_DAMAGE[name]
    change(sound, statement)
    found = looked_at(sound)
    assert found.kinds == {what}, found


def _drop_mail(sound: Sound) -> None:
    sound.mails.pop()


def _double_mail(sound: Sound) -> None:
    twin = sound.mails[0]
    sound.mails.append(replace(twin, raw=twin.raw.replace(b"Message-ID: <", b"Message-ID: <x")))


def _other_mail(sound: Sound) -> None:
    twin = sound.mails[0]
    sound.mails.append(replace(twin, recipients=("somebody.else@example.test",)))


def _strange_mail(sound: Sound) -> None:
    twin = sound.mails[0]
    raw = twin.raw.replace(b"T-2026-", b"T-1999-").replace(b"Message-ID: <", b"Message-ID: <x")
    sound.mails.append(replace(twin, raw=raw))


def _drop_call(sound: Sound) -> None:
    sound.calls.pop()


def _double_call(sound: Sound) -> None:
    twin = sound.calls[0]
    sound.calls.append(replace(twin, headers={**twin.headers, "webhook-id": "msg_other"}))


def _other_call(sound: Sound) -> None:
    twin = sound.calls[0]
    sound.calls.append(replace(twin, body=twin.body.replace(b"ticket-", b"packet-")))


def _tear_file(sound: Sound) -> None:
    (path,) = (sound.data / "files").iterdir()
    path.write_bytes(path.read_bytes()[:-1])


def _contradict(sound: Sound) -> None:
    promise = sound.journal.of(Kind.TICKET)[0]
    sound.journal.note(replace(promise, number="T-2026-000099"))


def _promise_more(sound: Sound) -> None:
    more = Promise(kind=Kind.TICKET, key="k", record_id="r", number="T-2026-000098", said="k")
    sound.journal.note(more)


def _promise_a_move(sound: Sound) -> None:
    ticket = next(one for one in sound.journal.of(Kind.TICKET) if one.key == "ticket-1")
    sound.journal.note(replace(ticket, kind=Kind.MOVE, key="k", said="done"))


OTHER_DAMAGE: dict[str, tuple[str, Callable[[Sound], None]]] = {
    "a mail did not come": ("lost mail", _drop_mail),
    "a mail came under two keys": ("doubled mail", _double_mail),
    "two mails under one key": ("mail key", _other_mail),
    "a mail that nothing led to": ("strange mail", _strange_mail),
    "a call did not come": ("lost webhook", _drop_call),
    "a call came under two keys": ("doubled webhook", _double_call),
    "two calls under one key": ("webhook key", _other_call),
    "half a file": ("torn file", _tear_file),
    "two answers to one key": ("answer", _contradict),
    "a ticket that is not there": ("lost ticket", _promise_more),
    "a move that is not there": ("effect", _promise_a_move),
}


@pytest.mark.parametrize("name", OTHER_DAMAGE)
def test_damage_outside_is_found(sound: Sound, name: str) -> None:
    what, act = OTHER_DAMAGE[name]
    act(sound)
    found = looked_at(sound)
    assert what in found.kinds, found


def test_a_repeat_with_the_same_key_is_counted_and_is_no_damage(sound: Sound) -> None:
    sound.mails.append(sound.mails[0])
    sound.calls += sound.calls[:2]
    found = looked_at(sound)
    assert not found.findings, found
    assert found.counts["mails repeated"] == 1
    assert found.counts["webhooks repeated"] == 2


def test_a_search_part_that_is_gone_is_found(sound: Sound) -> None:
    change(sound, f"DELETE FROM search_part WHERE part = 'head' AND record_id = {FIRST}")  # noqa: S608
    assert "projection" in looked_at(sound).kinds


def test_two_records_with_one_number_are_found(sound: Sound) -> None:
    """The database refuses this itself; the auditor does not rely on it."""
    database: Database = open_database(sound.url)
    with (
        pytest.raises(Exception, match=r"UNIQUE|unique"),
        database.writing() as connection,
    ):
        connection.execute(text("UPDATE record SET number = 'T-2026-000001'"))
    database.close()
