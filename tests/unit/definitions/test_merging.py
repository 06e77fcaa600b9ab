"""Merging what two people changed."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sopwith.definitions.merging import merge

BASE = "".join(f"line {number}\n" for number in range(8))
LINES = st.lists(st.sampled_from(["a\n", "b\n", "c\n", "d"]), max_size=8).map("".join)


def test_changes_apart_are_both_kept() -> None:
    theirs = BASE.replace("line 1", "theirs")
    mine = BASE.replace("line 6\n", "") + "mine\n"
    assert merge(BASE, theirs, mine) == theirs.replace("line 6\n", "") + "mine\n"


def test_changes_of_the_same_lines_are_not_merged() -> None:
    assert merge(BASE, BASE.replace("line 1", "x"), BASE.replace("line 1", "y")) is None
    assert merge(BASE, BASE + "x\n", BASE + "y\n") is None


@given(LINES, LINES)
def test_one_persons_changes_win_alone(base: str, other: str) -> None:
    assert merge(base, base, other) == other
    assert merge(base, other, base) == other
    assert merge(base, other, other) == other


@given(LINES, LINES, LINES)
def test_it_is_fair(base: str, theirs: str, mine: str) -> None:
    assert merge(base, theirs, mine) == merge(base, mine, theirs)
