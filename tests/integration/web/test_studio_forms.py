"""The form builder: what its pages show of any form, whole or broken, its preview, and fields brought along."""

from __future__ import annotations

import html
import json
import re
from typing import Any

import pytest
from flask import Flask

from sopwith.store.releases import draft_of
from tests.integration.web.conftest import Browser
from tests.support.shop import Shop, files

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
def ada(app: Flask) -> Browser:
    return Browser(app).sign_in("ada")


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
    return browser.client.post(f"{draft}/edit", json=body, headers={"X-CSRFToken": browser.token})


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


def gestures(page: str) -> list[dict[str, Any]]:
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
    for at in PLACES:
        assert 'id="form-room"' in room(ada, draft, at, "half")
