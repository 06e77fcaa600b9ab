"""The lists of the desk, what acts on many records, the board, opening, and what waits for one."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from sopwith.store.traffic import NewNotice, notices_of, tell
from tests.integration.web.conftest import Browser, NewBrowser
from tests.support.desk import make_desk_template, repair
from tests.support.shop import NOW, Shop

HTMX = {"HX-Request": "true"}


@pytest.fixture(scope="module")
def shop_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_desk_template(tmp_path_factory.mktemp("desk"))


def text(response: Any) -> str:
    return str(response.get_data(as_text=True))


def titles(response: Any) -> list[str]:
    return re.findall(r'class="item-title">([^<]*)<', text(response))


def counter(response: Any, view: str) -> int:
    found = re.search(
        rf'href="/desk\?view={view}".*?class="count"[^>]*>(\d+)<', text(response), re.S
    )
    assert found is not None
    return int(found.group(1))


# --- lists ----------------------------------------------------------------------------------------


def test_the_lists_and_their_counters(lin: Browser, shop: Shop) -> None:
    first, second = repair(shop, "One"), repair(shop, "Two")
    lin.post(f"/desk/records/{first}/assign", {"how": "take"})
    lin.post(f"/desk/records/{second}/assign", {"how": "release"})
    assert titles(lin.get("/desk?view=mine")) == ["One"]
    assert titles(lin.get("/desk?view=unowned")) == ["Two"]
    page = lin.get("/desk?view=open")
    assert sorted(titles(page)) == ["One", "Two"]
    assert [counter(page, view) for view in ("mine", "team", "unowned", "open")] == [1, 2, 1, 2]
    assert titles(lin.get("/desk?view=waiting")) == []


def test_what_is_due_soon_comes_first_and_has_its_own_list(lin: Browser, shop: Shop) -> None:
    repair(shop, "Later")
    repair(shop, "smoke: now")
    assert titles(lin.get("/desk?view=open")) == ["smoke: now", "Later"]
    assert titles(lin.get("/desk?view=due")) == ["smoke: now"], "one hour to answer"
    shop.clock.forward(hours=3)
    page = lin.get("/desk?view=due")
    assert titles(page) == ["smoke: now", "Later"]
    assert "clock-overdue" in text(page) and "Overdue" in text(page)


def test_a_view_of_the_definitions(lin: Browser, shop: Shop) -> None:
    repair(shop, "Calm")
    repair(shop, "smoke")
    page = lin.get("/desk?view=view:urgent")
    assert titles(page) == ["smoke"] and "Urgent ones" in text(page)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("priority=P0", {"smoke 冒烟"}),
        ("q=台灯", {"台灯坏了"}),
        ("q=Lampe", set()),
        ("type=wish", {"W"}),
        ("type=repair&state=check", {"smoke 冒烟", "台灯坏了"}),
        ("owner=-", {"W"}),
        ("category=waiting", set()),
        ("team=store", set()),
    ],
)
def test_filters_and_their_chips_in_words(
    lin: Browser, shop: Shop, query: str, expected: set[str]
) -> None:
    repair(shop, "smoke 冒烟")
    repair(shop, "台灯坏了")
    shop.wish()
    page = lin.get(f"/desk?view=open&{query}")
    found = {title if "parcel" not in title else "W" for title in titles(page)}
    assert found == expected
    assert 'class="chip"' in text(page)
    if not expected:
        assert "Nothing fits these filters." in text(page) and "Remove all filters" in text(page)


def test_an_empty_list_says_why_and_what_next(lin: Browser) -> None:
    page = text(lin.get("/desk?view=mine"))
    assert "Nothing is assigned to you." in page and "Take something from your team" in page


def test_more_goes_on_where_the_page_ended(lin: Browser, shop: Shop) -> None:
    for number in range(45):
        shop.clock.forward(seconds=1)
        repair(shop, f"Number {number:02}")
    page = lin.get("/desk?view=open&sort=created")
    more = re.search(r'href="(/desk\?[^"]*after=[^"]*)"', text(page))
    assert more is not None and len(titles(page)) == 40
    rest = lin.get(more.group(1).replace("&amp;", "&"), headers=HTMX)
    assert titles(rest) == [f"Number {number:02}" for number in range(40, 45)]
    assert "<html" not in text(rest)


def test_a_list_asks_few_questions_however_long_it_is(lin: Browser, shop: Shop) -> None:
    def statements() -> int:
        found: list[str] = []

        def note(_c: Any, _cursor: Any, statement: str, *_more: Any) -> None:
            if not statement.startswith(("PRAGMA", "BEGIN")):
                found.append(statement)

        event.listen(shop.database.read, "before_cursor_execute", note)
        assert lin.get("/desk?view=open&q=lamp").status_code == 200
        event.remove(shop.database.read, "before_cursor_execute", note)
        return len(found)

    repair(shop, "lamp")
    few = statements()
    for number in range(30):
        repair(shop, f"lamp {number}")
    assert statements() == few <= 15


def test_nobody_sees_what_is_not_theirs(browser_of: NewBrowser, lin: Browser, shop: Shop) -> None:
    record_id = repair(shop, "Secret lamp")
    number = shop.state(record_id).number
    for person in ("kim", "sam"):
        other = browser_of().sign_in(person)
        for path in (
            "/desk?view=open",
            "/desk?view=open&q=Secret",
            f"/desk/palette?words={number}",
            "/desk/board?type=repair",
        ):
            page = other.get(path)
            assert "Secret lamp" not in text(page), (person, path)
        assert counter(other.get("/desk"), "open") == 0
    assert "Secret lamp" in text(lin.get(f"/desk/palette?words={number}"))


def test_customers_find_no_desk(browser_of: NewBrowser) -> None:
    ann = browser_of().sign_in("ann@example.test")
    for path in ("/desk", "/desk/board", "/desk/tasks", "/desk/new", "/desk/palette"):
        assert ann.get(path).status_code == 404


# --- many at once ---------------------------------------------------------------------------------


def test_assigning_and_tagging_many(lin: Browser, shop: Shop) -> None:
    ids = [repair(shop, f"Lamp {number}") for number in range(3)]
    page = lin.post("/desk/bulk", {"ids": ids[:2], "what": "assign", "owner": "lin"}, follow=True)
    assert "2 records are changed." in text(page)
    assert [shop.state(one).owner for one in ids[:2]] == ["lin", "lin"]
    lin.post("/desk/bulk", {"ids": ids, "what": "tag", "tags": "lamp，old"})
    assert all(shop.state(one).tags == ("lamp", "old") for one in ids)


def test_many_at_once_leaves_out_what_one_may_not_see(browser_of: NewBrowser, shop: Shop) -> None:
    record_id = repair(shop)
    kim = browser_of().sign_in("kim")
    kim.post("/desk/bulk", {"ids": [record_id, "unknown"], "what": "tag", "tags": "mine"})
    assert shop.state(record_id).tags == ()
    nothing = kim.post("/desk/bulk", {"what": "tag", "tags": "mine"}, follow=True)
    assert "Choose some records" in text(nothing)


def test_what_was_refused_is_said_by_number(lea: Browser, shop: Shop) -> None:
    open_one, closed = repair(shop), repair(shop)
    lea.post(f"/desk/records/{closed}/cancel", {"reason": "no"})
    sent = {"ids": [open_one, closed], "what": "assign", "owner": "lin"}
    page = text(lea.post("/desk/bulk", sent, follow=True))
    assert (
        "1 record is changed." in page
        and f"{shop.state(closed).number}: This record is closed." in page
    )


# --- board ----------------------------------------------------------------------------------------


def test_the_board_has_a_column_for_each_open_state(lin: Browser, shop: Shop) -> None:
    repair(shop, "Lamp")
    page = text(lin.get("/desk/board?type=repair"))
    columns = re.findall(r'<section class="column[^>]*data-column="([^"]*)"', page)
    assert columns == ["check", "fixing", "approving", "waiting"]
    assert page.count('class="card-title"') == 1


def test_dropping_a_card_takes_the_way_or_asks(lin: Browser, shop: Shop) -> None:
    record_id = repair(shop)
    version = str(shop.state(record_id).version)
    sent = {"version": version, "column": "waiting", "by": "state"}
    answer = lin.post(f"/desk/records/{record_id}/place", sent)
    assert "ask=ask" in answer.headers["Location"], "the way asks for a reply first"
    page = text(lin.get(answer.headers["Location"]))
    assert 'name="asked" value="ask"' in page
    closed = lin.post(f"/desk/records/{record_id}/place", sent | {"column": "fixing"}, follow=True)
    assert "is not met yet" in text(closed)
    nowhere = lin.post(
        f"/desk/records/{record_id}/place", sent | {"column": "resolved"}, follow=True
    )
    assert "no way leads to" in text(nowhere)
    assert shop.state(record_id).state == "check"


def test_the_board_of_people_assigns(lea: Browser, shop: Shop) -> None:
    record_id = repair(shop)
    version = str(shop.state(record_id).version)
    page = text(lea.get("/desk/board?type=repair&by=person"))
    assert re.search(r'data-column="lin"', page)
    sent = {"version": version, "column": "lin", "by": "person"}
    lea.post(f"/desk/records/{record_id}/place?by=person", sent)
    assert shop.state(record_id).owner == "lin"


def test_the_menu_of_a_card_says_where_it_can_go(lin: Browser, shop: Shop) -> None:
    record_id = repair(shop)
    menu = text(lin.get(f"/desk/records/{record_id}/menu", headers=HTMX))
    assert (
        "<html" not in menu
        and re.search(r'value="fix"\s+disabled', menu)
        and "Ask the customer" in menu
    )
    people = text(lin.get(f"/desk/records/{record_id}/menu?by=person"))
    assert 'name="column" value="kim"' in people


# --- notices --------------------------------------------------------------------------------------


def test_notices_are_counted_read_and_lead_to_the_record(lin: Browser, shop: Shop) -> None:
    record_id = repair(shop)
    with shop.database.writing() as connection:
        for key in ("a", "b"):
            notice = NewNotice(
                key=key,
                user_id="lin",
                record_id=record_id,
                kind="assigned",
                text_en=f"News {key}",
                text_zh="",
                created_at=NOW,
            )
            tell(connection, [notice])
    assert "2 unread" in text(lin.get("/desk/notices/count"))
    assert "News a" in text(lin.get("/desk/notices"))
    with shop.database.reading() as connection:
        first = notices_of(connection, "lin")[0]
    answer = lin.post("/desk/notices/read", {"id": str(first.id), "record": record_id})
    assert answer.headers["Location"].endswith(record_id)
    assert "1 unread" in text(lin.get("/desk/notices/count"))
    lin.post("/desk/notices/read")
    assert "unread" not in text(lin.get("/desk/notices/count"))


def test_others_notices_stay_unread(lin: Browser, browser_of: NewBrowser, shop: Shop) -> None:
    with shop.database.writing() as connection:
        notice = NewNotice(
            key="a",
            user_id="lin",
            record_id=None,
            kind="x",
            text_en="News",
            text_zh="",
            created_at=NOW,
        )
        tell(connection, [notice])
    with shop.database.reading() as connection:
        (mine,) = notices_of(connection, "lin")
    browser_of().sign_in("kim").post("/desk/notices/read", {"id": str(mine.id)})
    assert "1 unread" in text(lin.get("/desk/notices/count"))


# --- opening --------------------------------------------------------------------------------------


def test_opening_for_a_customer_who_calls(lin: Browser, shop: Shop) -> None:
    assert "Ann Miller" in text(lin.get("/desk/customers?customer_words=ann"))
    answer = lin.post(
        "/desk/new/repair", {"title": "Kettle", "customer": "ann", "channel": "phone"}
    )
    assert answer.status_code == 303
    state = shop.state(answer.headers["Location"].rpartition("/")[2])
    assert (state.customer_id, state.channel, state.created_by) == ("ann", "phone", "lin")


def test_opening_for_a_new_customer(lin: Browser, shop: Shop) -> None:
    sent = {"title": "Kettle", "name": "Zoe", "email": "zoe@example.test", "channel": "walk_in"}
    answer = lin.post("/desk/new/repair", sent)
    state = shop.state(answer.headers["Location"].rpartition("/")[2])
    assert state.customer["name"] == "Zoe" and state.channel == "walk_in"


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        ({"title": "Kettle"}, "Choose a customer"),
        ({"title": "Kettle", "name": "Zoe"}, "Write an e-mail address or a phone number"),
        ({"title": "Kettle", "name": "Zoe", "email": "zoe"}, "This is no e-mail address."),
        ({"title": "Kettle", "customer": "nobody"}, "There is no such customer"),
        ({"name": "Zoe", "phone": "123"}, "What is broken?"),
    ],
)
def test_opening_keeps_what_was_typed_when_something_is_missing(
    lin: Browser, sent: dict[str, str], message: str
) -> None:
    answer = lin.post("/desk/new/repair", sent)
    assert answer.status_code == 422 and message in text(answer)
    for value in sent.values():
        assert f'value="{value}"' in text(answer) or value == "nobody"


def test_staff_open_for_themselves_only(browser_of: NewBrowser, shop: Shop) -> None:
    sam = browser_of().sign_in("sam")
    assert "For whom?" not in text(sam.get("/desk/new/repair"))
    assert sam.get("/desk/customers?customer_words=a").status_code == 404
    answer = sam.post("/desk/new/repair", {"title": "My chair", "customer": "ann"})
    state = shop.state(answer.headers["Location"].rpartition("/")[2])
    assert (state.customer_id, state.created_by) == (None, "sam")
    assert titles(sam.get("/desk?view=open")) == ["My chair"]


# --- palette --------------------------------------------------------------------------------------


def test_the_palette_finds_records_lists_and_actions(lin: Browser, shop: Shop) -> None:
    record_id = repair(shop, "台灯坏了")
    number = shop.state(record_id).number
    for words in (number, "台灯"):
        assert f"/desk/records/{record_id}" in text(
            lin.get("/desk/palette", query_string={"words": words})
        )
    assert "/desk/new/repair" in text(lin.get("/desk/palette?words=repair"))
    assert "view=unowned" in text(lin.get("/desk/palette?words=unow"))
    assert "Nothing fits" in text(lin.get("/desk/palette?words=qqqq"))
