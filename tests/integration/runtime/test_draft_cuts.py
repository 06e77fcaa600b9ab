"""The cut by which two texts of a draft differ: the shortest that leads there and back."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from sopwith.runtime.draft_cuts import common

TEXT = st.text("ab\n名", max_size=40)


@settings(max_examples=300, deadline=None)
@given(TEXT, TEXT)
def test_what_two_texts_share_is_all_that_they_share(one: str, other: str) -> None:
    start, tail = common(one, other)
    least = min(len(one), len(other))
    assert start + tail <= least
    assert one[:start] == other[:start]
    assert one[len(one) - tail :] == other[len(other) - tail :]
    assert start == least or one[start] != other[start]
    if start + tail < least:
        assert one[-1 - tail] != other[-1 - tail]
