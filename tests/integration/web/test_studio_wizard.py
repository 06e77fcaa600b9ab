"""The set-up: from an empty installation to a working desk with a test ticket; each step can be left out and come back to."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from sopwith.store.installation import setting
from sopwith.store.people import (
    memberships,
    save_user,
    user_by_login,
    users,
)
from sopwith.store.records import load_record
from sopwith.store.tables import JobRow
from sopwith.web.studio.shelf import opened, shelf
from tests.integration.web.conftest import Browser
from tests.support.fresh import ADMIN
from tests.support.shop import Shop

PROCESSES = [one.folder for one in shelf().values() if one.is_whole]


@pytest.fixture
def ada(fresh_app: Flask) -> Browser:
    return Browser(fresh_app).sign_in("ada")


def text(browser: Browser, path: str) -> str:
    answer = browser.get(path)
    assert answer.status_code == 200, answer.get_data(as_text=True)[:2000]
    return str(answer.get_data(as_text=True))


def test_the_first_page_leads_to_the_set_up(ada: Browser) -> None:
    for path in ("/studio", "/studio/gallery", "/admin/"):
        assert "/studio/setup" in text(ada, path), path
    page = text(ada, "/studio/setup")
    assert "Which process do you begin with?" in page
    for step in ("language", "people", "hours", "mail", "finish"):
        text(ada, f"/studio/setup/{step}")
    assert ada.get("/studio/setup/nothing").status_code == 404


@pytest.mark.parametrize("folder", PROCESSES)
def test_a_desk_works_after_all_steps(
    ada: Browser, fresh: Shop, fresh_app: Flask, folder: str
) -> None:
    done = ada.post("/studio/setup/process", {"pack": folder})
    assert str(done.location).endswith("/studio/setup/language")
    named = {"name_en": "Help desk", "name_zh": "", "lang": "en", "zone": "Europe/Berlin"}
    assert ada.post("/studio/setup/language", named).status_code == 303
    team = next(iter(fresh.service.releases.live().teams))
    people = {"name-0": "Li Na", "email-0": "li.na@firm.test", "team-0": team, "role-0": "lead", "mine": team}  # fmt: skip
    page = ada.post("/studio/setup/people", people).get_data(as_text=True)
    link = re.search(r"<code>(http://desk\.test/password/[^<]+)</code>", page)
    assert link is not None and "li.na" in page
    hours = {"days": ["mon", "tue", "wed", "thu"], "from": "08:30", "to": "17:00", "lunch_from": "12:00", "lunch_to": "13:00", "zone": "Europe/Berlin", "country": "DE", "calendar": "cn-office"}  # fmt: skip
    assert ada.post("/studio/setup/hours", hours).status_code == 303
    assert ada.post("/studio/setup/mail").status_code == 303
    assert ada.post("/studio/setup/finish").status_code == 303
    ready = text(ada, "/studio/setup")
    assert "Your desk works" in ready
    with fresh.database.reading() as connection:
        kept = setting(connection, "setup") or {}
        state = load_record(connection, kept["record"])
        found = user_by_login(connection, "li.na")
        members = {one.user_id: one.is_lead for one in memberships(connection, team=team)}
        brand = setting(connection, "brand") or {}
    assert state is not None and state.number in ready
    assert (state.customer or {}).get("email", ADMIN.email) == ADMIN.email
    assert state.customer_id is not None or state.created_by == "ada"
    assert set(kept["marks"].values()) == {"done"}
    assert found is not None and members == {"ada": False, found.id: True}
    assert brand["name"] == {"en": "Help desk", "zh-CN": "Help desk"}
    calendar = fresh.service.releases.live().calendars["cn-office"]
    assert calendar.zone == "Europe/Berlin"
    assert calendar.week[0] == ((510, 720), (780, 1020)) and calendar.week[4] == ()
    assert any(day.month == 10 and day.day == 3 for day in calendar.holidays)
    lin = Browser(fresh_app)
    path = link[1].removeprefix("http://desk.test")
    lin.get(path)
    chosen = {"new": "a new password", "again": "a new password"}
    assert lin.post(path, chosen).status_code == 303
    assert lin.get("/desk").status_code == 200


def test_steps_are_left_out_and_come_back_to(ada: Browser, fresh: Shop) -> None:
    for step in ("process", "language", "people", "hours", "mail"):
        assert ada.post(f"/studio/setup/{step}", {"later": "1"}).status_code == 303
    assert "This step needs a process" in text(ada, "/studio/setup")
    assert ada.post("/studio/setup/finish").status_code == 422
    assert ada.post("/studio/setup/process", {"pack": PROCESSES[0]}).status_code == 303
    page = text(ada, "/studio/setup/people")
    assert all(one.title.en in page for one in fresh.service.releases.live().teams.values())
    again = ada.post("/studio/setup/process", {"pack": PROCESSES[0]})
    assert again.status_code == 303
    assert ada.post("/studio/setup/process", {"pack": PROCESSES[1]}).status_code == 303
    assert opened(PROCESSES[1]).own["workflow"][0] in fresh.service.releases.live().workflows
    assert ada.post("/studio/setup/process", {"pack": "nothing"}).status_code == 422


def test_what_was_typed_wrong_is_said_beside_it(ada: Browser, fresh: Shop) -> None:
    ada.post("/studio/setup/process", {"pack": PROCESSES[0]})
    bad = {"name-0": "Li Na", "email-0": "nowhere", "name-1": "Zoe", "email-1": "ada@firm.test", "name-2": "", "email-2": "x@y.test"}  # fmt: skip
    page = ada.post("/studio/setup/people", bad)
    words = page.get_data(as_text=True)
    assert page.status_code == 422
    assert "This is not a mail address." in words and "has an account already" in words
    assert 'value="nowhere"' in words
    with fresh.database.reading() as connection:
        assert len(users(connection)) == 1
    refused: tuple[dict[str, Any], ...] = (
        {"from": "9:00"},
        {"lunch_from": "12:00"},
        {"from": "18:00", "to": "09:00"},
        {"days": []},
        {"zone": "Mars"},
        {"country": "XX"},
    )
    for wrong in refused:
        hours = {"days": ["mon"], "from": "09:00", "to": "18:00", "zone": "UTC", "calendar": "cn-office"} | wrong  # fmt: skip
        assert ada.post("/studio/setup/hours", hours).status_code == 422, wrong
    bad = {"name_en": "x" * 61, "lang": "tlh", "zone": "Mars"}
    assert ada.post("/studio/setup/language", bad).status_code == 422


def test_invitations_go_by_mail(ada: Browser, fresh: Shop) -> None:
    ada.post("/studio/setup/process", {"pack": PROCESSES[0]})
    people = {"name-0": "Li Na", "email-0": "li.na@firm.test", "by_mail": "1"}
    page = ada.post("/studio/setup/people", people).get_data(as_text=True)
    assert "gets a mail with a link" in page and "/password/" not in page
    with fresh.database.reading() as connection:
        jobs = connection.execute(select(JobRow.payload).where(JobRow.kind == "mail")).scalars()
        [mail] = [one for one in jobs if one["to"] == "li.na@firm.test"]
    assert "http://desk.test/password/" in mail["text"] and "li.na" in mail["text"]


def test_working_hours_change_nothing_else_of_the_calendar(ada: Browser, fresh: Shop) -> None:
    ada.post("/studio/setup/process", {"pack": PROCESSES[0]})
    name = "base/calendars.yaml"
    before = fresh.service.releases.files(fresh.service.releases.live().hash)[name]
    hours = {"days": ["mon", "tue", "wed", "thu", "fri"], "from": "09:00", "to": "18:00", "zone": "Asia/Shanghai", "calendar": "cn-office"}  # fmt: skip
    release = fresh.service.releases.live().hash
    ada.post("/studio/setup/hours", hours)
    assert fresh.service.releases.live().hash == release  # it says so already
    ada.post("/studio/setup/hours", hours | {"to": "17:30"})
    after = fresh.service.releases.files(fresh.service.releases.live().hash)[name]
    changed = [(one, other) for one, other in zip(before.splitlines(), after.splitlines(), strict=True) if one != other]  # fmt: skip
    assert len(changed) == 1 and "17:30" in changed[0][1]


def test_an_account_without_an_address_is_told_so(ada: Browser, fresh: Shop) -> None:
    with fresh.database.writing() as connection:
        me = user_by_login(connection, "ada")
        assert me is not None
        save_user(connection, replace(me, email=""))
    assert ada.post("/studio/setup/mail").status_code == 422
