"""Where a cursor is in YAML that is being typed: marked by ^ in the examples."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sopwith.definitions.cursor import Cursor, cursor_at


def at(marked: str) -> Cursor:
    before, _sign, after = marked.partition("^")
    lines = before.split("\n")
    return cursor_at(before + after, len(lines) - 1, len(lines[-1]))


@pytest.mark.parametrize(
    ("marked", "path", "mode", "typed"),
    [
        pytest.param("ki^", (), "key", "ki", id="first key"),
        pytest.param("kind: fo^", ("kind",), "value", "fo", id="a value"),
        pytest.param("kind: ^", ("kind",), "value", "", id="no value yet"),
        pytest.param("kind: form\n^", (), "key", "", id="a new line at the top"),
        pytest.param("states:\n  new:\n    ca^", ("states", "new"), "key", "ca", id="deeper key"),
        pytest.param("states:\n  new:\n    ^", ("states", "new"), "key", "", id="blank deeper line"),
        pytest.param("states:\n  new:\n    x: 1\n  ^", ("states",), "key", "", id="out again"),
        pytest.param("go:\n  - to: a\n  - to: b^", ("go", 1, "to"), "value", "b", id="second item"),
        pytest.param("go:\n- to: a\n- ti^", ("go", 1), "either", "ti", id="list at its key's column"),
        pytest.param("go:\n- to: a\n  ti^", ("go", 0), "key", "ti", id="second key of an item"),
        pytest.param("go:\n- to: a\nst^", (), "key", "st", id="behind such a list"),
        pytest.param("go: [{to: a, wh^", ("go", 0), "key", "wh", id="key in braces"),
        pytest.param("go: [{to: a}, {to: b^", ("go", 1, "to"), "value", "b", id="value in braces"),
        pytest.param("roles: [agent, le^", ("roles", 1), "either", "le", id="item in brackets"),
        pytest.param("go: [\n  {to: a},\n  {to: ^", ("go", 1, "to"), "value", "", id="braces over lines"),
        pytest.param('when: "a == \'x^', ("when",), "value", "a == 'x", id="in quotes"),
        pytest.param('go: [{when: "a, b ^', ("go", 0, "when"), "value", "a, b ", id="quotes in braces"),
        pytest.param("a:\n  - b:\n      - c^", ("a", 0, "b", 0), "either", "c", id="list in a list"),
        pytest.param("a:\n  - - b^", ("a", 0, 0), "either", "b", id="two dashes"),
        pytest.param("body: |\n  Hello {{ na^", ("body",), "text", "Hello {{ na", id="block text"),
        pytest.param("body: |\n  Hello\nnext: ^", ("next",), "value", "", id="behind block text"),
        pytest.param("kind: form # he^", (), "comment", "", id="a comment"),
        pytest.param("a: [1, 2]\nb: ^", ("b",), "value", "", id="behind closed brackets"),
        pytest.param("a: {b: [1, {c: d}], e^", ("a",), "key", "e", id="nested braces"),
        pytest.param("x: [broken\nkind: form\n---\nid: ^", ("id",), "value", "", id="broken before"),
        pytest.param('"quoted key": ^', ("quoted key",), "value", "", id="quoted key"),
        pytest.param("title: {en: A, zh-CN: ^", ("title", "zh-CN"), "value", "", id="dash in a key"),
    ],
)  # fmt: skip
def test_the_place_is_known(
    marked: str, path: tuple[str | int, ...], mode: str, typed: str
) -> None:
    found = at(marked)
    assert (found.path, found.mode, found.typed) == (path, mode, typed)
    before = marked.partition("^")[0]
    last = before.split("\n")[-1]
    if mode != "comment":
        assert last[found.start :] == typed


def test_the_document_around_is_known() -> None:
    found = at(
        "kind: form\nid: a\n---\nkind: rule\nid: b  # this\nwhen: ^\nthen:\n  - tag: x\n---\nkind: team\n"
    )
    assert found.head == {"kind": "rule", "id": "b", "when": "", "then": ""}
    assert at("kind: form\nid: a\n^\ntitle: x\n").siblings() == {"kind", "id", "title"}
    assert at("a:\n  b: 1\n  ^\n  c: 2\n").siblings() == {"b", "c"}


@given(st.text("ab:-{}[]'\"|>#,\n &*?", max_size=80), st.integers(0, 10), st.integers(0, 20))
def test_whatever_is_typed_there_is_an_answer(text: str, line: int, column: int) -> None:
    found = cursor_at(text, line, column)
    assert all(isinstance(step, str | int) for step in found.path)


def test_much_text_is_read_in_time() -> None:
    text = "a:\n" + "  - {b: [c, d], e: 'f'}\n" * 2_000
    assert cursor_at(text + "  - {b: ", text.count("\n"), 8).path[-1] == "b"
