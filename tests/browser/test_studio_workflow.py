"""Workflows in a browser: changed on the chart by mouse, by keys alone, as a tree on a phone; copied from one to another."""

from __future__ import annotations

import re

from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import phone
from tests.support.browser import violations
from tests.support.shop import PASSWORD

SLOW = 20_000


def signed_in(page: Page, address: str) -> str:
    """Sign in and begin a draft; return the draft's address."""
    page.goto(f"{address}/sign-in?next=/studio")
    page.locator("[name=login]").first.fill("ada")
    page.locator("[name=password]").first.fill(PASSWORD)
    page.keyboard.press("Enter")
    page.locator("#draft-title").fill("More steps")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/studio/[0-9a-f]{32}$"))
    page.wait_for_load_state()
    return page.url


def opened(browser: Browser, address: str, language: str = "en-US") -> tuple[Page, str]:
    """Return a page with the chart of a small workflow, and the address of its draft."""
    context = browser.new_context(
        locale=language, viewport={"width": 1440, "height": 900}, reduced_motion="reduce"
    )
    context.set_default_timeout(SLOW)
    page = context.new_page()
    draft = signed_in(page, address)
    show(page, f"{draft}/define/workflow/wish-flow")
    return page, draft


def show(page: Page, address: str) -> None:
    page.goto(address)
    page.wait_for_load_state()
    expect(page.locator("#flow-canvas")).to_have_attribute("data-drawn", "yes", timeout=SLOW)


def cell(page: Page, name: str) -> str:
    return f'#flow-canvas [data-cell-id="{name}"]'


def saved(page: Page) -> None:
    expect(page.locator("#bench-state")).to_have_attribute("data-now", "saved", timeout=SLOW)


def test_a_state_is_put_into_a_way_named_and_taken_back_by_mouse(
    browser: Browser, address: str
) -> None:
    page, _draft = opened(browser, address)
    refused: list[str] = []
    page.on("pageerror", lambda error: refused.append(str(error)))
    page.on("console", lambda line: refused.append(line.text) if "Content Security" in line.text else None)  # fmt: skip
    page.locator(f"{cell(page, 'working>resolved')} .flow-edge-plus").click()
    page.locator("#flow-kinds [data-kind=approval]").click()
    expect(page.locator(cell(page, "approval"))).to_be_visible(timeout=SLOW)
    title = page.locator("#c-states-approval-title-en")
    expect(title).to_be_focused(timeout=SLOW)
    title.fill("Sign-off")
    title.press("Enter")
    expect(page.locator(cell(page, "approval"))).to_contain_text("Sign-off", timeout=SLOW)
    expect(page.locator(cell(page, "approval"))).to_contain_text("one is enough")
    expect(page.locator("#flow-inspector")).to_contain_text("转办")
    expect(page.locator(cell(page, "approval>resolved"))).to_be_attached()
    page.locator("#c-states-approval-decide_by-shape").select_option(label="Joint approval: all must agree")  # fmt: skip
    expect(page.locator(cell(page, "approval"))).to_contain_text("all must agree", timeout=SLOW)
    saved(page)
    assert not violations(page)
    for _turn in range(3):
        with page.expect_response("**/undo"):
            page.locator("#bench-undo").click()
        saved(page)
    expect(page.locator(cell(page, "approval"))).to_have_count(0, timeout=SLOW)
    expect(page.locator(cell(page, "working>resolved"))).to_be_attached()
    assert refused == []
    page.context.close()


def test_a_chart_is_walked_and_changed_by_keys_alone(browser: Browser, address: str) -> None:
    page, _draft = opened(browser, address)
    canvas = page.locator("#flow-canvas")
    canvas.focus()
    canvas.press("Home")
    expect(canvas).to_have_attribute("aria-activedescendant", "flow-cell-received")
    for name in ("received>working", "working", "working>resolved"):
        canvas.press("ArrowDown")
        expect(canvas).to_have_attribute("aria-activedescendant", f"flow-cell-{name}")
    canvas.press("ArrowRight")
    expect(canvas).to_have_attribute("aria-activedescendant", "flow-cell-working>waiting")
    canvas.press("n")
    expect(page.locator("#flow-kinds button").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#c-states-step-title-en")).to_be_focused(timeout=SLOW)
    saved(page)
    canvas.focus()
    canvas.press("Home")
    canvas.press("c")
    expect(page.locator("#flow-connect-to")).to_be_focused()
    page.keyboard.type("Solved")
    page.keyboard.press("Enter")
    expect(page.locator(cell(page, "received>resolved"))).to_be_attached(timeout=SLOW)
    saved(page)
    canvas.focus()
    canvas.press("Home")
    canvas.press("ArrowDown")
    canvas.press("ArrowRight")
    expect(canvas).to_have_attribute("aria-activedescendant", "flow-cell-received>resolved")
    canvas.press("Delete")
    expect(page.locator(cell(page, "received>resolved"))).to_have_count(0, timeout=SLOW)
    saved(page)
    canvas.focus()
    canvas.press("Home")
    canvas.press("Enter")
    expect(page.locator("#c-states-received-title-en")).to_be_focused(timeout=SLOW)
    page.context.close()


def test_a_removed_state_tells_what_leads_there_and_leads_it_elsewhere(
    browser: Browser, address: str
) -> None:
    page, _draft = opened(browser, address)
    canvas = page.locator("#flow-canvas")
    page.locator(f"{cell(page, 'waiting')} .flow-box").click()
    expect(page.locator("#flow-take-out")).to_be_visible(timeout=SLOW)
    page.locator("#flow-take-out").click()
    expect(page.locator("#flow-inspector")).to_contain_text("This is what leads there now", timeout=SLOW)  # fmt: skip
    expect(page.locator("#flow-breaks li").first).to_be_visible(timeout=SLOW)
    page.locator("#flow-lead-to").select_option("resolved")
    page.locator("#flow-remove-lead").click()
    expect(page.locator(cell(page, "waiting"))).to_have_count(0, timeout=SLOW)
    expect(canvas).to_be_visible()
    saved(page)
    page.context.close()


def test_a_state_is_moved_and_placed_by_itself_again(browser: Browser, address: str) -> None:
    page, _draft = opened(browser, address)
    box = page.locator(f"{cell(page, 'waiting')} .flow-box").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 20, box["y"] + 12)
    page.mouse.down()
    page.mouse.move(box["x"] + 90, box["y"] + 40, steps=5)
    page.mouse.up()
    expect(page.locator("#flow-unpin")).to_be_visible(timeout=SLOW)
    expect(page.locator(f"{cell(page, 'waiting')} .flow-pin")).to_be_attached()
    page.locator("#flow-unpin").click()
    expect(page.locator("#flow-unpin")).to_be_hidden(timeout=SLOW)
    expect(page.locator(f"{cell(page, 'waiting')} .flow-pin")).to_have_count(0)
    saved(page)
    page.context.close()


def test_states_are_copied_into_another_workflow(browser: Browser, address: str) -> None:
    page, draft = opened(browser, address)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    canvas = page.locator("#flow-canvas")
    page.locator("#flow-find-words").fill("Waits for")
    page.locator("#flow-find-words").press("Enter")
    expect(canvas).to_have_attribute("aria-activedescendant", "flow-cell-waiting", timeout=SLOW)
    canvas.press("Control+c")
    expect(page.locator("#flow-said")).to_contain_text("Copied", timeout=SLOW)
    show(page, f"{draft}/define/workflow/errand-flow")
    page.locator("#flow-canvas").focus()
    page.keyboard.press("Control+v")
    expect(page.locator(cell(page, "waiting"))).to_be_visible(timeout=SLOW)
    saved(page)
    page.context.close()


def test_a_phone_shows_the_tree(browser: Browser, address: str) -> None:
    with phone(browser, "zh-CN", reduced_motion="reduce") as page:
        page.context.set_default_timeout(SLOW)
        draft = signed_in(page, address)
        page.goto(f"{draft}/define/workflow/wish-flow")
        page.wait_for_load_state()
        expect(page.locator("#flow-tree")).to_be_visible(timeout=SLOW)
        page.locator("#tree-link-waiting").click()
        expect(page.locator("#flow-ways-title")).to_be_visible(timeout=SLOW)
        wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
        assert not wide
        assert not violations(page)
