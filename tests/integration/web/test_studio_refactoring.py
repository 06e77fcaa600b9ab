"""What names a thing, renaming it everywhere, deleting it with open eyes, copies, and pasted text."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping

import pytest

from sopwith.core.diagnostics import has_errors
from sopwith.store.releases import draft_of
from sopwith.web.studio.bench import bench_of
from tests.integration.web.conftest import Browser
from tests.integration.web.test_studio import send
from tests.support.shop import Shop, files

CITY = {"kind": "form", "id": "wish-form", "part": "city"}
TEAM = {"kind": "team", "id": "counter"}


@pytest.fixture
def draft(ada: Browser) -> str:
    return str(ada.post("/studio", {"title": "More"}).location)


@pytest.fixture
def texts(shop: Shop, draft: str) -> Callable[[], Mapping[str, str]]:
    def read() -> Mapping[str, str]:
        with shop.database.reading() as connection:
            found = draft_of(connection, draft.rsplit("/", 1)[1])
        assert found is not None
        return found.documents

    return read


def test_references_are_told_with_their_lines(ada: Browser, draft: str) -> None:
    told = ada.get(f"{draft}/references?kind=team&id=counter").json
    assert told is not None
    first, *others = told["references"]
    assert first["declares"] and first["words"] == "id: counter"
    assert {one["kind"] for one in others} >= {"workflow"}
    assert len(told["breaks"]) == len(others)
    assert ada.get(others[0]["address"]).status_code == 200
    part = ada.get(f"{draft}/references?kind=team&id=counter", headers={"X-Part": "references"})
    assert "<html" not in part.get_data(as_text=True)
    assert "counter" in part.get_data(as_text=True)


@pytest.mark.parametrize("asked", ["", "?kind=team&id=nobody", "?kind=form&id=wish-form&part=x"])
def test_nothing_is_told_of_what_is_not_there(ada: Browser, draft: str, asked: str) -> None:
    assert ada.get(f"{draft}/references{asked}").status_code == 404
    assert ada.get(f"{draft}/things/team/nobody").status_code == 404


def test_the_page_of_a_thing_shows_what_names_it(ada: Browser, draft: str) -> None:
    page = ada.get(f"{draft}/things/team/counter").get_data(as_text=True)
    assert "Rename everywhere" in page
    assert "team: counter" in page
    assert "kind: team" in page
    part = ada.get(f"{draft}/things/form/wish-form?part=city").get_data(as_text=True)
    assert "wish-form" in part
    assert "Make a copy" not in part


def test_renaming_changes_every_place_as_one_step(
    ada: Browser, draft: str, texts: Callable[[], Mapping[str, str]]
) -> None:
    answer = send(ada, f"{draft}/rename", TEAM | {"new": "front-desk"})
    assert answer.status_code == 200
    assert answer.json["revision"] == 1
    assert answer.json["undo"] == "counter renamed to front-desk"
    after = texts()
    assert "team: counter" not in after["shop/workflows.yaml"]
    assert not has_errors(bench_of(after).found)
    assert answer.json["files"]["shop/workflows.yaml"] == after["shop/workflows.yaml"]
    send(ada, f"{draft}/undo", {"file": ""})
    assert texts() == files()


def test_a_field_is_renamed_by_the_form_of_the_page(
    ada: Browser, draft: str, texts: Callable[[], Mapping[str, str]]
) -> None:
    answer = ada.post(f"{draft}/rename", CITY | {"new": "town"})
    assert answer.status_code == 303
    assert str(answer.location).endswith("/things/form/wish-form?part=town")
    assert "id: town" in texts()["shop/forms.yaml"]
    assert ada.get(str(answer.location)).status_code == 200


@pytest.mark.parametrize(
    ("new", "words"),
    [("topic", "one with this id already"), ("x y", "An id begins"), ("city", "has this id already"), ("owner", "meaning of its own")],
)  # fmt: skip
def test_a_new_id_that_cannot_be_is_explained(
    ada: Browser, draft: str, new: str, words: str
) -> None:
    answer = send(ada, f"{draft}/rename", CITY | {"new": new})
    assert answer.status_code == 422
    assert words in answer.json["message"]
    page = ada.post(f"{draft}/rename", CITY | {"new": new})
    assert page.status_code == 422
    assert words in page.get_data(as_text=True)


def test_deleting_tells_what_breaks_first(
    ada: Browser, draft: str, texts: Callable[[], Mapping[str, str]]
) -> None:
    first = send(ada, f"{draft}/delete", TEAM)
    assert first.status_code == 409
    assert {one["kind"] for one in first.json["breaks"]} >= {"workflow"}
    assert texts() == files()
    assert ada.post(f"{draft}/delete", TEAM).status_code == 409
    done = send(ada, f"{draft}/delete", TEAM | {"sure": True})
    assert done.status_code == 200
    assert "id: counter" not in "".join(texts().values())
    assert has_errors(bench_of(texts()).found)
    send(ada, f"{draft}/undo", {"file": ""})
    assert texts() == files()


@pytest.mark.parametrize(
    ("sent", "gone", "stays"),
    [
        (CITY, "id: city", "id: topic"),
        ({"kind": "form", "id": "wish-form", "part": "city/bj"}, "id: bj", "id: sh"),
        ({"kind": "workflow", "id": "wish-flow", "part": "working"}, "\n  working:", "\n  resolved:"),
    ],
)  # fmt: skip
def test_a_part_is_deleted_alone(
    ada: Browser,
    draft: str,
    sent: dict[str, str],
    gone: str,
    stays: str,
    texts: Callable[[], Mapping[str, str]],
) -> None:
    before = "".join(texts().values())
    assert gone in before
    assert send(ada, f"{draft}/delete", sent | {"sure": "1"}).status_code == 200
    after = "".join(texts().values())
    assert after.count(gone) == before.count(gone) - 1
    assert after.count(stays) == before.count(stays)


def test_a_copy_gets_an_id_and_a_file_of_its_own(
    ada: Browser, draft: str, texts: Callable[[], Mapping[str, str]]
) -> None:
    for new, expected in (("", "wish-form-2"), ("other", "other"), ("other", "other-2")):
        answer = ada.post(f"{draft}/duplicate", {"kind": "form", "id": "wish-form", "new": new})
        assert answer.status_code == 303
        assert f"id: {expected}\n" in texts()[f"shop/forms/{expected}.yaml"]
    assert "What do you need? (copy)" in texts()["shop/forms/other.yaml"]
    assert not has_errors(bench_of(texts()).found)


def test_a_definition_is_copied_as_text_and_pasted_as_another(
    ada: Browser, draft: str, texts: Callable[[], Mapping[str, str]]
) -> None:
    answer = ada.get(f"{draft}/copy/team/counter")
    assert answer.mimetype == "text/plain"
    text = answer.get_data(as_text=True)
    assert text.startswith("kind: team\nid: counter\n")
    asked = ada.post(f"{draft}/paste", {"text": text})
    assert asked.status_code == 409
    assert 'name="new:team:counter" value="counter-2"' in asked.get_data(as_text=True)
    done = ada.post(f"{draft}/paste", {"text": text, "new:team:counter": "window"})
    assert done.status_code == 303
    assert texts()["shop/teams/window.yaml"] == text.replace("counter", "window", 1)


def test_pasted_definitions_that_name_each_other_stay_together(
    ada: Browser, draft: str, texts: Callable[[], Mapping[str, str]]
) -> None:
    text = (
        "kind: team\nid: counter\ntitle: {en: C, zh-CN: 柜}\n---\n"
        "kind: routing\nid: to-counter\nrecord_type: wish\nchain: [{by: queue, team: counter}]\n"
    )
    answer = ada.post(f"{draft}/paste", {"text": text, "new:team:counter": "second"})
    assert answer.status_code == 303
    assert "team: second" in texts()["shop/routings/to-counter.yaml"]
    assert "id: second" in texts()["shop/teams/second.yaml"]
    assert not has_errors(bench_of(texts()).found)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "Paste the text"),
        ("kind: [", "Line 1"),
        ("title: x", "Line 1"),
        ("kind: pack\nid: x\n", "needs a kind and an id"),
        ("kind: team\nid: x\n---\nkind: team\nid: x\n", "same kind and id"),
    ],
)
def test_text_that_is_no_definition_is_explained(
    ada: Browser, draft: str, text: str, words: str, texts: Callable[[], Mapping[str, str]]
) -> None:
    answer = ada.post(f"{draft}/paste", {"text": text})
    assert answer.status_code == 422
    assert words in answer.get_data(as_text=True)
    assert texts() == files()


def test_what_uses_a_thing_is_told_in_words_before_it_goes(ada: Browser, draft: str) -> None:
    page = ada.get(f"{draft}/things/form/wish-form?part=topic").get_data(as_text=True)
    head = page[: page.index("named-title")]
    assert "“Topic” is used by " in head
    assert "1 field" in head
    asked = f"{draft}/references?kind=form&id=wish-form&part=topic"
    part = ada.get(asked, headers={"X-Part": "removal"}).get_data(as_text=True)
    plain, _fold, code = part.partition("uses-code")
    assert "“Topic” is used by " in plain
    assert "“Has work stopped?”, when it is required" in plain
    assert ".yaml" not in plain.replace("/files/", "")
    assert ".yaml:" in code
    links = re.findall(r'class="place-link" href="([^"]+)"', part)
    assert any("/define/" in one and "#c-" in one for one in links)
    assert {ada.get(html.unescape(one).split("#")[0]).status_code for one in links} == {200}
    unused = f"{draft}/references?kind=form&id=wish-form&part=city"
    assert ada.get(unused, headers={"X-Part": "removal"}).get_data(as_text=True) == ""
    several = ada.get(f"{asked}&part=city", headers={"X-Part": "removal"}).get_data(as_text=True)
    assert "“Topic” and “City”" in several
