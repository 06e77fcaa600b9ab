"""The form builder: what its pages show of any form, whole or broken, its preview, and fields brought along."""

from __future__ import annotations

import html
import io
import json
import re
from typing import Any

import pytest

from sopwith.store.releases import draft_of
from tests.integration.web.conftest import Browser
from tests.support.shop import Shop, files
from tests.support.workbooks import book, words

FILE = next(name for name, text in files().items() if "kind: form" in text)
HALVES = [
    "sections: 3",
    "sections: []",
    "sections: [1, text, {fields: 3}, {id: x}, {use: nothing}, {id: y, fields: [1, null, {id: 3}, {type: odd}]}]",
    "sections: [{id: a, columns: many, show: 'a ==', fields: [{id: a, type: choice, options: [1, {id: x, items: 3}], rights: 7}]}]",
    "sections: [{id: a, fields: [{id: a, type: table, columns: [{id: b}, 3]}, {id: a, type: computed, value: '1 +'}]}]",
    "title: [1]\nsections: [{title: 3, fields: [{id: a, type: date, title: {en: 1}, min: [], default: {x: 1}, rights: [{roles: x, can: y}]}]}]",
]  # fmt: skip
PLACES = [
    "",
    "sections/0",
    "sections/0/fields/0",
    "sections/0/fields/0/columns/0",
    "sections/9/fields/9",
    "new/0/0",
    "new/7/x",
    "sections/0;tab=words",
    ";tab=words;only=missing",
    "sections/0/fields/0;tab=rights;state=none",
    ";tab=preview",
    ";tab=odd",
    "sections/x/y/z",
]


@pytest.fixture
def draft(ada: Browser) -> str:
    """The address of a new draft."""
    return str(ada.post("/studio", {"title": "Forms"}).location)


def send(browser: Browser, draft: str, *operations: dict[str, Any]) -> Any:
    """Send operations on the first form as the page's script does."""
    browser.get("/studio")
    base = (browser.get(f"{draft}/state").json or {})["revision"]
    changes = [{"file": FILE, "document": number(), "operation": one} for one in operations]
    body = {"base": base, "title": {"en": "Step", "zh-CN": "步骤"}, "changes": changes}
    return browser.client.post(
        f"{draft}/edit",
        data=json.dumps(body),  # in the order of the keys, as a browser does
        content_type="application/json",
        headers={"X-CSRFToken": browser.token},
    )


def number() -> int:
    """Return which document of the file the first form is."""
    parts = re.split(r"(?m)^---\s*$", files()[FILE])
    return next(place for place, text in enumerate(parts) if "kind: form" in text)


def form_id() -> str:
    """Return the id of the first form."""
    found = re.search(r"kind: form\nid: (\S+)", files()[FILE])
    assert found is not None
    return found.group(1)


def room(browser: Browser, draft: str, at: str = "", name: str = "") -> str:
    """Return the room with the selection *at*."""
    path = f"{draft}/define/form/{name or form_id()}"
    answer = browser.get(path, query_string={"at": at}, headers={"X-Part": "room"})
    assert answer.status_code == 200, answer.get_data(as_text=True)[:500]
    return answer.get_data(as_text=True)


def text_of(shop: Shop, draft: str) -> str:
    """Return the text of the file in the draft."""
    with shop.database.reading() as connection:
        found = draft_of(connection, draft.rsplit("/", 1)[1])
    assert found is not None
    return found.documents[FILE]


def gestures(page: str) -> list[list[dict[str, Any]]]:
    """Return the operations that buttons of *page* carry, one list after the other."""
    return [json.loads(html.unescape(one)) for one in re.findall(r"data-do='([^']*)'", page)]


@pytest.mark.parametrize("at", PLACES)
def test_every_selection_shows_a_room(ada: Browser, draft: str, at: str) -> None:
    assert 'id="form-room"' in room(ada, draft, at)
    assert ada.get(f"{draft}/define/form/{form_id()}", query_string={"at": at}).status_code == 200


@pytest.mark.parametrize("half", HALVES)
def test_a_half_written_form_is_shown_all_the_same(ada: Browser, draft: str, half: str) -> None:
    text = f"kind: form\nid: half\nrecord_type: wish\n{half}\n"
    ada.get("/studio")
    change = {"file": "shop/half.yaml", "text": text}
    body = {"base": 0, "changes": [change]}
    headers = {"X-CSRFToken": ada.token}
    assert ada.client.post(f"{draft}/edit", json=body, headers=headers).status_code == 200
    for at in PLACES[:5]:
        assert 'id="form-room"' in room(ada, draft, at, "half")


def errors(browser: Browser, draft: str) -> list[str]:
    """Return what the checker calls an error in the draft."""
    found = browser.get(f"{draft}/problems").json or {}
    return [one["message"] for one in found["problems"] if one["severity"] == "error"]


def buttons(page: str, begin: str) -> dict[str, list[dict[str, Any]]]:
    """Return the operations of the buttons whose ids begin with *begin*, by the rest of their ids."""
    found = re.findall(rf'id="{begin}-([a-z_-]+)"[^>]*?data-do=\'([^\']*)\'', page)
    return {name: json.loads(html.unescape(operations)) for name, operations in found}


def test_every_type_of_field_can_be_taken_and_checks_clean(ada: Browser, draft: str) -> None:
    some = buttons(room(ada, draft), "take")
    assert len([one for one in some if not one.startswith("block-")]) == 22
    for kind in ("tree_choice", "table", "computed", "section"):
        assert send(ada, draft, *some[kind]).status_code == 200, kind
    assert errors(ada, draft) == []
    offered = buttons(room(ada, draft, "new/0/0"), "pick")
    assert len([one for one in offered if not one.startswith("block-")]) == 21


def test_a_shared_block_is_taken_once(ada: Browser, draft: str) -> None:
    offered = buttons(room(ada, draft, "new/0/0"), "pick")
    [operation] = offered["block-attachments"]
    assert operation["value"] == {"use": "attachments"}
    assert send(ada, draft, operation).status_code == 200
    assert errors(ada, draft) == []
    after = buttons(room(ada, draft, "new/0/0"), "pick")
    assert set(offered) - set(after) == {"block-attachments"}


def test_a_field_comes_where_the_plus_stands(ada: Browser, draft: str) -> None:
    [operation] = buttons(room(ada, draft, "new/0/1"), "pick")["date"]
    assert (operation["path"], operation["index"]) == (["sections", 0, "fields"], 1)
    send(ada, draft, operation)
    page = room(ada, draft, "sections/0/fields/1")
    assert "sections/0/fields/1" in page
    assert "<code>date</code>" in page


def test_a_new_section_begins_with_the_field_and_those_behind_it(
    ada: Browser, draft: str, shop: Shop
) -> None:
    for kind in ("duration", "url"):
        send(ada, draft, *buttons(room(ada, draft, "new/0/1"), "pick")[kind])
    page = room(ada, draft, "sections/0/fields/1")
    [split] = [one for one in gestures(page) if one[0].get("path") == ["sections"] and len(one) > 1]
    assert send(ada, draft, *split).status_code == 200
    text = text_of(shop, draft)
    assert text.index("id: section") < text.index("id: url") < text.index("id: duration")
    assert text.count("id: url") == 1
    assert errors(ada, draft) == []


def test_rights_are_pressed_in_the_grid(ada: Browser, draft: str, shop: Shop) -> None:
    page = room(ada, draft, "sections/0/fields/0;tab=rights")
    cell = buttons(page, "right-0-c")  # everywhere
    assert (
        send(
            ada, draft, *cell["-customer" if "-customer" in cell else next(iter(cell))]
        ).status_code
        == 200
    )
    assert "can: read" in text_of(shop, draft)
    assert errors(ada, draft) == []


def look(browser: Browser, draft: str, asked: str, **typed: str) -> str:
    """Return the preview with what was typed."""
    answer = browser.post(f"{draft}/define/form/{form_id()}/preview?{asked}", typed)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def test_the_preview_is_what_each_will_see(ada: Browser, draft: str) -> None:
    send(ada, draft, {"op": "set", "path": ["sections", 0, "fields", 0, "title"], "value": {"en": "Its name?", "zh-CN": "名称？"}})  # fmt: skip
    assert "Its name?" in look(ada, draft, "as=customer&in=en")
    chinese = look(ada, draft, "as=agent&in=zh-CN")
    assert "名称？" in chinese
    assert 'lang="zh-CN"' in chinese
    approver = look(ada, draft, "as=approver&in=en")
    assert "Its name?" in approver
    assert "<input" not in approver
    assert ada.post(f"{draft}/define/form/none/preview").status_code == 404


def test_the_preview_follows_rights_and_what_is_typed(ada: Browser, draft: str) -> None:
    first = {"op": "set", "path": ["sections", 0, "fields", 0, "rights"], "value": [{"roles": ["customer"], "can": "none"}]}  # fmt: skip
    asked = {"id": "why_so", "type": "text", "title": {"en": "Why so?", "zh-CN": "为何？"}, "show": "sure == true"}  # fmt: skip
    sure = {"id": "sure", "type": "yes_no", "title": {"en": "Sure?", "zh-CN": "确定？"}}
    title = room(ada, draft)
    name = re.search(r'id="title-f-([a-z_]+)"', title)
    assert name is not None
    inserts = [{"op": "insert", "path": ["sections", 0, "fields"], "index": 1, "value": one} for one in (asked, sure)]  # fmt: skip
    assert send(ada, draft, first, *inserts).status_code == 200
    page = look(ada, draft, "as=customer&in=en")
    assert f'id="field-{name.group(1)}"' not in page
    assert "Why so?" not in page
    assert "Why so?" in look(ada, draft, "as=customer&in=en", sure="true")


def test_the_preview_of_what_cannot_be_read_says_so(ada: Browser, draft: str) -> None:
    send(ada, draft, {"op": "set", "path": ["sections"], "value": []})
    assert "nothing to show" in look(ada, draft, "in=en")


CELLS = "姓名\tOrder\t日期\nAnn\tSO-1\t2026-11-02\nBob\tSO-2\t2026-11-03\nCem\tSO-3\t2026-11-04\n"


def bring(browser: Browser, draft: str, **sent: Any) -> Any:
    """Send the page on which fields are brought along."""
    browser.get(f"{draft}/bring-fields?form={form_id()}")
    return browser.post(f"{draft}/bring-fields", {"form": form_id(), **sent})


def test_fields_are_looked_at_before_they_are_made(ada: Browser, draft: str, shop: Shop) -> None:
    before = text_of(shop, draft)
    page = bring(ada, draft, text=CELLS, act="look").get_data(as_text=True)
    assert "every cell is a day" in page
    assert "SO-1 · SO-2 · SO-3" in page
    assert text_of(shop, draft) == before
    chosen = {"take-0": "1", "take-2": "1", "must-2": "1", "type-2": "date_time", "seen": "3"}
    made = bring(ada, draft, text=CELLS, act="take", **chosen)
    assert made.status_code == 303
    text = text_of(shop, draft)
    assert text.startswith(before[:200])
    assert "zh-CN: 姓名" in text
    assert "SO-1" not in text
    assert "type: date_time" in text
    assert "id: order" not in text
    assert errors(ada, draft) == []
    ada.post(f"{draft}/undo")
    assert text_of(shop, draft) == before


def test_a_schema_takes_the_place_of_what_was_there(ada: Browser, draft: str, shop: Shop) -> None:
    schema = json.dumps(
        {"properties": {"serialNo": {"type": "string"}, "count": {"type": "integer"}}}
    )
    sent = {
        "text": schema,
        "act": "take",
        "where": "instead",
        "take-0": "1",
        "take-1": "1",
        "seen": "2",
    }
    assert bring(ada, draft, **sent).status_code == 303
    document = text_of(shop, draft).split("kind: form", 1)[1].split("\n---", 1)[0]
    assert "serial_no" in document
    assert document.count("  - id: ") <= 3


@pytest.mark.parametrize("text", ["", "   ", "{", "[1, 2]", '{"properties": {}}'])
def test_what_is_neither_table_nor_schema_is_said(ada: Browser, draft: str, text: str) -> None:
    answer = bring(ada, draft, text=text, act="look")
    assert answer.status_code == 422
    assert "neither a table" in answer.get_data(as_text=True)


def test_a_file_will_do_as_well(ada: Browser, draft: str) -> None:
    ada.get(f"{draft}/bring-fields?form={form_id()}")
    for coding in ("utf-8", "gb18030"):
        file = (io.BytesIO(CELLS.encode(coding)), "cells.tsv")
        data = {"form": form_id(), "act": "look", "file": file}
        page = ada.post(f"{draft}/bring-fields", data, content_type="multipart/form-data")
        assert "姓名" in page.get_data(as_text=True)


def sent_file(browser: Browser, draft: str, name: str, content: bytes) -> Any:
    """Send a file to be looked at."""
    browser.get(f"{draft}/bring-fields?form={form_id()}")
    data = {"form": form_id(), "act": "look", "file": (io.BytesIO(content), name)}
    return browser.post(f"{draft}/bring-fields", data, content_type="multipart/form-data")


def test_a_spreadsheet_file_is_looked_at_like_its_cells(ada: Browser, draft: str) -> None:
    day = '<row><c t="inlineStr"><is><t>Ada</t></is></c><c s="1"><v>46348</v></c></row>'
    answer = sent_file(ada, draft, "people.xlsx", book(words("姓名", "Due by") + day * 3))
    page = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert "every cell is a day" in page
    assert "Ada\t2026-11-22" in page  # what was read can be seen and changed, and is sent again
    assert 'name="seen" value="2"' in page


REFUSED = [
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "behind a password", "设有密码"),
    (b"PK\x03\x04 cut", "no spreadsheet", "不是电子表格"),
    (b"no zip at all", "no spreadsheet", "不是电子表格"),
    (book(""), "the sheet “Tickets”", "工作表“Tickets”"),
    (book("\n<row><c></row>"), "xl/worksheets/sheet1.xml, line 2", "xl/worksheets/sheet1.xml 部分第 2 行"),
    (book("<c/>" * 300_000), "in its part xl/worksheets/sheet1.xml", "xl/worksheets/sheet1.xml 部分内容过多"),
]  # fmt: skip


def test_a_spreadsheet_that_cannot_be_read_is_explained(ada: Browser, draft: str) -> None:
    for content, english, _chinese in REFUSED:
        answer = sent_file(ada, draft, "people.xlsx", content)
        assert answer.status_code == 422
        assert english in answer.get_data(as_text=True)
    ada.post("/preferences", {"lang": "zh-CN"})
    for content, _english, chinese in REFUSED:
        assert chinese in sent_file(ada, draft, "people.xlsx", content).get_data(as_text=True)


def test_nothing_chosen_makes_nothing(ada: Browser, draft: str) -> None:
    assert bring(ada, draft, text=CELLS, act="take", seen="3").status_code == 422
    assert ada.get(f"{draft}/bring-fields?form=none").status_code == 404
