"""JSON documents are equal citizens: same tree, same places, their own faults."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sopwith.core.span import Span
from sopwith.definitions import read_nodes, read_text
from sopwith.definitions.scalars import plain_value

from .documents import MORE, codes, root

NUMBERS = st.integers(-(10**14), 10**14) | st.floats(-1e9, 1e9).map(lambda x: round(x, 6))
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.text(max_size=8).filter(lambda x: "\ufeff" not in x),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text("ab中😀 \"'", max_size=4), inner, max_size=4)
    ),
    max_leaves=12,
)


def strict(text: str) -> list[str]:
    return codes(read_nodes(text, "a.json")[1])


@MORE
@given(VALUES, st.booleans(), st.sampled_from([None, 1, "\t"]))
def test_what_python_writes_is_read_back(
    value: object, ascii_only: bool, indent: int | str | None
) -> None:
    text = json.dumps({"x": value}, ensure_ascii=ascii_only, indent=indent)
    (node,), found = read_nodes(text, "a.json")
    hidden = any(ord(letter) in (0x7F, *range(0x80, 0xA0), 0xFFFE, 0xFFFF) for letter in text)
    if hidden:
        return
    assert found == ()
    assert node.value == {"x": value}
    for child in node.walk():
        assert json.loads(child.raw) == child.value


def test_places_are_exact() -> None:
    text = '{"kind": "form",\r\n\t"id": "😀中", "x" : [1, {"y":null}]}'
    node = root(text, "a.json")
    child = node.at(("x", 1, "y"))
    assert child is not None
    assert child.span == Span("a.json", 2, 29, 2, 33)
    assert child.key_span == Span("a.json", 2, 25, 2, 28)
    assert node.span == Span("a.json", 1, 1, 2, 36)


def test_a_list_at_the_top_holds_documents() -> None:
    documents, found = read_text('[{"kind": "a", "id": "x"}, {"kind": "b", "id": "y"}]', "a.json")
    assert found == ()
    assert [item.key for item in documents] == [("a", "x"), ("b", "y")]
    assert documents[1].node.path == ()


def test_yaml_files_may_hold_json_with_all_its_escapes() -> None:
    text = '{"kind":"form","id":"a",\n\t"x":"\\ud83d\\ude00\\/"}'
    documents, found = read_text(text, "a.yaml")
    assert found == ()
    assert documents[0].value["x"] == "😀/"


@pytest.mark.parametrize(
    ("text", "code", "column"),
    [
        ('{"a": 1,}', "YAML041", 8),
        ('{"a": [1, 2,]}', "YAML041", 12),
        ("{'a': 1}", "YAML040", 2),
        ("{a: 1}", "YAML040", 2),
        ('{"a" 1}', "YAML040", 6),
        ('{"a": }', "YAML040", 7),
        ('{"a": 1 "b": 2}', "YAML040", 9),
        ('{"a": 01}', "YAML040", 7),
        ('{"a": NaN}', "YAML040", 7),
        ('{"a": 1', "YAML040", 7),
        ('{"a": 1}}', "YAML040", 9),
        ('{"a": [1}', "YAML040", 9),
        ('{"a": 1} // x', "YAML042", 10),
        ('# x\n{"a": 1}', "YAML042", 1),
        ('{"a": /* */ 1}', "YAML042", 7),
        ('{"a": "x}', "YAML004", 7),
        ('{"a": "x\ny"}', "YAML004", 7),
        ('{"a": "\\x41"}', "YAML017", 8),
        ('{"a": "\\u12"}', "YAML017", 8),
        ('{"a": "\\ud83d"}', "YAML034", 8),
        ('{"a": "\\ude00\\ud83d"}', "YAML034", 8),
        ('{"a": 12345678901234567890}', "YAML043", 7),
        ('{"a": 1e999}', "YAML043", 7),
        ('{"a": 1, "a": 2}', "YAML002", 10),
        ('{"a": "x\u007fy"}', "YAML032", 9),
        ('{"a": 1}\x00', "YAML032", 9),
        ("", "YAML051", 1),
        (" \n", "YAML051", 1),
    ],
)
def test_faults_have_a_code_and_a_place(text: str, code: str, column: int) -> None:
    _, found = read_nodes(text, "a.json")
    assert (code, column) in [(item.code, item.span.column) for item in found]


def test_line_separators_are_legal_in_json_text() -> None:
    assert strict('{"a": "x\u2028y"}') == []


@MORE
@given(st.text("0123456789.eE+-", max_size=12))
def test_plain_words_that_become_numbers_are_json_numbers(text: str) -> None:
    value = plain_value(text)
    if isinstance(value, (int, float)):
        assert json.loads(text) == value
