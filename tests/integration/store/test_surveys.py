"""Whether somebody was asked for an opinion lately, on either database."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from sopwith.core.events import EventKind
from sopwith.store.engine import Database
from sopwith.store.records import append
from sopwith.store.surveys import was_surveyed
from tests.support.samples import NOW, add_customer, changed, created, event

DAY = timedelta(days=1)


def asked(database: Database, whose: dict[str, str | None], change: str = "asked") -> None:
    """Let a record of somebody see a survey event a day ago."""
    with database.writing() as connection:
        add_customer(connection)
        first = created(1, **whose)
        append(connection, first)
        happened = event(EventKind.SURVEY, at=NOW - DAY, id="a", change=change)
        append(connection, changed(first.after, happened, updated_at=NOW))


@pytest.mark.parametrize(
    ("since", "expected"),
    [
        pytest.param(NOW - 2 * DAY, True, id="asked after it"),
        pytest.param(NOW - DAY, False, id="asked at that moment"),
        pytest.param(NOW - DAY / 2, False, id="asked before, changed after"),
    ],
)
@pytest.mark.parametrize(
    ("whose", "asker"),
    [({"customer_id": "c1"}, "c1"), ({"customer_id": None, "created_by": "lin"}, "lin")],
    ids=["customer", "employee"],
)
def test_who_was_asked(
    database: Database, whose: dict[str, str | None], asker: str, since: datetime, expected: bool
) -> None:
    asked(database, whose)
    with database.reading() as connection:
        assert was_surveyed(connection, asker, since) is expected
        assert not was_surveyed(connection, "somebody else", NOW - 9 * DAY)


def test_an_answer_is_not_a_question(database: Database) -> None:
    asked(database, {"customer_id": "c1"}, "answered")
    with database.reading() as connection:
        assert not was_surveyed(connection, "c1", NOW - 9 * DAY)


def test_who_opened_it_for_a_customer_was_not_asked(database: Database) -> None:
    asked(database, {"customer_id": "c1", "created_by": "lin"})
    with database.reading() as connection:
        assert not was_surveyed(connection, "lin", NOW - 9 * DAY)
        assert was_surveyed(connection, "c1", NOW - 9 * DAY)
