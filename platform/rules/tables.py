"""Decision tables: which row answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..expressions import Context
from .model import Row, Table


@dataclass(frozen=True, slots=True, kw_only=True)
class TableResult:
    """What a table answers.

    row_index: the row that decided, from 0; None when the default did, or nothing. hits: all rows that
    were found to fit (with hit ``first`` the search ends at one). inputs: the values that were seen.
    """

    outputs: Mapping[str, Any]
    row_index: int | None
    hits: tuple[int, ...] = ()
    inputs: Mapping[str, Any] = field(default_factory=dict)


def decide_table(table: Table, values: Mapping[str, Any], context: Context) -> TableResult:
    """Return the outputs of the row that fits, else the default.

    hit ``first`` takes the first row that fits, ``last`` the last; ``unique`` takes the first
    as well, and *hits* shows it when more than one fits.
    """
    inputs = {name: _read(values, name) for name in table.inputs}
    hits: list[int] = []
    for index, row in enumerate(table.rows):
        if _fits(row, values, context):
            hits.append(index)
            if table.hit == "first":
                break
    if not hits:
        return TableResult(outputs=dict(table.default), row_index=None, inputs=inputs)
    chosen = hits[-1] if table.hit == "last" else hits[0]
    return TableResult(
        outputs=dict(table.rows[chosen].then),
        row_index=chosen,
        hits=tuple(hits),
        inputs=inputs,
    )


def _fits(row: Row, values: Mapping[str, Any], context: Context) -> bool:
    return all(cell is None or cell.holds(values, context) for cell in row.when.values())


def _read(values: Mapping[str, Any], path: str) -> Any:
    found: Any = values
    for name in path.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found
