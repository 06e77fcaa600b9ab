"""The cursor that the parsers of all kinds use."""

from __future__ import annotations

from sopwith.core.diagnostics import Diagnostic
from sopwith.core.span import Span
from sopwith.core.text import Text
from sopwith.definitions import Reader, splice
from sopwith.definitions.source import Source

from .documents import codes, document, root


def reader(text: str) -> tuple[Reader, list[Diagnostic]]:
    found: list[Diagnostic] = []
    return Reader(root(text), found), found


def spots(found: list[Diagnostic]) -> list[tuple[str, str]]:
    return [(item.code, f"{item.span.line}:{item.span.column}") for item in found]


def test_texts_come_as_they_are_written() -> None:
    r, found = reader("a: on\nb: 1.50\nc: true\nd: 0123\ne: 'x y'\nf: 12:30\n")
    assert [r.text(key) for key in "abcdef"] == ["on", "1.50", "true", "0123", "x y", "12:30"]
    assert r.raw_text("b") == "1.50"
    assert r.raw_text("none") is None
    assert r.text("none", "default") == "default"
    r.done()
    assert found == []


def test_missing_and_empty_keys_are_reported_where_they_are_needed() -> None:
    r, found = reader("x:\ny: ''\nz: []\nm: {}\nw: {}\n")
    inner = r.reader("m")
    assert inner is not None
    inner.text("id", required=True)
    r.text("id", required=True)
    r.text("x", required=True)
    r.text("y", required=True)
    r.texts("z", required=True)
    r.mapping("w", required=True)
    assert spots(found) == [
        ("DEF003", "4:1"),
        ("DEF003", "1:1"),
        ("DEF003", "1:1"),
        ("DEF016", "2:4"),
        ("DEF016", "3:1"),
        ("DEF016", "5:1"),
    ]


def test_every_type_is_demanded_at_its_value() -> None:
    r, found = reader(
        "text: [a]\nflag: yes\nwhole: 1.5\nnumber: x\nlow: 0\nhigh: 9\nword: catt\n"
        "list: {a: 1}\nmap: [a]\ntexts: [a, [b], ~]\nlabel: [x]\nidentifier: Ä 1\nbool: true\n"
    )
    assert r.text("text") == ""
    assert r.flag("flag") is False
    assert r.whole("whole", 7) == 7
    assert r.number("number", 1.5) == 1.5
    assert r.whole("low", 3, 1, 5) == 3
    assert r.number("high", 3, 1, 5) == 3
    assert r.choice("word", ("cat", "dog"), "dog") == "dog"
    assert r.readers("list") == []
    assert r.reader("map") is None
    assert r.texts("texts") == ["a"]
    assert r.label("label") == Text()
    assert r.identifier("identifier") == "Ä 1"
    assert r.whole("bool", 2) == 2
    assert r.number("bool", 2) == 2
    r.done()
    assert spots(found) == [
        ("DEF005", "1:1"),
        ("DEF007", "2:7"),
        ("DEF008", "3:8"),
        ("DEF009", "4:9"),
        ("DEF010", "5:6"),
        ("DEF010", "6:7"),
        ("DEF011", "7:7"),
        ("DEF012", "8:1"),
        ("DEF013", "9:1"),
        ("DEF005", "10:12"),
        ("DEF005", "10:17"),
        ("DEF014", "11:1"),
        ("DEF006", "12:13"),
        ("DEF008", "13:7"),
        ("DEF009", "13:7"),
    ]


def test_fixes_mend_what_they_are_for() -> None:
    text = 'portal: yes\naudience: "custmer"\nid: \'My Form\'\ntitel: x\n"hlep": y\n'
    r, found = reader(text)
    r.flag("portal")
    r.choice("audience", ("agent", "customer"))
    r.identifier("id")
    r.text("title")
    r.text("help")
    r.done()
    fixes = [item.fix for item in found if item.fix is not None]
    assert len(fixes) == len(found) == 5
    mended = 'portal: true\naudience: "customer"\nid: \'my-form\'\ntitle: x\n"help": y\n'
    assert splice(text, fixes) == mended


def test_unknown_keys_are_reported_at_the_key_with_a_guess() -> None:
    r, found = reader("title: a\nrequierd: true\nzzz: 1\n")
    r.text("title")
    r.flag("required")
    r.done()
    assert spots(found) == [("DEF004", "2:1"), ("DEF004", "3:1")]
    assert found[0].values == {"key": "requierd", "guess": "required"}
    assert "guess" not in found[1].values


def test_a_key_that_is_there_is_never_the_guess() -> None:
    r, found = reader("title: a\ntitel: b\n")
    r.text("title")
    r.done()
    assert "guess" not in found[0].values


def test_labels_are_bilingual_or_warned_about() -> None:
    r, found = reader(
        "a: {en: One, zh-CN: 一}\nb: {en: One}\nc: 一\nd: One\ne: {en: '', zh-CN: ''}\nf: {en: A, zh: 一}\n"
    )
    labels = [r.label(key) for key in "abcdef"]
    assert labels == [
        Text("One", "一"),
        Text("One", ""),
        Text("", "一"),
        Text("One", ""),
        Text(),
        Text("A", ""),
    ]
    assert [(item.code, item.values.get("language")) for item in found] == [
        ("DEF015", "zh-CN"),
        ("DEF015", "en"),
        ("DEF015", "zh-CN"),
        ("DEF016", None),
        ("DEF004", None),
        ("DEF015", "zh-CN"),
    ]
    assert found[4].values["guess"] == "zh-CN"
    assert found[0].severity == "warning"
    assert found[0].message("en") == "this has no words in Chinese yet: readers of Chinese see the English; add the translation"  # fmt: skip
    assert found[1].message("zh-CN") == "此处还没有英文：使用英文的读者会看到中文；请补充翻译"
    assert labels[1].get("zh-CN") == "One" and labels[2].get("en") == "一"


def test_lists_accept_a_single_value() -> None:
    r, found = reader("a: x\nb: [x, 1, true]\nc:\n- {id: q}\nd: [Bad One, good]\n")
    assert r.texts("a") == ["x"]
    assert r.texts("b") == ["x", "1", "true"]
    assert [item.text("id") for item in r.readers("c")] == ["q"]
    assert r.identifiers("d") == ["Bad One", "good"]
    assert codes(found) == ["DEF006"]


def test_mappings_give_key_place_and_reader() -> None:
    r, found = reader("states:\n  a: {x: 1}\n  B c: {x: 2}\n  d: 7\n")
    entries = r.mapping("states")
    assert [(key, span.line, inner.whole("x")) for key, span, inner in entries] == [
        ("a", 2, 1),
        ("B c", 3, 2),
    ]
    assert spots(found) == [("DEF006", "3:3"), ("DEF013", "4:6")]
    found.clear()
    assert len(r.mapping("states", free=True)) == 2
    assert codes(found) == ["DEF013"]


def test_findings_stand_at_value_key_or_mapping() -> None:
    r, found = reader("a: 1\nb:\n  c: 2\n")
    r.error("DEF008", "a")
    inner = r.reader("b")
    assert inner is not None
    inner.warn("DEF015", "missing", language="en")
    inner.error("DEF016", span=r.key_span("a"))
    assert [str(item.span) for item in found] == ["a.yaml:1:4", "a.yaml:2:1", "a.yaml:1:1"]
    assert found[0].values == {"key": "a"}
    assert r.span_of("b") == Span("a.yaml", 3, 3, 3, 7)
    assert inner.span == r.span_of("b")


def test_a_reader_of_a_document_knows_kind_and_id() -> None:
    found: list[Diagnostic] = []
    r = Reader.of(document("kind: form\nid: a\n"), found)
    r.done()
    assert found == []


def test_an_item_is_reported_under_the_key_of_its_list() -> None:
    text = "list: [a, {b: 1}]\n"
    r, found = reader(text)
    r.texts("list")
    assert Source("a.yaml", text).cut(found[0].span) == "{b: 1}"
