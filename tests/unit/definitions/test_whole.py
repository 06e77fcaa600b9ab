"""Whole documents: taken out by themselves, taken away, and the rest is as it was."""

from __future__ import annotations

import pytest

from sopwith.definitions import read_text
from sopwith.definitions.whole import text_of, without

FILE = """\
# The first.
kind: team
id: one
---
# The second.
kind: team
id: two
title: "---"
--- # here
kind: team
id: three
body: |
  ---
  x
"""


def ids(text: str) -> list[str]:
    return [one.id for one in read_text(text, "x.yaml")[0]]


@pytest.mark.parametrize("number", [0, 1, 2])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_document_goes_and_the_others_stay(number: int, newline: str) -> None:
    text = FILE.replace("\n", newline)
    names = ["one", "two", "three"]
    alone = text_of(text, "x.yaml", number)
    left = without(text, "x.yaml", number)
    assert ids(alone) == [names.pop(number)]
    assert left is not None
    assert ids(left) == names
    assert all(line in text for line in left.split(newline))


def test_a_file_that_begins_with_a_line_of_dashes() -> None:
    assert without("---\n" + FILE, "x.yaml", 0) == "---\n" + FILE.split("---\n", 1)[1]
    assert text_of("---\n" + FILE, "x.yaml", 0) == "# The first.\nkind: team\nid: one\n"


def test_nothing_is_left_of_a_file_with_one_document() -> None:
    assert without("kind: team\nid: one\n", "x.yaml", 0) is None
    assert without('{"kind": "team", "id": "one"}', "x.json", 0) is None


def test_a_document_that_is_not_there() -> None:
    with pytest.raises(IndexError):
        text_of(FILE, "x.yaml", 3)
