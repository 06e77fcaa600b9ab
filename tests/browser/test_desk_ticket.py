"""A P0 ticket of the software pack, worked on by mouse and by keyboard alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from sopwith.cli.up import pack_files
from sopwith.core.commands import Assign, Check, Transition
from sopwith.core.events import Actor
from sopwith.runtime.demo import PASSWORD, install
from sopwith.store.engine import open_database
from sopwith.store.lists import RecordFilter, list_records
from sopwith.store.schema import upgrade
from sopwith.web.passwords import hash_password
from tests.browser.conftest import phone
from tests.support.browser import violations
from tests.support.shop import CHEAP, PACKS, Shop, open_shop


@pytest.fixture(scope="module")
def browser_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The software pack with its sample people and records."""
    folder = tmp_path_factory.mktemp("software")
    opened = folder / "opened"
    opened.mkdir()
    empty = open_database(f"sqlite:///{folder / 'empty.db'}")
    upgrade(empty)
    empty.close()
    with open_shop(folder / "empty.db", opened) as shop:
        wanted = ("base/", "software_p0p3/")
        files = {
            name: words for name, words in pack_files(PACKS).items() if name.startswith(wanted)
        }
        assert install(
            shop.service, files, lambda words: hash_password(words, CHEAP), "Asia/Shanghai"
        )
    return opened / "sopwith.db"


@contextmanager
def desk(
    browser: Browser, address: str, login: str, *, lang: str = "en-US", password: str = PASSWORD
) -> Iterator[Page]:
    """Open the desk at a usual width, signed in; the test fails on an error of a script."""
    context = browser.new_context(
        viewport={"width": 1280, "height": 800}, locale=lang, timezone_id="Asia/Shanghai"
    )
    context.set_default_timeout(10_000)
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    sign_in(page, address, login, password)
    yield page
    context.close()
    assert errors == []


def sign_in(page: Page, address: str, login: str, password: str = PASSWORD) -> None:
    page.goto(f"{address}/sign-in?next=/desk")
    page.fill("#login", login)
    page.fill("#password", password)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}/desk*")


def p0(shop: Shop) -> str:
    """Return the id of the sample's P0 ticket."""
    with shop.database.reading() as connection:
        page = list_records(connection, RecordFilter(priorities=frozenset({"P0"})))
    assert len(page.rows) == 1
    return page.rows[0].id


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until *selector* has the focus."""
    for _ in range(150):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"Tab never reaches {selector}")


def test_the_first_line_hands_a_p0_over_by_mouse(
    browser: Browser, address: str, shop: Shop
) -> None:
    record_id = p0(shop)
    with desk(browser, address, "emma") as page:
        expect(page.get_by_role("heading", name="Mine")).to_be_visible()
        page.get_by_role("link", name="甘特图").click()
        page.get_by_role("button", name="Start diagnosis").click()
        expect(page.locator(".ticket-facts")).to_contain_text("First-line diagnosis")
        page.get_by_role("checkbox", name="Tried to reproduce it").click()
        expect(page.get_by_role("checkbox", name="Tried to reproduce it")).to_be_checked()
        page.get_by_label("Critical").check()
        closed = page.get_by_role("button", name="Hand over to experts")
        expect(closed).to_be_disabled()
        page.get_by_role("group", name="Can the first line solve it?").get_by_label("No").check()
        expect(closed).to_be_enabled()
        page.get_by_role("group", name="Which experts?").get_by_label("Technical").check()
        expect(
            page.get_by_role("group", name="Which experts?").get_by_label("Technical")
        ).to_be_checked()
        closed.click()
        expect(page.locator("#problems")).to_contain_text("What has been tried?")
        page.get_by_label("What has been tried?").fill("Cleared the cache, other browsers.")
        page.get_by_role("button", name="Hand over to experts").click()
        expect(page.locator(".ticket-facts")).to_contain_text("Handed to experts")
        page.get_by_role("link", name="Why", exact=True).click()
        expect(page.locator(".why").first).to_contain_text("Rule “")
    state = shop.state(record_id)
    assert (state.state, state.values["severity"], state.team) == ("tier2", "critical", "tier-2")


def test_an_expert_solves_it_by_keyboard_alone(browser: Browser, address: str, shop: Shop) -> None:
    record_id = p0(shop)
    emma = Actor("user", "emma", frozenset({"agent"}), frozenset({"first-line"}), "Emma Clark")
    given = {
        "severity": "critical",
        "priority": "P0",
        "l1_can_solve": False,
        "expert_team": "technical",
        "tried_steps": "All",
    }
    shop.do(Transition(actor=emma, to="diagnosis"), record_id)
    shop.do(Check(actor=emma, item="reproduced"), record_id)
    shop.do(Transition(actor=emma, to="tier2", values=given), record_id)
    shop.do(Assign(actor=emma, owner="chen"), record_id)
    number = shop.state(record_id).number
    with desk(browser, address, "chen") as page:
        if page.get_attribute("html", "lang") != "en":
            page.get_by_role("button", name="EN").click()
            page.wait_for_selector("html[lang=en]")
            page.wait_for_load_state()
        page.keyboard.press("j")
        assert page.evaluate("document.activeElement.hasAttribute('data-open')")
        page.keyboard.press("Control+k")
        page.keyboard.type(number)
        expect(page.locator("#palette-results [aria-selected=true]")).to_contain_text(number)
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/desk/records/{record_id}*")
        page.keyboard.press("t")
        page.keyboard.press("Enter")
        expect(page.locator(".ticket-facts")).to_contain_text("Experts are analysing")
        tab_to(page, "#field-root_cause")
        page.keyboard.type("A circle in the dependencies.")
        tab_to(page, "[name=cause_class]")
        page.keyboard.press("ArrowDown")
        tab_to(page, "#field-solution")
        page.keyboard.type("Patch 9.0.1")
        page.keyboard.press("Escape")
        page.keyboard.press("t")
        page.keyboard.press("Enter")
        expect(page.locator(".ticket-facts")).to_contain_text("Internal verification")
        page.wait_for_load_state()  # the keys are there once the page's modules are
        page.keyboard.press("n")
        page.keyboard.type("Tell the product team")
        page.keyboard.press("Control+Enter")
        expect(page.locator(".entry-internal")).to_contain_text("Tell the product team")
    state = shop.state(record_id)
    assert state.state == "verifying" and state.values["solution"] == "Patch 9.0.1"


@pytest.mark.parametrize("lang", ["en", "zh-CN"])
def test_nothing_shuts_anybody_out(browser: Browser, address: str, shop: Shop, lang: str) -> None:
    record_id = p0(shop)
    paths = [
        "/desk?view=open",
        "/desk/board?type=ticket",
        "/desk/tasks",
        "/desk/approvals",
        "/desk/notices",
        "/desk/new/ticket",
        f"/desk/records/{record_id}?do=assign",
        *(
            f"/desk/records/{record_id}?tab={tab}"
            for tab in ("conversation", "history", "why", "clocks", "flow")
        ),
    ]
    with desk(browser, address, "li") as page, phone(browser, "en-US") as small:
        sign_in(small, address, "li")
        if page.get_attribute("html", "lang") != lang:
            page.locator(f"button[name=lang][value={lang}]").click()
            page.wait_for_selector(f"html[lang={lang}]")
        for path in paths:
            for one in (page, small):
                one.goto(address + path)
                assert one.get_attribute("html", "lang") == lang
                assert violations(one) == [], path
                wide = one.evaluate("document.documentElement.scrollWidth > innerWidth")
                assert not wide, f"{path} is wider than the screen"


def test_a_playbook_is_worked_through_by_keyboard(
    browser: Browser, address: str, shop: Shop
) -> None:
    """A step is ticked where it stands; a reply goes behind what is typed already."""
    ticket = p0(shop)
    with desk(browser, address, "emma") as page:
        page.goto(f"{address}/desk/records/{ticket}")
        page.wait_for_load_state()
        panel = page.locator("#playbooks")
        expect(panel.locator(".count")).to_have_text("0 / 4")
        page.fill("#say-text", "Hello again.")
        step = page.locator("#step-bug-report-reproduce")
        step.focus()
        page.keyboard.press("Space")
        expect(step).to_have_attribute("aria-checked", "true")
        expect(step).to_be_focused()
        expect(panel.locator(".count")).to_have_text("1 / 4")
        expect(page.locator("#say-text")).to_have_value("Hello again.")
        panel.locator("[data-reply]").first.focus()
        page.keyboard.press("Enter")
        box = page.locator("#say-text")
        expect(box).to_be_focused()
        expect(box).to_have_value(re.compile(r"^Hello again\.\n\n.*T-\d{4}-\d{6}", re.S))
        assert violations(page) == []
        page.keyboard.press("Control+Enter")
        page.wait_for_load_state()
        expect(page.locator(".timeline .entry").last).to_contain_text("Hello again.")
    assert list(shop.state(ticket).ticks) == ["bug-report/reproduce"]
