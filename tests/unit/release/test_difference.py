"""The difference of two sets of definitions."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from sopwith.definitions import read_text
from sopwith.release.difference import ChangeKind, compare_documents, compare_values

BEFORE = """\
kind: form
id: f
title: {en: Form, zh-CN: 表单}
fields:
  - {id: a, type: text}
  - {id: b, type: number, max: 3}
  - {id: c, type: date}
tags: [x, y]
"""


def parts(after: str) -> list[tuple[str, str]]:
    """Return path and change of each part that is different in *after*."""
    one, other = (read_text(text, "f.yaml")[0] for text in (BEFORE, after))
    found = compare_documents(one, other)
    return [
        (".".join(map(str, part.path)), part.change.value) for one in found for part in one.parts
    ]


def test_a_changed_value_is_named_by_its_field() -> None:
    assert parts(BEFORE.replace("max: 3", "max: 4")) == [("fields.b.max", "changed")]


def test_what_came_and_what_went() -> None:
    after = BEFORE.replace("  - {id: b, type: number, max: 3}\n", "  - {id: d, type: url}\n")
    assert parts(after) == [("fields.d", "added"), ("fields.b", "removed")]
    assert parts(BEFORE.replace("[x, y]", "[x, z]")) == [("tags.1", "changed")]
    assert parts(BEFORE.replace("[x, y]", "[x, y, z]")) == [("tags.2", "added")]


def test_the_one_that_moved_is_named_and_not_those_it_passed() -> None:
    moved = BEFORE.replace("  - {id: c, type: date}\n", "").replace(
        "fields:\n", "fields:\n  - {id: c, type: date}\n"
    )
    assert parts(moved) == [("fields.c", "moved")]


def test_documents_that_came_went_and_only_moved() -> None:
    other = "---\nkind: view\nid: v\ntitle: {en: V, zh-CN: 列表}\n"
    one, two = read_text(BEFORE, "f.yaml")[0], read_text(BEFORE + other, "other.yaml")[0]
    assert [(found.id, found.change) for found in compare_documents(one, two)] == [
        ("v", ChangeKind.ADDED)
    ]
    assert [(found.id, found.change) for found in compare_documents(two, one)] == [
        ("v", ChangeKind.REMOVED)
    ]
    assert compare_documents(one, one) == ()
    swapped = BEFORE.replace("[x, y]", "[y, x]")
    assert compare_documents(one, read_text(swapped, "f.yaml")[0])[0].change is ChangeKind.MOVED


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(0, 3) | st.sampled_from(["a", "b"]),
    lambda inner: (
        st.lists(
            inner | st.fixed_dictionaries({"id": st.sampled_from("pqr"), "v": inner}), max_size=4
        )
        | st.dictionaries(st.sampled_from("xyz"), inner, max_size=3)
    ),
    max_leaves=10,
)


@given(VALUES, VALUES)
def test_nothing_differs_only_where_all_is_the_same(one: Any, other: Any) -> None:
    same = json.dumps(one) == json.dumps(other)
    assert (not list(compare_values(one, other))) == same
    assert not list(compare_values(one, one))


@given(st.permutations(range(6)))
def test_an_order_is_told_by_moves_alone(order: list[int]) -> None:
    items = [{"id": f"i{number}"} for number in range(6)]
    found = list(compare_values(items, [items[number] for number in order]))
    assert all(part.change is ChangeKind.MOVED for part in found)
    assert bool(found) == (order != sorted(order))
