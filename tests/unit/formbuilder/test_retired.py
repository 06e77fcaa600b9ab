"""Choices that are retired: not offered, not taken anew, kept and named where they are; and codes of other systems."""

from __future__ import annotations

from typing import Any

import pytest

from sopwith.definitions import read_text
from sopwith.expressions import Context, Schema
from sopwith.formbuilder.display import display_value
from sopwith.formbuilder.jsonschema import to_json_schema
from sopwith.formbuilder.model import Form
from sopwith.formbuilder.parse import parse_form, parse_taxonomy
from sopwith.formbuilder.result import FormResult
from sopwith.formbuilder.types import expression_type
from sopwith.formbuilder.validate import evaluate_form
from sopwith.formbuilder.view import view_form

TEXT = """\
kind: taxonomy
id: goods
title: {en: Goods, zh-CN: 商品}
items:
  - {id: lamp, title: {en: Lamp, zh-CN: 灯}, code: "4711"}
  - {id: radio, title: {en: Radio, zh-CN: 收音机}, code: R-1, retired: true}
  - id: parts
    title: {en: Parts, zh-CN: 配件}
    items:
      - {id: bulb, title: {en: Bulb, zh-CN: 灯泡}}
      - {id: fuse, title: {en: Fuse, zh-CN: 保险丝}, retired: true}
  - id: tapes
    title: {en: Tapes, zh-CN: 磁带}
    retired: true
    items: [{id: cassette, title: {en: Cassette, zh-CN: 盒带}}]
---
kind: form
id: intake
record_type: ticket
title: {en: Intake, zh-CN: 受理}
sections:
  - id: what
    fields:
      - {id: one, type: choice, from: goods, title: {en: One, zh-CN: 单选}}
      - {id: some, type: multi_choice, from: goods, title: {en: Some, zh-CN: 多选}}
      - {id: node, type: tree_choice, from: goods, leaf_only: true, title: {en: Node, zh-CN: 节点}}
"""


def _form() -> Form:
    taxonomy, form = read_text(TEXT, "f.yaml")[0]
    goods, found = parse_taxonomy(taxonomy)
    assert goods is not None and not found
    made, found = parse_form(form, Schema({}), {"goods": goods})
    assert made is not None and not found, [one.render("en") for one in found]
    return made


FORM = _form()


def filled(typed: dict[str, Any], scope: dict[str, Any] | None = None) -> FormResult:
    return evaluate_form(
        FORM,
        typed,
        scope=scope or {},
        roles=frozenset(),
        state=None,
        partial=True,
        context=Context(),
    )


def views(given: FormResult) -> dict[str, Any]:
    page = view_form(FORM, given, lang="en")
    return {one.fixed.id: one for section in page.sections for one in section.fields}


def test_what_is_retired_is_not_offered_nor_is_anything_below_it() -> None:
    shown = views(filled({}))
    offered = {name: [one.id for one in view.fixed.options] for name, view in shown.items()}
    assert offered["one"] == ["lamp", "parts"]
    assert offered["some"] == ["lamp", "parts"]
    assert offered["node"] == ["lamp", "parts", "bulb"]


@pytest.mark.parametrize(
    "typed",
    [{"one": "radio"}, {"node": "fuse"}, {"node": "cassette"}, {"some": ["lamp", "radio"]}, {"one": "Radio"}, {"one": "R-1"}],
)  # fmt: skip
def test_it_is_not_taken_anew(typed: dict[str, Any]) -> None:
    codes = [one.code for one in filled(typed).problems]
    assert codes and set(codes) <= {"VAL046", "VAL011", "VAL012"}
    word = str(next(iter(typed.values())))
    if word in ("radio", "fuse", "cassette"):
        assert codes == ["VAL046"]


def test_a_record_that_has_it_keeps_it_and_shows_its_title() -> None:
    scope = {"one": "radio", "node": "cassette", "some": ["radio", "lamp"]}
    again = filled({"one": "radio", "node": "cassette", "some": ["radio", "lamp"]}, scope)
    assert again.accepted and not again.changed
    shown = views(again)
    assert (shown["one"].ghost, shown["one"].display) == ("radio", "Radio")
    assert (shown["node"].ghost, shown["node"].display) == ("cassette", "Tapes / Cassette")
    assert shown["some"].ghosts == (("radio", "Radio"),)
    assert display_value(FORM.by_id["some"], ["radio"], "zh-CN") == "收音机"


def test_of_several_one_that_is_retired_stays_beside_new_ones() -> None:
    scope = {"some": ["radio", "lamp"]}
    more = filled({"some": ["radio", "lamp", "parts"]}, scope)
    assert more.accepted and more.changed == {"some": ["radio", "lamp", "parts"]}
    less = filled({"some": ["lamp"]}, scope)
    assert less.accepted and less.changed == {"some": ["lamp"]}
    assert [one.code for one in filled({"some": ["radio", "tapes"]}, scope).problems] == ["VAL046"]


def test_once_given_up_it_cannot_be_had_again() -> None:
    assert [one.code for one in filled({"one": "radio"}, {"one": "lamp"}).problems] == ["VAL046"]


def test_conditions_know_it_still() -> None:
    assert "radio" in expression_type(FORM.by_id["one"]).options  # type: ignore[attr-defined]


def test_other_programs_are_told_what_is_offered() -> None:
    text = str(to_json_schema(FORM))
    assert "lamp" in text and "bulb" in text and "radio" not in text and "cassette" not in text


@pytest.mark.parametrize("given", ["4711", " 4711 ", "Lamp", "灯", "lamp"])
def test_a_code_stands_for_its_choice(given: str) -> None:
    result = filled({"one": given, "some": [given]})
    assert result.accepted and result.values == {"one": "lamp", "some": ["lamp"]}
