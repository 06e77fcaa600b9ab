"""A firm of one language in a browser: one press at the missing translation, and the other language is out of sight."""

from __future__ import annotations

import re

from playwright.sync_api import Browser, expect

from tests.browser.test_studio_forms import SLOW, is_saved, opened
from tests.support.browser import violations


def test_one_press_at_the_warning_takes_the_other_language_out_of_sight(
    browser: Browser, address: str
) -> None:
    page = opened(browser, address, "zh-CN")
    page.locator("#take-date").click()
    expect(page.locator("#title-f-date")).to_be_focused(timeout=SLOW)
    page.keyboard.press("Control+a")
    page.keyboard.insert_text("期望日期")
    page.keyboard.press("Enter")
    is_saved(page)
    press = page.locator(".inspector button[form=written-form]").first
    expect(press).to_have_text("全部只用中文，不再提醒（已有英文保留）", timeout=SLOW)
    english = page.locator(".inspector .words-one:has([data-tongue=en])").first
    expect(english).to_be_visible()
    at = page.url
    with page.expect_navigation():
        press.click()
    page.wait_for_load_state()
    assert page.url == at, "it is the same field that is shown"
    expect(page.locator("#room")).to_have_attribute("data-drawn", re.compile("[1-9]"), timeout=SLOW)
    expect(page.locator("#inspector-title")).to_have_text("期望日期")
    expect(page.locator(".notice-good, .toast").first).to_contain_text("双语对照")
    expect(english).to_be_hidden()
    expect(page.locator(".inspector .field-warns")).to_have_count(0)
    expect(page.locator("#problems")).not_to_contain_text("还没有英文")
    assert violations(page) == []
