"""On the page before publishing the button stays in view and says what is still needed; the way back leads to where one came from."""

from __future__ import annotations

import re

from playwright.sync_api import Browser, expect

from sopwith.core.text import Text
from sopwith.runtime.drafting import Rewrite, edit, open_draft
from tests.browser.test_studio_moves import signed_in
from tests.integration.web.test_studio_failing import NEEDED, SCENARIO
from tests.support.browser import violations
from tests.support.shop import Shop, files

FORM = next(name for name, text in files().items() if "id: wish-form" in text)
FIELD = "      - id: description"
SLOW = 30_000


def failing_draft(shop: Shop) -> str:
    """Return the id of a draft in which a field must be filled in that its scenario does not know."""
    draft = open_draft(shop.service, title="Ask more", author=None)
    text = files()[FORM]
    at = text.index("      - {id: description") if FIELD not in text else text.index(FIELD)
    changes = [
        Rewrite(file=FORM, text=text[:at] + NEEDED + text[at:]),
        Rewrite(file="shop/scenarios/first.yaml", text=SCENARIO.format(id="first")),
    ]
    edit(shop.service, draft.id, draft.revision, Text("More", "更多"), changes, author=None)
    return draft.id


def test_what_publishing_needs_is_said_beside_its_button(
    browser: Browser, address: str, shop: Shop
) -> None:
    draft = failing_draft(shop)
    page = signed_in(browser, address, f"/studio/{draft}/define/form/wish-form")
    chip = page.locator("#bench-scenarios")
    expect(chip).to_contain_text("1 sample scenario still lacks “How badly does it hurt?”")
    chip.click()
    page.get_by_role("dialog").get_by_role("link", name="All scenarios").click()
    page.wait_for_url("**/coverage")
    page.wait_for_load_state()
    back = page.locator(".crumb").first
    expect(back).to_contain_text("What do you need?")
    back.click()
    page.wait_for_url("**/define/form/wish-form")
    page.wait_for_load_state()
    page.get_by_role("link", name="Publish").click()
    page.wait_for_url("**/publish")
    page.wait_for_load_state()
    foot = page.locator("#publish-foot")
    button = foot.get_by_role("button", name="Publish", exact=True)
    expect(button).to_be_in_viewport()
    tick = foot.get_by_role("link", name="a tick at the failing scenarios")
    expect(tick).to_be_visible()
    tick.click()
    box = page.get_by_role("checkbox", name="Publish all the same")
    expect(box).to_be_focused()
    page.keyboard.press("Space")
    expect(tick).to_be_hidden()
    note = page.locator("#f-note")
    expect(note).to_have_value("Form “What do you need?”: new field “How badly does it hurt?”")
    note.fill("")
    foot.get_by_role("link", name="what changes, and why").click()
    page.keyboard.type("We ask more")
    expect(foot.get_by_text("Everything is filled in.")).to_be_visible()
    assert not violations(page)
    expect(button).to_be_in_viewport()
    button.click()
    page.wait_for_url("**/versions")
    expect(page.locator(".version-name strong").first).to_have_text("We ask more")
    page.context.close()


def test_failing_scenarios_are_mended_where_one_is(
    browser: Browser, address: str, shop: Shop
) -> None:
    """At the chip by keys alone, and on the page before publishing, which runs them while it is read."""
    one, other = failing_draft(shop), failing_draft(shop)
    here = f"/studio/{one}/define/form/wish-form"
    page = signed_in(browser, address, here)
    chip = page.locator("#bench-scenarios")
    expect(chip).to_have_class(re.compile("badge-warning"), timeout=SLOW)
    chip.hover()  # it keeps its width for as long as it is pointed at
    at = chip.bounding_box()
    chip.press("Enter")
    panel = page.get_by_role("dialog", name="Sample scenarios")
    value = panel.get_by_role("group", name="Fill it in").get_by_role("button", name="Very much")
    expect(value).to_be_visible(timeout=SLOW)
    assert not violations(page)
    value.press("Enter")
    expect(panel).to_be_focused(timeout=SLOW)
    expect(chip).to_have_class(re.compile("badge-good"), timeout=SLOW)
    assert chip.bounding_box() == at
    expect(panel).to_contain_text("is filled in in 1 scenario")
    assert page.url == address + here
    panel.get_by_role("button", name="Undo: “How badly does it hurt?” filled in").press("Enter")
    expect(panel).to_be_hidden()
    expect(chip).to_have_class(re.compile("badge-warning"), timeout=SLOW)

    page.goto(f"{address}/studio/{other}/publish")
    page.wait_for_load_state()
    page.locator("#f-note").fill("We ask more")
    scenarios = page.locator("#publish-scenarios")
    scenarios.get_by_role("button", name="Make the field optional").click()
    expect(scenarios).to_contain_text("1 of 1 scenario passes", timeout=SLOW)
    assert page.url == f"{address}/studio/{other}/publish"
    expect(page.locator("#f-note")).to_have_value("We ask more")
    expect(page.locator("#publish-foot")).to_contain_text("Everything is filled in.")
    page.context.close()
