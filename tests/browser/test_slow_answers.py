"""A slow server takes nothing away from who goes on filling in."""

from __future__ import annotations

from playwright.sync_api import Browser, Route, expect

from tests.browser.conftest import phone


class Gate:
    """Holds requests until it is opened, and none after that."""

    def __init__(self) -> None:
        self.held: list[Route] = []
        self.is_open = False

    def take(self, route: Route) -> None:
        """Hold a request, or let it pass."""
        if self.is_open:
            route.continue_()
        else:
            self.held.append(route)

    def open(self) -> None:
        """Let everything pass."""
        self.is_open = True
        for route in self.held:
            route.continue_()


def test_what_is_filled_in_meanwhile_stays(browser: Browser, address: str) -> None:
    with phone(browser, "en-US") as page:
        gate = Gate()
        page.goto(f"{address}/new/wish")
        page.route("**/refresh", gate.take)
        page.locator("#field-topic-fault").check()
        page.wait_for_timeout(300)
        page.locator("#field-description").fill("The lamp is dark.")
        page.locator("#field-things-lamp").check()
        page.locator("#field-city").select_option(value="gz")
        page.wait_for_timeout(300)
        assert len(gate.held) == 1
        gate.open()
        expect(page.get_by_text("Has work stopped?")).to_be_visible()
        page.wait_for_load_state("networkidle")
        expect(page.locator("#field-description")).to_have_value("The lamp is dark.")
        expect(page.locator("#field-things-lamp")).to_be_checked()
        expect(page.locator("#field-city")).to_have_value("gz")


def test_a_row_that_was_asked_for_meanwhile_comes_and_stays(browser: Browser, address: str) -> None:
    with phone(browser, "en-US") as page:
        gate = Gate()
        page.goto(f"{address}/new/wish")
        page.route("**/refresh", gate.take)
        page.locator("#field-topic-fault").check()
        page.wait_for_timeout(300)
        page.locator("#field-description").fill("The lamp is dark.")
        page.locator("#field-items-add").click()
        assert len(gate.held) == 1
        gate.open()
        page.locator("#field-items-0-name").fill("Lamp")
        page.locator("#field-description").focus()
        page.wait_for_timeout(300)
        page.wait_for_load_state("networkidle")
        expect(page.locator("#field-items-0-name")).to_have_value("Lamp")
        expect(page.locator("#field-description")).to_have_value("The lamp is dark.")
