"""Reading: what values mean, and where they stand."""

from __future__ import annotations

import pytest
import yaml

from sopwith.core.span import Span
from sopwith.definitions import LIMITS, Limits, read_nodes, read_text
from sopwith.definitions.source import Source
from sopwith.definitions.tree import Tally
from sopwith.definitions.yaml_text import read_yaml

from .documents import codes, document, root

FULL = """\
# a comment
kind: form
id: intake
title: {en: "In", zh-CN: '受理'}   # both
😀 key: 中文  # wide
list:
- one
- two:  3

-   [a, {b: c}]
text: |
  first

  last

# behind
folded: >-
    a
    b
empty:
plain: two
  lines
"""


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("on", "on"),
        ("no", "no"),
        ("Yes", "Yes"),
        ("True", "True"),
        ("true", True),
        ("false", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("NULL", "NULL"),
        ("12:30", "12:30"),
        ("2026-01-02", "2026-01-02"),
        ("2026-01-02 10:00:00", "2026-01-02 10:00:00"),
        ("0123", "0123"),
        ("0x1f", "0x1f"),
        ("0o17", "0o17"),
        ("1_000", "1_000"),
        ("+7", "+7"),
        ("-7", -7),
        ("0", 0),
        ("13800138000", 13800138000),
        ("123456789012345", 123456789012345),
        ("1234567890123456", "1234567890123456"),
        ("1.50", 1.5),
        ("-0.25", -0.25),
        ("1e3", 1000.0),
        (".5", ".5"),
        (".inf", ".inf"),
        ("1e999", "1e999"),
        ("50%", "50%"),
        ("4h", "4h"),
        ("1.0.0", "1.0.0"),
        ('"true"', "true"),
        ("'7'", "7"),
        ("=", "="),
        ("<<", "<<"),
    ],
)
def test_only_json_types_are_more_than_text(written: str, value: object) -> None:
    node = root(f"x: {written}\n")
    assert node.value == {"x": value}
    assert type(node.value["x"]) is type(value)
    child = node.get("x")
    assert child is not None
    assert child.words == (value if isinstance(value, str) else written)


def test_every_value_has_the_place_of_its_text() -> None:
    node = root(FULL)
    cuts = {child.path: child.raw for child in node.walk()}
    assert cuts[("title",)] == "{en: \"In\", zh-CN: '受理'}"
    assert cuts[("title", "zh-CN")] == "'受理'"
    assert cuts[("😀 key",)] == "中文"
    assert cuts[("list",)] == "- one\n- two:  3\n\n-   [a, {b: c}]"
    assert cuts[("list", 1)] == "two:  3"
    assert cuts[("list", 2, 1)] == "{b: c}"
    assert cuts[("text",)] == "|\n  first\n\n  last"
    assert cuts[("folded",)] == ">-\n    a\n    b"
    assert cuts[("empty",)] == ""
    assert cuts[("plain",)] == "two\n  lines"
    assert cuts[()] == FULL[len("# a comment\n") : -1]


def test_columns_count_characters() -> None:
    node = root(FULL).get("😀 key")
    assert node is not None
    assert node.key_span == Span("a.yaml", 5, 1, 5, 6)
    assert node.span == Span("a.yaml", 5, 8, 5, 10)


def test_keys_have_places_with_their_quotes() -> None:
    node = root("\"a b\": 1\n'c': 2\n").get("c")
    assert node is not None
    assert node.key_span == Span("a.yaml", 2, 1, 2, 4)


def test_windows_lines_and_byte_order_mark_shift_nothing() -> None:
    plain = root(FULL)
    windows = root("\ufeff" + FULL.replace("\n", "\r\n"))
    assert windows.value == plain.value
    assert [child.place for child in windows.walk()] == [child.place for child in plain.walk()]
    raws = [child.raw.replace("\r\n", "\n") for child in windows.walk()]
    assert raws == [child.raw for child in plain.walk()]


def test_a_file_holds_several_documents() -> None:
    text = "kind: form\nid: a\n---  # the second\nkind: form\nid: b\nx: |\n  ---\n  text\n--- {kind: form, id: c}\n...\n"
    documents, found = read_text(text, "a.yaml")
    assert codes(found) == []
    assert [item.key for item in documents] == [("form", "a"), ("form", "b"), ("form", "c")]
    assert documents[1].value["x"] == "---\ntext\n"
    assert documents[1].text.startswith("kind: form\nid: b")
    assert documents[2].span == Span("a.yaml", 9, 5, 9, 24)


def test_one_broken_document_does_not_hide_the_others() -> None:
    text = "kind: form\nid: a\nx: [\n---\nkind: form\nid: b\n---\nkind: form\nid: c\nx: @\n"
    documents, found = read_text(text, "a.yaml")
    assert [item.id for item in documents] == ["b"]
    assert [(item.span.line, item.code) for item in found] == [(3, "YAML005"), (10, "YAML009")]


def test_a_repeated_key_names_the_line_of_the_first_and_loses() -> None:
    documents, found = read_text("kind: form\nid: a\nx: 1\ny: 2\nx: 3\n", "a.yaml")
    assert codes(found) == ["YAML002"]
    assert found[0].values == {"key": "x", "line": 3}
    assert documents[0].value["x"] == 1


def test_paths_lead_to_nodes_and_places() -> None:
    node = root("states:\n  a:\n    go: [{to: b}]\n")
    assert node.at(("states", "a", "go", 0, "to")) is not None
    assert node.at(("states", "b")) is None
    assert node.at(("states", 0)) is None
    assert node.span_of(("states", "a", "go", 0, "to")).line == 3
    assert node.span_of(("states", "b", "go")) == node.span_of(("states",))
    child = node.at(("states", "a", "go", 0, "to"))
    assert child is not None
    assert child.path == ("states", "a", "go", 0, "to")
    assert [key for key, _ in node.items()] == ["states"]


@pytest.mark.parametrize(
    ("written", "offset", "length", "spot"),
    [
        ("when: a == 1", 2, 2, "=="),
        ("when: 'it''s b'", 5, 1, "b"),
        ('when: "a == 1"', 2, 2, "=="),
        ("when: |\n  a\n    and bb\n", 8, 2, "bb"),
        ("when: '😀 == 中'", 5, 1, "中"),
        ("- when: |-\n    first\n    a == 1", 8, 2, "=="),
        ("- when: >-\n    first\n    and\n\n    a == 1\nx: 1".replace("\nx: 1", ""), 12, 2, "=="),
        ("when: a ==\n  1 and\n  bb", 11, 2, "bb"),
        ("when: 'a ==\n  1 and\n  bb'", 11, 2, "bb"),
        ('when: "a ==\\\n  1 and \\"bb\\""', 11, 2, "bb"),
        ('when: "a\\t== 1"', 2, 2, "=="),
        ('when: "\\U0001F600\\u4e2d\\x41 b"', 4, 1, "b"),
        ("when: >\r\n  one\r\n  two\r\n", 4, 3, "two"),
        ("when: |\n    one\n      two\n", 6, 3, "two"),
    ],
)
def test_a_part_of_a_text_has_its_own_place(
    written: str, offset: int, length: int, spot: str
) -> None:
    scalars = [item for item in root(written).walk() if item.kind == "scalar"]
    node = scalars[-1]
    assert node.words[offset : offset + length] == spot
    span = node.inside(offset, length)
    assert Source("a.yaml", written).cut(span) == spot


@pytest.mark.parametrize(
    ("text", "limits", "code", "line"),
    [
        ("a: 1\n" * 9, Limits(size=10), "YAML020", 1),
        ("a:\n  b:\n    c:\n      d: 1", Limits(depth=3), "YAML021", 4),
        ("- 1\n- 2\n- 3\n- 4\n", Limits(nodes=3), "YAML022", 3),
        ("a: b\nb: " + "x" * 11, Limits(scalar=10), "YAML023", 2),
        ("1: a\n2: b\n3: c\n", Limits(findings=2), "YAML024", 2),
        ("a: 1\n---\nb: 2\n---\nc: 3\n", Limits(documents=2), "YAML025", 4),
        ("a: 1\n" + "k" * 11 + ": 2\n", Limits(key=10), "YAML015", 2),
    ],
)
def test_each_limit_has_a_finding_at_the_spot(
    text: str, limits: Limits, code: str, line: int
) -> None:
    _, found = read_nodes(text, "a.yaml", limits)
    spots = [(item.code, item.span.line) for item in found]
    assert (code, line) in spots


def test_the_number_of_findings_is_bounded_over_all_documents() -> None:
    _, found = read_text("--- x\n" * 900, "a.yaml")
    assert len(found) == LIMITS.findings + 1
    assert codes(found)[-1] == "YAML024"


@pytest.mark.parametrize(
    ("data", "code", "column"),
    [
        ("kind: a\n".encode("utf-16"), "YAML030", 1),
        ("kind: a\n".encode("utf-16-le"), "YAML030", 1),
        ("kind: a\n".encode("utf-16-be"), "YAML030", 1),
        ("kind: a\n".encode("utf-32"), "YAML030", 1),
        ("kind: 中".encode() + "文".encode("gbk"), "YAML031", 8),
        (b"kind: \xed\xa0\xbd", "YAML031", 7),
    ],
)
def test_other_encodings_are_named(data: bytes, code: str, column: int) -> None:
    documents, found = read_text(data, "a.yaml")
    assert documents == ()
    assert [(item.code, item.span.column) for item in found] == [(code, column)]


def test_the_pure_python_parser_gives_the_same_tree() -> None:
    tally = Tally(Source("a.yaml", FULL), LIMITS)
    roots: list[object] = []
    read_yaml(FULL, tally, roots, yaml.SafeLoader)  # type: ignore[arg-type]  # a list of nodes
    (pure,) = roots
    fast = root(FULL)
    assert [(n.path, n.place, n.key_place, n.style) for n in pure.walk()] == [  # type: ignore[attr-defined]
        (n.path, n.place, n.key_place, n.style) for n in fast.walk()
    ]


def test_wrong_ids_are_kept_as_written_so_that_references_still_meet() -> None:
    documents, found = read_text("kind: form\nid: My Form\n", "a.yaml")
    assert documents[0].id == "My Form"
    assert codes(found) == ["DEF006"]
    assert found[0].fix is not None
    assert found[0].fix.text == "my-form"


def test_exact_words_of_one_finding() -> None:
    _, found = read_text("kind: form\nid: a\nid: b\n", "forms/a.yaml")
    assert found[0].render("en") == (
        "forms/a.yaml:3:1: error YAML002: the key 'id' is there twice, first on line 2; keep one of them"
    )
    assert found[0].render("zh-CN") == (
        "forms/a.yaml:3:1: error YAML002: 键“id”重复出现，第一次在第 2 行；请只保留一个"
    )


def test_document_answers_for_its_place_and_text() -> None:
    item = document("# top\nkind: form\nid: a\n")
    assert item.text == "kind: form\nid: a"
    assert item.span == Span("a.yaml", 2, 1, 3, 6)
    assert item.value == {"kind": "form", "id": "a"}
