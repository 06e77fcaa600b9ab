"""The set-up, the gallery and the import in a browser: by keys, on a phone, in both languages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect

from tests.support.browser import violations
from tests.support.fresh import open_fresh, served
from tests.support.shop import PASSWORD


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[str]:
    """The address of an installation in which nothing is installed."""
    with open_fresh(tmp_path) as shop, served(shop) as address:
        yield address


def signed_in(browser: Browser, address: str, language: str, width: int, path: str) -> Page:
    """Return a page of the administrator at *path*."""
    page = browser.new_context(
        locale=language, viewport={"width": width, "height": 844}, reduced_motion="reduce"
    ).new_page()
    page.goto(f"{address}/sign-in?next={path}")
    page.wait_for_load_state()
    page.locator("[name=login]").first.fill("ada")
    page.locator("[name=password]").first.fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}{path}")
    page.wait_for_load_state()
    return page


def pressed(page: Page, name: str, then: str) -> None:
    """Press the button *name* by key, and wait for the page that follows."""
    page.get_by_role("button", name=name, exact=True).focus()
    page.keyboard.press("Enter")
    page.wait_for_url(then)
    page.wait_for_load_state()


def is_narrow(page: Page) -> bool:
    """Return whether nothing of the page lies beyond its right edge."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def test_a_newcomer_gets_from_nothing_to_a_ticket_by_keys(browser: Browser, fresh: str) -> None:
    page = signed_in(browser, fresh, "en-US", 1280, "/studio")
    page.get_by_role("link", name="Begin the set-up").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/studio/setup")
    page.wait_for_load_state()
    expect(page.get_by_role("radio", name="Software after-sales")).to_be_checked()
    assert not violations(page)
    pressed(page, "Install and go on", "**/setup/language")
    page.get_by_label("Name in English").fill("Help desk")
    assert not violations(page)
    pressed(page, "Save and go on", "**/setup/people")
    page.get_by_label("Name 1").fill("Li Na")
    page.get_by_label("E-mail 1").fill("li.na@firm.test")
    page.get_by_role("button", name="Save and go on").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("signs in as li.na")).to_be_visible()
    page.wait_for_load_state()
    assert not violations(page)
    page.get_by_role("link", name="Go on", exact=True).focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/setup/hours")
    page.wait_for_load_state()
    page.get_by_label("To", exact=True).fill("17:30")
    assert not violations(page)
    pressed(page, "Save and go on", "**/setup/mail")
    assert not violations(page)
    pressed(page, "Do it later", "**/setup/finish")
    pressed(page, "Open a test ticket", "**/setup/finish")
    expect(page.get_by_role("heading", name="Your desk works")).to_be_visible()
    assert not violations(page)
    page.get_by_role("link", name="Open it on the desk").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/**")
    expect(page.locator("main")).to_contain_text("Received")
    page.context.close()


def test_a_ticket_is_tried_before_anything_is_installed(browser: Browser, fresh: str) -> None:
    page = signed_in(browser, fresh, "en-US", 1280, "/studio/gallery")
    expect(page.get_by_role("heading", level=2)).to_have_count(4)
    assert not violations(page)
    page.get_by_role("link", name="Try a ticket Software").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/try")
    page.wait_for_load_state()
    assert not violations(page)
    page.get_by_role("button", name="See what happens").last.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".chapter")).to_have_count(3)
    expect(page.locator(".chart-present")).to_be_attached()
    page.wait_for_load_state()
    assert not violations(page)
    page.get_by_role("link", name="Install").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/install")
    page.wait_for_load_state()
    assert not violations(page)
    pressed(page, "Install at once", "**/gallery/software_p0p3")
    expect(page.get_by_text("Installed, version")).to_be_visible()
    page.context.close()


def test_a_file_is_looked_at_before_it_is_taken_in(browser: Browser, fresh: str) -> None:
    page = signed_in(browser, fresh, "en-US", 1280, "/studio/import")
    wrong = b"kind: team\nid: extra\ntitle: {en: Extra, zh-CN: Extra}\nnonsense: 1\n"
    page.locator("#f-file").set_input_files(
        FilePayload(name="extra.yaml", mimeType="text/yaml", buffer=wrong)
    )
    page.get_by_role("button", name="See what it would change").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("own/extra.yaml:4:1")).to_be_visible()
    page.wait_for_load_state()
    assert not violations(page)
    page.get_by_role("button", name="Put it into a new draft").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/studio/import" not in url)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Import: extra.yaml")
    page.context.close()


def test_a_phone_shows_it_in_chinese(browser: Browser, fresh: str) -> None:
    page = signed_in(browser, fresh, "zh-CN", 390, "/studio/gallery")
    steps = ("process", "language", "people", "hours", "mail", "finish")
    paths = ["/studio/gallery", "/studio/gallery/complaint_heat", "/studio/gallery/complaint_heat/try",
             "/studio/gallery/complaint_heat/install", "/studio/import", "/studio/export",
             *(f"/studio/setup/{step}" for step in steps)]  # fmt: skip
    for path in paths:
        page.goto(fresh + path)
        page.wait_for_load_state()
        assert is_narrow(page), path
        assert not violations(page), path
    page.goto(f"{fresh}/studio/setup")
    page.wait_for_load_state()
    pressed(page, "安装并继续", "**/setup/language")
    for step in ("people", "hours"):
        page.goto(f"{fresh}/studio/setup/{step}")
        page.wait_for_load_state()
        assert is_narrow(page), step
        assert not violations(page), step
    page.context.close()
