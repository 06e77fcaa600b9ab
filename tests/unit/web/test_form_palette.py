"""What the palette of the form builder makes checks clean, and so does every change from one type to another."""

from __future__ import annotations

import pytest
import yaml

from sopwith.core.diagnostics import has_errors
from sopwith.definitions.operations import Clear, Operation, Set, apply_to_value
from sopwith.formbuilder.parse_fields import TYPES
from sopwith.web.studio.editors.form_palette import (
    Json,
    fits,
    new_field,
    retyped,
    type_changes,
    unnamed,
)
from tests.unit.formbuilder.samples import parse_all


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    """Words of types without a request."""
    monkeypatch.setattr("sopwith.web.studio.editors.form_palette.type_word", str)


def found_in(*fields: Json) -> list[str]:
    """Return the errors of a form with *fields*."""
    section = {"id": "s", "fields": [*fields, {"id": "plain", "type": "text", "title": "T"}]}
    whole = {"kind": "form", "id": "f", "record_type": "ticket", "title": "T", "sections": [section]}  # fmt: skip
    _form, found = parse_all(yaml.safe_dump(whole, allow_unicode=True, sort_keys=False))
    return [one.render("en") for one in found if has_errors([one])]


@pytest.mark.parametrize("kind", TYPES)
def test_a_new_field_checks_clean(kind: str) -> None:
    first = new_field(kind, ())
    assert found_in(first) == []
    assert found_in(first, new_field(kind, {first["id"]})) == []


FULL: Json = {
    "id": "a", "title": {"en": "A", "zh-CN": "甲"}, "help": {"en": "H", "zh-CN": "助"}, "required": True, "min": 1, "max": 9,
}  # fmt: skip


def done(operation: Json) -> Operation:
    """Return an operation as the page sends it."""
    path = tuple(operation["path"])
    return Clear(path=path) if operation["op"] == "clear" else Set(path=path, value=operation["value"])  # fmt: skip


@pytest.mark.parametrize("kind", ["choice", "multi_choice", "tree_choice"])
def test_choices_that_keep_the_names_they_were_born_with_are_told(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sopwith.web.studio.editors.form_palette.lang", lambda: "en")
    field = new_field(kind, ())
    assert unnamed(field) == []  # nothing of it is anybody's yet
    field["title"] = {"zh-CN": "期望时间"}
    first = field["options"][0]
    assert first["title"]["en"] in unnamed(field)
    first["title"] = {"zh-CN": "今天"}
    assert first["title"]["zh-CN"] not in unnamed(field)
    assert field["options"][1]["title"]["en"] in unnamed(field)
    field["options"] = [{"id": "a", "title": {"en": "Choice of all", "zh-CN": "选项一"}}]
    assert unnamed(field) == []


@pytest.mark.parametrize("kind", TYPES)
def test_a_field_changes_to_every_other_type_without_a_rest(kind: str) -> None:
    field = {key: one for key, one in {**FULL, **new_field(kind, ())}.items() if fits(key, kind)}
    if kind in ("date", "date_time", "duration"):
        field.pop("min")
        field.pop("max")
    assert found_in(field) == []
    changes = type_changes(("fields", 0), field)
    assert {name for name, _word, _operations in changes} == set(TYPES) - {kind}
    for name, _word, operations in changes:
        whole = {"fields": [field]}
        for one in operations:
            whole = apply_to_value(whole, done(one))
        changed = whole["fields"][0]
        assert changed["type"] == name
        assert found_in(changed) == [], name
        assert changed["title"] == field["title"]


@pytest.mark.parametrize("kind", TYPES)
def test_what_is_brought_along_takes_another_type(kind: str) -> None:
    for now in ("text", "choice", "money"):
        field = {**new_field(now, ()), "min": 2} if now != "choice" else new_field(now, ())
        assert found_in(retyped(field, kind)) == []
