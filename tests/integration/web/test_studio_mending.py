"""What the chip of the scenarios says, and mending them from the page where one is: by a form, and by a script that stays there."""

from __future__ import annotations

from tests.integration.web.conftest import Browser
from tests.integration.web.test_studio import send
from tests.integration.web.test_studio_failing import (
    BEGIN,
    FLOW,
    SCENARIO,
    draft,
    needed,
    put,
    shown,
)
from tests.integration.web.test_studio_walking import LOOK
from tests.support.shop import files

__all__ = ["draft"]
FILL = {"type": "wish", "field": "pain", "value": "much"}
PART = {"HX-Request": "true"}


def approved() -> dict[str, str]:
    """Return the workflow with an approval before the work."""
    flow = files()[FLOW].replace(BEGIN, BEGIN.replace("to: working", "to: look"), 1)
    return {FLOW: flow.replace("  working:\n", f"{LOOK}  working:\n", 1)}


def calm(ada: Browser, draft: str) -> str:
    told = ada.get(f"{draft}/scenarios").get_json()
    assert told["is_done"]
    return str(told["calm"])


def test_the_chip_is_calm_where_presses_put_all_right(ada: Browser, draft: str) -> None:
    assert calm(ada, draft) == ""
    put(ada, draft, needed())
    assert calm(ada, draft) == "2 sample scenarios still lack “How badly does it hurt?”: one press fills it in"  # fmt: skip
    ada.post("/preferences", {"lang": "zh-CN"})
    assert calm(ada, draft) == "2 个示例场景需要补填“影响程度”：一步补齐"
    ada.post("/preferences", {"lang": "en"})
    assert ada.get(f"{draft}/scenarios").get_json()["clean"].startswith("No errors · 2 sample")
    send(ada, f"{draft}/undo", {"file": FLOW})
    put(ada, draft, approved())
    assert calm(ada, draft) == "2 sample scenarios have to go through “The lead looks at it”: one press does it"  # fmt: skip


def test_the_chip_counts_the_presses_where_more_than_one_is_needed(
    ada: Browser, draft: str
) -> None:
    filled = SCENARIO.format(id="first").replace("topic: question", "pain: much, topic: question")
    put(ada, draft, {**needed(), **approved(), "shop/scenarios/first.yaml": filled})
    assert calm(ada, draft) == "2 sample scenarios need 2 presses to follow your change"


def test_the_chip_is_not_calm_where_one_fails_for_something_else(ada: Browser, draft: str) -> None:
    filled = SCENARIO.format(id="first").replace("topic: question", "pain: much, topic: question")
    wrong = filled.replace("then: {state: working}", "then: {state: waiting}")
    put(ada, draft, {**needed(), "shop/scenarios/first.yaml": wrong})
    told = ada.get(f"{draft}/scenarios").get_json()
    assert (told["calm"], told["failed"]) == ("", 2)
    assert told["reason"]
    part = ada.get(f"{draft}/coverage", headers=PART).get_data(as_text=True)
    assert "2 scenarios of 2 fail" in part
    assert "the scenario expects “Waits for the customer”" in part
    assert "/scenarios/fill" in part


def test_the_panel_at_the_chip_says_what_scenarios_are_and_offers_the_press(
    ada: Browser, draft: str
) -> None:
    put(ada, draft, {**needed(), **approved()})
    part = ada.get(f"{draft}/coverage", headers=PART).get_data(as_text=True)
    assert "<html" not in part
    assert "Sample scenarios are saved examples" in part
    assert 'name="value" value="much">Very much</button>' in part
    ada.post(f"{draft}/scenarios/fill", FILL)
    part = ada.get(f"{draft}/coverage", headers=PART).get_data(as_text=True)
    assert "Let these 2 scenarios walk through “The lead looks at it”" in part
    put(ada, draft, {FLOW: "kind: workflow\nid: wish-flow\n"})
    broken = ada.get(f"{draft}/coverage", headers=PART).get_data(as_text=True)
    assert "The draft has errors, so its scenarios cannot run." in broken


def test_a_press_leads_back_to_the_page_of_the_draft_that_it_was_made_on(
    ada: Browser, draft: str
) -> None:
    put(ada, draft, needed())
    for strange in ("https://elsewhere.test/", "//elsewhere.test", "/desk", f"{draft}x", ""):
        left = ada.post(f"{draft}/scenarios/fill", {**FILL, "value": "no", "to": strange})
        assert str(left.location).endswith(f"{draft}/coverage"), strange
    to = f"{draft}/define/form/wish-form?at=fields.pain"
    assert str(ada.post(f"{draft}/scenarios/free", {**FILL, "to": to}).location).endswith(to)
    assert "may be left empty now. Undo takes it back." in shown(ada, f"{draft}/publish")


def test_a_script_is_told_what_was_done_and_the_step_that_undo_takes_back(
    ada: Browser, draft: str
) -> None:
    put(ada, draft, {**needed(), **approved()})
    refused = send(ada, f"{draft}/scenarios/fill", {**FILL, "value": "no"})
    assert (refused.status_code, refused.get_json()["message"]) == (422, "Choose with what the field is filled in.")  # fmt: skip
    file = "shop/scenarios/first.yaml"
    told = send(ada, f"{draft}/scenarios/fill", {**FILL, "file": file}).get_json()
    assert told["said"] == "“How badly does it hurt?” is filled in in 2 scenarios. Undo takes it back."  # fmt: skip
    assert told["undo"] == "“How badly does it hurt?” filled in in scenarios"
    assert "pain: much" in told["files"][file]
    assert calm(ada, draft).startswith("2 sample scenarios have to go through")
    through = {"through": "wish-flow received look working"}
    told = send(ada, f"{draft}/scenarios/walk", through).get_json()
    assert told["said"].startswith("2 scenarios walk through “The lead looks at it” now.")
    assert ada.get(f"{draft}/scenarios").get_json()["failed"] == 0
    assert send(ada, f"{draft}/scenarios/walk", through).status_code == 404


def test_before_publishing_the_same_press_stands_and_leads_back_there(
    ada: Browser, draft: str
) -> None:
    put(ada, draft, needed())
    ada.get(f"{draft}/scenarios")
    page = ada.get(f"{draft}/publish").get_data(as_text=True)
    assert "2 scenarios do not fill in “How badly does it hurt?”" in page
    assert f'name="to" value="{draft}/publish"' in page
    assert 'name="in_spite" value="yes" form="publish"' in page
    done = ada.post(f"{draft}/scenarios/fill", {**FILL, "to": f"{draft}/publish"})
    assert str(done.location).endswith(f"{draft}/publish")
    ada.get(f"{draft}/publish/scenarios")
    page = shown(ada, f"{draft}/publish")
    assert "2 of 2 scenarios pass" in page
    assert "Publish all the same" not in page
