"""Drafts of nothing, and definitions that are made in the studio."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sopwith.core.diagnostics import has_errors
from sopwith.release.making import FOLDERS
from sopwith.runtime.releases import compile_files
from sopwith.store.releases import Draft, draft_of
from sopwith.web.studio.bench import bench_of
from tests.integration.web.conftest import Browser
from tests.integration.web.test_studio import send
from tests.support.shop import Shop, files


@pytest.fixture
def empty(ada: Browser) -> str:
    """The address of a draft of nothing."""
    answer = ada.post("/studio", {"title": "Returns of goods", "empty": "1"})
    assert answer.status_code == 303
    return str(answer.location)


@pytest.fixture
def full(ada: Browser) -> str:
    """The address of a draft of what is in force."""
    return str(ada.post("/studio", {"title": "More"}).location)


@pytest.fixture
def draft_at(shop: Shop) -> Callable[[str], Draft]:
    def read(address: str) -> Draft:
        with shop.database.reading() as connection:
            found = draft_of(connection, address.rsplit("/", 1)[1])
        assert found is not None
        return found

    return read


def test_an_empty_draft_holds_a_pack_and_nothing_else(
    ada: Browser, empty: str, draft_at: Callable[[str], Draft]
) -> None:
    documents = draft_at(empty).documents
    assert sorted(documents) == [
        "returns-of-goods/README.md",
        "returns-of-goods/README.zh-CN.md",
        "returns-of-goods/pack.yaml",
    ]
    page = ada.get(empty).get_data(as_text=True)
    assert "It checks clean" in page
    assert "Returns of goods" in page


def test_what_is_in_force_joins_an_empty_draft_before_it_is_published(
    ada: Browser, empty: str, draft_at: Callable[[str], Draft]
) -> None:
    ada.post(f"{empty}/make", {"kind": "record_type", "title_en": "Return"})
    revision = str(draft_at(empty).revision)
    refused = ada.post(f"{empty}/publish", {"note": "A new pack", "revision": revision})
    assert refused.status_code == 422
    assert ada.post(f"{empty}/update").status_code == 303
    documents = draft_at(empty).documents
    assert documents.keys() > files().keys()
    assert "returns-of-goods/record_types/return.yaml" in documents
    revision = str(draft_at(empty).revision)
    done = ada.post(f"{empty}/publish", {"note": "A new pack", "revision": revision})
    assert done.status_code == 303


def test_a_chinese_title_makes_a_pack_too(ada: Browser, draft_at: Callable[[str], Draft]) -> None:
    address = str(ada.post("/studio", {"title": "退货", "empty": "1"}).location)
    documents = draft_at(address).documents
    assert "zh-CN: 退货" in documents["process/pack.yaml"]
    assert not bench_of(documents).found


@pytest.mark.parametrize("kind", FOLDERS)
def test_every_kind_can_be_made_in_an_empty_draft(
    ada: Browser, empty: str, kind: str, draft_at: Callable[[str], Draft]
) -> None:
    sent = {"kind": kind, "title_en": "First thing", "title_zh": "第一个"}
    answer = ada.post(f"{empty}/make", sent)
    assert answer.status_code == 303
    draft = draft_at(empty)
    assert draft.revision == 1
    assert f"returns-of-goods/{FOLDERS[kind]}/first-thing.yaml" in draft.documents
    release, found = compile_files(draft.documents)
    assert release is not None
    assert [one.code for one in found] == (["RUL017"] if kind == "rule" else [])
    shown = ada.get(str(answer.location))
    assert shown.status_code in (200, 303)


def test_making_is_one_step_that_is_taken_back(
    ada: Browser, empty: str, draft_at: Callable[[str], Draft]
) -> None:
    before = dict(draft_at(empty).documents)
    ada.post(f"{empty}/make", {"kind": "sla", "title_en": "Promises"})
    assert len(draft_at(empty).documents) > len(before) + 3
    back = send(ada, f"{empty}/undo", {"file": ""})
    assert back.json["redo"] == "New: promises"
    assert dict(draft_at(empty).documents) == before


def test_a_definition_goes_where_its_record_type_is(
    ada: Browser, full: str, draft_at: Callable[[str], Draft]
) -> None:
    sent = {"kind": "rule", "title_en": "Tell the lead", "record_type": "errand"}
    ada.post(f"{full}/make", sent)
    text = draft_at(full).documents["shop/rules/tell-the-lead.yaml"]
    assert "record_type: errand" in text
    ada.post(f"{full}/make", sent | {"pack": "base", "id": "told"})
    assert "base/rules/told.yaml" in draft_at(full).documents
    assert not has_errors(bench_of(draft_at(full).documents).found)


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"kind": "dream", "title_en": "x"}, "Choose what to make."),
        ({"kind": "form"}, "Give it a title"),
        ({"kind": "form", "title_en": "x", "id": "Not this"}, "An id begins with a small letter"),
        ({"kind": "form", "title_en": "x", "id": "wish-form"}, "one with this id already"),
        ({"kind": "form", "title_en": "x", "pack": "../x"}, "no such pack"),
    ],
)
def test_what_cannot_be_made_is_told_beside_its_field(
    ada: Browser, full: str, sent: dict[str, str], words: str, draft_at: Callable[[str], Draft]
) -> None:
    answer = ada.post(f"{full}/make", sent)
    assert answer.status_code == 422
    assert words in answer.get_data(as_text=True)
    assert draft_at(full).revision == 0


def test_the_page_knows_the_kind_that_a_link_asks_for(ada: Browser, full: str) -> None:
    page = ada.get(f"{full}/make?kind=survey&record_type=errand").get_data(as_text=True)
    assert '<input type="hidden" name="kind" value="survey">' in page
    assert "<h2>" in page and "New: Survey" in page
    assert '<option value="errand" selected>' in page


def test_what_is_wanted_new_has_a_short_form_of_its_own(ada: Browser, full: str, draft_at: Callable[[str], Draft]) -> None:  # fmt: skip
    page = ada.get(f"{full}/make?kind=rule&record_type=errand").get_data(as_text=True)
    assert "make-grid" not in page  # not the page of all kinds
    assert '<input type="hidden" name="kind" value="rule">' in page
    head, _, folded = page.partition('id="make-more"')
    assert 'id="make-en"' in head and '<option value="errand" selected>' in head
    assert 'id="make-zh"' in folded and 'id="make-id"' in folded
    assert "make-grid" in ada.get(f"{full}/make?record_type=errand").get_data(as_text=True)
    refused = ada.post(f"{full}/make", {"kind": "survey", "short": "1"})
    assert refused.status_code == 422
    again = refused.get_data(as_text=True)
    assert "make-grid" not in again and 'id="make-title-error"' in again
    done = ada.post(f"{full}/make", {"kind": "rule", "short": "1", "title_zh": "通知组长"})
    assert done.location.endswith("/open/rule/rule") or "/rule/" in done.location
    assert "title: {zh-CN: 通知组长}" in draft_at(full).documents["shop/rules/rule.yaml"]


def test_the_short_form_speaks_the_language_of_its_reader(ada: Browser, full: str) -> None:
    ada.post("/preferences", {"lang": "zh-CN", "next": "/"})
    head = ada.get(f"{full}/make?kind=rule").get_data(as_text=True).partition('id="make-more"')[0]
    assert 'id="make-zh"' in head and 'id="make-en"' not in head


def test_a_new_rule_breaks_nothing_and_is_not_published_before_it_does_something(ada: Browser, full: str, draft_at: Callable[[str], Draft]) -> None:  # fmt: skip
    ada.post(f"{full}/make", {"kind": "rule", "short": "1", "title_en": "Tell the lead"})
    made = bench_of(draft_at(full).documents)
    assert made.release is not None  # no error: scenarios still run
    assert made.release.rules["tell-the-lead"].then == ()
    room = ada.get(f"{full}/define/rule/tell-the-lead").get_data(as_text=True)
    assert "This rule does nothing yet" in room
    assert "field-says" not in room.partition('id="rule-then"')[2].partition("</section>")[0]
    page = ada.get(f"{full}/publish").get_data(as_text=True)
    assert "“Tell the lead” is not finished" in page and 'id="f-note"' not in page
    sent = {"note": "A rule", "revision": str(draft_at(full).revision)}
    refused = ada.post(f"{full}/publish", sent)
    assert refused.status_code == 422
    assert "“Tell the lead” is not finished" in refused.get_data(as_text=True)
    release, found = compile_files(draft_at(full).documents)
    assert release is not None and [one.code for one in found if one.code != "PCK005"] == ["DEF015", "RUL017"]  # fmt: skip


@pytest.mark.parametrize(("begun", "finished"), [("{set: {}}", "{set: {priority: P0}}"), ("{set: {priority: ''}}", "{set: {priority: null}}"), ("{assign: {team: ''}}", "{assign: {team: crew}}")])  # fmt: skip
def test_an_action_of_which_something_is_open_does_nothing(begun: str, finished: str) -> None:
    texts = files()
    known = next(iter(bench_of(texts).partly.teams))
    rule = "kind: rule\nid: open-ended\ntitle: {en: Open, zh-CN: 未完}\nrecord_type: wish\non: created\nthen: [%s]\n"
    bench = bench_of({**texts, "shop/open.yaml": rule % begun})
    assert bench.release is not None and bench.release.rules["open-ended"].then == ()
    assert "ACT021" in [one.code for one in bench.found]
    bench = bench_of({**texts, "shop/open.yaml": rule % finished.replace("crew", known)})
    assert bench.release is not None and len(bench.release.rules["open-ended"].then) == 1
    assert "ACT021" not in [one.code for one in bench.found]


def test_a_missing_translation_is_a_warning_that_is_mended_by_copying(ada: Browser, full: str) -> None:  # fmt: skip
    ada.post(f"{full}/make", {"kind": "rule", "short": "1", "title_en": "Tell the lead"})
    page = ada.get(f"{full}/define/rule/tell-the-lead").get_data(as_text=True)
    words = page.partition('id="c-title--field"')[2].partition("</fieldset>")[0]
    assert "readers of Chinese see the English" in words
    assert 'class="field-says field-warns"' in words  # not as an error
    assert "Copy it to Chinese" in words
    assert (
        "&#34;zh-CN&#34;: &#34;Tell the lead&#34;" in words or '"zh-CN": "Tell the lead"' in words
    )


def test_several_missing_translations_are_one_line(ada: Browser, full: str) -> None:
    ada.post(f"{full}/make", {"kind": "rule", "short": "1", "title_en": "Tell the lead"})
    one = ada.get(f"{full}/problems").get_json()
    assert "problem-many" not in one["list"]
    assert one["list"].count("DEF015") == 1
    for title in ("Tell the manager", "Tell the owner"):
        ada.post(f"{full}/make", {"kind": "rule", "short": "1", "title_en": title})
    told = ada.get(f"{full}/problems").get_json()
    before, _line, folded = told["list"].partition("<details>")
    assert "3 texts have no translation yet" in folded
    assert (before.count("DEF015"), folded.count("DEF015")) == (0, 3)
    assert "RUL017" in before  # what else is wrong stays in sight


def test_a_process_in_force_is_changed_from_its_card(ada: Browser, draft_at: Callable[[str], Draft]) -> None:  # fmt: skip
    page = ada.get("/studio").get_data(as_text=True)
    card = page.partition('name="process" value="wish"')[2].partition("</form>")[0]
    assert "A wish" in card and "Change this" in card
    answer = ada.post("/studio", {"process": "wish"})
    assert str(answer.location).endswith("#process-wish")
    address = str(answer.location).partition("#")[0]
    assert draft_at(address).title.startswith("A wish: changes by")
    assert 'id="process-wish"' in ada.get(address).get_data(as_text=True)
    assert ada.post("/studio", {"process": "nothing"}).status_code == 303
