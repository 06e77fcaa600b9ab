"""The studio in a browser: what is typed is saved, checked in place, and taken back by keys."""

from __future__ import annotations

import re

from playwright.sync_api import Browser, Page, expect

from tests.support.browser import violations
from tests.support.shop import PASSWORD, files

FILE = next(name for name, text in files().items() if "kind: record_type" in text)


def opened(browser: Browser, address: str, language: str, width: int) -> Page:
    """Return a page of the studio with a new draft."""
    page = browser.new_context(
        locale=language, viewport={"width": width, "height": 844}, reduced_motion="reduce"
    ).new_page()
    page.goto(f"{address}/sign-in?next=/studio")
    page.locator("#f-login, [name=login]").first.fill("ada")
    page.locator("[name=password]").first.fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}/studio")
    page.locator("#draft-title").fill("Ask more")
    page.keyboard.press("Enter")
    page.wait_for_url("**/studio/*")
    return page


def turned(page: Page, keys: str, button: str) -> None:
    """Press *keys* until there is nothing left to turn: a slow machine saves in several steps."""
    while page.locator(f"#{button}").is_enabled():
        with page.expect_response("**/undo" if "undo" in button else "**/redo"):
            page.keyboard.press(keys)
        page.wait_for_timeout(100)


def test_text_is_saved_checked_and_taken_back(browser: Browser, address: str) -> None:
    page = opened(browser, address, "en-US", 1280)
    page.locator("#outline-words").fill("wish")
    page.keyboard.press("Enter")
    page.wait_for_url("**/define/**")
    page.wait_for_load_state()
    page.locator('.room-head a[href*="/files/"]').click()
    page.wait_for_url("**/files/**")
    page.wait_for_load_state()
    chip = page.locator("#bench-state")
    count = page.locator("#problem-count")
    first = count.inner_text()
    page.keyboard.press("Control+End")
    page.keyboard.insert_text("\nnonsense: 1")
    expect(chip).to_have_attribute("data-now", "saved", timeout=15_000)
    expect(count).not_to_have_text(first, timeout=15_000)
    expect(page.locator("#problems")).to_contain_text("nonsense")
    expect(page.locator(".ace_gutter-cell.ace_error").first).to_be_visible()
    assert not violations(page)
    turned(page, "Control+z", "bench-undo")
    expect(count).to_have_text(first, timeout=15_000)
    expect(page.locator(".yaml-editor .ace_content")).not_to_contain_text("nonsense")
    turned(page, "Control+Shift+z", "bench-redo")
    expect(count).not_to_have_text(first, timeout=15_000)
    page.reload()
    expect(page.locator("#file-text")).to_have_value(re.compile("nonsense: 1"))
    page.context.close()


def test_two_people_see_each_others_changes(browser: Browser, address: str) -> None:
    one = opened(browser, address, "en-US", 1280)
    one.goto(f"{one.url}/files/{FILE}")
    other = one.context.new_page()
    other.goto(one.url)
    expect(other.locator(".yaml-editor .ace_content")).to_be_visible()
    one.bring_to_front()
    one.locator(".ace_text-input").focus()
    one.keyboard.press("Control+Home")
    one.keyboard.insert_text("# theirs\n")
    expect(one.locator("#bench-state")).to_have_attribute("data-now", "saved", timeout=15_000)
    other.bring_to_front()
    expect(other.locator(".yaml-editor .ace_content")).to_contain_text("# theirs", timeout=20_000)
    one.context.close()


def test_a_phone_shows_it_in_chinese(browser: Browser, address: str) -> None:
    page = opened(browser, address, "zh-CN", 390)
    page.goto(f"{page.url}/files/{FILE}")
    expect(page.locator(".yaml-editor .ace_content")).to_be_visible()
    wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert not wide
    assert not violations(page)
    page.context.close()
