"""Stock words in the studio: what is rewritten in one language is missing in the other, wherever it is shown."""

from __future__ import annotations

from typing import Any

import pytest

from sopwith.definitions import read_nodes
from sopwith.definitions.operations import value_at
from sopwith.store.releases import draft_of
from tests.integration.web.conftest import Browser
from tests.integration.web.test_studio_forms import FILE, number, send
from tests.support.shop import Shop, files

FIELDS: list[str | int] = ["sections", 0, "fields"]
NEW = {"id": "invoice", "type": "text", "title": {"en": "New field", "zh-CN": "新字段"}}


@pytest.fixture
def draft(ada: Browser) -> str:
    """The address of a new draft with a new field."""
    address = str(ada.post("/studio", {"title": "Words"}).location)
    assert send(ada, address, {"op": "insert", "path": FIELDS, "index": 0, "value": NEW}).status_code == 200  # fmt: skip
    return address


def title(shop: Shop, draft: str) -> Any:
    with shop.database.reading() as connection:
        found = draft_of(connection, draft.rsplit("/", 1)[1])
    assert found is not None
    form = read_nodes(found.documents[FILE], FILE)[0][number()].value
    return value_at(form, (*FIELDS, 0, "title"))


def form_id() -> str:
    return str(read_nodes(files()[FILE], FILE)[0][number()].value["id"])


def test_a_rewritten_title_has_no_translation_until_undone(ada: Browser, shop: Shop, draft: str) -> None:  # fmt: skip
    path = [*FIELDS, 0, "title", "en"]
    assert send(ada, draft, {"op": "set", "path": path, "value": "Invoice"}).status_code == 200
    assert title(shop, draft) == {"en": "Invoice"}
    problems = (ada.get(f"{draft}/problems").json or {})["problems"]
    assert [one["code"] for one in problems if one["code"] != "PCK005"] == ["DEF015"]
    ada.post(f"{draft}/undo", {})
    assert title(shop, draft) == {"en": "New field", "zh-CN": "新字段"}
    ada.post(f"{draft}/redo", {})
    assert title(shop, draft) == {"en": "Invoice"}


def test_the_translations_show_it_as_missing_and_take_the_other(ada: Browser, shop: Shop, draft: str) -> None:  # fmt: skip
    path = [*FIELDS, 0, "title"]
    typed = {"en": "New field", "zh-CN": "发票"}
    assert send(ada, draft, {"op": "set", "path": path, "value": typed}).status_code == 200
    assert title(shop, draft) == {"zh-CN": "发票"}
    page = ada.get(f"{draft}/define/form/{form_id()}?at=;tab=words;only=missing").get_data(
        as_text=True
    )
    assert "1 text is missing in one language" in page
    both = {"en": "Invoice", "zh-CN": "发票"}
    assert send(ada, draft, {"op": "set", "path": path, "value": both}).status_code == 200
    assert title(shop, draft) == both
