"""The JSON Schemas of forms and taxonomies, for editors, know what the parser knows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from sopwith.definitions import read_text, schema_findings, schema_for
from sopwith.formbuilder.model import FieldType
from sopwith.formbuilder.parse_fields import USES
from sopwith.formbuilder.types import RESULTS

from .samples import parse_all

PACKS = Path(__file__).parents[3] / "catalog" / "sop-templates"
SHIPPED = [
    path for path in sorted(PACKS.glob("*/*.yaml")) if "kind: form" in path.read_text("utf-8")
]
GOOD = """\
kind: form
id: intake
record_type: ticket
title: {en: Intake, zh-CN: 受理}
intro: {en: Tell us., zh-CN: 请告诉我们。}
submit: {en: Send, zh-CN: 提交}
audience: customer
hidden_values: keep
sections:
  - id: what
    title: {en: What, zh-CN: 什么}
    help: {en: About it, zh-CN: 说明}
    columns: 2
    show: customer.tier == "vip"
    fields:
      - id: module
        type: tree_choice
        title: {en: Module, zh-CN: 模块}
        help: {en: Which part, zh-CN: 哪一部分}
        placeholder: {en: Choose, zh-CN: 请选择}
        leaf_only: true
        options: [{id: A1, title: {en: A, zh-CN: 甲}, items: [{id: b, title: {en: B, zh-CN: 乙}}]}]
        default: b
        rights: [{roles: [customer], can: read, states: [diagnosis]}]
      - {id: price, type: money, title: {en: P, zh-CN: 价}, min: 0, max: 10, decimals: 2, currency: CNY, enable: module == "b"}
      - {id: day, type: date, title: {en: D, zh-CN: 日}, min: today - 3d, require: price > 3}
      - {id: log, type: files, title: {en: L, zh-CN: 志}, accept: [".log"], max_size: 25MB}
      - {id: rows, type: table, title: {en: R, zh-CN: 行}, columns: [{id: a, type: text, title: {en: A, zh-CN: 甲}, pattern: "x+"}]}
      - {id: sum, type: computed, title: {en: S, zh-CN: 和}, of: number, value: price * 2}
      - {id: who, type: user, title: {en: W, zh-CN: 谁}, team: tier-2}
"""


def field_schema() -> Any:
    schema = schema_for("form")
    assert schema is not None
    return schema["$defs"]["field"]["properties"]


def test_good_form_has_no_finding_by_schema_or_parser() -> None:
    documents, found = read_text(GOOD, "f.yaml")
    assert not found
    assert not schema_findings(documents[0])
    _, found = parse_all(GOOD)
    assert not found, [item.render("en") for item in found]


@pytest.mark.parametrize("kind", ["form", "taxonomy"])
def test_schema_is_valid_and_describes_its_keys(kind: str) -> None:
    schema = schema_for(kind)
    assert schema is not None
    Draft202012Validator.check_schema(schema)
    for key, value in schema["properties"].items():
        assert key in ("kind", "id", "title") or value["description"]


def test_schema_lists_the_types_and_keys_of_fields() -> None:
    properties = field_schema()
    assert properties["type"]["enum"] == [kind.value for kind in FieldType]
    assert properties["of"]["enum"] == list(RESULTS)
    common = {"use", "id", "type", "title", "help", "show", "rights"}
    assert set(properties) == common | set(USES)


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("type: money", "type: moneyy", "DEF011"),
        ("leaf_only: true", "leaf_only: perhaps", "DEF007"),
        ("audience: customer", "audience: nobody", "DEF011"),
        ("decimals: 2", "decimls: 2", "DEF004"),
        ("can: read", "can: look", "DEF011"),
        ("columns: 2", "columns: 7", "DEF010"),
    ],
)
def test_schema_finds_what_is_wrong(old: str, new: str, code: str) -> None:
    documents, _ = read_text(GOOD.replace(old, new, 1), "f.yaml")
    assert code in [item.code for item in schema_findings(documents[0])]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_shipped_forms_fit_the_schema(path: Path) -> None:
    documents, _ = read_text(path.read_bytes(), path.name)
    found = [one for document in documents for one in schema_findings(document)]
    assert found == [], [item.render("en") for item in found]
