"""Failing scenarios in words, what puts them right as one step of the draft, and publishing in spite of them."""

from __future__ import annotations

import html
import re

import pytest

from tests.integration.web.conftest import Browser, draft_files
from tests.integration.web.test_studio import send
from tests.support.shop import Shop, files

FORM = next(name for name, text in files().items() if "id: wish-form" in text)
FLOW = next(name for name, text in files().items() if "id: wish-flow" in text)
SCENARIO = """kind: scenario
id: {id}
title: {{en: "Begun {id}", zh-CN: "受理 {id}"}}
record_type: wish
given:
  now: 2026-11-23 10:00
  people: [{{id: kim, name: Kim, roles: [agent], teams: [counter]}}]
  customers: [{{id: ann, name: Ann Miller}}]
steps:
  - create: {{customer: ann, values: {{topic: question, description: Where is it?}}}}
    then: {{state: received}}
  - go: {{as: kim, to: working}}
    then: {{state: working}}
"""
NEEDED = """      - id: pain
        type: choice
        required: true
        title: {en: How badly does it hurt?, zh-CN: 影响程度}
        options:
          - {id: little, title: {en: A little, zh-CN: 轻微}}
          - {id: much, title: {en: Very much, zh-CN: 严重}}
"""
BEGIN = "{to: working, title: {en: Begin, zh-CN: 开始}, style: primary}"


@pytest.fixture
def draft(ada: Browser) -> str:
    """The address of a new draft with two scenarios that pass."""
    address = str(ada.post("/studio", {"title": "Another way"}).location)
    put(ada, address, {f"shop/scenarios/{one}.yaml": SCENARIO.format(id=one) for one in ("first", "second")})  # fmt: skip
    return address


def put(ada: Browser, draft: str, texts: dict[str, str]) -> None:
    """Save whole files in the draft."""
    base = ada.get(f"{draft}/state").get_json()["revision"]
    changes = [{"file": name, "text": text} for name, text in texts.items()]
    assert send(ada, f"{draft}/edit", {"base": base, "changes": changes}).status_code == 200


def needed() -> dict[str, str]:
    """Return the form with one field more, which must be filled in."""
    return {FORM: files()[FORM].replace("      - id: city\n", f"{NEEDED}      - id: city\n", 1)}


def shown(ada: Browser, address: str) -> str:
    """Return a page without its tags, as it reads."""
    answer = ada.get(address)
    assert answer.status_code == 200
    text = re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True))
    return " ".join(html.unescape(text).split())


def went(ada: Browser, draft: str) -> tuple[int, int]:
    """Return how many scenarios passed and failed."""
    told = ada.get(f"{draft}/scenarios").get_json()
    assert told["is_done"]
    return told["passed"], told["failed"]


def test_a_missing_field_is_named_and_filled_in_in_all_examples_at_once(
    ada: Browser, draft: str, shop: Shop
) -> None:
    put(ada, draft, needed())
    before = draft_files(shop, draft)
    assert went(ada, draft) == (0, 2)
    page = shown(ada, f"{draft}/coverage")
    assert "2 scenarios do not fill in “How badly does it hurt?”, which must be filled in now." in page  # fmt: skip
    assert "This scenario opens a record (A wish) without the field “How badly does it hurt?”, which must be filled in now. VAL001" in page  # fmt: skip
    assert "Ann Miller sends the form “What do you need?”." in page
    wish = {"type": "wish", "field": "pain"}
    ada.post(f"{draft}/scenarios/fill", {**wish, "value": "nothing of the kind"})
    assert draft_files(shop, draft) == before
    assert ada.post(f"{draft}/scenarios/fill", {**wish, "value": "much"}).status_code == 303
    assert went(ada, draft) == (2, 0)
    assert "pain: much" in draft_files(shop, draft)["shop/scenarios/second.yaml"]
    send(ada, f"{draft}/undo", {"file": FORM})
    assert draft_files(shop, draft) == before
    assert "The scenario fails even then" in shown(ada, f"{draft}/scenarios/first/outcome")
    assert ada.post(f"{draft}/scenarios/free", wish).status_code == 303
    assert went(ada, draft) == (2, 0)
    assert ada.post(f"{draft}/scenarios/free", wish).status_code == 404
    assert ada.post(f"{draft}/scenarios/fill", {**wish, "field": "no"}).status_code == 404


def test_a_state_that_is_another_one_now_is_told_and_can_be_taken_as_expected(
    ada: Browser, draft: str, shop: Shop
) -> None:
    flow = files()[FLOW].replace(BEGIN, BEGIN.replace("to: working", "to: waiting, id: working"))
    put(ada, draft, {FLOW: flow})
    assert went(ada, draft) == (0, 2)
    page = shown(ada, f"{draft}/coverage")
    said = "After “Begin” it stands in “Waits for the customer”; the scenario expects “Worked on”."
    assert said in page
    preview = shown(ada, f"{draft}/scenarios/first/outcome")
    assert said in preview
    assert "State : Worked on → Waits for the customer" in preview
    assert "then: {state: working}" in draft_files(shop, draft)["shop/scenarios/first.yaml"]
    assert ada.post(f"{draft}/scenarios/first/outcome").status_code == 303
    assert "then: {state: waiting}" in draft_files(shop, draft)["shop/scenarios/first.yaml"]
    assert went(ada, draft) == (1, 1)
    assert ada.get(f"{draft}/scenarios/first/outcome").status_code == 404
    assert ada.post(f"{draft}/scenarios/second/try").location.endswith("/try")
    assert "Waits for the customer" in shown(ada, f"{draft}/try")
    assert ada.post(f"{draft}/scenarios/none/try").status_code == 404
    opened = shown(ada, f"{draft}/define/scenario/second")
    assert said in opened
    assert "Kim moves it to “Worked on”." in opened


def test_a_refusal_is_told_without_codes_first_and_becomes_what_is_expected(
    ada: Browser, draft: str, shop: Shop
) -> None:
    flow = files()[FLOW].replace(BEGIN, BEGIN.replace("to: working", "to: waiting"))
    put(ada, draft, {FLOW: flow})
    page = shown(ada, f"{draft}/coverage")
    assert "It is refused: From Inbox of the counter there is no way to Worked on. ENG010" in page
    preview = shown(ada, f"{draft}/scenarios/first/outcome")
    assert "Refused : it is accepted → From … there is no way to …" in preview
    ada.post(f"{draft}/scenarios/first/outcome")
    assert "ENG010" in draft_files(shop, draft)["shop/scenarios/first.yaml"]
    assert went(ada, draft) == (1, 1)
    put(ada, draft, {FLOW: files()[FLOW]})
    assert "The scenario expects that this is refused (“From … there is no way to …”); it is accepted now." in shown(ada, f"{draft}/coverage")  # fmt: skip
    ada.post(f"{draft}/scenarios/first/outcome")
    assert "ENG010" not in draft_files(shop, draft)["shop/scenarios/first.yaml"]
    assert went(ada, draft) == (2, 0)


def test_publishing_says_in_sentences_what_changes_and_needs_a_tick_while_scenarios_fail(
    ada: Browser, draft: str, shop: Shop
) -> None:
    shop.wish()
    flow = files()[FLOW].replace(BEGIN, BEGIN.replace("to: working", "to: waiting, id: working"))
    put(ada, draft, {**needed(), FLOW: flow})
    assert went(ada, draft) == (0, 2)
    page = shown(ada, f"{draft}/publish")
    assert "New field “How badly does it hurt?” (Choice: A little, Very much). It must be filled in." in page  # fmt: skip
    assert "From “Inbox of the counter”: “Begin” leads to “Waits for the customer” (before: “Worked on”)." in page  # fmt: skip
    lacks = page.index(
        "2 scenarios do not fill in “How badly does it hurt?”, which must be filled in now."
    )
    assert lacks < page.index("Publish all the same") < page.index("What changes, and why")  # fmt: skip
    html_page = ada.get(f"{draft}/publish").get_data(as_text=True)
    assert 'name="move.wish"' in html_page
    revision = re.search(r'name="revision" value="(\d+)"', html_page)
    assert revision is not None
    wish = {"note": "Pain", "revision": revision[1]}
    refused = ada.post(f"{draft}/publish", wish)
    assert refused.status_code == 422
    assert "tick that you publish although they fail" in refused.get_data(as_text=True)
    assert ada.post(f"{draft}/publish", {**wish, "in_spite": "yes"}).status_code == 303


def test_only_types_that_really_change_are_asked_about(ada: Browser, draft: str, shop: Shop) -> None:  # fmt: skip
    shop.wish()
    put(ada, draft, {FLOW: files()[FLOW] + "\n# a comment\n"})
    assert 'name="move.wish"' not in ada.get(f"{draft}/publish").get_data(as_text=True)
    rule = 'kind: rule\nid: tagged\ntitle: {en: Mark it, zh-CN: 标记}\nrecord_type: wish\non: created\nwhen: topic == "fault"\nthen: [{tag: [late]}]\n'
    put(ada, draft, {"shop/more.yaml": rule})
    page = shown(ada, f"{draft}/publish")
    assert "If: Topic is Something is broken. Then: Add the tag late." in page
    assert 'name="move.wish"' in ada.get(f"{draft}/publish").get_data(as_text=True)
