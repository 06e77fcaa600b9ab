"""Two colleagues exchange a shift in the browser: one asks, the other agrees, both see it."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.test_desk_ticket import desk
from tests.integration.web.test_desk_swaps import SHIFTS, publish_shifts
from tests.support.browser import violations
from tests.support.desk import make_desk_template
from tests.support.shop import PASSWORD, Shop, open_shop


@pytest.fixture(scope="module")
def browser_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The counter with Lin by day and Lea late."""
    path = make_desk_template(tmp_path_factory.mktemp("desk"))
    opened = tmp_path_factory.mktemp("shifts")
    with open_shop(path, opened) as shop:
        publish_shifts(shop, SHIFTS.replace("[kim]", "[lea]"))
    return opened / "sopwith.db"


def test_one_asks_and_the_other_agrees(browser: Browser, address: str, shop: Shop) -> None:
    with (
        desk(browser, address, "lin", password=PASSWORD) as lin,
        desk(browser, address, "lea", password=PASSWORD) as lea,
    ):
        lin.goto(f"{address}/desk/shifts?whose=mine")
        lin.get_by_role("link", name="Give away").last.click()
        expect(lin.get_by_role("heading", name="Give away: ")).to_be_visible()
        lin.get_by_label("Who takes it over").select_option("lea")
        assert violations(lin) == []
        lin.get_by_role("button", name="Ask", exact=True).click()
        expect(lin.locator("#requests")).to_contain_text("waits for an answer")
        lea.goto(f"{address}/desk/shifts")
        expect(lea.locator("#requests")).to_contain_text("waits for an answer")
        assert violations(lea) == []
        lea.locator("#requests").get_by_role("button", name="Accept").click()
        expect(lea.get_by_text("The shift has changed hands.")).to_be_visible()
        lin.goto(f"{address}/desk/shifts")
        expect(lin.locator("#requests")).to_contain_text("agreed by Lea Yue")
        expect(lin.locator(".wait").filter(has_text="Day shift").last).to_contain_text("Lea Yue")
