"""A room asked for again: only what differs from what the page shows is sent."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.integration.web.conftest import Browser

FIELDS = "".join(f"      - {{id: f{n}, type: text, title: {{en: F {n}, zh-CN: 字段{n}}}}}\n" for n in range(40))  # fmt: skip
TEXT = f"""kind: form
id: long
record_type: wish
title: {{en: Long, zh-CN: 长表单}}
sections:
  - id: first
    title: {{en: First, zh-CN: 一}}
    fields:
{FIELDS}  - id: second
    title: {{en: Second, zh-CN: 二}}
    fields:
      - {{id: last, type: date, title: {{en: Last, zh-CN: 末}}}}
"""
PART = re.compile(r'data-part="([^"]{8})"')
SAME = re.compile(r'id="([^"]+)" data-same')


@pytest.fixture
def draft(ada: Browser) -> str:
    """The address of a draft with a form of 41 fields."""
    address = str(ada.post("/studio", {"title": "Parts"}).location)
    ada.get("/studio")
    sent(ada, address, {"file": "shop/long.yaml", "text": TEXT})
    return address


def sent(browser: Browser, draft: str, change: dict[str, Any]) -> None:
    base = (browser.get(f"{draft}/state").json or {})["revision"]
    headers = {"X-CSRFToken": browser.token}
    body = {"base": base, "changes": [change]}
    assert browser.client.post(f"{draft}/edit", json=body, headers=headers).status_code == 200


def titled(browser: Browser, draft: str, place: int, title: str) -> None:
    path = ["sections", 0, "fields", place, "title", "en"]
    operation = {"op": "set", "path": path, "value": title}
    sent(browser, draft, {"file": "shop/long.yaml", "document": 0, "operation": operation})


def room(browser: Browser, draft: str, have: list[str], at: str = "") -> str:
    """Return the room for a page that shows *have* already."""
    headers = {"X-Part": "room", "X-Have": "".join(have)}
    answer = browser.get(f"{draft}/define/form/long", query_string={"at": at}, headers=headers)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


@pytest.mark.parametrize(("at", "rows"), [("", 2), (";tab=words", 44), (";tab=rights", 41)])
def test_what_the_page_shows_is_not_sent_again(
    ada: Browser, draft: str, at: str, rows: int
) -> None:
    whole = room(ada, draft, [], at)
    again = room(ada, draft, PART.findall(whole), at)
    assert len(SAME.findall(again)) == rows
    assert not PART.findall(again)
    ids = set(re.findall(r' id="([^"]+)"', whole))
    assert set(SAME.findall(again)) <= ids


def test_after_an_edit_only_the_changed_row_is_sent(ada: Browser, draft: str) -> None:
    whole = room(ada, draft, [])
    titled(ada, draft, 7, "Seven & more")
    again = room(ada, draft, PART.findall(whole))
    assert again.count('class="row-title"') == 1
    assert "Seven &amp; more" in again
    assert {"s-second", "f-f6", "f-f8"} <= set(SAME.findall(again))
    assert "f-f7" not in SAME.findall(again)


def test_a_row_that_goes_is_left_out_and_those_behind_it_are_told_their_new_places(
    ada: Browser, draft: str
) -> None:
    whole = room(ada, draft, [])
    operation = {"op": "remove", "path": ["sections", 0, "fields", 30]}
    sent(ada, draft, {"file": "shop/long.yaml", "document": 0, "operation": operation})
    again = room(ada, draft, PART.findall(whole))
    assert "f-f30" not in again
    assert "f-f29" in SAME.findall(again)
    assert "f-f31" not in SAME.findall(again)  # its place in the text is another one
    assert again.count('class="row-title"') == 9


def test_a_selection_draws_its_row_anew(ada: Browser, draft: str) -> None:
    whole = room(ada, draft, [])
    again = room(ada, draft, PART.findall(whole), "sections/0/fields/3")
    assert again.count('class="row-title"') == 1
    assert 'id="inspect-c-sections-0-fields-3"' in again


def test_another_language_has_other_parts(ada: Browser, draft: str) -> None:
    whole = room(ada, draft, [])
    ada.post("/preferences", {"lang": "zh-CN"})
    chinese = room(ada, draft, PART.findall(whole))
    assert not SAME.findall(chinese)
    assert "字段7" in chinese


@pytest.mark.parametrize("odd", ["x", "x" * 8, "é" * 40, "A" * 9_000])
def test_what_is_no_list_of_parts_changes_nothing(ada: Browser, draft: str, odd: str) -> None:
    assert room(ada, draft, [odd]) == room(ada, draft, [])
