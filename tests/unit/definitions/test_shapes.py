"""JSON Schemas of the kinds, and their complaints in our own words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from sopwith.core.diagnostics import Diagnostic
from sopwith.core.span import Span
from sopwith.definitions import (
    KINDS,
    schema_findings,
    schema_for,
    schemas,
    shapes,
    without_echoes,
)

from .documents import MORE, codes, document

PACK = "kind: pack\nid: desk\nversion: 1.0.0\ntitle: {en: a, zh-CN: b}\ndescription: {en: a, zh-CN: b}\n"
TRIAL: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "properties": {
        "kind": {"const": "view"},
        "id": {"$ref": "urn:sopwith:schema:common#/$defs/identifier"},
        "text": {"type": "string"},
        "flag": {"type": "boolean"},
        "whole": {"type": "integer", "minimum": 1, "maximum": 4},
        "number": {"type": "number"},
        "list": {"type": "array", "minItems": 2, "items": {"type": "string"}},
        "map": {"type": "object", "additionalProperties": {"type": "integer"}},
        "names": {
            "type": "object",
            "propertyNames": {"$ref": "urn:sopwith:schema:common#/$defs/identifier"},
            "patternProperties": {"^x-": {"type": "integer"}},
            "properties": {"plain": {}},
            "additionalProperties": False,
        },
        "actions": {
            "type": "array",
            "items": {
                "oneOf": [
                    {
                        "type": "object",
                        "properties": {"do": {"const": "set"}, "value": {"type": "integer"}},
                        "required": ["do", "value"],
                        "additionalProperties": False,
                    },
                    {
                        "type": "object",
                        "properties": {"do": {"const": "tag"}, "tags": {"type": "array"}},
                        "required": ["do", "tags"],
                        "additionalProperties": False,
                    },
                ]
            },
        },
        "word": {"enum": ["first", "unique", "last"]},
        "title": {"$ref": "urn:sopwith:schema:common#/$defs/label"},
        "limit": {
            "anyOf": [
                {"$ref": "urn:sopwith:schema:common#/$defs/duration"},
                {
                    "type": "object",
                    "properties": {"by": {"type": "string"}, "cells": {"type": "object"}},
                    "required": ["by"],
                    "additionalProperties": False,
                },
            ]
        },
    },
    "required": ["kind", "id"],
    "additionalProperties": False,
}


@pytest.fixture
def trial(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Give the kind view a schema that has a bit of everything."""
    common = schemas()["pack"]["$defs"]["common"]
    schema = {**TRIAL, "$defs": {"common": common}}
    shapes._validator.cache_clear()
    monkeypatch.setattr(shapes, "schemas", lambda: {"view": schema})
    yield
    shapes._validator.cache_clear()


@pytest.mark.parametrize("kind", sorted(schemas()))
def test_schema_is_valid_and_stands_on_its_own(kind: str) -> None:
    schema = dict(schemas()[kind])
    assert kind in KINDS
    Draft202012Validator.check_schema(schema)
    assert schema["$id"] == f"urn:sopwith:schema:{kind}"
    list(Draft202012Validator(schema).iter_errors({"kind": kind}))


def test_kinds_without_a_schema_have_none() -> None:
    assert schema_for("nothing") is None
    assert "common" not in schemas()


def test_a_good_pack_has_no_findings() -> None:
    assert schema_findings(document(PACK)) == ()
    assert schema_findings(document(PACK + "requires: base\nsample: sample.yaml\n")) == ()


def test_an_unknown_kind_is_named_with_a_guess() -> None:
    found = schema_findings(document("kind: worklfow\nid: a\n"))
    assert [(item.code, item.values["guess"]) for item in found] == [("DEF018", "workflow")]


@pytest.mark.usefixtures("trial")
@pytest.mark.parametrize(
    ("text", "code", "column", "guess"),
    [
        ("text: [a]", "DEF005", 1, None),
        ("text: 5", "DEF005", 7, None),
        ("flag: yes", "DEF007", 7, None),
        ("whole: x", "DEF008", 8, None),
        ("whole: 9", "DEF010", 8, None),
        ("number: x", "DEF009", 9, None),
        ("list: x", "DEF012", 7, None),
        ("list: [a]", "DEF022", 1, None),
        ("list: []", "DEF016", 1, None),
        ("list: [a, {b: 1}]", "DEF005", 11, None),
        ("map: x", "DEF013", 6, None),
        ("map: {a: x}", "DEF008", 10, None),
        ("word: frist", "DEF011", 7, "first"),
        ("word: [first]", "DEF021", 1, None),
        ("tilte: x", "DEF004", 1, "title"),
        ("title: [x]", "DEF014", 1, None),
        ("title: {en: x, zh-cn: y}", "DEF004", 16, "zh-CN"),
        ("limit: 5 days", "DEF021", 8, None),
        ("limit: {bye: x}", "DEF003", 1, None),
        ("limit: {by: x, cell: {}}", "DEF004", 16, "cells"),
        ("limit: [1]", "DEF021", 1, None),
        ("text:", "DEF016", 1, None),
        ("names: {x-a: 1, plian: 2}", "DEF004", 17, "plain"),
        ("names: {X-a: 1}", "DEF006", 9, None),
        ("actions: [{do: set, value: x}]", "DEF008", 28, None),
        ("actions: [{do: tag, tag: []}]", "DEF004", 21, "tags"),
        ("actions: [{do: go}]", "DEF021", 11, None),
    ],
)
def test_complaints_have_our_codes_and_places(
    text: str, code: str, column: int, guess: str | None
) -> None:
    found = schema_findings(document(f"kind: view\nid: a\n{text}\n"))
    spots = {(item.code, item.span.line, item.span.column): item for item in found}
    assert (code, 3, column) in spots, [item.render("en") for item in found]
    assert spots[code, 3, column].values.get("guess") == guess
    assert len(found) <= 2
    for item in found:
        assert item.message("zh-CN")


@pytest.mark.usefixtures("trial")
def test_a_schema_finding_can_be_mended() -> None:
    found = schema_findings(document("kind: view\nid: a\nword: 'frist'\n"))
    assert codes(found) == ["DEF011"]
    assert found[0].fix is not None
    assert found[0].fix.text == "'first'"


def test_shape_is_silent_where_meaning_has_spoken() -> None:
    one = Diagnostic(span=Span("a", 1, 2), code="DEF021", values={"key": "limit"})
    two = Diagnostic(span=Span("a", 3, 1), code="DEF004", values={"key": "x"})
    said = Diagnostic(span=Span("a", 1, 2, 1, 5), code="DEF005", values={"key": "limit"})
    assert without_echoes([one, two], [said]) == (said, two)
    assert without_echoes([one, two], []) == (one, two)


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-2, 9)
    | st.sampled_from(["set", "tag", "first", "4h", ""]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["do", "value", "tags", "by", "cells", "en", "zh-CN", "x-a", "Q"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=6,
)


@pytest.mark.usefixtures("trial")
@MORE
@given(st.dictionaries(st.sampled_from([*TRIAL["properties"], "titel"]), VALUES, max_size=4))
def test_every_complaint_becomes_a_finding_and_nothing_else_does(value: dict[str, Any]) -> None:
    whole = {**value, "kind": "view", "id": "a"}
    item = document(json.dumps(whole), "a.json")
    schema = schema_for("view")
    assert schema is not None
    found = schema_findings(item)
    assert bool(found) is not Draft202012Validator(dict(schema)).is_valid(whole)
    for finding in found:
        assert finding.span.line == 1
        assert finding.render("en")
        assert finding.render("zh-CN")
