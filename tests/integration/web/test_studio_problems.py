"""The list of problems: by titles, with the editor that mends each, and the undo that takes them away."""

from __future__ import annotations

import html
import re

import pytest
from flask import Flask

from tests.integration.web.conftest import Browser
from tests.integration.web.test_studio import send

TOPIC = {"kind": "form", "id": "wish-form", "part": "topic", "sure": "1"}


@pytest.fixture
def ada(app: Flask) -> Browser:
    return Browser(app).sign_in("ada")


@pytest.fixture
def draft(ada: Browser) -> str:
    return str(ada.post("/studio", {"title": "Told"}).location)


def test_a_field_that_was_removed_is_told_by_its_title(ada: Browser, draft: str) -> None:
    assert send(ada, f"{draft}/delete", TOPIC).status_code == 200
    told = ada.get(f"{draft}/problems").json
    assert told is not None
    one = next(one for one in told["problems"] if one["code"] == "EXP020")
    assert one["message"] == "The field “Topic” was removed, but is still asked for here."
    assert "“Has work stopped?”, when it is shown" in one["place"]
    assert "/define/form/wish-form?at=sections/0/fields/" in one["address"]
    assert one["address"].endswith("-show")
    assert ada.get(one["address"].split("#")[0]).status_code == 200
    page = ada.get(draft).get_data(as_text=True)
    assert told["list"] in page
    before = ada.get(f"{draft}/publish").get_data(as_text=True)
    assert "The field “Topic” was removed" in html.unescape(before)
    assert "bench-undo-form" not in before
    undo = re.search(r'form="bench-undo-form">.*?</button>', page)
    assert undo is not None
    assert "Undo “topic deleted”" in html.unescape(undo.group())
    send(ada, f"{draft}/undo", {})
    assert "bench-undo-form" not in ada.get(f"{draft}/problems").json["list"]  # type: ignore[index]
    left = ada.get(f"{draft}/problems").json["problems"]  # type: ignore[index]
    assert {one["severity"] for one in left} == {"warning"}


def test_it_is_told_in_chinese_too(ada: Browser, draft: str) -> None:
    send(ada, f"{draft}/delete", TOPIC)
    ada.post("/preferences", {"lang": "zh-CN"})
    told = ada.get(f"{draft}/problems").json
    assert told is not None
    one = next(one for one in told["problems"] if one["code"] == "EXP020")
    assert one["message"].startswith("字段“")
    assert "已删除" in one["message"]
    assert "显示条件" in one["place"]


def test_undo_is_not_offered_for_what_an_earlier_step_did(ada: Browser, draft: str) -> None:
    send(ada, f"{draft}/delete", TOPIC)
    field = {"kind": "form", "id": "wish-form", "part": "city", "sure": "1"}
    assert send(ada, f"{draft}/delete", field).status_code == 200
    told = ada.get(f"{draft}/problems").json
    assert told is not None
    assert "bench-undo-form" not in told["list"]
    assert any("“Topic” was removed" in one["message"] for one in told["problems"])


def test_a_state_is_told_by_its_title(ada: Browser, draft: str) -> None:
    state = {"kind": "workflow", "id": "wish-flow", "part": "working", "sure": "1"}
    assert send(ada, f"{draft}/delete", state).status_code == 200
    told = ada.get(f"{draft}/problems").json
    assert told is not None
    gone = [one for one in told["problems"] if one["code"] == "WFL020"]
    assert gone
    assert all("The state “" in one["message"] for one in gone)
    assert any("?at=state/" in one["address"] for one in gone)
