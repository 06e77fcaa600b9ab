from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from sopwith.core.record import Category, RecordState
from sopwith.expressions.types import BOOL, DATE, DATETIME, NUMBER, TEXT
from sopwith.store.engine import Database
from sopwith.store.lists import RecordFilter
from sopwith.store.ordered_lists import list_ordered
from sopwith.store.records import append
from sopwith.store.sight import Sight
from sopwith.store.sort_keys import SortKey, write_place
from tests.integration.store.test_lists import clock
from tests.support.databases import emptied
from tests.support.samples import NOW, add_user, created, later, state

Read = Callable[[RecordState], Any]
TITLES = ("apple", "Banana", "卡纸", "", "Zug", None)
LEVELS = ("low", "middle", "high")
NAMES = {"lin": "Ada", "wei": "zoe"}
ROWS = 40


def _made() -> dict[str, RecordState]:
    """Return records in which each key has equal values, and missing ones."""
    chance = Random(4)
    found = {}
    for number in range(1, ROWS + 1):
        values = {
            "title": chance.choice(TITLES),
            "level": chance.choice((*LEVELS, "gone", None)),
            "amount": chance.choice((10, 9.5, -1, None, "text")),
            "day": chance.choice(("2026-11-02", "2026-02-11", None)),
            "urgent": chance.choice((True, False, None)),
            "priority": chance.choice(("P0", "P1", None)),
        }
        at = later(minutes=chance.randrange(4))
        found[f"{number:032x}"] = state(
            number,
            values={key: one for key, one in values.items() if one is not None},
            owner=chance.choice(("lin", "wei", None)),
            team=chance.choice(("first", "second", None)),
            category=chance.choice((Category.OPEN, Category.WAITING)),
            clocks=chance.choice(({}, clock(5), clock(9))),
            escalation=chance.randrange(3),
            customer={"name": chance.choice(("Wang", "an")), "tier": chance.choice(("vip", ""))},
            created_at=at,
            updated_at=at,
            resolved_at=chance.choice((None, NOW)),
        )
    return found


RECORDS = _made()


@pytest.fixture(scope="module")
def filled(migrated: Database) -> Database:
    emptied(migrated)
    with migrated.writing() as connection:
        for user, name in NAMES.items():
            add_user(connection, user, name=name)
        for number, one in enumerate(RECORDS.values(), 1):
            append(connection, created(number, **{key: getattr(one, key) for key in (
                "values", "owner", "team", "category", "clocks", "escalation", "customer", "created_at", "updated_at", "resolved_at",
            )}))  # fmt: skip
    return migrated


def _number(value: Any) -> Any:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _due(one: RecordState) -> Any:
    return min((each.due_at for each in one.clocks.values() if each.due_at), default=None)


KEYS: dict[str, tuple[SortKey, Read]] = {
    "title": (SortKey(name="title"), lambda one: (one.values.get("title") or "").lower() or None),
    "level": (
        SortKey(name="level", ranks=LEVELS),
        lambda one: {**dict(zip(LEVELS, range(3), strict=True)), "gone": 3}.get(str(one.values.get("level"))),
    ),
    "amount": (SortKey(name="amount", type=NUMBER), lambda one: _number(one.values.get("amount"))),
    "day": (SortKey(name="day", type=DATE), lambda one: one.values.get("day")),
    "urgent": (SortKey(name="urgent", type=BOOL), lambda one: one.values.get("urgent")),
    "priority": (SortKey(name="priority"), lambda one: one.values.get("priority")),
    "due": (SortKey(name="due", type=DATETIME), _due),
    "owner": (SortKey(name="owner", is_person=True), lambda one: NAMES.get(one.owner or "", "").lower() or None),
    "escalation": (SortKey(name="escalation", type=NUMBER), lambda one: one.escalation),
    "customer.name": (SortKey(name="customer.name"), lambda one: one.customer["name"].lower()),
    "customer.tier": (SortKey(name="customer.tier"), lambda one: one.customer["tier"] or None),
    "updated_at": (SortKey(name="updated_at", type=DATETIME), lambda one: one.updated_at),
    "resolved_at": (SortKey(name="resolved_at", type=DATETIME), lambda one: one.resolved_at),
    "number": (SortKey(name="number"), lambda one: one.number),
}  # fmt: skip


def _expected(ids: list[str], keys: list[str]) -> list[str]:
    """Return *ids* in order, by sorts one after the other from the last key to the first."""
    found = sorted(ids, reverse=keys[0].startswith("-"))
    for key in reversed(keys):
        read = KEYS[key.lstrip("-")][1]
        held = [one for one in found if read(RECORDS[one]) is not None]
        rest = [one for one in found if read(RECORDS[one]) is None]
        found = sorted(held, key=lambda one: read(RECORDS[one]), reverse=key.startswith("-")) + rest
    return found


def _keys(names: list[str]) -> list[SortKey]:
    found = []
    for name in names:
        key = KEYS[name.lstrip("-")][0]
        found.append(SortKey(name=key.name, type=key.type, ranks=key.ranks, is_person=key.is_person, descending=name.startswith("-")))  # fmt: skip
    return found


def _walked(filled: Database, wanted: RecordFilter, keys: list[SortKey], size: int) -> list[str]:
    found: list[str] = []
    cursor = None
    with filled.reading() as connection:
        while True:
            page = list_ordered(connection, wanted, keys, limit=size, cursor=cursor)
            assert len(page.rows) <= size
            found += [one.id for one in page.rows]
            if (cursor := page.cursor) is None:
                return found


ORDERS = [
    *([key] for key in KEYS),
    *([f"-{key}"] for key in KEYS),
    ["priority", "due"],
    ["-priority", "due", "title"],
    ["level", "-amount", "day"],
    ["-updated_at", "title"],
    ["due", "-level"],
    ["owner", "-customer.name", "urgent"],
    ["-urgent", "-escalation", "-day", "number"],
    ["customer.tier", "-resolved_at", "amount"],
]


@pytest.mark.parametrize("order", ORDERS, ids=" ".join)
def test_each_key_counts_and_pages_show_everything_once(filled: Database, order: list[str]) -> None:
    expected = _expected(list(RECORDS), order)
    for size in (3, ROWS):
        assert _walked(filled, RecordFilter(), _keys(order), size) == expected, size


@pytest.mark.parametrize(
    "order", [["priority", "due"], ["-level", "title"], ["-owner", "-due"]], ids=" ".join
)
def test_whoever_sees_a_part_gets_it_in_the_same_order(filled: Database, order: list[str]) -> None:
    """What somebody sees comes from several walks, and a record can be on more than one."""
    sight = Sight(scopes={"ticket": "team"}, user="lin", teams=frozenset({"first", "second"}))
    seen = [key for key, one in RECORDS.items() if one.team or one.owner == "lin"]
    assert 10 < len(seen) < ROWS
    wanted = RecordFilter(seen=sight, categories=frozenset({"open", "waiting"}))
    for size in (4, ROWS):
        assert _walked(filled, wanted, _keys(order), size) == _expected(seen, order), size


BROKEN = [
    "x",
    "bnVsbA==",
    write_place(["P0"], "1"),
    write_place([1, 2], "1"),
    write_place(["P0", "no time"], "1"),
    write_place(["P0", "2026-01-01T00:00:00"], "1"),
    write_place([None, None, None], "1"),
]


@pytest.mark.parametrize("cursor", BROKEN)
def test_a_place_of_another_order_begins_from_the_start(filled: Database, cursor: str) -> None:
    keys = _keys(["priority", "due"])
    with filled.reading() as connection:
        first = list_ordered(connection, RecordFilter(), keys, limit=5)
        assert list_ordered(connection, RecordFilter(), keys, limit=5, cursor=cursor) == first


@pytest.mark.parametrize("value", [float("nan"), 1e300, 10**40, True, [1]])
def test_numbers_that_no_page_wrote_begin_from_the_start(filled: Database, value: Any) -> None:
    keys = _keys(["amount", "title"])
    with filled.reading() as connection:
        first = list_ordered(connection, RecordFilter(), keys, limit=5)
        cursor = write_place([value, "a"], "1")
        assert list_ordered(connection, RecordFilter(), keys, limit=5, cursor=cursor) == first


def test_what_has_no_single_value_is_refused(filled: Database) -> None:
    with filled.reading() as connection, pytest.raises(ValueError, match="waits_for"):
        list_ordered(connection, RecordFilter(), [SortKey(name="waits_for"), SortKey(name="title", type=TEXT)])  # fmt: skip
