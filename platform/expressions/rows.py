"""Lists and tables: tests over their entries, within the budget of steps."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from .arithmetic import EXACT, exact, rounded

STEPS = 10_000


class BudgetExceededError(Exception):
    """An evaluation took more steps than it may."""


def same(left: Any, right: Any) -> bool:
    """Return whether two values of unknown type are equal; true and 1 are not."""
    if left is None or right is None:
        return False
    return (left.__class__ is bool) == (right.__class__ is bool) and bool(left == right)


def member(one: Any, many: Sequence[Any], reader: Callable[[object], object]) -> bool:
    """Return whether *one* equals an entry of *many* as *reader* reads it."""
    return any(same(one, reader(item)) for item in many)


Rows = tuple[Mapping[str, Any], ...]
RowTest = Callable[[Any, Any, list[int], Rows], Any]
NO_ROW: Mapping[str, Any] = {}


def _entered(item: object, rows: Rows, cost: int, budget: list[int], *, plain: bool) -> Rows:
    budget[0] -= cost
    if budget[0] < 0:
        raise BudgetExceededError
    if plain:
        return (*rows, {"item": item})
    return (*rows, item if isinstance(item, Mapping) else NO_ROW)


def any_row(
    items: Any, test: RowTest, cost: int, plain: bool, v: Any, c: Any, b: list[int], r: Rows
) -> bool:
    """Return whether *test* holds for an entry; a missing list has none."""
    return any(test(v, c, b, _entered(item, r, cost, b, plain=plain)) for item in items or ())


def all_rows(
    items: Any, test: RowTest, cost: int, plain: bool, v: Any, c: Any, b: list[int], r: Rows
) -> bool:
    """Return whether *test* holds for every entry; a missing list has none."""
    return all(test(v, c, b, _entered(item, r, cost, b, plain=plain)) for item in items or ())


def count_rows(
    items: Any, test: RowTest, cost: int, plain: bool, v: Any, c: Any, b: list[int], r: Rows
) -> int:
    """Return for how many entries *test* holds."""
    return sum(1 for item in items or () if test(v, c, b, _entered(item, r, cost, b, plain=plain)))


def sum_rows(
    items: Any, value: RowTest, cost: int, plain: bool, v: Any, c: Any, b: list[int], r: Rows
) -> int | float | None:
    """Return the sum of *value* over the entries; missing values do not count."""
    total: Decimal = Decimal(0)
    for item in items or ():
        amount = value(v, c, b, _entered(item, r, cost, b, plain=plain))
        if amount is not None:
            total = EXACT.add(total, exact(amount))
    return rounded(total)
