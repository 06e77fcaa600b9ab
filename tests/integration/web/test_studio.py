"""The studio: drafts, edits with the revision they saw, steps back and forth, and publishing."""

from __future__ import annotations

import re
from typing import Any

import pytest

from sopwith.runtime.publishing import publish
from sopwith.store.audit import entries
from sopwith.store.releases import draft_heads, draft_of, live_hash
from tests.integration.web.conftest import Browser
from tests.support.shop import Shop, files

FILE = next(name for name, text in files().items() if "kind: record_type" in text)


@pytest.fixture
def draft(ada: Browser) -> str:
    """The address of a new draft."""
    answer = ada.post("/studio", {"title": "Ask for the order number"})
    assert answer.status_code == 303
    return str(answer.location)


def send(browser: Browser, address: str, body: Any) -> Any:
    """Send JSON as the page's script does."""
    if not browser.token:
        browser.get("/studio")
    return browser.client.post(address, json=body, headers={"X-CSRFToken": browser.token})


def retitled(words: str, base: int = 0) -> dict[str, Any]:
    """Return the edit that gives the first definition of the file another English title."""
    put = {"op": "put", "path": ["title", "en"], "value": words}
    change = {"file": FILE, "document": number_of_type(), "operation": put}
    return {"base": base, "title": {"en": "Title", "zh-CN": "标题"}, "changes": [change]}


def number_of_type() -> int:
    """Return which document of the file the record type is."""
    texts = re.split(r"(?m)^---\s*$", files()[FILE])
    return next(place for place, text in enumerate(texts) if "kind: record_type" in text)


def text_of(shop: Shop, draft: str) -> str:
    """Return the text of the file in the draft."""
    with shop.database.reading() as connection:
        found = draft_of(connection, draft.rsplit("/", 1)[1])
    assert found is not None
    return found.documents[FILE]


def test_a_draft_begins_as_what_is_in_force(ada: Browser, draft: str, shop: Shop) -> None:
    page = ada.get(draft).get_data(as_text=True)
    assert "Ask for the order number" in page
    assert "problem-error" not in page
    assert text_of(shop, draft) == files()[FILE]
    assert "Ask for the order number" in ada.get("/studio").get_data(as_text=True)


def test_an_edit_is_saved_at_once_and_can_be_taken_back(
    ada: Browser, draft: str, shop: Shop
) -> None:
    answer = send(ada, f"{draft}/edit", retitled("A request"))
    assert answer.status_code == 200
    assert answer.json["revision"] == 1
    assert answer.json["undo"] == "Title"
    assert answer.json["files"][FILE] == text_of(shop, draft)
    assert "A request" in text_of(shop, draft)
    back = send(ada, f"{draft}/undo", {"file": FILE})
    assert back.json["files"][FILE] == files()[FILE]
    assert (back.json["undo"], back.json["redo"]) == (None, "Title")
    assert "A request" in send(ada, f"{draft}/redo", {"file": FILE}).json["files"][FILE]
    assert "Title" in ada.get(f"{draft}/history").get_data(as_text=True)
    assert ada.get(f"{draft}/state").json == {"revision": 3}


def test_problems_are_told_with_their_place(ada: Browser, draft: str) -> None:
    broken = files()[FILE] + "\nnonsense: 1\n"
    change = {"file": FILE, "text": broken}
    assert send(ada, f"{draft}/edit", {"base": 0, "changes": [change]}).status_code == 200
    found = ada.get(f"{draft}/problems?file={FILE}").json
    assert found is not None
    assert found["text"] == broken
    [problem] = [one for one in found["problems"] if one["severity"] == "error"]
    assert (problem["file"], problem["code"]) == (FILE, "DEF004")
    assert broken.split("\n")[problem["line"] - 1] == "nonsense: 1"
    assert "nonsense" in ada.get(problem["address"]).get_data(as_text=True)
    refused = ada.post(f"{draft}/publish", {"note": "Why", "revision": "1"})
    assert refused.status_code == 422


def test_a_stale_edit_is_merged_or_told(ada: Browser, draft: str, shop: Shop) -> None:
    send(ada, f"{draft}/edit", retitled("Theirs"))
    same = send(ada, f"{draft}/edit", retitled("Mine"))
    assert same.status_code == 409
    assert "Theirs" in same.json["theirs"]
    assert "Mine" in same.json["mine"]
    assert same.json["revision"] == 1
    typed = {"file": FILE, "text": files()[FILE].rstrip("\n") + "\n# mine\n"}
    apart = send(ada, f"{draft}/edit", {"base": 0, "changes": [typed]})
    assert apart.status_code == 200
    assert "Theirs" in text_of(shop, draft)
    assert "# mine" in text_of(shop, draft)


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {},
        {"base": "0", "changes": []},
        {"base": 0, "changes": []},
        {"base": True, "changes": [{}]},
        {"base": 0, "changes": [{"file": 3, "text": ""}]},
        {"base": 0, "changes": [{"file": "../x.yaml", "text": ""}]},
        {"base": 0, "changes": [{"file": "pack/../x.yaml", "text": ""}]},
        {"base": 0, "changes": [{"file": "pack/x.exe", "text": ""}]},
        {"base": 0, "changes": [{"file": FILE, "text": 3}]},
        {"base": 0, "changes": [{"file": FILE}]},
        {"base": 0, "changes": [{"file": FILE, "operation": {"op": "burn"}}]},
        {"base": 0, "changes": [{"file": FILE, "operation": {"op": "put", "path": "title"}}]},
        {"base": 0, "changes": [{"file": FILE, "operation": {"op": "put", "path": [None]}}]},
        {
            "base": 0,
            "changes": [{"file": FILE, "operation": {"op": "insert", "path": [], "index": "1"}}],
        },
        {
            "base": 0,
            "changes": [{"file": FILE, "document": "x", "operation": {"op": "remove", "path": []}}],
        },
    ],
)
def test_what_is_no_edit_is_refused(ada: Browser, draft: str, shop: Shop, body: Any) -> None:
    assert send(ada, f"{draft}/edit", body).status_code == 400
    assert text_of(shop, draft) == files()[FILE]


def test_an_operation_that_does_not_fit_is_said(ada: Browser, draft: str) -> None:
    remove = {"op": "remove", "path": ["nowhere"]}
    edit = {"base": 0, "changes": [{"file": FILE, "operation": remove}]}
    assert send(ada, f"{draft}/edit", edit).status_code == 422
    edit = {"base": 0, "changes": [{"file": "pack/none.yaml", "operation": remove}]}
    assert send(ada, f"{draft}/edit", edit).status_code == 422


def test_it_works_without_scripts(ada: Browser, draft: str, shop: Shop) -> None:
    page = ada.get(f"{draft}/files/{FILE}?line=3")
    assert page.status_code == 200
    text = files()[FILE].rstrip("\n") + "\n# typed\n"
    saved = ada.post(f"{draft}/files/{FILE}", {"base": "0", "text": text.replace("\n", "\r\n")})
    assert saved.status_code == 303
    assert text_of(shop, draft) == text
    other = ada.post(
        f"{draft}/files/{FILE}", {"base": "0", "text": text.replace("# typed", "# other")}
    )
    assert other.status_code == 409
    page_text = other.get_data(as_text=True)
    assert "# other" in page_text
    assert "# typed" in page_text
    assert ada.post(f"{draft}/undo", {"file": FILE}).status_code == 303
    assert text_of(shop, draft) == files()[FILE]


def test_publishing_needs_a_note_and_what_was_looked_at(
    ada: Browser, draft: str, shop: Shop
) -> None:
    send(ada, f"{draft}/edit", retitled("A request"))
    page = ada.get(f"{draft}/publish").get_data(as_text=True)
    assert "is called “A request” now." in page
    assert ada.post(f"{draft}/publish", {"note": "", "revision": "1"}).status_code == 422
    assert ada.post(f"{draft}/publish", {"note": "Why", "revision": "0"}).status_code == 422
    assert ada.post(f"{draft}/publish", {"note": "Clearer", "revision": "1"}).status_code == 303
    assert "A request" in shop.service.releases.live().record_types["wish"].title.en
    with shop.database.reading() as connection:
        assert draft_heads(connection) == []
        assert entries(connection, limit=1)[0].action == "release.publish"
    assert ada.get(draft).status_code == 404


def test_what_was_published_meanwhile_is_taken_in(ada: Browser, draft: str, shop: Shop) -> None:
    send(ada, f"{draft}/edit", retitled("A request"))
    theirs = {**files(), FILE: files()[FILE].rstrip("\n") + "\n# theirs\n"}
    assert publish(shop.service, theirs, author=None, note="Meanwhile")[0] is not None
    assert ada.post(f"{draft}/publish", {"note": "Clearer", "revision": "1"}).status_code == 422
    assert ada.post(f"{draft}/update").status_code == 303
    assert "# theirs" in text_of(shop, draft)
    assert "A request" in text_of(shop, draft)
    assert ada.post(f"{draft}/publish", {"note": "Clearer", "revision": "2"}).status_code == 303
    with shop.database.reading() as connection:
        assert live_hash(connection) == shop.service.releases.live().hash


def test_a_draft_is_discarded_after_a_question(ada: Browser, draft: str) -> None:
    assert "This cannot be undone" in ada.get("/studio").get_data(as_text=True)
    assert ada.post(f"{draft}/discard").status_code == 303
    assert ada.get(draft).status_code == 404
    assert send(ada, f"{draft}/edit", retitled("Late")).status_code == 404


def test_a_definition_is_found_by_its_name(ada: Browser, draft: str) -> None:
    found = ada.get(f"{draft}/open/record_type/wish")
    assert found.location == f"{draft}/define/record_type/wish"
    assert ada.get(f"{draft}/open/record_type/none").status_code == 404
    assert ada.get(f"{draft}/files/none.yaml").status_code == 404


def test_what_was_sent_in_is_not_shown_as_a_draft(ada: Browser) -> None:
    answer = ada.post("/studio", {"title": "import: mine"})
    assert ada.get(str(answer.location)).status_code == 200
    assert "import:" not in ada.get("/studio").get_data(as_text=True)


def test_the_marks_of_the_outline_follow_each_step(ada: Browser, draft: str) -> None:
    change = {"file": FILE, "text": files()[FILE].replace("workflow: ", "workflow: no-", 1)}
    assert ada.get(f"{draft}/problems").json["marks"] == {}  # type: ignore[index]
    send(ada, f"{draft}/edit", {"base": 0, "changes": [change]})
    marks = ada.get(f"{draft}/problems").json["marks"]  # type: ignore[index]
    assert "outline-error" in marks["record_type/wish"]
    assert marks["record_type/wish"] in ada.get(draft).get_data(as_text=True)
    send(ada, f"{draft}/undo", {})
    assert ada.get(f"{draft}/problems").json["marks"] == {}  # type: ignore[index]
