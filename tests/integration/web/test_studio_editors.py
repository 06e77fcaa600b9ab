"""The room for editors: every definition has one, and gestures change just what they name."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask

from sopwith.store.releases import draft_of
from sopwith.web.studio.editors.controls import control_at
from tests.integration.web.conftest import Browser
from tests.support.shop import Shop, files

FILE, TEXT = next((name, text) for name, text in files().items() if "kind: record_type" in text)
PART = {"X-Part": "room"}


@pytest.fixture
def draft(ada: Browser) -> str:
    """The address of a new draft."""
    return str(ada.post("/studio", {"title": "Try the editors"}).location)


def gesture(ada: Browser, draft: str, *operations: Any, base: int = 0) -> Any:
    """Send operations on the file's first document."""
    changes = [{"file": FILE, "document": 0, "operation": one} for one in operations]
    ada.get("/studio")
    headers = {"X-CSRFToken": ada.token}
    body = {"base": base, "title": {}, "changes": changes}
    return ada.client.post(f"{draft}/edit", json=body, headers=headers)


def text_now(shop: Shop, draft: str) -> str:
    with shop.database.reading() as connection:
        found = draft_of(connection, draft.rsplit("/", 1)[1])
    assert found is not None
    return found.documents[FILE]


def test_every_definition_has_an_editor_in_both_languages(ada: Browser, draft: str) -> None:
    page = ada.get(draft).get_data(as_text=True)
    addresses = set(re.findall(rf'href="({draft}/define/[^"]+)"', page))
    assert len(addresses) > 10
    for address in sorted(addresses):
        for lang in ("en", "zh-CN"):
            answer = ada.client.get(address, headers={"Accept-Language": lang})
            assert answer.status_code == 200, address
        part = ada.client.get(address, headers=PART).get_data(as_text=True)
        assert "<html" not in part and "<body" not in part


def test_what_a_rule_sets_may_be_a_constant_or_worked_out(app: Flask) -> None:
    doc = {"then": [{"set": {"title": "", "priority": {"value": "seriousness"}}}]}
    with app.test_request_context("/"):
        constant = control_at("rule", doc, ("then", 0, "set", "title"))
        worked_out = control_at("rule", doc, ("then", 0, "set", "priority"))
    assert constant is not None and worked_out is not None
    assert constant.kind == "text"
    assert ("Worked out", {"value": ""}) in constant.forms
    assert [(part.key, part.kind) for part in worked_out.parts] == [("value", "condition")]


def test_words_of_several_lines_stand_in_a_field_that_keeps_the_lines(
    ada: Browser, draft: str
) -> None:
    page = ada.get(f"{draft}/define/record_type/wish?as=sheet").get_data(as_text=True)
    assert re.search(r'<textarea[^>]* id="c-description-en"', page) is not None
    assert re.search(r'<input[^>]* id="c-title-en"', page) is not None
    lines = {"op": "set", "path": ["title"], "value": {"en": "One\nand two", "zh-CN": "一"}}
    assert gesture(ada, draft, lines).status_code == 200
    page = ada.get(f"{draft}/define/record_type/wish?as=sheet").get_data(as_text=True)
    assert re.search(r'<textarea[^>]* id="c-title-en"[^>]*>\nOne\nand two</textarea>', page)


def test_a_value_is_set_deep_and_cleared_again(ada: Browser, draft: str, shop: Shop) -> None:
    deep = {"op": "set", "path": ["x_new", "inner", "title"], "value": "Deep"}
    assert gesture(ada, draft, deep).status_code == 200
    assert "x_new:" in text_now(shop, draft)
    away = {"op": "clear", "path": ["x_new", "inner", "title"]}
    assert gesture(ada, draft, away, base=1).status_code == 200
    assert text_now(shop, draft) == TEXT


def test_a_value_is_written_as_yaml_and_refused_with_words(
    ada: Browser, draft: str, shop: Shop
) -> None:
    good = {"op": "set", "path": ["x_new"], "yaml": "a: [1, 2]\nb: 两"}
    assert gesture(ada, draft, good).status_code == 200
    assert "b: 两" in text_now(shop, draft)
    bad = gesture(ada, draft, {"op": "set", "path": ["x_new"], "yaml": "a: ["}, base=1)
    assert bad.status_code == 400 and bad.get_json()["message"]
    assert "b: 两" in text_now(shop, draft)


def test_a_definition_whose_text_is_broken_says_where(ada: Browser, draft: str) -> None:
    page = ada.get(draft).get_data(as_text=True)
    address = next(
        one for one in re.findall(rf'href="({draft}/define/[^"]+)"', page) if "/record_type/" in one
    )
    ada.post(f"{draft}/files/{FILE}", {"base": "0", "text": "kind: record_type\nid: [\n"})
    part = ada.client.get(f"{address}?file={FILE}", headers=PART)
    assert part.status_code == 409
    said = part.get_json()
    assert said["file"] == FILE and said["line"] >= 2 and said["message"]
    whole = ada.get(f"{address}?file={FILE}")
    assert whole.status_code == 303 and f"/files/{FILE}" in whole.location
    assert ada.get(f"{draft}/define/form/nothing-of-that-name").status_code in (303, 404)


def test_a_draft_begins_with_its_processes(ada: Browser, draft: str) -> None:
    page = ada.get(draft).get_data(as_text=True)
    wish = page.partition('id="process-wish"')[2].partition("</section>")[0]
    for where in ("form/wish-form", "workflow/wish-flow", "sla/wish-sla"):
        assert f'href="{draft}/define/{where}"' in wish
    assert f'action="{draft}/make"' in wish and 'name="record_type" value="wish"' in wish
    assert page.index('id="process-wish"') < page.index('id="process-errand"')  # customers open the first only  # fmt: skip


def test_what_is_new_and_what_is_tried_is_for_the_records_one_comes_from(
    ada: Browser, draft: str
) -> None:
    page = ada.get(f"{draft}/define/workflow/errand-flow").get_data(as_text=True)
    assert f'href="{draft}/try?type=errand"' in page
    assert f'href="{draft}/make?record_type=errand"' in page
    page = ada.get(f"{draft}/make?record_type=errand").get_data(as_text=True)
    assert '<option value="errand" selected>' in page
    for asked, chosen in (("errand", "errand"), ("nothing", "wish")):
        page = ada.get(f"{draft}/try?type={asked}").get_data(as_text=True)
        assert re.findall(r'name="type" value="(\w+)" checked', page) == [chosen]


def test_the_sheet_knows_what_fields_of_records_say_and_sets_no_where_yes_is_usual(
    ada: Browser, draft: str
) -> None:
    no = {"op": "set", "path": ["portal"], "value": False}
    assert gesture(ada, draft, no).status_code == 200
    page = ada.get(f"{draft}/define/record_type/wish?as=sheet").get_data(as_text=True)
    portal = page.partition('id="c-portal"')[2].partition("</select>")[0]
    assert "<option value='false' selected>No</option>" in portal
    assert "<option value='true'>Yes</option>" in portal
    assert 'id="c-fields-0-title-zh_2d_CN"' in page
    assert 'id="c-fields-0-title--key"' not in page
