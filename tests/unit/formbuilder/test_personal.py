from __future__ import annotations

from typing import Any

import pytest

from sopwith.core.diagnostics import Diagnostic
from sopwith.definitions import Reader, read_text
from sopwith.formbuilder.model import Field
from sopwith.formbuilder.parse_fields import FieldParser
from sopwith.formbuilder.personal import is_personal, without_personal

TITLE = "title: {en: X, zh-CN: X}"


def parsed(keys: str) -> tuple[Field | None, list[str]]:
    found: list[Diagnostic] = []
    documents, _ = read_text(
        f"kind: form\nid: x\nf: {{id: a, {TITLE}, {keys}}}\n".encode(), "x.yaml"
    )
    inner = Reader.of(documents[0], found).reader("f")
    assert inner is not None
    field = FieldParser(None, {}, found).field(inner)
    return field, [one.code for one in found]


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ("type: text", True),
        ("type: long_text", True),
        ("type: email", True),
        ("type: files", True),
        ("type: number", False),
        ("type: date", False),
        ("type: yes_no", False),
        ("type: user", False),
        ("type: text, personal: false", False),
        ("type: date, personal: true", True),
    ],
)
def test_the_type_says_what_is_personal_unless_the_field_does(keys: str, expected: bool) -> None:
    field, found = parsed(keys)
    assert found == []
    assert field is not None
    assert is_personal(field) is expected


def test_a_heading_holds_nothing_personal() -> None:
    assert "FRM007" in parsed("type: heading, personal: true")[1]


def test_values_lose_what_is_personal_and_tables_their_columns() -> None:
    table, _ = parsed(
        f"type: table, columns: [{{id: what, type: text, {TITLE}}}, {{id: n, type: number, {TITLE}}}]"
    )
    text, _ = parsed("type: text")
    born, _ = parsed("type: date, personal: true")
    code, _ = parsed("type: text, personal: false")
    assert table and text and born and code
    fields = {"t": table, "a": text, "born": born, "code": code}
    values: dict[str, Any] = {
        "t": [{"what": "said", "n": 2}],
        "a": "said",
        "born": "1990-01-01",
        "code": "A-1",
        "unknown": "said",
        "unknown_number": 3,
    }
    assert without_personal(values, fields) == {
        "t": [{"n": 2}],
        "code": "A-1",
        "unknown_number": 3,
    }
