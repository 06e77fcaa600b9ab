"""Every character of a text has its place in the source, in every style."""

from __future__ import annotations

import json

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from sopwith.core.diagnostics import Diagnostic, Fix
from sopwith.core.span import Span
from sopwith.definitions import Node, settle
from sopwith.definitions.alignment import align
from sopwith.definitions.source import Source

from .documents import MORE, document, root

WORDS = st.text("ab=中😀 '\"\\\n\t", min_size=1, max_size=60)


def scalar(text: str, path: str = "a.yaml") -> Node:
    node = root(text, path).get("x")
    assert node is not None
    return node


@MORE
@given(WORDS, st.sampled_from([None, "'", '"', "|", ">"]), st.sampled_from([12, 80]))
def test_letters_stand_where_the_alignment_says(words: str, style: str | None, width: int) -> None:
    text = yaml.safe_dump({"x": words}, allow_unicode=True, default_style=style, width=width)
    node = scalar(text)
    assert node.value == words
    pairs = align(node.raw, words, node.style)
    assert pairs is not None
    assert len(pairs) == len(words)
    for (start, end), letter in zip(pairs, words, strict=True):
        if letter not in " \n\t" and node.raw[start] != "\\":
            assert node.raw[start:end] in (letter, letter * 2)
    assert pairs == sorted(pairs)


@MORE
@given(WORDS, st.booleans())
def test_json_escapes_are_aligned(words: str, ascii_only: bool) -> None:
    node = scalar(json.dumps({"x": words}, ensure_ascii=ascii_only), "a.json")
    pairs = align(node.raw, words, node.style)
    assert pairs is not None
    for (start, end), letter in zip(pairs, words, strict=True):
        assert json.loads(f'"{node.raw[start:end]}"') == letter


def test_what_does_not_fit_has_no_alignment() -> None:
    assert align("'abc'", "abd", "single") is None


def test_the_end_of_a_text_is_right_behind_it() -> None:
    assert scalar("x: 'ab'").inside(2) == Span("a.yaml", 1, 7, 1, 7)
    assert scalar("x: |\n  ab\n").inside(9).line == 2


@pytest.mark.parametrize("style", [">-", "|", "|-"])
def test_findings_in_text_over_several_lines_move_to_their_line(style: str) -> None:
    text = f'kind: rule\nid: a\nwhen: {style}\n  priority == "P0"\n  and custmer.tier\nx: 1\n'
    item = document(text)
    node = item.node.get("when")
    assert node is not None
    base = node.inside(0, len(node.words))
    offset = node.words.index("custmer")
    span = base.inside(offset, 7)
    found = Diagnostic(
        span=span, code="DEF021", values={"key": "when"}, fix=Fix(span=span, text="")
    )
    first = Diagnostic(span=base.inside(0, 8), code="DEF021", values={"key": "when"})
    other = Diagnostic(span=Span("a.yaml", 6, 1, 6, 2), code="DEF004", values={"key": "x"})
    moved = settle([found, first, other], [item])
    assert Source("a.yaml", text).cut(moved[0].span) == "custmer"
    assert moved[0].span.line == 5
    assert moved[0].fix is None
    assert moved[1:] == (first, other)
