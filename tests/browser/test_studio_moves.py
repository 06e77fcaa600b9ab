"""Records that stayed behind, moved later from their page: what it would mean shows by itself, and all of it goes by keys."""

from __future__ import annotations

from playwright.sync_api import Browser, Page, expect

from sopwith.runtime.publishing import publish
from tests.support.browser import violations
from tests.support.shop import PASSWORD, Shop, files


def signed_in(browser: Browser, address: str, path: str) -> Page:
    """Return a page of ours as the administrator sees it."""
    page = browser.new_context(
        locale="en-US", viewport={"width": 1280, "height": 844}, reduced_motion="reduce"
    ).new_page()
    page.goto(f"{address}/sign-in?next={path}")
    page.wait_for_load_state()
    page.locator("[name=login]").first.fill("ada")
    page.locator("[name=password]").first.fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}{path}")
    page.wait_for_load_state()
    return page


def test_records_that_stayed_behind_are_chosen_and_moved_by_keys(
    browser: Browser, address: str, shop: Shop
) -> None:
    shop.wish()
    changed = {name: text + "\n# changed\n" for name, text in files().items()}
    assert publish(shop.service, changed, author=None, note="A comment")[0] is not None
    page = signed_in(browser, address, "/studio/moves/behind")
    page.get_by_role("checkbox", name="Inbox of the counter").focus()
    page.keyboard.press("Space")
    move = page.get_by_role("button", name="Move 1 record now")
    expect(move).to_be_visible()
    expect(page.locator("#fates")).to_contain_text("Fits: it goes on where it is")
    assert not violations(page)
    move.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/studio/moves")
    expect(page.get_by_text("1 record moves to the version in force now.")).to_be_visible()
    page.context.close()
