"""An approval put into a way: the examples that went straight are named, walk through it at one press, and undo takes it back."""

from __future__ import annotations

import pytest

from tests.integration.web.conftest import Browser, draft_files
from tests.integration.web.test_studio import send
from tests.integration.web.test_studio_failing import BEGIN, FLOW, SCENARIO, put, shown, went
from tests.support.shop import Shop, files

LOOK = """  look:
    title: {en: The lead looks at it, zh-CN: 组长审批}
    category: open
    type: approval
    customer_title: {en: Received, zh-CN: 已收到}
    owner: {keep: true, team: counter}
    limit: 1bd
    approvers: [{role: lead, deputy: manager}]
    decide_by: any
    timeout: {after: 1bd, to: deputy}
    approved: working
    rejected: cancelled
"""
KEPT = "    then: {state: working}  # taken up\n"


@pytest.fixture
def draft(ada: Browser) -> str:
    """The address of a draft with an approval before the work; one of its two examples has a lead."""
    address = str(ada.post("/studio", {"title": "Another way"}).location)
    plain = SCENARIO.replace("    then: {{state: working}}\n", KEPT.replace("{", "{{").replace("}", "}}"))  # fmt: skip
    led = plain.replace("teams: [counter]}}]", "teams: [counter]}}, {{id: lou, name: Lou, roles: [lead, agent], lead_of: [counter]}}]")  # fmt: skip
    flow = files()[FLOW].replace(BEGIN, BEGIN.replace("to: working", "to: look"), 1)
    put(ada, address, {
        "shop/scenarios/first.yaml": plain.format(id="first"),
        "shop/scenarios/second.yaml": led.format(id="second"),
        FLOW: flow.replace("  working:\n", f"{LOOK}  working:\n", 1),
    })  # fmt: skip
    return address


def test_examples_that_go_straight_walk_through_the_new_approval(
    ada: Browser, draft: str, shop: Shop
) -> None:
    before = draft_files(shop, draft)
    assert went(ada, draft) == (0, 2)
    page = shown(ada, f"{draft}/coverage")
    assert "2 scenarios go straight from “Inbox of the counter” to “Worked on”; the way leads through “The lead looks at it” now." in page  # fmt: skip
    assert "Let these 2 scenarios walk through “The lead looks at it”" in page
    assert "Kim moves it to “The lead looks at it”." in page
    assert "Lou approves." in page
    assert "joins the people of the scenario." in page
    assert "The new outcome is right" not in page
    assert ada.post(f"{draft}/scenarios/walk", {"through": "wish-flow look"}).status_code == 404
    answer = ada.post(f"{draft}/scenarios/walk", {"through": "wish-flow received look working"})
    assert answer.status_code == 303
    after = draft_files(shop, draft)
    assert went(ada, draft) == (2, 0)
    assert "to: look" in after["shop/scenarios/first.yaml"]
    assert "approve: {as: lou}" in after["shop/scenarios/second.yaml"]
    assert after["shop/scenarios/second.yaml"].count("state: working") == 1
    assert after[FLOW] == before[FLOW]
    assert "2 scenarios walk through “The lead looks at it” now." in shown(ada, f"{draft}/coverage")
    send(ada, f"{draft}/undo", {"file": FLOW})
    assert draft_files(shop, draft) == before


def test_the_chip_says_why_in_titles(ada: Browser, draft: str) -> None:
    went(ada, draft)
    told = ada.get(f"{draft}/scenarios").get_json()
    assert told["reason"] == "2 scenarios go straight from “Inbox of the counter” to “Worked on”"


def test_a_way_that_leads_elsewhere_first_is_gone_on(ada: Browser, draft: str, shop: Shop) -> None:
    flow = draft_files(shop, draft)[FLOW].replace("to: look, title", "to: look, id: working, title")
    put(ada, draft, {FLOW: flow})
    page = shown(ada, f"{draft}/coverage")
    assert (
        "2 scenarios arrive at “The lead looks at it” now, where they expect “Worked on”." in page
    )
    assert ada.post(f"{draft}/scenarios/walk", {"through": "wish-flow look look working"}).status_code == 303  # fmt: skip
    assert went(ada, draft) == (2, 0)
