"""The word that was meant."""

from __future__ import annotations

import pytest

from sopwith.core.guess import guess


@pytest.mark.parametrize(
    ("word", "candidates", "meant"),
    [
        ("waitng", ("waiting", "open"), "waiting"),
        ("teh", ("the", "ten"), "the"),
        ("Priority", ("priority",), "priority"),
        ("first_line", ("first-line",), "first-line"),
        ("zh", ("en", "zh-CN"), "zh-CN"),
        ("prio", ("title", "priority"), "priority"),
        ("customers", ("agent", "customer"), "customer"),
        ("x", ("y", "z"), None),
        ("", ("a",), None),
        ("completely", ("different",), None),
        ("same", ("same",), None),
        ("caat", ("cart", "boat", "cat"), "cart"),
        ("x" * 5_000, ("x" * 4_999,), None),
        ("紧急", ("紧急度",), "紧急度"),
    ],
)
def test_guess(word: str, candidates: tuple[str, ...], meant: str | None) -> None:
    assert guess(word, candidates) == meant


def test_the_order_of_candidates_does_not_matter() -> None:
    assert guess("bat", ["cat", "hat", "rat"]) == guess("bat", ["rat", "hat", "cat"]) == "cat"
