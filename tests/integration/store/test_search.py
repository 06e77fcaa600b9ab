from __future__ import annotations

import pytest
from sqlalchemy import text

from sopwith.core.commands import NewMessage
from sopwith.core.events import EventKind
from sopwith.store.engine import Database
from sopwith.store.grams import grams, query_terms
from sopwith.store.numbers import next_number
from sopwith.store.records import Change, append
from sopwith.store.search import _Look, drop_parts, search
from tests.support.databases import emptied
from tests.support.samples import NOW, changed, created, event

TITLES = {
    1: "三楼打印机卡纸",
    2: "Printer jam on floor 3",
    3: "网络打不开 VPN 0x80004005",
    4: "退款",
}


@pytest.fixture(scope="module")
def filled(migrated: Database) -> Database:
    emptied(migrated)
    return fill(migrated)


def fill(database: Database) -> Database:
    with database.writing() as connection:
        for number, title in TITLES.items():
            append(connection, created(number, values={"title": title}))
        first = created(1, values={"title": TITLES[1]}).after
        said = tuple(event(EventKind.COMMENT, message_id=one) for one in ("m1", "m2"))
        change = changed(first, *said)
        messages = (
            (NewMessage(id="m1", text="已更换硒鼓"), True, "agent"),
            (NewMessage(id="m2", text="客户很生气, secret"), False, "agent"),
        )
        append(connection, Change(before=1, events=said, after=change.after, messages=messages))
    return database


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        pytest.param("打印机", [1], id="three characters"),
        pytest.param("卡纸", [1], id="two characters"),
        pytest.param("网", [3], id="one character"),
        pytest.param("纸", [1], id="the last character of a run"),
        pytest.param("印打", [], id="pairs in the wrong order"),
        pytest.param("打印开", [], id="not adjacent"),
        pytest.param("PRINTER", [2], id="upper case"),
        pytest.param("prin", [2], id="beginning of a word"),
        pytest.param("rinter", [], id="middle of a word"),
        pytest.param("T-2026-000004", [4], id="number"),
        pytest.param("0x80004005", [3], id="code"),
        pytest.param("卡纸 硒鼓", [1], id="in different messages"),
        pytest.param("卡纸 退款", [], id="in different records"),
        pytest.param("secret", [1], id="internal note"),
        pytest.param("打", [3, 1], id="newest first"),
        pytest.param("", [], id="nothing"),
        pytest.param("\"'*:&|!() -", [], id="only signs"),
        pytest.param('卡纸\' OR "1" & ! (x', [], id="signs of the query languages"),
        pytest.param("VPN NOT", [], id="words of the query languages"),
    ],
)
def test_search(filled: Database, words: str, expected: list[int]) -> None:
    with filled.reading() as connection:
        found = search(connection, words)
    assert {int(one, 16) for one in found} == set(expected)
    assert len(found) == len(expected)


def test_customers_find_nothing_internal(filled: Database) -> None:
    with filled.reading() as connection:
        assert search(connection, "secret", public_only=True) == []
        assert len(search(connection, "硒鼓", public_only=True)) == 1


def test_a_changed_field_is_found_by_its_new_words_only(database: Database) -> None:
    filled = fill(database)
    before = created(4, values={"title": TITLES[4]}).after
    with filled.writing() as connection:
        append(connection, changed(before, event(EventKind.VALUES), values={"title": "换货"}))
    with filled.reading() as connection:
        assert search(connection, "退款") == []
        assert len(search(connection, "换货")) == 1


def test_a_dropped_record_is_not_found(database: Database) -> None:
    filled = fill(database)
    with filled.writing() as connection:
        drop_parts(connection, f"{1:032x}")
    with filled.reading() as connection:
        assert search(connection, "打印机") == []


@pytest.mark.parametrize("migrated", ["postgresql"], indirect=True)
def test_a_search_leaves_the_limit_of_time_as_it_was(filled: Database) -> None:
    limit = text("SELECT current_setting('statement_timeout')")
    with filled.reading() as connection:
        before = connection.execute(limit).scalar_one()
        _Look(connection, False, 10).in_index([["vpn"]])
        assert connection.execute(limit).scalar_one() == before


def test_grams() -> None:
    assert grams(["打印机 ok", "", "\uff21\uff22\uff23\uff11"]) == "打印 印机 机 ok | abc1"
    assert query_terms("打印机 Ok") == [["打印", "印机"], ["ok"]]


def test_numbers_count_by_period(database: Database) -> None:
    with database.writing() as connection:
        found = [next_number(connection, "T-{yyyy}-{seq:6}", NOW) for _ in range(2)]
        found.append(next_number(connection, "T-{yyyy}-{seq:6}", NOW.replace(year=2027)))
        found.append(next_number(connection, "C{yyyy}{mm}{dd}{seq}", NOW))
    assert found == ["T-2026-000001", "T-2026-000002", "T-2027-000001", "C202611201"]
