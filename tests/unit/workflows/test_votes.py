"""Approvals: a result as early as it is certain, never earlier; deputies; whose turn it is."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sopwith.core.record import Vote
from sopwith.workflows.step import next_to_ask, tally

EXAMPLES = 3000 if os.environ.get("SOPWITH_FULL") else 300
MODES = ("all", "any", "in_turn", "share")
WORDS = {"a": "approve", "r": "reject", ".": ""}
NINE = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)


def votes(words: str, asked: bool = True) -> list[Vote]:
    return [
        Vote(user=f"u{n}", decision=WORDS[word], asked=asked or word != ".")
        for n, word in enumerate(words)
    ]


def verdict(mode: str, share: int, said: tuple[str, ...]) -> bool:
    """Return the result once everybody has spoken: the definition of the four modes."""
    yes = said.count("a")
    if mode == "any":
        return yes >= 1
    if mode == "share":
        return yes * 100 >= share * len(said)
    return yes == len(said)


def by_definition(mode: str, share: int, words: str) -> str:
    """Return what is certain, by trying all that those who are silent may still say."""
    options = [("a", "r") if word == "." else (word,) for word in words]
    results = {verdict(mode, share, said) for said in product(*options)}
    if len(results) > 1:
        return "open"
    return "approved" if results.pop() else "rejected"


@settings(max_examples=EXAMPLES)
@given(st.sampled_from(MODES), st.integers(1, 100), st.text("ar.", min_size=1, max_size=7))
def test_tally_agrees_with_the_definition(mode: str, share: int, words: str) -> None:
    assert tally(mode, share, votes(words)) == by_definition(mode, share, words)


@pytest.mark.parametrize("mode", MODES)
def test_without_anybody_nothing_is_decided(mode: str) -> None:
    assert tally(mode, 50, []) == "open"
    assert next_to_ask(mode, []) == ()


def test_a_deputy_speaks_for_the_absent() -> None:
    silent = Vote(user="wang")
    assert tally("all", 100, [silent, Vote(user="li", decision="approve")]) == "open"
    deputy = Vote(user="zhao", deputy_for="wang", decision="approve")
    assert tally("all", 100, [silent, Vote(user="li", decision="approve"), deputy]) == "approved"
    deputy.decision = "reject"
    assert tally("all", 100, [silent, Vote(user="li", decision="approve"), deputy]) == "rejected"


def test_a_deputy_adds_no_seat() -> None:
    said = [
        Vote(user="wang", decision="approve"),
        Vote(user="li"),
        Vote(user="zhao", deputy_for="li"),
    ]
    assert tally("share", 50, said) == "approved"
    assert tally("share", 51, said) == "open"


def test_the_first_word_of_a_seat_counts() -> None:
    own = Vote(user="wang", decision="approve", at=NINE + timedelta(hours=1))
    deputy = Vote(user="zhao", deputy_for="wang", decision="reject", at=NINE)
    assert tally("all", 100, [own, deputy]) == "rejected"
    own.at = NINE - timedelta(hours=1)
    assert tally("all", 100, [own, deputy]) == "approved"


def test_the_deputy_of_a_deputy_speaks_for_the_same_seat() -> None:
    said = [
        Vote(user="wang"),
        Vote(user="zhao", deputy_for="wang"),
        Vote(user="qian", deputy_for="zhao", decision="approve"),
    ]
    assert tally("all", 100, said) == "approved"


@pytest.mark.parametrize(
    ("mode", "words", "expected"),
    [
        ("all", "...", (0, 1, 2)),
        ("any", "...", (0, 1, 2)),
        ("share", ".a.", (0, 2)),
        ("share", "r..", (1, 2)),
        ("in_turn", "...", (0,)),
        ("in_turn", "a..", (1,)),
        ("in_turn", "aa.", (2,)),
        ("in_turn", "ar.", ()),
        ("in_turn", "aaa", ()),
        ("all", "r..", ()),
        ("any", "a..", ()),
        ("any", "r..", (1, 2)),
    ],
)
def test_who_is_asked_next(mode: str, words: str, expected: tuple[int, ...]) -> None:
    assert next_to_ask(mode, votes(words, asked=False)) == expected


def test_nobody_is_asked_twice() -> None:
    assert next_to_ask("all", votes("..", asked=True)) == ()
    assert next_to_ask("in_turn", [Vote(user="wang"), Vote(user="li", asked=False)]) == ()


def test_in_turn_goes_on_after_the_deputy() -> None:
    said = [
        Vote(user="wang"),
        Vote(user="li", asked=False),
        Vote(user="zhao", deputy_for="wang", decision="approve"),
    ]
    assert next_to_ask("in_turn", said) == (1,)


@settings(max_examples=EXAMPLES)
@given(st.sampled_from(MODES), st.integers(1, 100), st.text("ar.", min_size=1, max_size=6))
def test_while_open_somebody_can_be_asked_or_has_been(mode: str, share: int, words: str) -> None:
    said = votes(words, asked=False)
    if tally(mode, share, said) == "open":
        assert next_to_ask(mode, said, share)
    else:
        assert next_to_ask(mode, said, share) == ()
