"""The text of definitions in a browser: completed, explained, mended, and true on both sides of the room."""

from __future__ import annotations

from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.test_studio import opened
from tests.support.browser import violations

TYPES = "shop/types.yaml"
SLOW = 20_000


def text_page(browser: Browser, address: str) -> Page:
    """Return a page with the text of one file."""
    page = opened(browser, address, "en-US", 1280)
    page.goto(f"{page.url}/files/{TYPES}")
    page.wait_for_load_state()
    expect(page.locator(".yaml-editor .ace_content")).to_be_visible()
    return page


def beside(browser: Browser, address: str) -> Page:
    """Return the room of a record type with its text beside it."""
    page = opened(browser, address, "en-US", 1440)
    page.goto(f"{page.url}/define/record_type/wish")
    page.wait_for_load_state()
    page.locator("#yaml-toggle").click()
    expect(page.locator("#yaml-pane .ace_content")).to_contain_text("kind: record_type")
    return page


def saved(page: Page) -> None:
    expect(page.locator("#bench-state")).to_have_attribute("data-now", "saved", timeout=SLOW)


def at_the_end(page: Page, words: str) -> None:
    page.locator(".ace_text-input").focus()
    page.keyboard.press("Control+End")
    page.keyboard.insert_text(words)


def test_keys_and_ids_are_completed(browser: Browser, address: str) -> None:
    page = text_page(browser, address)
    at_the_end(page, "\n---\nkind: rule\nid: told\nrecord_type: wish\n")
    popup = page.locator(".ace_autocomplete")
    page.keyboard.type("whe")
    expect(popup).to_contain_text("when", timeout=SLOW)
    expect(popup).to_contain_text("When")
    page.keyboard.press("Enter")
    expect(popup).to_contain_text("topic", timeout=SLOW)
    page.keyboard.press("Escape")
    expect(popup).to_be_hidden()
    page.keyboard.insert_text("topic == ")
    page.keyboard.press("Control+Space")
    expect(popup).to_contain_text("A question", timeout=SLOW)
    page.keyboard.press("Escape")
    expect(page.locator(".yaml-editor .ace_content")).to_contain_text("when: topic ==")
    saved(page)
    page.context.close()


def test_words_are_explained_at_the_cursor(browser: Browser, address: str) -> None:
    page = text_page(browser, address)
    page.locator(".ace_text-input").focus()
    page.keyboard.press("Control+Home")
    for _line in range(7):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Control+i")
    tip = page.locator(".yaml-tip")
    expect(tip).to_contain_text("The process of these records.", timeout=SLOW)
    assert not violations(page)
    page.context.close()


def test_a_mistake_is_underlined_and_mended(browser: Browser, address: str) -> None:
    page = text_page(browser, address)
    at_the_end(page, "\n---\nkind: team\nid: other\ntitel: {en: Other, zh-CN: 其他}")
    button = page.locator(".yaml-mend button")
    expect(button).to_have_text("Write “title” instead", timeout=SLOW)
    squiggle = page.locator(".yaml-squiggle.yaml-error")
    expect(squiggle.first).to_be_visible()
    last = page.evaluate("ace.edit(document.querySelector('.yaml-editor')).session.getLength()")
    expect(page.locator(".ace_gutter-cell.ace_error").last).to_have_text(str(last))
    button.click()
    saved(page)
    expect(squiggle).to_have_count(0, timeout=SLOW)
    expect(page.locator(".yaml-editor .ace_content")).to_contain_text("title: {en: Other")
    expect(button).to_have_count(0, timeout=SLOW)
    page.context.close()


def title_of(page: Page) -> Locator:
    """Return the control of the English title in the room."""
    return page.locator("""#room [data-words='["title"]'][data-tongue="en"]""").first


def line_three(page: Page, words: str) -> None:
    """Write *words* in place of the third line of the text beside the room."""
    page.locator("#yaml-pane .ace_text-input").focus()
    page.keyboard.press("Control+Home")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Home")
    page.keyboard.press("Shift+End")
    page.keyboard.insert_text(words)


def test_both_sides_of_the_room_say_the_same(browser: Browser, address: str) -> None:
    page = beside(browser, address)
    pane = page.locator("#yaml-pane .yaml-editor .ace_content")
    line_three(page, "title: {en: A dear wish, zh-CN: 请求}")
    expect(title_of(page)).to_have_value("A dear wish", timeout=SLOW)
    title_of(page).fill("A small wish")
    title_of(page).press("Tab")
    expect(pane).to_contain_text("title: {en: A small wish", timeout=SLOW)
    expect(pane).not_to_contain_text("A dear wish")
    assert not violations(page)
    page.context.close()


def test_broken_text_greys_the_room_and_names_the_line(browser: Browser, address: str) -> None:
    page = beside(browser, address)
    line_three(page, "title: [")
    notice = page.locator("#room-broken")
    expect(notice).to_be_visible(timeout=SLOW)
    expect(notice).to_contain_text(f"{TYPES}:")
    expect(page.locator("#room.room-grey")).to_be_visible()
    expect(title_of(page)).to_be_attached()
    line_three(page, "title: {en: Whole again, zh-CN: 请求}")
    expect(notice).to_be_hidden(timeout=SLOW)
    expect(title_of(page)).to_have_value("Whole again", timeout=SLOW)
    page.context.close()
