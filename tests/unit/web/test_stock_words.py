"""Words that something is born with: who rewrites them in one language has no translation yet."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from sopwith.core.text import Text
from sopwith.definitions.node import Path
from sopwith.definitions.operations import Clear, Operation, Put, Set, apply_in_place, value_at
from sopwith.release.making import FOLDERS, make
from sopwith.release.model import Release
from sopwith.runtime.drafting import Gesture
from sopwith.web.studio.editors import (  # fmt: skip
    form_field,
    form_palette,
    playbooks,
    record_types,
    rosters,
    sla,
    taxonomies,
)
from sopwith.web.studio.editors.workflow_blanks import (
    ITEM,
    TASK,
    TITLES,
    Near,
    asking,
    blank_state,
)
from sopwith.web.studio.stock_words import without_stale_words

OWN = Text("My own words", "我自己的说法")
NEAR = Near(owner={"keep": True, "team": "first"}, target="on")
MAKERS: dict[str, Any] = {
    **{f"a field: {kind}": form_palette.new_field(kind, ()) for kind in form_palette.ICONS},
    "a section": form_palette.new_section((), {}),
    "a section of fields from elsewhere": form_palette.brought_section("more"),
    "an option": form_field.new_option([{"id": "a"}, {"id": "b"}]),
    **{f"a state: {kind}": blank_state(kind, NEAR) for kind in TITLES},
    "a way into an approval": asking("on"),
    "an item of a checklist": ITEM,
    "a task": TASK,
    "a field of a record type": record_types.NEW_FIELD,
    "a policy": sla.NEW_POLICY,
    "a choice": taxonomies.new_choice({}),
    **{f"a shift: {name}": {"title": one} for name, one in rosters.SHIFT_TITLES.items()},
    **{f"a playbook: {name}": one for name, one in playbooks.blanks({}).items()},
}
DEFINITIONS = {
    f"a definition: {kind}": [new.value for new in make(kind, "mine", OWN, Release(hash=""), {})]
    for kind in FOLDERS
}


def nothing(_file: str) -> Iterable[str]:
    return ()


def labels(value: Any, path: Path = ()) -> Iterator[Path]:
    """Yield where labels in both languages stand."""
    if isinstance(value, dict) and value.keys() == {"en", "zh-CN"}:
        yield path
    elif isinstance(value, dict | list):
        inner = value.items() if isinstance(value, dict) else enumerate(value)
        for key, one in inner:
            yield from labels(one, (*path, key))


def done(document: Any, operation: Operation, before: Any = nothing) -> Any:
    """Return what *operation* makes of a document, as the studio saves it."""
    text = json.dumps(document, ensure_ascii=False)
    change = Gesture(file="pack/one.yaml", document=0, operation=operation)
    root = json.loads(text)
    for one in without_stale_words([change], {"pack/one.yaml": text}, before):
        assert isinstance(one, Gesture)
        apply_in_place(root, one.operation)
    return root


@pytest.mark.parametrize("tongue", ["en", "zh-CN"])
@pytest.mark.parametrize("made", MAKERS.values(), ids=MAKERS.keys())
def test_whatever_is_made_loses_the_words_of_the_other_language(made: Any, tongue: str) -> None:
    found = list(labels(made))
    assert found
    for path in found:
        after = done(made, Set(path=(*path, tongue), value="Invoice"))
        assert value_at(after, path) == {tongue: "Invoice"}
        both = {**value_at(made, path), tongue: "Invoice"}
        assert value_at(done(made, Set(path=path, value=both)), path) == {tongue: "Invoice"}


@pytest.mark.parametrize("made", DEFINITIONS.values(), ids=DEFINITIONS.keys())
def test_definitions_keep_the_title_they_were_given_and_lose_stock_words(made: list[Any]) -> None:
    for document in made:
        for path in labels(document):
            words = value_at(document, path)
            given = OWN.en in words["en"]
            after = done(document, Set(path=(*path, "en"), value="Invoice"))
            expected = {"en": "Invoice", "zh-CN": words["zh-CN"]} if given else {"en": "Invoice"}
            assert value_at(after, path) == expected


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        pytest.param(Set(path=("title", "en"), value="New field"), {"en": "New field", "zh-CN": "新字段"}, id="the same words"),
        pytest.param(Set(path=("title",), value={"en": "A", "zh-CN": "甲"}), {"en": "A", "zh-CN": "甲"}, id="both rewritten"),
        pytest.param(Set(path=("title", "en"), value="  "), {"en": "  ", "zh-CN": "新字段"}, id="nothing written"),
        pytest.param(Clear(path=("title", "en")), {"zh-CN": "新字段"}, id="taken out"),
        pytest.param(Set(path=("title",), value={"zh-CN": "甲"}), {"zh-CN": "甲"}, id="one left by itself"),
        pytest.param(Put(path=("title", "zh-CN"), value="甲"), {"zh-CN": "甲"}, id="put"),
    ],
)  # fmt: skip
def test_only_a_rewrite_of_one_language_takes_the_other(operation: Operation, expected: Any) -> None:  # fmt: skip
    field = {"id": "a", "title": {"en": "New field", "zh-CN": "新字段"}}
    assert done(field, operation)["title"] == expected


def test_a_translation_of_ones_own_stays() -> None:
    field = {"id": "a", "title": {"en": "Invoice", "zh-CN": "发票"}}
    after = done(field, Set(path=("title", "en"), value="Bill"))
    assert after["title"] == {"en": "Bill", "zh-CN": "发票"}
    typed = done({"id": "a", "title": {"en": "In"}}, Set(path=("title", "zh-CN"), value="新字段"))
    assert typed["title"] == {"en": "In", "zh-CN": "新字段"}


def test_the_title_of_a_copy_is_stock() -> None:
    copied = {"id": "a", "title": {"en": "Invoice (copy)", "zh-CN": "发票（副本）"}}
    assert done(copied, Set(path=("title", "en"), value="Bill"))["title"] == {"en": "Bill"}


def test_words_that_stood_there_before_the_draft_are_somebodys_title() -> None:
    form = {"kind": "form", "id": "f", "fields": [{"id": "phone", "title": {"en": "Phone", "zh-CN": "联系电话"}}]}  # fmt: skip
    path = ("fields", 0, "title")
    operation = Set(path=(*path, "en"), value="Mobile")

    def before(file: str) -> Iterable[str]:
        return (json.dumps(form),) if file == "pack/one.yaml" else ()

    assert value_at(done(form, operation, before), path) == {"en": "Mobile", "zh-CN": "联系电话"}
    assert value_at(done(form, operation), path) == {"en": "Mobile"}
    form["fields"][0]["title"] = {"en": "New field", "zh-CN": "新字段"}  # type: ignore[index]
    assert value_at(done(form, operation, before), path) == {"en": "Mobile"}
