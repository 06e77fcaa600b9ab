"""The page of one's shifts: who may ask whom, who may answer, and what the page says about it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask

from sopwith.core.events import Actor
from sopwith.runtime.publishing import publish
from sopwith.runtime.swapping import Wish, answer, ask
from sopwith.store.people import Membership, put_members
from sopwith.store.swaps import ShiftSwap, swaps_of
from tests.integration.web.conftest import Browser
from tests.support.shop import NOW, Shop, files

SHIFTS = """shifts:
  - {id: day, title: {en: Day shift, zh-CN: 白班}, week: {mon-sun: ["09:00-18:00"]}, people: [lin]}
  - {id: late, title: {en: Late shift, zh-CN: 晚班}, week: {mon-sun: ["18:00-22:00"]}, people: [kim]}
  - {id: night, title: {en: Night shift, zh-CN: 夜班}, week: {mon-sun: ["22:00-23:00"]}, people: [nobody]}
"""


@pytest.fixture
def crew(shop: Shop) -> Shop:
    """The counter with Lin by day, Kim late, nobody at night, and Lea who leads it."""
    publish_shifts(shop, SHIFTS)
    with shop.database.writing() as connection:
        members = [Membership(team="counter", user_id=name, is_lead=name == "lea") for name in ("lin", "kim", "lea")]  # fmt: skip
        put_members(connection, "counter", members)
    return shop


def publish_shifts(shop: Shop, shifts: str) -> None:
    """Publish the counter with these shifts."""
    known = dict(files())
    [path] = [name for name, text in known.items() if re.search(r"kind: team\nid: counter\n", text)]
    whole = re.search(r"kind: team\nid: counter\n(?:(?!---)[^\n]*\n)*", known[path])
    assert whole is not None
    calendar = "" if "\ncalendar:" in whole[0] else f"calendar: {calendar_of(known)}\n"
    known[path] = known[path].replace(whole[0], whole[0] + calendar + shifts)
    release, found = publish(shop.service, known, author=None, note="shifts")
    assert release is not None, [one.render("en") for one in found]


def calendar_of(known: dict[str, str]) -> str:
    found = re.search(r"kind: calendar\nid: (\S+)", "\n".join(known.values()))
    assert found is not None
    return found[1]


def browser(app: Flask, name: str) -> Browser:
    made = Browser(app)
    made.sign_in(name)
    return made


def swaps(shop: Shop) -> list[ShiftSwap]:
    with shop.database.reading() as connection:
        return swaps_of(connection, {"counter"}, NOW)


def text(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_asking_accepting_and_taking_back_by_forms_alone(app: Flask, crew: Shop) -> None:
    lin, kim, lea = (browser(app, name) for name in ("lin", "kim", "lea"))
    page = lin.get("/desk/shifts").text
    assert "Day shift" in page and "Kim Yue" in page
    assert "Nobody is on this shift." in page, "a gap is said in words"
    chosen = re.findall(r'href="(/desk/shifts\?team=counter[^"#]*)', page)[1].replace("&amp;", "&")
    offer = lin.get(chosen).text
    [form] = re.findall(r'<form class="shift-form".*?</form>', offer, re.DOTALL)
    facts = dict(re.findall(r'name="(team|shift|day)" value="([^"]*)"', form))
    values = re.findall(r'<option value="([^"]*)"', form)
    assert "kim" in values and any(one.startswith("kim|late|") for one in values)
    exchange = next(one for one in values if one.startswith("kim|late|"))
    assert lin.post("/desk/shifts/ask", {**facts, "taker": exchange}).status_code == 303
    [swap] = swaps(crew)
    assert (swap.giver, swap.taker, swap.back_shift, swap.state) == ("lin", "kim", "late", "asked")
    assert "asks you to take over" in kim.get("/desk/notices").text
    again = lin.post("/desk/shifts/ask", {**facts, "taker": "lea"})
    assert (again.status_code, "asked about this shift already" in again.text) == (422, True)
    assert f"/desk/shifts/{swap.id}/accept" in kim.get("/desk/shifts").text
    assert lin.post(f"/desk/shifts/{swap.id}/accept", {}).status_code == 404, "not by who asked"
    assert kim.post(f"/desk/shifts/{swap.id}/accept", {}).status_code == 303
    assert "agreed by Kim Yue" in text(lin.get("/desk/shifts").text)
    assert lin.post(f"/desk/shifts/{swap.id}/back", {}).status_code == 404, "only the lead now"
    assert lea.post(f"/desk/shifts/{swap.id}/back", {}).status_code == 303
    assert swaps(crew)[0].state == "withdrawn"
    assert kim.post(f"/desk/shifts/{swap.id}/refuse", {}).status_code == 422


def test_others_see_nothing_of_it_and_cannot_act(app: Flask, crew: Shop) -> None:
    lin = Actor("user", "lin", frozenset({"agent"}), name="Lin Yue")
    day = (NOW + timedelta(days=3)).date()
    swap = ask(crew.service, lin, Wish(team="counter", shift="day", day=day, taker="kim"))
    max_ = browser(app, "max")
    assert "Your teams have no shifts." in max_.get("/desk/shifts").text
    for reply in ("accept", "refuse", "back", "burn"):
        assert max_.post(f"/desk/shifts/{swap}/{reply}", {}).status_code == 404
    assert browser(app, "ann@example.test").get("/desk/shifts").status_code == 404
    bad = {"team": "counter", "shift": "day", "day": "soon", "taker": "kim"}
    assert max_.post("/desk/shifts/ask", bad).status_code == 400
    assert max_.post("/desk/shifts/ask", {**bad, "day": day.isoformat()}).status_code == 422
    assert browser(app, "ada").post(f"/desk/shifts/{swap}/accept", {}).status_code == 303


def test_what_no_longer_applies_is_said(app: Flask, crew: Shop) -> None:
    lin = Actor("user", "lin", frozenset({"agent"}), name="Lin Yue")
    kim = Actor("user", "kim", frozenset({"agent"}), name="Kim Yue")
    day = (NOW + timedelta(days=3)).date()
    swap = ask(crew.service, lin, Wish(team="counter", shift="day", day=day, taker="kim"))
    answer(crew.service, kim, swap, accept=True)
    page = browser(app, "lin")
    assert "no longer applies" not in page.get("/desk/shifts").text
    with crew.database.writing() as connection:
        put_members(connection, "counter", [Membership(team="counter", user_id="lin")])
    assert "no longer applies" in page.get("/desk/shifts").text


def test_the_page_speaks_chinese_and_shows_only_mine(app: Flask, crew: Shop) -> None:
    page = browser(app, "lin")
    page.post("/preferences", {"lang": "zh-CN", "next": "/desk"})
    words = text(page.get("/desk/shifts?whose=mine").text)
    assert "我的班次" in words and "白班" in words
    assert "晚班" not in words


def test_who_works_at_that_time_cannot_be_chosen_and_a_post_says_why(
    app: Flask, crew: Shop
) -> None:
    day = (NOW + timedelta(days=3)).date().isoformat()
    publish_shifts(crew, SHIFTS.replace('"18:00-22:00"', '"17:00-22:00"'))
    lin = browser(app, "lin")
    asked = f"team=counter&shift=day&day={day}"
    page = lin.get(f"/desk/shifts?{asked}").text
    [group] = re.findall(r'<optgroup label="Kim Yue">.*?</optgroup>', page, re.DOTALL)
    assert '<option value="" disabled>Kim Yue works at that time</option>' in group
    assert f'value="kim|late|{day}"' in group, "the exchange of the two is possible"
    answer = lin.post("/desk/shifts/ask", {"team": "counter", "shift": "day", "day": day, "taker": "kim"})  # fmt: skip
    assert answer.status_code == 422
    assert "One of you would work two shifts at the same time." in answer.text
    lin.post("/preferences", {"lang": "zh-CN", "next": "/desk"})
    answer = lin.post("/desk/shifts/ask", {"team": "counter", "shift": "day", "day": day, "taker": "kim"})  # fmt: skip
    assert "班次时间重叠" in answer.text
