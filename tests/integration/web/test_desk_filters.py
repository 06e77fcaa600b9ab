"""Filters by the fields of a kind, and how many questions to the database each page may ask."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from sopwith.core.events import Actor
from sopwith.runtime.publishing import publish
from tests.integration.web.conftest import Browser, NewBrowser
from tests.support.shop import Shop, files

MOST_QUESTIONS = 15
SAID: dict[str, Any] = {
    "city": "bj",
    "topic": "fault",
    "stopped": True,
    "things": ["lamp", "desk"],
    "count": 3,
    "price": 12.5,
    "day": "2026-11-20",
    "moment": "2026-11-20T15:30:00Z",
    "mail": "a@b.test",
}


def text(response: Any) -> str:
    return str(response.get_data(as_text=True))


def shown(response: Any) -> int:
    return len(re.findall(r'class="item-link"', text(response)))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("f.city=bj", 1),
        ("f.city=sh", 0),
        ("f.things=desk", 1),
        ("f.stopped=true", 1),
        ("f.stopped=false", 0),
        ("f.count.from=3&f.count.to=3", 1),
        ("f.count.from=4", 0),
        ("f.price.from=12.4&f.price.to=12.6", 1),
        ("f.total.from=37.5&f.total.to=37.5", 1),
        ("f.day.from=2026-11-20&f.day.to=2026-11-20", 1),
        ("f.day.to=2026-11-19", 0),
        ("f.moment.from=2026-11-20&f.moment.to=2026-11-20", 1),
        ("f.moment.from=2026-11-21", 0),
        ("f.mail=a@b.test", 1),
        ("f.city=bj&f.count.from=1&priority=P2", 1),
        ("f.city=bj&priority=P0", 0),
        ("f.count.from=many", 0),
        ("f.day.from=2026-13-01", 0),
        ("f.unknown=1", 2),
    ],
)
def test_a_field_filters_the_list(lin: Browser, shop: Shop, query: str, expected: int) -> None:
    shop.wish(**SAID)
    shop.wish()
    assert shown(lin.get(f"/desk?view=open&type=wish&{query}")) == expected


def test_a_filter_stays_in_the_address_and_can_be_taken_away(lin: Browser, shop: Shop) -> None:
    shop.wish(**SAID)
    shop.wish()
    page = text(lin.get("/desk?view=open&type=wish&f.city=bj&f.count.from=2"))
    assert "City: Beijing" in page and "How many?: ≥ 2" in page
    assert re.search(r'<option value="bj" selected>', page)
    without = re.search(r'class="chip" href="([^"]*)"><span>City: Beijing', page)
    assert without is not None
    address = without[1].replace("&amp;", "&")
    assert "f.count.from=2" in address and "f.city" not in address
    assert shown(lin.get(address)) == 1
    no_kind = re.search(r'class="chip" href="([^"]*)"><span>Kind', page)
    assert no_kind is not None and "f." not in no_kind[1], "fields go with their kind"
    record = re.search(r'class="item-link" href="([^"]*)"', page)
    assert record is not None and "f.city=bj" in record[1], "the list beside the record is the same"


def test_a_field_that_may_not_be_read_cannot_be_filtered_by(
    browser_of: NewBrowser, shop: Shop
) -> None:
    hidden = {
        path: words.replace(
            "{roles: [customer], can: none}", "{roles: [customer, manager], can: none}"
        )
        for path, words in files().items()
    }
    assert publish(shop.service, hidden, author=None, note="")[0] is not None
    shop.wish(**SAID)
    actor = Actor("user", "lea", frozenset({"agent"}), frozenset(), "Lea Yue")
    made = shop.service.create(
        type="wish",
        values={"topic": "question", "description": "A parcel", "staff_only": "secret"},
        actor=actor,
    )
    assert made.accepted, made.problems
    agent, manager = browser_of().sign_in("lin"), browser_of().sign_in("max")
    address = "/desk?view=open&type=wish&f.staff_only=secret"
    assert shown(agent.get(address)) == 1
    page = manager.get(address)
    assert "For colleagues only" not in text(page)
    assert shown(page) == 2, "as if nothing had been asked"


# --- questions ------------------------------------------------------------------------------------


@contextmanager
def questions(shop: Shop) -> Iterator[list[str]]:
    """Collect every statement of the readers, also those that are prepared past SQLAlchemy."""
    found: list[str] = []

    def note(statement: str) -> None:
        if not statement.startswith(("BEGIN", "ROLLBACK", "COMMIT", "PRAGMA", "--")):
            found.append(statement)

    def watch(connection: Any, _record: Any, _proxy: Any) -> None:
        connection.set_trace_callback(note)

    def leave(connection: Any, _record: Any) -> None:
        connection.set_trace_callback(None)

    event.listen(shop.database.read, "checkout", watch)
    event.listen(shop.database.read, "checkin", leave)
    yield found
    event.remove(shop.database.read, "checkout", watch)
    event.remove(shop.database.read, "checkin", leave)


PAGES = {
    "list": ("lin", "/desk?view=open"),
    "filtered list": ("lin", "/desk?view=open&type=wish&f.city=bj&priority=P2"),
    "search": ("lin", "/desk?view=open&q=parcel"),
    "board": ("lin", "/desk/board"),
    "board by person": ("lin", "/desk/board?by=person"),
    "tasks": ("lin", "/desk/tasks"),
    "approvals": ("lin", "/desk/approvals"),
    "notices": ("lin", "/desk/notices"),
    "palette": ("lin", "/desk/palette?words=parcel"),
    "what a colleague with few rights sees": ("sam", "/desk?view=open"),
    "administration": ("ada", "/admin/"),
    "record": ("lin", "/desk/records/{record}"),
    "history": ("lin", "/desk/records/{record}?tab=history&part=tab"),
}
MORE = {"record": 22, "history": 22, "administration": 25}
"""A record's page has the list beside it; the overview looks at everything once."""


@pytest.mark.parametrize("name", PAGES)
def test_a_page_asks_few_questions_however_many_records_there_are(
    browser_of: NewBrowser, shop: Shop, name: str
) -> None:
    who, address = PAGES[name]
    record_id = shop.wish(**SAID)
    browser = browser_of().sign_in(who)
    address = address.format(record=record_id)
    numbers = []
    for _ in range(2):
        with questions(shop) as found:
            assert browser.get(address).status_code == 200
        numbers.append(len(found))
        for _ in range(25):
            shop.wish(**SAID)
    few, many = numbers
    assert many <= few + 1, "the pages have no question for each record"
    assert many <= MORE.get(name, MOST_QUESTIONS), "\n".join(found)
