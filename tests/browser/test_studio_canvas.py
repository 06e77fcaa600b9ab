"""The canvas by mouse: boxes drawn around several, ways drawn, kinds dropped, states moved; coverage; renaming an id."""

from __future__ import annotations

import re

from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.test_studio_workflow import SLOW, cell, opened, saved, show

SCENARIO = """kind: scenario
id: settled
title: {en: Begun, zh-CN: 已开始}
record_type: wish
given:
  now: "2026-11-16 09:00"
  zone: Asia/Shanghai
  people: [{id: lin, name: Lin, roles: [agent], teams: [counter]}]
steps:
  - create: {by: lin, values: {topic: question, description: Where?}}
  - go: {as: lin, to: working}
    then: {state: working}
"""


def middle(place: Locator) -> tuple[float, float]:
    """Return the middle of an element in the window."""
    place.wait_for(state="attached")
    box = place.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def pull(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Press at one place, move to another, let go."""
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move((start[0] + end[0]) / 2, (start[1] + end[1]) / 2, steps=4)
    page.mouse.move(*end, steps=4)
    page.mouse.up()


def test_ways_are_drawn_kinds_are_dropped_and_several_are_moved_at_once(
    browser: Browser, address: str
) -> None:
    page, _draft = opened(browser, address)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    inspector = page.locator("#flow-inspector")

    # From the dot under a box to another box: a way.
    page.locator(f"{cell(page, 'received')} .flow-box").hover()
    pull(page, middle(page.locator(f"{cell(page, 'received')} .flow-port")), middle(page.locator(f"{cell(page, 'waiting')} .flow-box")))  # fmt: skip
    expect(inspector).to_contain_text("Inbox of the counter → Waits for the customer", timeout=SLOW)
    saved(page)
    expect(page.locator(f"{cell(page, 'received>waiting')} .flow-edge-plus")).to_be_attached()

    # A kind dropped on a line goes into that way; dropped on nothing it stands where it was dropped.
    page.locator("#flow-new-waiting").drag_to(page.locator("#flow-canvas"), target_position={"x": 620, "y": 60})  # fmt: skip
    expect(page.locator("#c-states-waiting_2-title-en")).to_be_focused(timeout=SLOW)
    saved(page)
    expect(page.locator(f"{cell(page, 'waiting_2')} .flow-pin")).to_be_attached()
    plus = middle(page.locator(f"{cell(page, 'received>working')} .flow-edge-plus"))
    room = page.locator("#flow-canvas").bounding_box()
    assert room is not None
    page.locator("#flow-new-approval").drag_to(
        page.locator("#flow-canvas"),
        target_position={"x": plus[0] - room["x"], "y": plus[1] - room["y"]},
    )
    expect(page.locator("#c-states-approval-title-en")).to_be_focused(timeout=SLOW)
    saved(page)
    expect(page.locator(cell(page, "received>approval"))).to_be_attached()
    expect(page.locator(cell(page, "received>working"))).to_have_count(0)

    # A box drawn around several with Shift marks them; pulled by one of them, all move.
    page.locator("[data-zoom=fit]").click()
    left, top = middle(page.locator(f"{cell(page, 'cancelled')} .flow-box"))
    right, _bottom = middle(page.locator(f"{cell(page, 'merged')} .flow-box"))
    left, right = min(left, right), max(left, right)
    page.keyboard.down("Shift")
    pull(page, (left - 90, top - 40), (right + 90, top + 40))
    page.keyboard.up("Shift")
    expect(page.locator("#flow-panel-title")).to_have_text(re.compile(r"^\d states$"), timeout=SLOW)
    expect(page.locator(f"{cell(page, 'cancelled')}")).to_have_class(re.compile("flow-chosen"))
    expect(page.locator(f"{cell(page, 'merged')}")).to_have_class(re.compile("flow-chosen"))
    x, y = middle(page.locator(f"{cell(page, 'merged')} .flow-box"))
    pull(page, (x, y), (x + 30, y + 24))
    for name in ("cancelled", "merged"):
        expect(page.locator(f"{cell(page, name)} .flow-pin")).to_be_attached(timeout=SLOW)
    saved(page)

    # What cannot be saved is drawn as it was.
    page.route("**/plan", lambda route: route.abort())
    canvas = page.locator("#flow-canvas")
    canvas.focus()
    canvas.press("Home")
    canvas.press("Escape")  # several are marked still, and Delete would be about them
    canvas.press("ArrowDown")
    expect(canvas).to_have_attribute("aria-activedescendant", "flow-cell-received>approval")
    canvas.press("Delete")
    expect(page.locator("#bench-state")).to_have_attribute("data-now", "unsaved", timeout=SLOW)
    expect(page.locator(cell(page, "received>approval"))).to_be_attached(timeout=SLOW)
    assert errors == []
    page.context.close()


def test_coverage_is_painted_and_kept_up_to_date_and_an_id_is_renamed_everywhere(
    browser: Browser, address: str
) -> None:
    page, draft = opened(browser, address)
    token = page.evaluate("JSON.parse(document.body.getAttribute('hx-headers'))['X-CSRFToken']")
    change = {"file": "shop/scenarios/settled.yaml", "text": SCENARIO}
    answer = page.request.post(
        f"{draft}/edit",
        data={"base": 0, "title": {"en": "S", "zh-CN": "S"}, "changes": [change]},
        headers={"X-CSRFToken": token},
    )
    assert answer.ok
    show(page, f"{draft}/define/workflow/wish-flow")
    toggle = page.locator("#flow-cover")
    toggle.click()
    expect(toggle).to_have_attribute("aria-pressed", "true")
    way = page.locator(f"{cell(page, 'received>working')} .flow-tally text")
    expect(way).to_have_text("1×", timeout=SLOW)
    expect(page.locator(f"{cell(page, 'waiting')} .flow-tally text")).to_have_text("0×")
    expect(page.locator("#flow-cover-words")).to_contain_text("2 of 7 states")

    # Renamed in the inspector: what names it is listed and follows; the counts are those of the draft as it is then.
    page.locator(f"{cell(page, 'working')} .flow-box").click()
    page.locator("#flow-id > summary").click()
    expect(page.locator("#flow-places")).to_contain_text("settled", timeout=SLOW)
    page.locator("#flow-rename").fill("in_work")
    page.locator("#flow-rename").press("Enter")
    expect(page.locator(f"{cell(page, 'received>in_work')} .flow-tally text")).to_have_text("1×", timeout=SLOW)  # fmt: skip
    expect(page.locator(cell(page, "working"))).to_have_count(0)
    saved(page)
    page.locator(f"{cell(page, 'received')} .flow-box").click()
    title = page.locator("#c-states-received-title-en")
    expect(title).to_be_visible(timeout=SLOW)
    title.press_sequentially("!")  # seen at once, before it is saved
    expect(page.locator(f"{cell(page, 'received')} .flow-text-title").first).to_contain_text("!")

    # The tree and the outline tell the same in words, and follow what is saved.
    page.locator("#flow-view-tree").click()
    entered, gone = (
        page.locator("#tally-tree-in_work .flow-count-words"),
        page.locator("#tally-way-received-go\\/0 .flow-count-words"),
    )
    expect(entered).to_have_text("1 scenario comes here", timeout=SLOW)
    expect(gone).to_have_text("1 scenario")
    expect(page.locator("#tally-tree-waiting .flow-count-words")).to_have_text(
        "no scenario comes here"
    )
    expect(toggle).to_have_attribute("aria-pressed", "true")
    page.locator("#flow-view-outline").click()
    expect(page.locator("#tally-outline-in_work .flow-count-words")).to_have_text("1 scenario comes here", timeout=SLOW)  # fmt: skip
    page.locator("#flow-new-waiting").click()
    expect(page.locator("#tally-outline-waiting_2 .flow-count-words")).to_have_text("no scenario comes here", timeout=SLOW)  # fmt: skip
    toggle.click()
    expect(entered).to_have_count(0)
    expect(page.locator(".flow-count:visible")).to_have_count(0)
    page.locator("#flow-view-graph").click()
    expect(page.locator(f"{cell(page, 'in_work')} .flow-text-title").first).to_be_attached(timeout=SLOW)  # fmt: skip
    expect(page.locator(".flow-tally")).to_have_count(0)
    page.context.close()
