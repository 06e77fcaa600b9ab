"""Places to offsets and back, and edits by splicing."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import assume, given
from hypothesis import strategies as st

from sopwith.core.diagnostics import Fix
from sopwith.core.span import Span
from sopwith.definitions import Node, read_nodes, splice
from sopwith.definitions.source import Source

from .documents import MORE, root

WORDS = st.text("abc 中😀:#-'\"\\{}[],\n", max_size=12)
TREES = st.recursive(
    st.none() | st.booleans() | st.integers(-999, 999) | WORDS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text("ab中", min_size=1, max_size=3), inner, max_size=4)
    ),
    max_leaves=15,
)


@MORE
@given(st.text("ab😀\r\n", max_size=30))
def test_offset_and_place_are_inverse(text: str) -> None:
    source = Source("", text)
    for offset in range(len(text) + 1):
        line, column = source.place(offset)
        assert source.offset(line, column) == offset


def written(tree: object, flow: bool | None) -> str:
    return yaml.safe_dump({"x": tree}, allow_unicode=True, default_flow_style=flow, sort_keys=False)


@MORE
@given(TREES, st.sampled_from([True, False, None]))
def test_ends_are_exact(tree: object, flow: bool | None) -> None:
    text = written(tree, flow)
    roots, found = read_nodes(text, "a.yaml")
    assert found == ()
    assert roots[0].value == {"x": tree}
    for node in roots[0].walk():
        raw = node.raw
        if node.kind == "scalar" and "\n" in raw:
            assert raw == raw.rstrip()
            continue
        assert raw == raw.strip() or node.style in ("single", "double")
        if node.kind == "scalar" or node.style == "flow":
            ((again,), _) = read_nodes(f"x: {raw}\n", "b.yaml")
            assert again.value == {"x": node.value}


@MORE
@given(TREES, st.sampled_from([True, False, None]), st.data())
def test_splicing_one_value_changes_no_other(
    tree: object, flow: bool | None, data: st.DataObject
) -> None:
    text = written(tree, flow)
    node = root(text)
    scalars: list[Node] = [item for item in node.walk() if item.kind == "scalar" and item.raw]
    assume(scalars)
    chosen = data.draw(st.sampled_from(scalars))
    after = root(splice(text, [Fix(span=chosen.span, text='"new: {value}"')]))
    for item in node.walk():
        other = after.at(item.path)
        assert other is not None
        if item.path == chosen.path:
            assert other.value == "new: {value}"
        elif item.kind == "scalar":
            assert other.value == item.value


def test_splicing_keeps_byte_order_mark_windows_lines_and_comments() -> None:
    text = "\ufeff# top\r\na: 1  # one\r\n😀: 中 # two\r\n"
    edits = [
        Fix(span=Span("", 3, 1, 3, 2), text="key"),
        Fix(span=Span("", 2, 4, 2, 5), text="2"),
        Fix(span=Span("", 3, 4, 3, 5), text="文"),
        Fix(span=Span("", 4, 1, 4, 1), text="b: 3\r\n"),
    ]
    expected = "\ufeff# top\r\na: 2  # one\r\nkey: 文 # two\r\nb: 3\r\n"
    assert splice(text, edits) == expected


def test_edits_that_overlap_or_have_no_end_are_refused() -> None:
    with pytest.raises(ValueError, match="overlaps"):
        splice(
            "abcdef",
            [Fix(span=Span("", 1, 1, 1, 4), text=""), Fix(span=Span("", 1, 3, 1, 5), text="")],
        )
    with pytest.raises(ValueError, match="no end"):
        splice("abcdef", [Fix(span=Span("", 1, 1), text="")])


def test_lines_and_cuts_outside_of_the_text_are_empty() -> None:
    source = Source("", "one\ntwo")
    assert [source.line(number) for number in (0, 1, 2, 3)] == ["", "one", "two", ""]
    assert source.offset(0, 1) == 0
    assert source.offset(9, 1) == 7
    assert source.cut(Span("", 2, 2)) == "wo"
