"""Many operations on one text: planned on one reading where they do not touch each other, else one after the other."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Sequence
from itertools import groupby

from .node import Node, Path
from .operations import (
    Clear,
    Insert,
    Operation,
    OperationError,
    Plain,
    Put,
    Remove,
    Set,
    apply_in_place,
    grounded,
    value_at,
)
from .places import CannotSpliceError
from .reading import read_nodes
from .splicing import Cut, Planner, carry_out, operate

MOST_TRIES = 1_500


def operate_all(
    text: str,
    path: str,
    operations: Sequence[Operation],
    document: int = 0,
    most_tries: int = MOST_TRIES,
) -> str:
    """Return *text* with *operations* done to its document number *document*, each as the one before it left it.

    What comes out says what ``operate`` gives for one after the other, and it raises as that does; a thousand
    cells of a table cost a few readings of the text instead of two thousand. Raises OperationError as well for
    so many that cannot be done together that it would take minutes.
    """
    batch = _Batch(path, document, most_tries)
    for run in _runs(operations):
        text = batch.do(text, run)
    return text


def _runs(operations: Sequence[Operation]) -> Iterator[list[Operation]]:
    """Yield operations in a row that may be planned together: values that are set and cleared, or items of one list."""
    for _, some in groupby(operations, key=_sort):
        yield list(some)


def _sort(operation: Operation) -> tuple[object, ...]:
    if isinstance(operation, Set | Put | Clear):
        return ("values",)
    if isinstance(operation, Insert):
        return ("items", operation.path)
    return ("alone", id(operation))


class _Batch:
    """The operations on one document."""

    def __init__(self, path: str, document: int, most_tries: int) -> None:
        self.path, self.document = path, document
        self.tries_left = most_tries

    def do(self, text: str, operations: Sequence[Operation]) -> str:
        """Do all at once, else one half after the other."""
        self.tries_left -= 1
        if self.tries_left < 0:
            raise OperationError("too many changes that cannot be made together")
        if len(operations) == 1:
            return operate(text, self.path, operations[0], self.document).text
        together = self._together(text, operations)
        if together is not None:
            return together
        middle = len(operations) // 2
        return self.do(self.do(text, operations[:middle]), operations[middle:])

    def _together(self, text: str, operations: Sequence[Operation]) -> str | None:
        """Return what *operations* make of *text* at once, None where that is not sure to be right."""
        roots, _ = read_nodes(text, self.path)
        if not 0 <= self.document < len(roots):
            return None
        root = roots[self.document]
        wanted = copy.deepcopy(root.value)
        try:
            if isinstance(operations[0], Insert):
                plans = _items(wanted, operations)
            else:
                plans = _Values(wanted).plans(operations)
            changed = carry_out(text, _cuts(root, plans)).text
        except (OperationError, CannotSpliceError, ValueError):
            return None
        again, _ = read_nodes(changed, self.path)
        values = [wanted if place == self.document else one.value for place, one in enumerate(roots)]  # fmt: skip
        if json.dumps([one.value for one in again]) != json.dumps(values):
            return None
        return changed


def _items(wanted: object, operations: Sequence[Operation]) -> list[Plain]:
    """Do the insertions to *wanted*; return them as they are on the text before: items in a row go to one place."""
    plans: list[Plain] = []
    first = operations[0]
    for number, one in enumerate(operations):
        apply_in_place(wanted, one)
        if not isinstance(one, Insert) or not isinstance(first, Insert):
            raise OperationError("these are not all items")
        if one.index != first.index + number:
            raise OperationError("these items do not go in a row")
        plans.append(Insert(path=one.path, index=first.index, value=one.value))
    return plans


class _Values:
    """What setting and clearing comes to on the text before all of it."""

    def __init__(self, wanted: object) -> None:
        self.wanted = wanted
        self.planned: dict[Path, Put | Remove] = {}
        self.below: dict[Path, dict[Path, None]] = {}

    def plans(self, operations: Sequence[Operation]) -> list[Plain]:
        """Do *operations* to the value; return what is left to do to the text, nothing inside of anything else."""
        for one in operations:
            plain = grounded(self.wanted, one)
            if not isinstance(plain, Put | Remove):
                continue
            apply_in_place(self.wanted, plain)
            holder = next((above for above in _above(plain.path) if above in self.planned), None)
            if holder is None:
                self._plan(plain)
            elif isinstance(self.planned[holder], Put):
                held = copy.deepcopy(value_at(self.wanted, holder))
                self.planned[holder] = Put(path=holder, value=held)
            else:
                raise OperationError("what is taken away has nothing inside")
        return list(self.planned.values())

    def _plan(self, plain: Put | Remove) -> None:
        for inner in self.below.pop(plain.path, {}):
            self.planned.pop(inner, None)
        self.planned[plain.path] = plain
        for above in _above(plain.path):
            self.below.setdefault(above, {})[plain.path] = None


def _above(path: Path) -> list[Path]:
    return [path[:length] for length in range(1, len(path))]


def _cuts(root: Node, plans: Sequence[Plain]) -> list[Cut]:
    """Return the cuts of all, those that put something at the same place joined in their order."""
    planner = Planner(root)
    at_place: dict[int, str] = {}
    cuts: list[Cut] = []
    for plain in plans:
        for cut in planner.plan(plain):
            if cut.start == cut.end:
                at_place[cut.start] = at_place.get(cut.start, "") + cut.text
            else:
                cuts.append(cut)
    return [*cuts, *(Cut(place, place, words) for place, words in at_place.items())]
