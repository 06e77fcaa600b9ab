"""Somebody who has never seen the studio adds a field, a state with an approval and a rule, tries it and publishes it.

Each thing is found where it stands on the page, by mouse or by keys alone; every act is counted.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.building import Hands, Keys, Mouse
from tests.browser.test_studio_builds_a_pack import opened
from tests.support.browser import violations

SLOW = 60_000
WAITS = re.compile("^Go on as")
SECONDS = 8
"""What one act takes a person who reads the page first: a press, a choice, or a field that is filled in."""


@dataclass(slots=True)
class Newcomer:
    """Somebody at a page of the studio, whose acts are counted."""

    page: Page
    hands: Hands
    acts: int = 0

    @property
    def has_mouse(self) -> bool:
        return isinstance(self.hands, Mouse)

    def press(self, what: Locator | str) -> None:
        self.acts += 1
        self.hands.press(self._one(what))

    def write(self, what: Locator | str, text: str) -> None:
        self.acts += 1
        self.hands.write(self._one(what), text)

    def choose(self, what: Locator | str, value: str) -> None:
        self.acts += 1
        self.hands.choose(self._one(what), value)

    def pick(self, what: Locator | str) -> None:
        self.acts += 1
        self.hands.pick(self._one(what))

    def type(self, text: str) -> None:
        """Write where the cursor stands already."""
        self.acts += 1
        self.page.keyboard.press("Control+a")
        self.page.keyboard.insert_text(text)
        self.page.keyboard.press("Enter")

    def follow(self, what: Locator | str) -> None:
        """Press what leads to another page, and wait for it."""
        with self.page.expect_navigation():
            self.press(what)
        self.page.wait_for_load_state()

    def saved(self, act: Callable[[], None]) -> None:
        """Do what changes the draft, and wait until the room shows it."""
        room = self.page.locator("#room[data-drawn]")
        before = room.get_attribute("data-drawn") or ""
        act()
        expect(room).not_to_have_attribute("data-drawn", before, timeout=SLOW)
        expect(self.page.locator("#bench-state")).to_have_attribute("data-now", "saved", timeout=SLOW)  # fmt: skip

    def _one(self, what: Locator | str) -> Locator:
        return self.page.locator(what).first if isinstance(what, str) else what.first


@pytest.mark.parametrize("hands", [Mouse, Keys], ids=["mouse", "keys"])
def test_a_newcomer_changes_a_process_and_publishes_it(
    browser: Browser, address: str, hands: type[Mouse | Keys]
) -> None:
    page = opened(browser, address)
    page.set_default_timeout(SLOW)
    one = Newcomer(page, hands(page))
    one.write("#draft-title", "Ask for the shoe size")
    one.follow(page.get_by_role("button", name="Start a draft"))
    a_field(one)
    a_state(one)
    a_rule(one)
    it_is_tried(one)
    it_is_published(one)
    it_counts_at_the_desk(one)
    assert one.acts * SECONDS < 600, f"{one.acts} acts take more than ten minutes"
    page.context.close()


def process(one: Newcomer, line: str) -> Locator:
    """Return a link of the process of wishes on the overview."""
    return one.page.locator(".process", has_text="A wish").get_by_role("link", name=line)


def a_field(one: Newcomer) -> None:
    one.follow(process(one, "What do you need?"))
    one.press("#f-topic-plus")
    kind = one.page.locator(
        "#form-palette .palette-type"
    ).first  # a text; the focus is there by itself
    expect(kind).to_be_focused(timeout=SLOW)
    if one.has_mouse:  # twice, as some do: it is one field all the same
        one.acts += 1
        kind.dblclick()
    else:
        one.press(kind)
    expect(one.page.locator("#title-f-text")).to_be_focused(timeout=SLOW)
    one.saved(lambda: one.type("Shoe size"))
    for key in (
        () if one.has_mouse else ("Escape", "Enter")
    ):  # to the row, and from it to its details
        one.acts += 1
        one.page.keyboard.press(key)
        expect(one.page.locator("#f-text" if key == "Escape" else "#form-inspector :focus")).to_be_focused(timeout=SLOW)  # fmt: skip
    one.saved(lambda: one.press(one.page.get_by_role("button", name="Call it shoe_size")))
    expect(one.page.locator("#f-shoe_size")).to_have_count(1, timeout=SLOW)
    expect(one.page.locator("#f-text, #f-text_2")).to_have_count(0)
    expect(one.page.locator("#problems .problem-error")).to_have_count(0)


def a_state(one: Newcomer) -> None:
    """Put an approval into the way from the inbox to the work: a way leads there, and ways lead on and back."""
    one.follow(".outline-overview")
    one.follow(process(one, "Wishes"))
    canvas = one.page.locator("#flow-canvas")
    expect(canvas).to_have_attribute("data-drawn", "yes", timeout=SLOW)
    if one.has_mouse:
        one.press("#flow-canvas [data-cell-id='received>working'] .flow-edge-plus")
    else:
        while not canvas.evaluate("one => document.activeElement === one"):
            one.page.keyboard.press("Tab")
        for key in ("Home", "ArrowDown", "n"):
            one.acts += 1
            one.page.keyboard.press(key)
    one.press("#flow-kinds [data-kind=approval]")
    expect(one.page.locator("#c-states-approval-title-en")).to_be_focused(timeout=SLOW)
    one.saved(lambda: one.type("Sign-off"))
    for way in ("received>approval", "approval>working", "approval>received"):
        expect(one.page.locator(f"#flow-canvas [data-cell-id='{way}']")).to_be_attached(timeout=SLOW)  # fmt: skip
    expect(one.page.locator("#problems .problem-error")).to_have_count(0)


def a_rule(one: Newcomer) -> None:
    """Make a rule: its first condition and its first action are ready, and it is called after what it does."""
    one.follow(".outline-overview")
    one.follow(one.page.locator(".process", has_text="A wish").get_by_role("button", name="New rule"))  # fmt: skip
    field = one.page.locator("#c-when-0-0-field")
    expect(field).to_be_focused(timeout=SLOW)
    if one.has_mouse:  # a list of many is searched; what the draft has just brought stands first
        one.press(field)
        expect(one.page.locator("#finder-words")).to_be_focused(timeout=SLOW)
        expect(one.page.locator("#finder [role=group]").first).to_have_text("New in this draftShoe size")  # fmt: skip
        assert not violations(one.page)
        one.press(one.page.locator("#finder [role=option]"))
    else:
        one.choose(field, "shoe_size")
    one.choose("#c-when-0-0-op", "is not none")
    expect(one.page.locator("#c-when-words")).to_contain_text(
        "Shoe size is filled in", timeout=SLOW
    )
    first = one.page.locator("#rule-first")
    one.saved(lambda: one.press(first.get_by_role("button", name="Priority", exact=True)))
    expect(one.page.locator("#c-then-0-set-priority")).to_be_focused(timeout=SLOW)
    one.saved(lambda: one.choose("#c-then-0-set-priority", '"P0"'))
    expect(one.page.locator("#problems .problem-error")).to_have_count(0)
    expect(one.page.locator(".room-name h2")).to_have_text("Shoe size is filled in: Set “Priority” to P0 Urgent", timeout=SLOW)  # fmt: skip


def it_is_tried(one: Newcomer) -> None:
    page = one.page
    one.follow(page.get_by_role("link", name="Try it"))
    expect(page.locator("input[name=type][value=wish]")).to_be_checked()
    one.follow(page.get_by_role("button", name="Begin"))
    one.press("input[name=topic][value=question]")
    one.write("textarea[name=description]", "My shoes pinch.")
    one.write("input[name=shoe_size]", "46")
    one.follow(page.get_by_role("button", name="Send it"))
    one.follow(page.get_by_role("link", name=WAITS))
    one.follow(page.locator("button[name=_to]", has_text="Ask for approval"))
    expect(page.locator(".chart-present")).to_contain_text("Sign-off")
    expect(page.locator("#now")).to_contain_text("P0")
    assert not violations(page)
    one.follow(page.get_by_role("link", name=WAITS))
    one.follow(page.get_by_role("button", name="Approve"))
    expect(page.locator(".chart-present")).to_contain_text("Worked on")


def it_is_published(one: Newcomer) -> None:
    page = one.page
    one.follow(page.locator(".crumb"))
    one.follow(page.get_by_role("link", name="Publish…"))
    one.write("[name=note]", "We ask for the size; the lead signs off.")
    one.follow(page.get_by_role("button", name="Publish"))
    expect(page.locator("main")).to_contain_text("is in force")


def it_counts_at_the_desk(one: Newcomer) -> None:
    page = one.page
    one.press("header .menu summary")
    one.follow(page.locator("header .menu-list").get_by_role("link", name="Desk"))
    one.follow(page.get_by_role("link", name="New", exact=True))
    one.follow(page.get_by_role("link", name="A wish"))
    expect(page.get_by_label("Shoe size")).to_be_visible()
