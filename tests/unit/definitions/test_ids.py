"""Ids made of words."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sopwith.core.ids import LONGEST, fresh_id, numbered, stem

VALID = re.compile(r"[a-z][a-z0-9_-]{0,63}")
TAKEN = st.sets(st.sampled_from(["field", "field_2", "a", "a-2", "x" * 64, "second-line"]))


@pytest.mark.parametrize(
    ("words", "joint", "expected"),
    [
        ("Second line", "-", "second-line"),
        ("orderNumber", "_", "order_number"),
        ("2 many_things!", "-", "many-things"),
        ("order-no", "_", "order_no"),
        ("电话 phone", "_", "phone"),
        ("电话", "_", ""),
        ("2024", "_", ""),
    ],
)
def test_words_become_an_id(words: str, joint: str, expected: str) -> None:
    assert stem(words, joint) == expected


def test_a_copy_keeps_its_name_where_it_is_free() -> None:
    assert numbered("in-progress", {"new"}) == "in-progress"
    assert numbered("in-progress", {"in-progress", "in-progress_2"}) == "in-progress_3"


@given(words=st.text(max_size=200), taken=TAKEN, joint=st.sampled_from(["-", "_"]))
def test_an_id_is_always_valid_new_and_the_same_again(
    words: str, taken: set[str], joint: str
) -> None:
    made = fresh_id(words, taken, "field", joint)
    assert VALID.fullmatch(made)
    assert len(made) <= LONGEST
    assert made not in taken
    assert fresh_id(words, taken, "field", joint) == made
