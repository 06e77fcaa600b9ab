"""Earlier messages and events come in place of the button, the newest stay where they are."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from sopwith.web.desk.earlier import LINES
from sopwith.web.earlier import MESSAGES
from tests.browser.conftest import phone
from tests.browser.test_desk_ticket import desk as desk_of
from tests.support.browser import violations
from tests.support.desk import make_desk_template, repair
from tests.support.long_records import fill
from tests.support.shop import PASSWORD, Shop


@pytest.fixture(scope="module")
def browser_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The installation with repairs."""
    return make_desk_template(tmp_path_factory.mktemp("desk"))


def messages(page: Page) -> list[str]:
    return [
        one.split("message-")[1].split("-end")[0]
        for one in page.locator(".timeline .entry").all_inner_texts()
        if "message-" in one
    ]


def test_earlier_messages_come_above_the_newest(browser: Browser, address: str, shop: Shop) -> None:
    record_id = repair(shop)
    first = shop.state(record_id).version + 1
    count = 2 * MESSAGES + 5
    fill(shop, record_id, count)
    with desk_of(browser, address, "lin", password=PASSWORD) as page:
        page.goto(f"{address}/desk/records/{record_id}")
        page.wait_for_load_state()
        entries = page.locator(".timeline .entry")
        expect(entries).to_have_count(MESSAGES + 1)
        page.get_by_role("link", name="Show earlier messages").click()
        expect(entries).to_have_count(2 * MESSAGES + 1)
        page.get_by_role("link", name="Show earlier messages").click()
        expect(page.get_by_role("link", name="Show earlier messages")).to_have_count(0)
        expect(page.locator(".timeline .entry", has_text="message-")).to_have_count(count)
        assert messages(page) == [str(first + number) for number in range(count)]
        assert violations(page) == []


def test_earlier_events_come_below_the_last(browser: Browser, address: str, shop: Shop) -> None:
    record_id = repair(shop)
    fill(shop, record_id, 2 * LINES)
    with desk_of(browser, address, "lin", password=PASSWORD) as page:
        page.goto(f"{address}/desk/records/{record_id}?tab=history&all=1")
        page.wait_for_load_state()
        lines = page.locator(".events .event")
        expect(lines).to_have_count(LINES)
        page.get_by_role("link", name="Show what happened earlier").click()
        expect(lines).to_have_count(2 * LINES)
        page.get_by_role("link", name="Show what happened earlier").click()
        expect(lines).to_have_count(2 * LINES + shop.state(record_id).version)
        expect(page.get_by_role("link", name="Show what happened earlier")).to_have_count(0)
        assert violations(page) == []


def test_a_customer_reads_earlier_messages_on_a_phone(
    browser: Browser, address: str, shop: Shop
) -> None:
    record_id = repair(shop)
    fill(shop, record_id, MESSAGES + 7)
    token = shop.service.links.portal_token(record_id)
    with phone(browser, "zh-CN") as page:
        page.goto(f"{address}/r/{token}")
        page.wait_for_load_state()
        said = page.locator(".timeline .entry", has_text="message-")
        page.get_by_role("link", name="显示更早的消息").click()
        expect(said).to_have_count(MESSAGES + 7)
        assert violations(page) == []
