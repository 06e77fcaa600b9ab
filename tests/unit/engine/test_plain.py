"""Values as plain JSON and back: instants whatever their zone, and words that a class knows or does not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum

import pytest

from sopwith.core.plain import from_plain, instant, instant_text, to_plain


class Colour(StrEnum):
    RED = "red"
    GREEN = "green"


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    id: str
    colour: Colour = Colour.RED
    more: tuple[Colour, ...] = ()


def test_equal_instants_have_one_text_in_whatever_zone_they_are_given() -> None:
    at = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)
    elsewhere = at.astimezone(timezone(timedelta(hours=8)))
    assert instant_text(at) == instant_text(elsewhere) == "2026-11-22T08:30:00Z"
    assert instant_text(elsewhere + timedelta(microseconds=5)) == "2026-11-22T08:30:00.000005Z"
    assert instant(instant_text(elsewhere)) == at


def test_a_word_of_a_class_comes_back_as_its_member() -> None:
    thing = Thing(id="a", colour=Colour.GREEN, more=(Colour.RED, Colour.GREEN))
    again = from_plain(Thing, to_plain(thing))
    assert again == thing
    assert type(again.colour) is Colour
    assert from_plain(Thing, {"id": "a", "colour": Colour.GREEN}).colour is Colour.GREEN


def test_a_word_that_the_class_does_not_know_is_refused() -> None:
    with pytest.raises(ValueError, match="'blue' is not a valid Colour"):
        from_plain(Thing, {"id": "a", "colour": "blue"})
