"""Meaning of decision tables: rows that overlap, rows that are never reached, cases without a row.

Every column is cut into finitely many points that its cells tell apart; a row is then a box of
bit masks, and all questions are about boxes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import ge, gt, le, lt
from typing import Any

from ..core.diagnostics import Diagnostic
from ..definitions.references import References
from .fields import UNSETTABLE, FieldLike
from .model import Cell, Row, Table

MAX_STEPS = 50_000
_OTHER = "…"
_ORDERED = frozenset({"<", "<=", ">", ">="})
Box = tuple[int, ...]


class _TooLargeError(Exception):
    """The cases are too many to be looked through."""


@dataclass(frozen=True, slots=True)
class _Column:
    """One input: the points that its cells tell apart, the missing value last."""

    name: str
    points: tuple[Any, ...]

    @property
    def full(self) -> int:
        return (1 << len(self.points)) - 1

    @property
    def present(self) -> int:
        return self.full >> 1

    def mask(self, cell: Cell | None) -> int:
        if cell is None or cell.op == "any":
            return self.full
        return sum(1 << at for at, point in enumerate(self.points) if _accepts(cell, point))

    def show(self, mask: int) -> str:
        at = (mask & -mask).bit_length() - 1
        return f"{self.name} = {_shown(self.points[at])}"


def check_table(
    table: Table, references: References, schema_fields: Mapping[str, FieldLike] | None = None
) -> tuple[Diagnostic, ...]:
    """Return overlaps (hit unique), rows never reached (first, last) and gaps without a default.

    schema_fields: the fields of the record type; what a form computes cannot be an output.
    references: not needed today; that the record type exists is checked with its schema.
    """
    found: list[Diagnostic] = []
    for name in table.outputs:
        field = (schema_fields or {}).get(name)
        if field is not None and str(field.type) in UNSETTABLE:
            found.append(Diagnostic(span=table.span, code="ACT020", values={"name": name}))
    columns = [_column(table, name) for name in table.inputs]
    boxes = [
        tuple(column.mask(row.cells.get(column.name)) for column in columns) for row in table.rows
    ]
    try:
        if table.hit == "unique":
            found += _overlaps(table, columns, boxes)
        else:
            found += _unreached(table, columns, boxes)
        if not table.has_default and not _has_opaque(table.rows):
            found += _gap(table, columns, boxes)
    except _TooLargeError:
        found.append(Diagnostic(span=table.span, code="TBL013"))
    return tuple(sorted(found, key=lambda one: one.span))


def _overlaps(table: Table, columns: list[_Column], boxes: list[Box]) -> list[Diagnostic]:
    found: list[Diagnostic] = []
    for second, box in enumerate(boxes):
        for first in range(second):
            shared = tuple(a & b for a, b in zip(boxes[first], box, strict=True))
            if all(shared):
                values: dict[str, str | int] = {
                    "first": first + 1,
                    "second": second + 1,
                    "example": _example(columns, shared),
                }
                span = table.rows[second].span
                found.append(Diagnostic(span=span, code="TBL006", values=values))
                break
    return found


def _unreached(table: Table, columns: list[_Column], boxes: list[Box]) -> list[Diagnostic]:
    found: list[Diagnostic] = []
    for at, box in enumerate(boxes):
        if _is_opaque(table.rows[at]):
            continue
        before = boxes[:at] if table.hit == "first" else boxes[at + 1 :]
        if not all(box):
            continue
        if before and _uncovered(box, before) is None:
            values: dict[str, str | int] = {"row": at + 1}
            code = "TBL007" if table.hit == "first" else "TBL008"
            found.append(Diagnostic(span=table.rows[at].span, code=code, values=values))
    return found


def _gap(table: Table, columns: list[_Column], boxes: list[Box]) -> list[Diagnostic]:
    whole = tuple(column.present for column in columns)
    left = _uncovered(whole, boxes)
    if left is None:
        return []
    values: dict[str, str | int] = {"example": _example(columns, left)}
    return [Diagnostic(span=table.span, code="TBL010", values=values)]


def _uncovered(box: Box, rows: Sequence[Box]) -> Box | None:
    """Return a part of *box* that no row covers, or None; raises when there are too many parts."""
    waiting = [(box, 0)]
    steps = 0
    while waiting:
        part, start = waiting.pop()
        at = start
        while at < len(rows) and not all(a & b for a, b in zip(part, rows[at], strict=True)):
            at += 1
        steps += 1 + (at - start) // 64
        if steps > MAX_STEPS:
            raise _TooLargeError
        if at == len(rows):
            return part
        inside = list(part)
        for column, mask in enumerate(rows[at]):
            outside = part[column] & ~mask
            if outside:
                waiting.append(((*inside[:column], outside, *part[column + 1 :]), at + 1))
            inside[column] = part[column] & mask
    return None


def _column(table: Table, name: str) -> _Column:
    cells = [row.cells[name] for row in table.rows if name in row.cells]
    domain = table.domains.get(name)
    if domain is not None:
        return _Column(name, (*domain, None))
    stated = [value for cell in cells if cell.op != "other" for value in cell.values]
    values = sorted({value for value in stated if value is not None}, key=_order)
    is_ordered = any(cell.op in _ORDERED for cell in cells)
    points = _between(values) if is_ordered else [*values, _OTHER]
    return _Column(name, (*points, None))


def _order(value: Any) -> tuple[str, Any]:
    return ("text", value) if isinstance(value, str) else ("number", value)


def _between(values: list[Any]) -> list[Any]:
    """Return the values with a point before, between and after them."""
    if isinstance(values[0], str):
        return ["", *(point for value in values for point in (value, f"{value}~"))]
    points: list[Any] = [values[0] - 1]
    for at, value in enumerate(values):
        points.append(value)
        after = values[at + 1] if at + 1 < len(values) else value + 2
        points.append((value + after) / 2)
    return points


def _accepts(cell: Cell, point: Any) -> bool:
    match cell.op:
        case "any":
            return True
        case "in":
            return any(_same(point, value) for value in cell.values)
        case "not in":
            return point is not None and not any(_same(point, value) for value in cell.values)
        case "other":
            return False
    if point is None:
        return False
    bound = cell.values[0]
    compare = {"<": lt, "<=": le, ">": gt, ">=": ge}[cell.op]
    return bool(compare(point, bound))


def _same(one: Any, other: Any) -> bool:
    return (
        one.__class__ is other.__class__ and one == other if isinstance(one, bool) else one == other
    )


def _is_opaque(row: Row) -> bool:
    return any(cell.op == "other" for cell in row.cells.values())


def _has_opaque(rows: Sequence[Row]) -> bool:
    return any(map(_is_opaque, rows))


def _example(columns: Sequence[_Column], box: Box) -> str:
    shown = [
        column.show(mask)
        for column, mask in zip(columns, box, strict=True)
        if mask != column.full or len(columns) == 1
    ]
    return ", ".join(shown) or ", ".join(
        column.show(mask) for column, mask in zip(columns, box, strict=True)
    )


def _shown(point: Any) -> str:
    if point is None:
        return "none"
    if isinstance(point, bool):
        return "true" if point else "false"
    if isinstance(point, str):
        return point.removesuffix("~") + ("…" if point.endswith("~") or not point else "")
    return f"{point:g}" if isinstance(point, float) else str(point)
