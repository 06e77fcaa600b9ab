"""Editors of kinds in a browser: hours are painted, times typed, names completed, choices moved, by mouse and by keys."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.test_studio import opened
from tests.support.browser import violations

SLOW = 15_000


def room(browser: Browser, address: str, where: str, language: str = "en-US", width: int = 1440) -> Page:  # fmt: skip
    """Return the editor of a definition in a new draft, ready for keys."""
    page = opened(browser, address, language, width)
    page.wait_for_load_state()
    shown(page, page.url, where)
    return page


def shown(page: Page, draft: str, where: str) -> None:
    page.goto(f"{draft}/define/{where}")
    page.wait_for_load_state()
    expect(page.locator("#room [id^='kind-']").first).to_be_visible()


def saved(page: Page) -> None:
    expect(page.locator("#bench-state")).to_have_attribute("data-now", "saved", timeout=SLOW)


def slot(page: Page, day: int, number: int) -> Locator:
    return page.locator(f'[data-day="{day}"][data-slot="{number}"]')


def drag(page: Page, start: Locator, end: Locator) -> None:
    one, other = start.bounding_box(), end.bounding_box()
    assert one is not None
    assert other is not None
    page.mouse.move(one["x"] + one["width"] / 2, one["y"] + one["height"] / 2)
    page.mouse.down()
    page.mouse.move(other["x"] + other["width"] / 2, other["y"] + other["height"] / 2, steps=6)
    page.mouse.up()


def test_a_week_is_painted_by_mouse_keys_and_text(browser: Browser, address: str) -> None:
    page = room(browser, address, "calendar/cn-office")
    hours = page.locator("#hours-5")
    drag(page, slot(page, 5, 18), slot(page, 5, 23))
    expect(hours).to_have_value("09:00-12:00", timeout=SLOW)
    saved(page)
    page.locator("#bench-undo").click()
    expect(hours).to_have_value("", timeout=SLOW)
    slot(page, 6, 20).focus()
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Space")
    expect(page.locator("#hours-6")).to_have_value("10:00-10:30", timeout=SLOW)
    page.locator("#hours-2").fill("10:00-12:00, 13:00-16:00")
    page.locator("#hours-2").press("Tab")
    expect(slot(page, 2, 24)).to_have_class(re.compile("slot-shut"), timeout=SLOW)
    for day in (0, 1, 3, 4):
        expect(page.locator(f"#hours-{day}")).to_have_value("09:00-18:00")
    expect(page.locator("#problems .problem-error")).to_have_count(0)
    page.context.close()


def test_a_day_of_the_year_becomes_a_day_off(browser: Browser, address: str) -> None:
    page = room(browser, address, "calendar/cn-office?at=;year=2026")
    page.locator("a[data-at^='day/2026-12-24']").click()
    panel = page.locator("#day-panel")
    panel.get_by_role("button", name="Day off").click()
    expect(panel.locator(".year-badge")).to_have_text("day off", timeout=SLOW)
    panel.locator("[data-do]", has_text="As in every week").click()
    expect(panel.locator(".year-badge")).to_have_text("working day", timeout=SLOW)
    assert not violations(page)
    page.context.close()


def test_a_promise_is_typed_and_the_example_follows(browser: Browser, address: str) -> None:
    page = room(browser, address, "sla/wish-sla?at=policies/0;from=2026-11-20T17:30;cell=P1")
    due = page.locator("#sla-example tbody tr", has_text="First response").locator("strong")
    expect(due).to_have_text("Fri 20 Nov 2026, 18:30")
    cell = page.get_by_role("textbox", name="Everybody, P1 High, First response")
    unit = page.get_by_label("Unit of Everybody, P1 High, First response")
    unit.select_option("m")
    expect(due).to_have_text("Fri 20 Nov 2026, 17:31", timeout=SLOW)
    cell.fill("2h")  # who knows the short code writes both at once
    cell.press("Enter")
    expect(due).to_have_text("Fri 20 Nov 2026, 19:30", timeout=SLOW)
    expect(unit).to_have_value("h")
    expect(cell).to_have_value("2")
    page.locator("#example-from").fill("2026-11-23T08:00")
    page.locator("#example-from").press("Tab")
    expect(due).to_have_text("Mon 23 Nov 2026, 10:00", timeout=SLOW)
    page.get_by_role("button", name="Add a policy").click()
    expect(page.locator("#policy-1")).to_be_visible(timeout=SLOW)
    page.locator("#policy-1").get_by_role("button", name="Move up").click()
    expect(page.locator("#policy-0")).to_contain_text("New policy", timeout=SLOW)
    assert not violations(page)
    page.context.close()


def test_names_are_completed_in_a_message(browser: Browser, address: str) -> None:
    page = room(browser, address, "message_template/assigned-to-you")
    body = page.locator("textarea[lang=en]").first
    body.focus()
    page.keyboard.press("Control+Home")
    page.keyboard.type("Dear {{ recip")
    expect(page.locator("#names-popup [aria-selected=true]")).to_contain_text("recipient.name")
    page.keyboard.press("Enter")
    expect(body).to_have_value(re.compile(r"^Dear \{\{ recipient\.name \}\}"))
    saved(page)
    expect(page.locator("#letter-en .letter-body")).to_contain_text("Dear ", timeout=SLOW)
    page.locator("[data-insert='owner_name']").click()
    expect(body).to_have_value(re.compile(r"recipient\.name \}\}\{\{ owner_name \}\}"))
    page.locator("#bench-state").click()
    saved(page)
    assert not violations(page)
    page.context.close()


def test_choices_are_moved_by_keys(browser: Browser, address: str) -> None:
    page = room(browser, address, "taxonomy/priorities")
    names = page.locator("#choices > li")
    first = names.first.get_attribute("aria-label")
    names.first.focus()
    page.keyboard.press("Alt+ArrowDown")
    expect(names.nth(1)).to_have_attribute("aria-label", first or "", timeout=SLOW)
    page.get_by_role("button", name="Add a choice", exact=True).click()
    expect(names).to_have_count(5, timeout=SLOW)
    page.get_by_role("button", name="Below the one above").click()
    expect(names).to_have_count(4, timeout=SLOW)
    expect(page.locator("#choices ol > li")).to_have_count(1)
    page.get_by_role("button", name="One level up").click()
    expect(names).to_have_count(5, timeout=SLOW)
    page.locator("#choice-panel").get_by_label("Colour").select_option(label="green")
    expect(names.last.locator(".tone-green")).to_have_text("green", timeout=SLOW)
    assert not violations(page)
    page.context.close()


def test_rights_are_given_in_a_grid(browser: Browser, address: str) -> None:
    page = room(browser, address, "record_type/wish")
    cell = page.locator("#may-cancel-agent")
    expect(cell).to_have_attribute("aria-checked", "false")
    cell.click()
    expect(cell).to_have_attribute("aria-checked", "true", timeout=SLOW)
    page.locator("#act-cancel").get_by_role("button", name=re.compile("As usual")).click()
    expect(page.locator("#act-cancel")).to_have_class("as-usual", timeout=SLOW)
    assert not violations(page)
    page.context.close()


@pytest.mark.parametrize("width", [390, 1440])
def test_every_editor_is_fit_for_all(browser: Browser, address: str, width: int) -> None:
    page = room(browser, address, "calendar/always", "zh-CN", width)
    draft = page.url.partition("/define/")[0]
    for where in ("calendar/cn-office", "sla/wish-sla?at=policies/0", "message_template/request-received", "taxonomy/priorities?at=items/0", "team/counter", "survey/csat", "view/vip", "segment/key-accounts", "record_type/wish?at=fields/0"):  # fmt: skip
        shown(page, draft, where)
        assert not page.evaluate("document.documentElement.scrollWidth > innerWidth"), where
        assert not violations(page), where
    page.context.close()


def test_a_roster_is_painted_turned_and_changed_for_a_day(browser: Browser, address: str) -> None:
    page = room(browser, address, "team/counter")
    page.locator("#team-shifts").get_by_role("button", name="Day, 9 to 18").click()
    shift = page.locator("#shift-week")
    expect(shift).to_contain_text("Hours of Day", timeout=SLOW)
    gaps = page.locator("#roster-gaps")
    expect(gaps).to_contain_text("Nobody is on shift", timeout=SLOW)
    expect(page.locator(".roster-gap").first).to_contain_text("nobody")
    page.locator("#crew-panel .roster-people button").first.click()
    expect(page.locator("#crew-panel .chip-item")).to_have_count(1, timeout=SLOW)
    expect(gaps).to_have_count(0, timeout=SLOW)
    slot(page, 5, 20).focus()
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Space")
    expect(page.locator("#hours-5")).to_have_value("10:00-10:30", timeout=SLOW)
    saved(page)
    cell = page.locator(".roster-week").nth(1).locator("td a").first
    cell.focus()
    page.keyboard.press("Enter")
    day = page.locator("#roster-day")
    expect(day).to_be_visible(timeout=SLOW)
    day.get_by_role("button", name="It does not take place").click()
    expect(cell).to_have_text("not held", timeout=SLOW)
    day.get_by_role("button", name="As planned").click()
    expect(cell).not_to_have_text("not held", timeout=SLOW)
    page.locator("#call-roster").click()
    expect(page.locator("#crew-rotation")).to_contain_text("Length of a turn", timeout=SLOW)
    patience = page.get_by_role("textbox", name="The next one is called after")
    patience.fill("5m")
    patience.press("Tab")
    expect(page.get_by_label("Unit of The next one is called after")).to_have_value(
        "m", timeout=SLOW
    )
    saved(page)
    page.reload()
    page.wait_for_load_state()
    expect(patience).to_have_value("5", timeout=SLOW)
    expect(page.locator("#problems .problem-error")).to_have_count(0)
    assert not violations(page)
    page.context.close()
