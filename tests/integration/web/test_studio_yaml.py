"""Completing, explaining and mending the text of a draft, as its page asks for them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integration.web.conftest import Browser
from tests.integration.web.test_studio import send
from tests.support.shop import files

TYPES = "shop/types.yaml"


@pytest.fixture
def draft(ada: Browser) -> str:
    return str(ada.post("/studio", {"title": "More"}).location)


def test_a_cursor_is_answered_with_what_fits(ada: Browser, draft: str) -> None:
    sent = {"text": "kind: rule\nrecord_type: wish\nwhen: topic == ", "line": 2, "column": 15}
    answer = send(ada, f"{draft}/complete", sent)
    assert answer.status_code == 200
    assert answer.json["start"] == 15
    assert {"value": '"question"', "title": "A question", "help": "", "kind": "choice"} in answer.json["items"]  # fmt: skip


def test_a_word_is_explained_and_what_nobody_knows_is_not(ada: Browser, draft: str) -> None:
    sent = {"text": "kind: record_type\nintake: wish-form\n", "line": 1, "column": 10}
    answer = send(ada, f"{draft}/explain", sent)
    assert answer.json["title"] == "What do you need?"
    assert (answer.json["start"], answer.json["end"]) == (8, 17)
    assert send(ada, f"{draft}/explain", sent | {"line": 2, "column": 0}).json["title"] == ""


@pytest.mark.parametrize(
    "sent",
    [
        None,
        [],
        {},
        {"text": 1, "line": 0, "column": 0},
        {"text": "", "line": "0", "column": 0},
        {"text": "", "line": True, "column": 0},
        {"text": "", "line": -1, "column": 0},
        {"text": "x" * (1024 * 1024 + 1), "line": 0, "column": 0},
    ],
)
@pytest.mark.parametrize("asked", ["complete", "explain"])
def test_what_is_no_cursor_is_refused(ada: Browser, draft: str, asked: str, sent: Any) -> None:
    assert send(ada, f"{draft}/{asked}", sent).status_code == 400


def test_problems_come_with_their_end_and_what_mends_them(ada: Browser, draft: str) -> None:
    text = files()[TYPES] + "\n---\nkind: team\nid: other\ntitel: {en: Other, zh-CN: 其他}\n"
    send(ada, f"{draft}/edit", {"base": 0, "changes": [{"file": TYPES, "text": text}]})
    found = ada.get(f"{draft}/problems?file={TYPES}").json
    assert found is not None
    [one] = [one for one in found["problems"] if one["code"] == "DEF004"]
    line = text.split("\n").index("titel: {en: Other, zh-CN: 其他}") + 1
    place = {"line": line, "column": 1, "endLine": line, "endColumn": 6}
    step = {"en": "“title” written instead", "zh-CN": "改为“title”"}
    words = {"text": "title", "label": "Write “title” instead", "step": step}
    assert one["fix"] == place | words
    assert {key: one[key] for key in place} == place
