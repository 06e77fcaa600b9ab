"""What a requester asked for besides is what the lists would say, for whoever looks; a changed record is read anew."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from sopwith.core.record import Category, RecordState
from sopwith.store.engine import Database
from sopwith.store.lists import OPEN_CATEGORIES, RecordFilter, list_records
from sopwith.store.records import append
from sopwith.store.requesters import newest_of_customer, opened_between
from sopwith.store.sight import Sight
from tests.support.databases import emptied
from tests.support.samples import NOW, add_customer, changed, created, later

ALL = Sight(scopes={"ticket": "all", "complaint": "all"}, user="lin", teams=frozenset({"a"}))
TEAM = Sight(scopes={"ticket": "team", "complaint": "own"}, user="lin", teams=frozenset({"a"}))
NONE = Sight(scopes={"ticket": "none", "complaint": "none"}, user="lin", teams=frozenset())
EYES = pytest.mark.parametrize("eyes", [ALL, TEAM, NONE], ids=["all", "team", "none"])


@pytest.fixture
def filled(migrated: Database) -> tuple[Database, list[RecordState]]:
    """Twelve records, nine of them a customer's."""
    emptied(migrated)
    states = []
    with migrated.writing() as connection:
        add_customer(connection)
        for number in range(1, 13):
            made = created(
                number,
                type="complaint" if number % 4 == 0 else "ticket",
                team="a" if number % 2 else "b",
                owner="lin" if number % 3 == 0 else None,
                customer_id="c1" if number < 10 else None,
                created_by=None if number < 10 else "wei",
                category=Category.CLOSED if number == 5 else Category.OPEN,
                created_at=later(minutes=number // 2),
                updated_at=later(minutes=30 - number // 3),
                values={"title": f"Request {number}"},
            )
            append(connection, made)
            states.append(made.after)
    return migrated, states


@EYES
def test_other_requests_are_those_of_the_list(
    filled: tuple[Database, list[RecordState]], eyes: Sight
) -> None:
    with filled[0].reading() as connection:
        wanted = RecordFilter(customer_id="c1", seen=eyes)
        listed = list_records(connection, wanted, order="updated", limit=5).rows
        found = newest_of_customer(connection, "c1", eyes, 5)
    assert found == [
        (one.id, one.number, one.title, one.type, one.release, one.state) for one in listed
    ]
    assert bool(found) is (eyes is not NONE)


@EYES
@pytest.mark.parametrize("who", [{"customer_id": "c1"}, {"created_by": "wei"}], ids=str)
def test_open_requests_of_a_while_are_those_of_the_list(
    filled: tuple[Database, list[RecordState]], eyes: Sight, who: dict[str, Any]
) -> None:
    since, before = later(minutes=1), later(minutes=6)
    with filled[0].reading() as connection:
        wanted = RecordFilter(
            types=frozenset({"ticket"}),
            categories=OPEN_CATEGORIES,
            created_since=since,
            created_before=before,
            seen=eyes,
            **who,
        )
        listed = list_records(connection, wanted, order="created", limit=50).rows
        found = opened_between(connection, "ticket", since, before, eyes, 50, **who)
    assert found == [(one.id, one.number, one.title, one.created_at) for one in listed]
    assert bool(found) is (eyes is not NONE)


def test_a_record_that_changed_is_not_shown_as_it_was(
    filled: tuple[Database, list[RecordState]],
) -> None:
    database, states = filled
    changed_one = states[0]
    for title in ("A new title", "Request 1"):
        with database.writing() as connection:
            change = changed(changed_one, values={"title": title})
            append(connection, change)
            changed_one = change.after
        with database.reading() as connection:
            others = newest_of_customer(connection, "c1", ALL, 20)
            alike = opened_between(
                connection,
                "ticket",
                NOW - timedelta(days=1),
                NOW + timedelta(days=1),
                ALL,
                50,
                customer_id="c1",
            )
            listed = list_records(connection, RecordFilter(customer_id="c1"), limit=20).rows
        assert [one.title for one in others if one.id == changed_one.id] == [title]
        assert [one.title for one in alike if one.id == changed_one.id] == [title]
        assert [one.values for one in listed if one.id == changed_one.id] == [{"title": title}]
