"""The desk in a browser: approvals, one of several tasks, two people at once, the board, many at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from sopwith.core.commands import Assign, Check, NewMessage, Submit, Transition
from sopwith.core.events import Actor
from tests.browser.test_desk_ticket import desk as desk_of
from tests.support.desk import make_desk_template, repair
from tests.support.shop import PASSWORD, Shop

LIN = Actor("user", "lin", frozenset({"agent"}), frozenset({"counter"}), "Lin Yue")
LEA = Actor("user", "lea", frozenset({"agent", "lead"}), frozenset({"counter"}), "Lea Yue")


@pytest.fixture(scope="module")
def browser_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The installation with repairs."""
    return make_desk_template(tmp_path_factory.mktemp("desk"))


def desk(browser: Browser, address: str, login: str) -> Any:
    return desk_of(browser, address, login, password=PASSWORD)


def moved(shop: Shop, to: str, **values: Any) -> str:
    """Return a repair of lin's that was moved on to *to*."""
    record_id = repair(shop)
    shop.do(Assign(actor=LIN, owner="lin"), record_id)
    shop.do(Check(actor=LIN, item="unplugged"), record_id)
    note = NewMessage(id=f"note-{to}", text="Please have a look.")
    shop.do(
        Transition(actor=LIN, to=to, values={"severity": "fair"} | values, note=note), record_id
    )
    return record_id


def test_a_lead_approves(browser: Browser, address: str, shop: Shop) -> None:
    record_id = moved(shop, "approving", can_fix=False, new_price=80)
    with desk(browser, address, "lea") as page:
        page.get_by_role("link", name="Approvals").click()
        page.get_by_role("link", name="The lamp flickers").click()
        expect(page.get_by_text("everybody asked must approve")).to_be_visible()
        page.get_by_role("button", name="Reject").click()
        expect(page.locator("#decide-error")).to_contain_text("Say why you reject it.")
        page.get_by_label("Your words").first.fill("Fine")
        page.get_by_role("button", name="Approve", exact=True).click()
        expect(page.get_by_text("You approved.")).to_be_visible()
    approval = shop.state(record_id).approval
    assert approval is not None and [one.decision for one in approval.votes] == ["approve", ""]


def test_one_of_several_tasks_is_finished(browser: Browser, address: str, shop: Shop) -> None:
    record_id = moved(shop, "fixing", can_fix=True)
    with desk(browser, address, "lin") as page:
        page.get_by_role("link", name="Tasks").click()
        page.get_by_role("link", name="Work at the bench").click()
        page.get_by_role("button", name="Finish the task").click()
        expect(page.locator("#field-measured-error")).to_be_visible()
        page.get_by_label("Measured volts").fill("12")
        page.get_by_role("button", name="Finish the task").click()
        expect(page.get_by_text("The task is done.")).to_be_visible()
        expect(page.locator("#tasks .count")).to_have_text("1 / 2")
    assert {key: one.status for key, one in shop.state(record_id).tasks.items()} == {
        "parts": "open",
        "bench": "done",
    }


def test_two_people_at_once_lose_nothing(browser: Browser, address: str, shop: Shop) -> None:
    record_id = repair(shop)
    with desk(browser, address, "lin") as page:
        page.goto(f"{address}/desk/records/{record_id}")
        page.get_by_label("Fair").check()
        shop.do(
            Submit(actor=LEA, form="check-form", values={"severity": "bad", "cause": "rust"}),
            record_id,
        )
        page.get_by_role("button", name="Save draft").click()
        conflict = page.locator(".conflict")
        expect(conflict).to_contain_text("Lea Yue")
        expect(conflict).to_contain_text("rust")
        expect(page.get_by_label("Fair")).to_be_checked()
        page.get_by_role("button", name="Send again").click()
        expect(page.get_by_text("Saved.")).to_be_visible()
    assert shop.state(record_id).values["severity"] == "fair"


def test_a_way_out_asks_in_place_and_can_be_left(
    browser: Browser, address: str, shop: Shop
) -> None:
    record_id = repair(shop)
    with desk(browser, address, "lin") as page:
        page.goto(f"{address}/desk/records/{record_id}")
        page.get_by_label("Bad").check()
        page.get_by_label("Cause").fill("rust")
        page.get_by_role("button", name="Ask the customer").click()
        expect(page.locator("#move-note")).to_be_focused()
        expect(page.get_by_label("Cause")).to_have_value("rust")
        page.get_by_role("button", name="Not now").click()
        expect(page.locator("#move-note")).to_have_count(0)
        page.get_by_role("button", name="Ask the customer").click()
        page.locator("#move-note").fill("Which one?")
        page.locator(".asking").get_by_role("button", name="Ask the customer").click()
        expect(page.locator(".ticket-facts")).to_contain_text("Waits for the customer")
    assert shop.state(record_id).values["cause"] == "rust"


def test_a_card_is_dragged_and_moved_by_key(browser: Browser, address: str, shop: Shop) -> None:
    record_id = repair(shop)
    shop.do(Assign(actor=LIN, owner="lin"), record_id)
    with desk(browser, address, "lea") as page:
        page.goto(f"{address}/desk/board?type=repair&by=person")
        page.locator("[data-card]").drag_to(page.locator("[data-column=kim]"))
        expect(page.locator("[data-column=kim] [data-card]")).to_have_count(1)
        assert shop.state(record_id).owner == "kim"
        page.wait_for_load_state()  # the cards stand before the scripts that listen for keys
        page.keyboard.press("j")
        page.keyboard.press("m")
        expect(page.get_by_role("heading", name="Move R-")).to_be_visible()
        page.get_by_role("button", name="Lin Yue").press("Enter")
        expect(page.locator("[data-column=lin] [data-card]")).to_have_count(1)
    assert shop.state(record_id).owner == "lin"


def test_many_are_chosen_by_key_and_assigned(browser: Browser, address: str, shop: Shop) -> None:
    ids = [repair(shop, f"Lamp {number}") for number in range(3)]
    with desk(browser, address, "lea") as page:
        page.goto(f"{address}/desk?view=open")
        for _ in range(2):
            page.keyboard.press("j")
            page.keyboard.press("x")
            page.locator("[data-open]:focus, .item-pick:focus").first.wait_for()
        expect(page.locator("[data-bulk-count]")).to_have_text("2")
        page.get_by_label("Assign to").select_option("lin")
        page.get_by_role("button", name="Assign").click()
        expect(page.get_by_text("2 records are changed.")).to_be_visible()
    assert sorted(shop.state(one).owner or "" for one in ids).count("lin") == 2


def test_everything_works_without_scripts(browser: Browser, address: str, shop: Shop) -> None:
    record_id = repair(shop)
    context = browser.new_context(java_script_enabled=False, locale="en-US")
    page = context.new_page()
    page.goto(f"{address}/sign-in?next=/desk")
    page.fill("#login", "lin")
    page.fill("#password", PASSWORD)
    page.locator("#password").press("Enter")
    page.goto(f"{address}/desk/records/{record_id}")
    page.get_by_role("checkbox", name="Unplugged it").click()
    expect(page.get_by_role("checkbox", name="Unplugged it")).to_be_checked()
    page.get_by_label("Fair").check()
    page.get_by_role("group", name="Can we fix it?").get_by_label("No").check()
    page.get_by_role("button", name="Save draft").click()
    page.get_by_role("button", name="Replace it").click()
    page.get_by_label("Price of a new one").fill("80")
    page.locator("#move-note").fill("Too old")
    page.locator(".asking").get_by_role("button", name="Replace it").click()
    expect(page.locator(".ticket-facts")).to_contain_text("Approval")
    context.close()
    assert shop.state(record_id).state == "approving"
