"""Starting forms from a spreadsheet's first rows and from JSON Schemas: types guessed, and always a form that reads."""

from __future__ import annotations

import json
import os
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sopwith.core.diagnostics import Diagnostic, has_errors
from sopwith.formbuilder import from_cells, from_schema
from sopwith.formbuilder.jsonschema import to_json_schema
from sopwith.formbuilder.model import Form
from sopwith.formbuilder.proposals import Proposal
from tests.unit.formbuilder.samples import parse_all


def form_of(proposals: list[Proposal]) -> tuple[Form | None, tuple[Diagnostic, ...]]:
    """Return the form that *proposals* make, and what is wrong with it."""
    section = {"id": "s", "fields": [dict(one.value) for one in proposals]}
    title = {"en": "T", "zh-CN": "题"}
    whole = {"kind": "form", "id": "f", "record_type": "ticket", "title": title, "sections": [section]}  # fmt: skip
    return parse_all(yaml.safe_dump(whole, allow_unicode=True, sort_keys=False))


def types(text: str) -> list[str]:
    """Return the types of the columns of *text*."""
    return [one.value["type"] for one in from_cells.propose(from_cells.read_cells(text))]


@pytest.mark.parametrize(
    ("name", "cells", "expected"),
    [
        pytest.param("When", ["2026-11-02", "2026/11/3"], "date", id="days"),
        pytest.param("When", ["2026-11-02 10:00", "2026-11-02 11:30"], "date_time", id="times"),
        pytest.param("Code", ["20261102", "20261103"], "number", id="eight digits alone are no day"),
        pytest.param("日期", ["20261102", "20261103"], "date", id="eight digits under a date are"),
        pytest.param("Mail", ["a@b.cn", "c@d.com"], "email", id="addresses"),
        pytest.param("Call", ["13800000000", "13911112222"], "phone", id="mobile numbers"),
        pytest.param("Call", ["+86 10 6655 4433", "010-66554433"], "phone", id="landlines"),
        pytest.param("Site", ["https://a.cn/x", "http://b.cn"], "url", id="links"),
        pytest.param("Sum", ["¥1,200.50", "¥3"], "money", id="a sign of money"),
        pytest.param("金额", ["12", "30.5"], "money", id="a name of money"),
        pytest.param("Pieces", ["12", "1,300"], "number", id="numbers"),
        pytest.param("Order", ["00012", "00013"], "text", id="zeros in front stay"),
        pytest.param("Took", ["2h 30m", "45min"], "duration", id="lengths of time"),
        pytest.param("Urgent", ["是", "否", "是"], "yes_no", id="yes and no"),
        pytest.param("Flag", ["1", "0", "1"], "number", id="ones and zeros may be numbers"),
        pytest.param("是否加急", ["1", "0", "1"], "yes_no", id="unless the name asks"),
        pytest.param("Size", ["S", "M", "S", "M", "S"], "choice", id="few words again and again"),
        pytest.param("Story", ["x" * 200, "short"], "long_text", id="long words"),
        pytest.param("Name", ["Ann", "Bob", "Cem"], "text", id="words"),
        pytest.param("Mixed", ["2026-11-02", "tomorrow"], "text", id="one that does not fit"),
        pytest.param("问题描述", [], "long_text", id="a name alone"),
        pytest.param("Whatever", [], "text", id="nothing to go by"),
    ],
)  # fmt: skip
def test_a_column_is_what_all_its_cells_are(name: str, cells: list[str], expected: str) -> None:
    [proposal] = from_cells.propose([[name], *([cell] for cell in cells)])
    assert proposal.value["type"] == expected
    assert not has_errors(form_of([proposal])[1])


def test_a_pasted_table_becomes_fields_with_ids_and_titles() -> None:
    text = "姓名\tOrder number\tnumber\t\n张三\tSO-1\t1\t\n李四\tSO-2\t2\t\n王五\tSO-3\t\t\n"
    found = from_cells.propose(from_cells.read_cells(text), taken={"order_number"})
    assert [one.value["id"] for one in found] == ["name", "order_number_2", "number_2"]
    assert found[0].value["title"] == {"en": "Name", "zh-CN": "姓名"}
    assert found[1].value["title"] == {"en": "Order number"}
    assert [one.value.get("required", False) for one in found] == [True, True, False]
    assert found[1].samples == ("SO-1", "SO-2", "SO-3")


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_cells_may_hold_the_separator_in_quotes(separator: str) -> None:
    rows = from_cells.read_cells(f'"a{separator}b"{separator}c\r\n"1{separator}2"{separator}3\r\n')
    assert rows == [[f"a{separator}b", "c"], [f"1{separator}2", "3"]]


@pytest.mark.parametrize("text", ["", " \n ", ",,,", "x" * (from_cells.LARGEST + 1)])
def test_what_is_no_table_is_refused(text: str) -> None:
    with pytest.raises(from_cells.NoTableError):
        from_cells.read_cells(text)


def test_choices_keep_their_words() -> None:
    [found] = from_cells.propose([["Colour"], *([one] for one in ["red", "深蓝", "red", "深蓝"])])
    assert found.value["options"] == [
        {"id": "red", "title": {"en": "red"}},
        {"id": "option_2", "title": {"zh-CN": "深蓝"}},
    ]


SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["orderNo", "kind"],
    "$defs": {"kind": {"enum": ["bug", "idea"], "x-titles": {"bug": "Fault"}}},
    "properties": {
        "orderNo": {"type": "string", "pattern": "^[A-Z]{2}[0-9]+$", "examples": ["SO12"]},
        "kind": {"$ref": "#/$defs/kind"},
        "contact": {
            "type": "object",
            "properties": {"mail": {"type": "string", "format": "email", "title": "E-mail"}},
        },
        "amount": {"type": "number", "minimum": 0, "maximum": 10, "multipleOf": 0.01},
        "agree": {"type": "boolean", "default": False},
        "tags": {"type": "array", "items": {"enum": ["a", "b"]}},
        "lines": {
            "type": "array",
            "items": {"properties": {"part": {"type": "string"}, "count": {"type": "integer"}}},
        },
        "note": {"type": "string", "maxLength": 4000, "contentMediaType": "text/plain"},
        "level": {"oneOf": [{"const": "l1", "title": "一级"}, {"const": "l2"}]},
    },
}


def test_a_schema_becomes_fields() -> None:
    found = from_schema.propose(from_schema.read_schema(json.dumps(SCHEMA)))
    by_id = {one.value["id"]: one.value for one in found}
    assert {key: one["type"] for key, one in by_id.items()} == {
        "order_no": "text",
        "kind": "choice",
        "contact_mail": "email",
        "amount": "number",
        "agree": "yes_no",
        "tags": "multi_choice",
        "lines": "table",
        "note": "long_text",
        "level": "choice",
    }
    assert by_id["order_no"]["pattern"] == "[A-Z]{2}[0-9]+"
    assert by_id["order_no"]["required"] is True
    assert by_id["order_no"]["title"] == {"en": "Order no"}
    assert by_id["kind"]["options"][0] == {"id": "bug", "title": {"en": "Fault"}}
    assert by_id["amount"]["decimals"] == 2
    assert [one["id"] for one in by_id["lines"]["columns"]] == ["part", "count"]
    assert by_id["level"]["options"][0]["title"] == {"zh-CN": "一级"}
    assert found[7].left_out == ("contentMediaType",)
    assert not has_errors(form_of(found)[1])


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"properties": {}}', "{", '{"type": "string"}'])
def test_what_is_no_schema_is_refused(text: str) -> None:
    with pytest.raises(from_schema.NoSchemaError):
        from_schema.read_schema(text)


def test_a_schema_that_goes_in_circles_ends() -> None:
    schema = {"properties": {"a": {"$ref": "#"}, "b": {"allOf": [{"$ref": "#/properties/b"}]}}}
    found = from_schema.propose(from_schema.read_schema(json.dumps(schema)))
    assert found
    assert not has_errors(form_of(found)[1])


def test_our_own_schema_comes_back_as_the_same_types() -> None:
    form, _ = form_of(from_schema.propose(SCHEMA))
    assert form is not None
    again = from_schema.propose(to_json_schema(form))
    kinds = {one.value["id"]: one.value["type"] for one in again}
    # an address is a text with a pattern there, and a long text keeps its length
    assert kinds | {"contact_mail": "email"} == {one.id: one.type.value for one in form.fields}


SOME = settings(
    max_examples=2_000 if os.environ.get("SOPWITH_FULL") == "1" else 40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
CELLS = st.text(st.characters(blacklist_categories=["Cs"]), max_size=30)


@SOME
@given(st.lists(st.lists(CELLS, min_size=1, max_size=5), min_size=1, max_size=6))
def test_any_table_makes_a_form_without_errors(rows: list[list[str]]) -> None:
    text = "\n".join(",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows)
    try:
        found = from_cells.propose(from_cells.read_cells(text))
    except from_cells.NoTableError:
        return
    if found:
        form, said = form_of(found)
        assert form is not None
        assert not has_errors(said), [one.render("en") for one in said]


WORDS = st.sampled_from(
    ["type", "enum", "items", "properties", "minimum", "maximum", "pattern", "format", "oneOf", "allOf",
     "required", "default", "title", "description", "minLength", "maxLength", "const", "multipleOf", "$ref",
     "x-titles", "x-currency", "examples"]
)  # fmt: skip
LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=8),
    st.sampled_from(["string", "number", "integer", "array", "object", "boolean", "date", "email", "#/properties/a"]),
)  # fmt: skip
SCHEMAS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.one_of(WORDS, st.text(max_size=6)), inner, max_size=4),
    ),
    max_leaves=12,
)


@SOME
@given(st.dictionaries(st.text(max_size=8), SCHEMAS, min_size=1, max_size=4))
def test_any_schema_makes_a_form_without_errors(properties: dict[str, Any]) -> None:
    found = from_schema.propose(from_schema.read_schema(json.dumps({"properties": properties})))
    form, said = form_of(found)
    assert form is not None
    assert not has_errors(said), [one.render("en") for one in said]
