"""Made-up records are what the product itself would have written: chains, projections, search, marks, timers, numbers."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

import pytest
from sqlalchemy import select, update

from sopwith.core import commands as c
from sopwith.core.events import Actor
from sopwith.engine.timers import wanted
from sopwith.runtime.bulk_check import check_all
from sopwith.runtime.bulk_demo import Wish, make
from sopwith.runtime.bulk_lives import HEAD_START, BulkError
from sopwith.runtime.service import Service
from sopwith.store.bulk_load import TAKEN_AWAY
from sopwith.store.bulk_press import tables
from sopwith.store.bulk_stamp import Stamp
from sopwith.store.engine import open_database
from sopwith.store.grams import grams
from sopwith.store.installation import setting
from sopwith.store.kept_views import plan_of
from sopwith.store.marks import Group, load_marked, marked
from sopwith.store.portable import TableForm, read_rows, table_forms
from sopwith.store.record_json import load_state
from sopwith.store.schema import differences, upgrade
from sopwith.store.search import search
from sopwith.store.tables import (
    CustomerRow,
    JobRow,
    MessageRow,
    RecordMarkRow,
    RecordRow,
    SearchPartRow,
    TallyRow,
)
from tests.support.databases import emptied, new_database
from tests.support.postgres import PostgresServer
from tests.support.samples import NOW
from tests.support.shipped import installed

RECORDS = 900
BATCH = 250
WISH = Wish(records=RECORDS, seed=5, open=0.25, days=200, now=NOW)
LOOK_AT_FULL_TEXT = "INSERT INTO search_text (search_text, rank) VALUES ('integrity-check', 1)"
BRIEF = Wish(records=300, seed=6, open=0.1, days=120, short=1, brief=True, now=NOW)


def quiet(what: str, done: float, total: float) -> None:
    """Say nothing."""


class InterruptedLoadError(Exception):
    """Stands for a process that is stopped."""


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def filled(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Service, set[str]]]:
    """An installation with made-up records, once interrupted; and the ids of the records it had before."""
    with new_database(request, tmp_path_factory) as database:
        emptied(database)
        service = installed(database)
        with database.reading() as connection:
            before = set(connection.execute(select(RecordRow.id)).scalars())
        interrupted(service)
        make(service, WISH, 2, quiet, batch=BATCH)
        yield service, before


def interrupted(service: Service) -> None:
    """Begin the load, and stop it in the middle."""

    def stop(what: str, done: float, total: float) -> None:
        if what == "records" and done > BATCH:
            raise InterruptedLoadError

    with pytest.raises(InterruptedLoadError):
        make(service, WISH, 2, stop, batch=BATCH)


def made_rows(service: Service, form: TableForm, before: set[str]) -> list[list[Any]]:
    """Return the rows of a table that belong to made-up records."""
    place = form.columns.index("id" if form.name == "record" else "record_id")
    with service.database.reading() as connection:
        rows = [row for row in read_rows(connection, form) if row[place] not in {None, *before}]
    if form.name == "job":  # its ids go on after those of jobs that were done by then
        rows = [[None, *row[1:]] for row in rows]
    return rows


def states(service: Service) -> Iterator[tuple[Any, Any]]:
    with service.database.reading() as connection:
        for row in connection.execute(select(RecordRow.__table__)).mappings().all():
            yield row, load_state(row["state_json"])


def test_there_are_as_many_as_were_asked_for_although_it_was_interrupted(
    filled: tuple[Service, set[str]],
) -> None:
    service, before = filled
    made = [state for row, state in states(service) if row["id"] not in before]
    assert len(made) == RECORDS
    assert {state.lang for state in made} == {"en", "zh-CN"}
    assert {"ticket", "complaint", "request"} <= {state.type for state in made}
    assert 0.2 * RECORDS <= sum(state.is_open for state in made) <= 0.3 * RECORDS
    assert len({state.customer_id for state in made}) > 100
    assert all(state.updated_at <= NOW for state in made)


def test_every_chain_holds_and_every_record_is_what_its_events_add_up_to(
    filled: tuple[Service, set[str]],
) -> None:
    assert check_all(filled[0].database, quiet) == []


def test_a_changed_record_is_found_by_the_check(filled: tuple[Service, set[str]]) -> None:
    service, _ = filled
    with service.database.writing() as connection:
        one = connection.execute(select(RecordRow.id, RecordRow.owner).limit(1)).one()
        change = update(RecordRow).where(RecordRow.id == one.id)
        connection.execute(change.values(owner="somebody"))
    found = check_all(service.database, quiet)
    with service.database.writing() as connection:
        connection.execute(change.values(owner=one.owner))
    assert found == [f"{one.id}: columns differ from the events: owner"]


def test_indexes_keys_and_settings_are_as_before(filled: tuple[Service, set[str]]) -> None:
    service, _ = filled
    assert differences(service.database) == []
    with service.database.writing() as connection:
        assert setting(connection, TAKEN_AWAY) is None
        if service.database.is_sqlite:
            for name, value in (("foreign_keys", 1), ("synchronous", 2)):
                found = connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
                assert found == value, name
            assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
        else:
            shown = connection.exec_driver_sql("SHOW statement_timeout").scalar_one()
            assert shown == "1min"


def test_search_terms_are_those_of_the_texts(filled: tuple[Service, set[str]]) -> None:
    service, _ = filled
    wanted_parts: dict[tuple[str, str], str] = {}
    with service.database.reading() as connection:
        for row in connection.execute(select(MessageRow.id, MessageRow.record_id, MessageRow.text)):
            wanted_parts[row.record_id, row.id] = grams([row.text])
        found = {
            (row.record_id, row.part): row.grams
            for row in connection.execute(select(SearchPartRow.__table__))
        }
        assert {key: found[key] for key in wanted_parts} == wanted_parts
        heads = {key[0] for key in found if key[1] == "head"}
        assert heads == set(connection.execute(select(RecordRow.id)).scalars())
        number = (
            connection.execute(select(RecordRow.number).order_by(RecordRow.id)).scalars().first()
        )
        assert search(connection, number or "")
        assert search(connection, "季度报表")
        assert search(connection, "quarterly report")


@pytest.mark.parametrize(
    "number",
    ["T-2025-000001", "T-2025-000002x", "42", "A7", "工单2025-7", "工单7", "R/00-", "N_0"],
)
def test_terms_of_a_number_are_those_of_any_text(number: str) -> None:
    stamp = Stamp((), ())
    assert [stamp.terms_of(number) for _ in range(2)] == [grams([number])] * 2


def test_marks_and_counts_are_those_of_the_states(filled: tuple[Service, set[str]]) -> None:
    service, _ = filled
    tally: Counter[Group] = Counter()
    rows: dict[str, set[tuple[str, str, bool]]] = {}
    with service.database.reading() as connection:
        plan = plan_of(service.releases.live())
        for row in connection.execute(select(RecordMarkRow.__table__)).mappings():
            mine = rows.setdefault(row["record_id"], set())
            mine.add((row["name"], row["text"], bool(row["open"])))
        counted: Counter[Group] = Counter()
        for row in connection.execute(select(TallyRow.__table__)).mappings():
            counted[Group(*(row[name] for name in Group._fields))] += row["count"]
    for row, state in states(service):
        right = marked(state, plan.names_for(state))
        assert load_marked(row["marks"]) == right
        assert rows[state.id] == {(one.name, one.text, right.open) for one in right.marks}
        tally.update(right.groups)
    assert {group: count for group, count in counted.items() if count} == dict(tally)


def test_the_timers_are_those_that_every_record_wants_and_lie_ahead(
    filled: tuple[Service, set[str]],
) -> None:
    service, before = filled
    release = service.releases.live()
    with service.database.reading() as connection:
        jobs = connection.execute(select(JobRow.__table__).where(JobRow.kind == "timer")).mappings()
        found: dict[str, dict[str, Any]] = {}
        for row in jobs:
            if row["record_id"] not in before:
                assert row["idem_key"] == f"timer:{row['record_id']}:{row['payload']['key']}"
                assert row["due_at"] >= NOW + HEAD_START
                found.setdefault(row["record_id"], {})[row["payload"]["key"]] = row["due_at"]
    made = [state for row, state in states(service) if row["id"] not in before]
    right = {state.id: wanted(release, release.record_types[state.type], state) for state in made}
    assert found == {key: value for key, value in right.items() if value}


def test_numbers_are_in_a_row_and_the_next_one_is_free(filled: tuple[Service, set[str]]) -> None:
    service, _ = filled
    with service.database.reading() as connection:
        customer = connection.execute(select(CustomerRow.id).limit(1)).scalar_one()
        known = set(connection.execute(select(RecordRow.number)).scalars())
    actor = Actor("customer", customer, frozenset({"customer"}))
    values = {"module": "tasks", "type": "question", "description": "How does it work?"}
    outcome = service.create(type="ticket", values=values, actor=actor, customer_id=customer)
    assert outcome.accepted, outcome.problems
    assert outcome.number not in known
    numbers = sorted(int(one.split("-")[2]) for one in known if one.startswith("T-2026-"))
    assert numbers == list(range(1, len(numbers) + 1))


def test_work_on_a_made_up_record_goes_on(filled: tuple[Service, set[str]]) -> None:
    service, before = filled
    state = next(
        state for row, state in states(service) if row["id"] not in before and state.is_open
        and state.type == "ticket"
    )  # fmt: skip
    admin = Actor("user", "admin", frozenset({"admin"}), name="Admin")
    message = service.message("We are on it.")
    said = service.handle(c.Comment(actor=admin, message=message, public=True), state.id)
    assert said.accepted
    with service.database.reading() as connection:
        due = connection.execute(
            select(JobRow.__table__).where(JobRow.record_id == state.id, JobRow.kind == "timer")
        ).mappings().first()  # fmt: skip
    assert due is not None
    fired = c.TimerFired(key=due["payload"]["key"], due_at=due["due_at"])
    assert service.handle(fired, state.id).accepted
    assert check_all(service.database, quiet) == []


def test_the_same_data_are_not_made_twice(filled: tuple[Service, set[str]]) -> None:
    with pytest.raises(BulkError, match="are here already"):
        make(filled[0], WISH, 1, quiet)


def test_a_brief_history_has_no_promises_and_the_file_is_left_in_order(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'sopwith.db'}")
    try:
        upgrade(database)
        service = installed(database)
        with database.reading() as connection:
            before = set(connection.execute(select(RecordRow.id)).scalars())
        make(service, BRIEF, 2, quiet, batch=BATCH)
        made = [state for row, state in states(service) if row["id"] not in before]
        settled = [state for state in made if not state.is_open]
        assert len(made) == BRIEF.records
        assert sum(map(len, (one.clocks for one in settled))) < len(settled) / 2
        assert median(one.version for one in settled) <= 8
        assert any(state.clocks for state in made if state.is_open)
        release = service.releases.live()
        assert not any(wanted(release, release.record_types[one.type], one) for one in settled)
        assert check_all(database, quiet) == []
        assert differences(database) == []
        with database.writing() as connection:
            assert connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"
            connection.exec_driver_sql(LOOK_AT_FULL_TEXT)  # raises where it differs from its table
    finally:
        database.close()


def test_the_same_seed_makes_the_same_rows_on_both_databases_interrupted_or_not(
    postgres_server: PostgresServer, tmp_path: Path
) -> None:
    empty = postgres_server.create_database("made_again")
    addresses = (f"sqlite:///{tmp_path / 'sopwith.db'}", empty)
    one, two = (
        rows_made_on(address, stop) for address, stop in zip(addresses, (True, False), strict=True)
    )
    assert sum(map(len, one.values())) > 10_000
    for name, rows in one.items():
        assert rows == two[name], name


def rows_made_on(address: str, is_interrupted: bool) -> dict[str, list[list[Any]]]:
    """Return the made-up rows of a fresh installation by table; JSON as values."""
    database = open_database(address)
    try:
        upgrade(database)
        service = installed(database)
        with database.reading() as connection:
            before = set(connection.execute(select(RecordRow.id)).scalars())
        if is_interrupted:
            interrupted(service)
        make(service, WISH, 2, quiet, batch=BATCH)
        mine = {table.name for table in tables()}
        forms = [form for form in table_forms() if form.name in mine]
        return {form.name: _valued(form, made_rows(service, form, before)) for form in forms}
    finally:
        database.close()


def _valued(form: TableForm, rows: list[list[Any]]) -> list[list[Any]]:
    """Return the rows with JSON as values, by their key."""
    return [
        [
            json.loads(value) if kind == "json" and value else value
            for kind, value in zip(form.kinds, row, strict=True)
        ]
        for row in rows
    ]
