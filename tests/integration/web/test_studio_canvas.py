"""What the canvas is sent: only the parts of a chart that differ, and what scenarios exercise of it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.integration.web.conftest import Browser
from tests.support.shop import files

FLOW = "shop/workflows.yaml"
DONE = "      - {to: resolved, title: {en: Done, zh-CN: 完成}, style: primary}\n"
QUICK = "      - {to: resolved, id: quick, title: {en: Done at once, zh-CN: 当场解决}}\n"
SCENARIO = """kind: scenario
id: settled
title: {en: Settled at once, zh-CN: 当场解决}
record_type: wish
given:
  now: "2026-11-16 09:00"
  zone: Asia/Shanghai
  people: [{id: lin, name: Lin, roles: [agent], teams: [counter]}]
steps:
  - create: {by: lin, values: {topic: question, description: Where?}}
  - go: {as: lin, to: working}
  - go: {as: lin, to: quick}
"""


@pytest.fixture
def draft(ada: Browser) -> str:
    return str(ada.post("/studio", {"title": "More steps"}).location)


def send(browser: Browser, address: str, body: Any) -> Any:
    browser.get("/studio")
    answer = browser.client.post(address, json=body, headers={"X-CSRFToken": browser.token})
    assert answer.status_code == 200, answer.json
    return answer.json


def gesture(path: list[str], value: Any) -> dict[str, Any]:
    operation = {"op": "set", "path": path, "value": value}
    return {"file": FLOW, "document": 0, "operation": operation}


def chart(browser: Browser, draft: str, has: str = "") -> dict[str, Any]:
    """Return what the canvas is sent that has the chart of that name."""
    address = f"{draft}/define/workflow/wish-flow"
    page = browser.client.get(address, headers={"X-Part": "room", "X-Chart": has})
    found = page.get_data(as_text=True).split("data-chart='")[1].split("' hidden")[0]
    data: dict[str, Any] = json.loads(found)
    return data


def taken(before: dict[str, Any], sent: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Return the parts of the chart that somebody has who had *before* and is sent *sent*."""
    whole = {}
    for kind in ("nodes", "edges"):
        parts = {one["id"]: one for one in (*before[kind], *sent[kind])}
        order = sent["order"].get(kind, [one["id"] for one in before[kind]])
        whole[kind] = [parts[name] for name in order]
    return whole


def test_a_canvas_is_sent_what_differs_from_what_it_has(ada: Browser, draft: str) -> None:
    first = chart(ada, draft)
    assert "base" not in first
    assert len(first["nodes"]) == 7
    same = chart(ada, draft, first["name"])
    assert (same["base"], same["nodes"], same["edges"], same["order"]) == (first["name"], [], [], {})  # fmt: skip
    title = gesture(["states", "closed", "title", "en"], "Over")
    send(ada, f"{draft}/edit", {"base": 0, "changes": [title]})
    second = chart(ada, draft, first["name"])
    assert [one["id"] for one in second["nodes"]] == ["closed"]
    assert {one["target"] for one in second["edges"]} == {"closed"}
    extra = {"title": {"en": "Archived", "zh-CN": "归档"}, "category": "closed"}
    send(ada, f"{draft}/edit", {"base": 1, "changes": [gesture(["states", "archived"], extra)]})
    third = chart(ada, draft, first["name"])
    assert "archived" in third["order"]["nodes"]
    whole = chart(ada, draft, "of nobody")
    assert "base" not in whole
    assert taken(first, third) == {kind: whole[kind] for kind in ("nodes", "edges")}


def test_languages_have_charts_of_their_own(ada: Browser, draft: str) -> None:
    english = chart(ada, draft)
    ada.post("/preferences", {"lang": "zh-CN", "next": "/studio"})
    chinese = chart(ada, draft, english["name"])
    assert chinese["name"] != english["name"]
    assert "柜台收件" in json.dumps(chinese["nodes"], ensure_ascii=False)


def test_scenarios_are_counted_on_the_canvas_by_state_and_by_way(ada: Browser, draft: str) -> None:
    address = f"{draft}/workflows/wish-flow/coverage"
    none = ada.get(address).get_json()
    assert "There are no scenarios yet" in none["words"]
    assert none["states"]["received"]["mark"] == "never"
    text = files()[FLOW].replace(DONE, DONE + QUICK)
    found = [{"file": FLOW, "text": text}, {"file": "shop/scenarios/settled.yaml", "text": SCENARIO}]  # fmt: skip
    send(ada, f"{draft}/edit", {"base": 0, "changes": found})
    told = ada.get(address).get_json()
    assert told["is_done"]
    assert told["words"] == "1 scenario: 3 of 7 states, 2 of 8 ways are exercised."
    assert told["states"]["working"]["counts"] == [1]
    assert told["states"]["waiting"]["mark"] == "never"
    assert told["lines"]["working>resolved"]["counts"] == [0, 1]
    assert told["lines"]["working>resolved"]["mark"] == "partly"
    assert "Done at once: 1 scenario" in told["lines"]["working>resolved"]["words"]
    assert told["lines"]["waiting>working"]["mark"] == "never"
    once = {"mark": "covered", "lit": False, "words": "1 scenario"}
    assert (told["ways"]["working/go/1"], told["ways"]["working/go/0"]["words"]) == (once, "no scenario")  # fmt: skip
    page = ada.get(f"{draft}/coverage").get_data(as_text=True)
    assert "chart-is-partly" in page
    assert "Way: Worked on → Solved: Done" in page
    assert "Way: Worked on → Solved: Done at once" not in page


def test_the_last_trial_is_lit_on_the_canvas(ada: Browser, draft: str) -> None:
    address = f"{draft}/workflows/wish-flow/coverage"
    ada.post(f"{draft}/try/begin", {"type": "wish", "at": "2026-11-16T09:00"})
    assert not any(one["lit"] for one in ada.get(address).get_json()["states"].values())
    values = {"_as": "customer:customer-1", "_count": "0", "topic": "question", "description": "Where?"}  # fmt: skip
    ada.post(f"{draft}/try/step", values)
    told = ada.get(address).get_json()
    assert [name for name, one in told["states"].items() if one["lit"]] == ["received"]
    assert told["trial"]
    assert not any(one["lit"] for one in told["ways"].values())
    outline = ada.get(f"{draft}/define/workflow/wish-flow?at=;view=outline").get_data(as_text=True)
    assert 'data-tally="received" data-way="go/0"' in outline


def test_coverage_is_told_of_what_is_there_only(ada: Browser, draft: str) -> None:
    assert ada.get(f"{draft}/workflows/gone/coverage").status_code == 404
    send(ada, f"{draft}/edit", {"base": 0, "changes": [gesture(["states", "working", "nonsense"], 1)]})  # fmt: skip
    told = ada.get(f"{draft}/workflows/wish-flow/coverage").get_json()
    assert "has errors" in told["words"]
    assert (told["states"], told["lines"], told["ways"]) == ({}, {}, {})
