"""The form builder in a browser: fields by mouse and by keys, ids renamed, the preview, and a phone in Chinese."""

from __future__ import annotations

import re

from playwright.sync_api import Browser, Locator, Page, expect

from tests.support.browser import violations
from tests.support.shop import PASSWORD

FORM = "/define/form/wish-form"
SLOW = 60_000


PASTE = """text => {
  const data = new DataTransfer();
  data.setData("text/plain", text);
  document.activeElement.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}"""


def opened(browser: Browser, address: str, language: str = "en-US", width: int = 1440) -> Page:
    """Return the form builder on a form of a new draft."""
    page = browser.new_context(
        locale=language, viewport={"width": width, "height": 900}, reduced_motion="reduce"
    ).new_page()
    page.set_default_timeout(SLOW)
    page.goto(f"{address}/sign-in?next=/studio")
    page.locator("[name=login]").first.fill("ada")
    page.locator("[name=password]").first.fill(PASSWORD)
    page.keyboard.press("Enter")
    page.locator("#draft-title").fill("Ask more")
    page.keyboard.press("Enter")
    page.locator(".bench[data-draft]").wait_for()
    if language.startswith("zh"):
        page.locator("button[name=lang][value=zh-CN]").first.click()
        page.locator("html[lang=zh-CN]").wait_for()
    draft = page.locator(".bench").get_attribute("data-draft")
    to(page, f"{address}/studio/{draft}{FORM}")
    return page


def to(page: Page, url: str) -> None:
    """Go to a room and wait until its scripts have bound it."""
    page.goto(url)
    page.wait_for_load_state()
    expect(page.locator("#room")).to_have_attribute("data-drawn", re.compile("[1-9]"), timeout=SLOW)


def is_saved(page: Page) -> None:
    """Wait until the last step is saved."""
    expect(page.locator("#bench-state")).to_have_attribute("data-now", "saved", timeout=SLOW)


def ids(rows: Locator) -> list[str]:
    """Return the ids of the rows as they stand."""
    return [str(one) for one in rows.evaluate_all("rows => rows.map(one => one.id)")]


def test_a_field_is_taken_named_moved_and_taken_back(browser: Browser, address: str) -> None:
    page = opened(browser, address)
    page.locator("#take-date").click()
    title = page.locator("#title-f-date")
    expect(title).to_be_focused(timeout=SLOW)
    page.keyboard.press("Control+a")
    page.keyboard.insert_text("Wanted by")
    page.keyboard.press("Enter")
    head = page.locator("#inspector-title")
    expect(head).to_have_text("Wanted by", timeout=SLOW)
    page.keyboard.press("Escape")
    row = page.locator("#f-date")
    expect(row).to_be_focused()
    before = ids(page.locator(".form-row"))
    link = row.locator("a.row-open")
    *head_of, number = str(link.get_attribute("data-at")).split("/")
    page.keyboard.press("Alt+ArrowUp")
    place = before.index("f-date")
    expect(page.locator(".form-row").nth(place - 1)).to_have_id("f-date", timeout=SLOW)
    expect(row).to_be_focused()
    assert not violations(page)
    above = "/".join([*head_of, str(int(number) - 1)])  # what is typed next is about this field
    expect(link).to_have_attribute("data-at", above, timeout=SLOW)
    with page.expect_response("**/edit", timeout=SLOW):
        page.keyboard.press("Delete")
    expect(row).to_have_count(0, timeout=SLOW)
    is_saved(page)
    page.keyboard.press("Control+z")
    expect(row).to_have_count(1, timeout=SLOW)
    expect(title).to_have_value("Wanted by")
    page.context.close()


def test_fields_are_dragged_by_the_mouse(browser: Browser, address: str) -> None:
    page = opened(browser, address)
    lists = page.locator(".form-rows")
    first = lists.nth(0).locator("> .form-row")
    drag(page, page.locator("#take-url"), first.nth(0))
    title = page.locator("#title-f-url")
    expect(title).to_be_focused(timeout=SLOW)  # selected, to be named at once
    expect(lists.nth(0).locator("#f-url.is-selected")).to_have_count(1)
    is_saved(page)
    page.locator("#inspector-title").click()
    page.keyboard.press("Control+d")  # from anywhere
    expect(page.locator("#title-f-url_2")).to_be_focused(timeout=SLOW)
    expect(page.locator(".form-row.is-selected")).to_have_id("f-url_2")
    is_saved(page)
    target = lists.nth(1).locator("> .form-row").first
    drag(page, page.locator("#f-url .row-grip"), target, lists.nth(1).locator("#f-url"))
    expect(lists.nth(1).locator("#f-url")).to_have_count(1, timeout=SLOW)
    is_saved(page)
    expect(page.locator(".form-row.is-selected")).to_have_id("f-url_2")  # though its place changed
    expect(page.locator("#problems .problem-error")).to_have_count(0)
    page.context.close()


def drag(page: Page, source: Locator, target: Locator, landed: Locator | None = None) -> None:
    """Drag *source* onto *target* as a hand does: a first small pull, then there in steps, dropped when it has *landed*."""
    start, end = source.bounding_box(), target.bounding_box()
    assert start is not None
    assert end is not None
    page.mouse.move(start["x"] + start["width"] / 2, start["y"] + start["height"] / 2)
    page.mouse.down()
    page.mouse.move(
        start["x"] + start["width"] / 2 + 8, start["y"] + start["height"] / 2 + 8, steps=4
    )
    page.mouse.move(end["x"] + end["width"] / 3, end["y"] + end["height"] / 2, steps=12)
    page.mouse.move(end["x"] + end["width"] / 3 + 3, end["y"] + end["height"] / 2 + 2, steps=3)
    for near in range(40):  # rows make room while it passes, and the place of the target changes
        if landed is None or landed.count():
            break
        now = target.bounding_box()
        assert now is not None
        page.mouse.move(
            now["x"] + now["width"] / 3, now["y"] + now["height"] / 2 + near % 5, steps=2
        )
        page.wait_for_timeout(50)
    page.mouse.up()


def test_an_id_is_renamed_everywhere_and_a_named_field_does_not_go_unasked(
    browser: Browser, address: str
) -> None:
    page = opened(browser, address)
    page.locator("#f-topic a.row-open").click()
    expect(page.locator("#inspector-title")).to_have_text("Topic", timeout=SLOW)
    page.locator("[data-refer=topic]").click()
    expect(page.locator(".refer .places li").first).to_be_visible(timeout=SLOW)
    field = page.locator("#refer-c-topic-new")
    expect(field).to_be_focused()
    field.fill("Not An Id")
    page.keyboard.press("Enter")
    expect(page.locator(".rename-said").first).not_to_be_empty(timeout=SLOW)
    field.fill("subject_matter")
    page.keyboard.press("Enter")
    expect(page.locator("#f-subject_matter")).to_have_count(1, timeout=SLOW)
    expect(page.locator("#problems .problem-error")).to_have_count(0, timeout=SLOW)
    expect(page.locator("#f-stopped .row-words")).to_contain_text("Topic")
    page.locator("#f-subject_matter").focus()
    page.keyboard.press("Delete")
    sure = page.locator("[data-removal-sure]")
    expect(sure).to_be_focused(timeout=SLOW)
    expect(page.locator(".removal-list li").first).to_be_visible()
    page.locator("[data-removal-keep]").click()
    expect(sure).to_be_hidden()
    expect(page.locator("#f-subject_matter")).to_have_count(1)
    page.context.close()


def test_an_id_of_a_choice_is_renamed_everywhere_and_a_named_choice_does_not_go_unasked(
    browser: Browser, address: str
) -> None:
    page = opened(browser, address)
    page.locator("#f-topic a.row-open").click()
    choice = page.locator(".option-rows > li", has=page.locator("[data-refer='topic/fault']"))
    choice.locator("summary").click()
    choice.locator("[data-refer]").click()
    expect(choice.locator(".places li").first).to_be_visible(timeout=SLOW)
    field = choice.locator(".refer input")
    expect(field).to_be_focused()
    field.fill("defect")
    page.keyboard.press("Enter")
    renamed = page.locator(".option-rows > li", has=page.locator("[data-refer='topic/defect']"))
    expect(renamed).to_have_count(1, timeout=SLOW)
    expect(page.locator("#problems .problem-error")).to_have_count(0, timeout=SLOW)
    renamed.focus()
    page.keyboard.press("Delete")
    expect(page.locator("[data-removal-sure]")).to_be_focused(timeout=SLOW)
    expect(page.locator(".removal-head")).to_contain_text("is used by")
    expect(page.locator(".removal-list .uses-code li").first).to_contain_text("defect")
    page.locator("[data-removal-sure]").click()
    expect(renamed).to_have_count(0, timeout=SLOW)
    expect(page.locator("#inspector-title")).to_have_text("Topic")
    choices_are_written_in_lines(page)
    page.context.close()


def choices_are_written_in_lines(page: Page) -> None:
    """Enter goes on to the next choice and to a new one; pasted lines become as many choices."""
    fields = page.locator(".option-line input[lang=en]")
    before = [one.input_value() for one in fields.all()]
    fields.last.focus()
    page.keyboard.press("Enter")
    expect(fields).to_have_count(len(before) + 1, timeout=SLOW)
    expect(fields.last).to_be_focused(timeout=SLOW)
    page.evaluate(PASTE, "1. Loud\n- Quiet\n\nNeither")
    expect(fields).to_have_count(len(before) + 3, timeout=SLOW)
    expect(page.locator("#bench-state")).to_have_attribute("data-now", "saved", timeout=SLOW)
    assert [one.input_value() for one in fields.all()] == [*before, "Loud", "Quiet", "Neither"]
    fields.nth(len(before)).focus()
    page.keyboard.press("Enter")
    expect(fields.nth(len(before) + 1)).to_be_focused()


def test_the_preview_follows_what_is_changed_and_typed(browser: Browser, address: str) -> None:
    page = opened(browser, address)
    page.locator("#tab-preview").click()
    holder = page.locator("#look-holder")
    expect(holder.locator("#field-topic")).to_be_visible(timeout=SLOW)
    expect(holder.locator("#field-stopped")).to_have_count(0)
    holder.get_by_label("Something is broken").check()
    expect(holder.locator("#field-stopped")).to_be_visible(timeout=SLOW)
    title = page.locator("#inspect-form [data-words][lang=en]").first
    title.fill("Tell us")
    expect(holder.locator(".preview-title")).to_have_text("Tell us", timeout=SLOW)
    expect(holder.get_by_label("Something is broken")).to_be_checked()
    page.locator("[data-look=in][data-value=zh-CN]").click()
    expect(holder.locator("#field-topic legend")).to_contain_text("主题", timeout=SLOW)
    page.locator("[data-look=as][data-value=approver]").click()
    expect(holder.locator("input")).to_have_count(0, timeout=SLOW)
    assert not violations(page)
    page.context.close()


def test_a_phone_builds_forms_in_chinese(browser: Browser, address: str) -> None:
    page = opened(browser, address, "zh-CN", 390)
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
    page.locator("#f-topic a.row-open").click()
    expect(page.locator("#inspector-title")).to_have_text("主题", timeout=SLOW)
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert not violations(page)
    page.locator("#tab-words").click()
    expect(page.locator("#form-words")).to_be_visible(timeout=SLOW)
    assert not violations(page)
    page.locator("#tab-rights").click()
    expect(page.locator("#form-rights")).to_be_visible(timeout=SLOW)
    assert not violations(page)
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
    page.locator("a[href*='/bring']").click()
    page.wait_for_load_state()
    assert not violations(page)
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
    page.context.close()
