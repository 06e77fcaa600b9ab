"""Many operations at once give what they give one after the other, in a fraction of the time."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest

from sopwith.definitions import read_nodes
from sopwith.definitions.batches import operate_all
from sopwith.definitions.operations import (
    Clear,
    Insert,
    Operation,
    OperationError,
    Put,
    Remove,
    Set,
)
from sopwith.definitions.places import CannotSpliceError
from sopwith.definitions.splicing import operate

from .test_splicing import FILES, some_operation

TEXT = """\
kind: table
id: t
rows: # all of them
  - {when: {a: x, b: y}, then: {c: 1}} # first
  - when: {a: z}
    then:
      c: 2   # two
  - {when: {a: "-"}, then: {c: 3}}
"""


def one_by_one(text: str, operations: Sequence[Operation], name: str = "t.yaml", document: int = 0) -> str:  # fmt: skip
    for one in operations:
        text = operate(text, name, one, document).text
    return text


@pytest.mark.parametrize(
    "operations",
    [
        pytest.param([Set(path=("rows", n, "then", "c"), value=n * 10) for n in range(3)], id="a column"),
        pytest.param([Set(path=("rows", n, "then", "d"), value="new") for n in range(3)], id="a new column"),
        pytest.param([Insert(path=("rows",), index=3 + n, value={"when": {"a": f"v{n}"}, "then": {"c": n}}) for n in range(4)], id="new rows at the end"),
        pytest.param([Insert(path=("rows",), index=1 + n, value={"when": {"a": f"v{n}"}, "then": {"c": n}}) for n in range(4)], id="new rows between"),
        pytest.param([Insert(path=("rows",), index=0, value={"when": {"a": f"v{n}"}, "then": {"c": n}}) for n in range(4)], id="new rows backwards"),
        pytest.param([Set(path=("rows", 0, "when", "z"), value=1), Set(path=("rows", 0, "when", "y"), value=2)], id="two keys at one place"),
        pytest.param([Clear(path=("rows", 0, "when", "a")), Clear(path=("rows", 0, "when", "b"))], id="all keys of a mapping"),
        pytest.param([Clear(path=("rows", n, "then", key)) for n in range(3) for key in ("c", "d")], id="all results"),
        pytest.param([Set(path=("rows", 1, "more", key), value=1) for key in ("x", "y")], id="two keys of a new mapping"),
        pytest.param([Set(path=("rows", 1, "more", "x"), value=1), Clear(path=("rows", 1, "more", "x"))], id="set and cleared"),
        pytest.param([Set(path=("rows", 1, "when"), value={"b": "q"}), Set(path=("rows", 1, "when", "b"), value="r")], id="one inside the other"),
        pytest.param([Put(path=("id",), value="u"), Put(path=("id",), value="v")], id="twice the same"),
        pytest.param([Remove(path=("rows", 0)), Set(path=("rows", 0, "then", "c"), value=7), Insert(path=("rows",), index=2, value={"when": {"a": "n"}, "then": {"c": 1}}), Set(path=("rows", 2, "then", "c"), value=9)], id="of all kinds"),
    ],
)  # fmt: skip
def test_what_is_done_at_once_says_the_same(operations: list[Operation]) -> None:
    together = operate_all(TEXT, "t.yaml", operations)
    apart = one_by_one(TEXT, operations)
    assert read_nodes(together, "t.yaml")[0][0].value == read_nodes(apart, "t.yaml")[0][0].value
    assert together.count("#") == apart.count("#")


def test_random_operations_on_what_ships_say_the_same() -> None:
    chance = random.Random(20261122)
    tried = 0
    while tried < 60:
        path = chance.choice(FILES)
        text = path.read_text(encoding="utf-8")
        roots = read_nodes(text, path.name)[0]
        place = chance.randrange(len(roots))
        some = [some_operation(roots[place], chance) for _ in range(3)]
        operations = [one for one in some if one is not None]
        try:
            apart = one_by_one(text, operations, path.name, place)
        except (OperationError, CannotSpliceError):
            with pytest.raises((OperationError, CannotSpliceError)):
                operate_all(text, path.name, operations, place)
            continue
        together = operate_all(text, path.name, operations, place)
        values = [
            [one.value for one in read_nodes(each, path.name)[0]] for each in (together, apart)
        ]
        assert values[0] == values[1], operations
        tried += 1


def test_cells_that_cannot_be_done_together_are_refused_before_they_take_minutes() -> None:
    back_and_forth = [Set(path=("id",), value=f"t{n % 2}") for n in range(40)]
    inserted = [Insert(path=("rows",), index=0, value={"when": {"a": "x"}, "then": {"c": 1}})] * 40
    assert "id: t1" in operate_all(TEXT, "t.yaml", back_and_forth, most_tries=20)
    with pytest.raises(OperationError):
        operate_all(TEXT, "t.yaml", inserted, most_tries=20)


def test_an_operation_that_does_not_fit_is_refused_with_all() -> None:
    wrong = [
        Set(path=("rows", 0, "then", "c"), value=1),
        Set(path=("rows", 9, "then", "c"), value=1),
    ]
    with pytest.raises(OperationError):
        operate_all(TEXT, "t.yaml", wrong)
