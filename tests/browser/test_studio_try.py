"""A draft is tried by keyboard alone, from the bench to a scenario that passes; nothing shuts anybody out."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect

from tests.browser.test_studio import opened
from tests.support.browser import violations

MOST_TABS = 150


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until what *selector* names has the focus."""
    page.wait_for_load_state()
    for _ in range(MOST_TABS):
        if page.evaluate("(one) => document.activeElement?.matches(one)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab never comes to {selector}")


def press(page: Page, selector: str) -> None:
    """Come to a button or link by Tab and press it; wait for the page that it leads to."""
    tab_to(page, selector)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.wait_for_load_state()


def begun(page: Page) -> None:
    """Begin a trial of a wish from the bench."""
    press(page, 'a[href$="/try"]')
    assert not violations(page)
    tab_to(page, "input[name=type]")
    wish = page.locator("input[name=type][value=wish]")
    for _ in range(10):
        if wish.is_checked():
            break
        page.keyboard.press("ArrowDown")
    expect(wish).to_be_checked()
    press(page, "form.panel .button-primary")


def sent(page: Page) -> None:
    """Fill in the form as the first customer and send it."""
    tab_to(page, "input[name=topic]")
    with page.expect_response("**/try/shape"):
        page.keyboard.press("ArrowDown")  # the second topic: the first is chosen by the way
    expect(page.locator("input[name=topic]:checked")).to_have_count(1)
    tab_to(page, "textarea[name=description]")
    page.keyboard.insert_text("Where is my parcel?")
    press(page, "#now .form-foot .button-primary")
    expect(page.locator(".try-record")).to_contain_text("WISH-1")


@pytest.mark.parametrize(("language", "width"), [("en-US", 1280), ("zh-CN", 390)])
def test_a_draft_is_tried_by_keyboard_and_becomes_a_scenario(
    browser: Browser, address: str, language: str, width: int
) -> None:
    page = opened(browser, address, language, width)
    begun(page)
    sent(page)
    press(page, '.try-who a[href*="user"]')
    press(page, 'button[name=_to][value="working"]')
    expect(page.locator(".chart-present")).to_contain_text(re.compile("Worked on|处理中"))
    expect(page.locator("path.chart-is-lit")).to_have_count(1)
    assert not violations(page)
    press(page, 'button[value="next"]')
    expect(page.locator(".try-step")).to_have_count(3)
    press(page, ".try-acts .button:not(.button-plain)")
    expect(page.locator(".try-step")).to_have_count(2)
    page.reload()
    expect(page.locator(".try-step")).to_have_count(2)
    for tab in ("why", "clocks", "out"):
        press(page, f'.tabs a[href*="_tab={tab}"]')
        assert not violations(page)
    tab_to(page, "#try-title")
    page.keyboard.insert_text("A wish is begun")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.wait_for_load_state()
    expect(page.locator(".coverage .badge-good").first).to_be_visible()
    expect(page.locator(".chart-is-covered").first).to_be_visible()
    assert not violations(page)
    press(page, ".page-head .crumb")
    expect(page.locator("#bench-scenarios")).to_be_visible()
    expect(page.locator("#bench-scenarios")).to_have_attribute("data-done", "true")
    expect(page.locator("#bench-scenarios")).to_have_class(re.compile("badge-good"))
    page.context.close()


def test_a_file_that_is_chosen_in_a_trial_is_known_by_its_name(
    browser: Browser, address: str
) -> None:
    page = opened(browser, address, "en-US", 1280)
    page.goto(f"{page.url.split('?')[0]}/try")
    page.locator("input[name=type][value=wish]").check()
    page.locator("form.panel .button-primary").click()
    page.wait_for_load_state()
    file: FilePayload = {"name": "照片.png", "mimeType": "image/png", "buffer": b"\x89PNG"}
    page.set_input_files("#field-proof-upload", files=[file])
    expect(page.get_by_text("照片.png").first).to_be_visible()
    with page.expect_response("**/try/shape"):
        page.locator("#field-topic-question").check()
    expect(page.get_by_text("照片.png").first).to_be_visible()
    page.locator("textarea[name=description]").fill("See the picture")
    page.locator("#now .form-foot .button-primary").click()
    page.wait_for_load_state()
    expect(page.locator(".try-record")).to_contain_text("WISH-1")
    page.get_by_text("What is filled in").click()
    expect(page.locator(".request .file-name")).to_have_text("照片.png")
    page.context.close()


def test_publishing_shows_how_records_would_fare_and_shuts_nobody_out(
    browser: Browser, address: str
) -> None:
    page = opened(browser, address, "en-US", 390)
    page.goto(f"{page.url}/publish")
    page.wait_for_load_state()
    assert not violations(page)
    for name in ("versions", "moves"):
        page.goto(f"{address}/studio/{name}")
        page.wait_for_load_state()
        assert not violations(page)
    page.context.close()
