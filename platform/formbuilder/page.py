"""What a page sends, as what the evaluator reads.

A page names cells of tables ``items.0.price``. Before checkboxes, before a list of files and before
a table it sends an empty hidden input of the field's name, so that "nothing chosen" can be told
from "not on the page".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .model import Field, FieldType, Form
from .plan import MAX_ROWS, ORIGIN

MOST_KEYS = 20_000
_LISTS = frozenset({FieldType.MULTI_CHOICE, FieldType.FILES})


def parse_page(form: Form, multi: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Return the typed values of *form* in what a page sent, word for word.

    multi: every value of every name, in the order sent. What belongs to no field is left out,
    as are rows beyond one more than a table may have.
    """
    typed: dict[str, Any] = {}
    rows: dict[str, dict[int, dict[str, Any]]] = {}
    for name, values in list(multi.items())[:MOST_KEYS]:
        first, dot, rest = name.partition(".")
        field = form.by_id.get(first)
        if field is None or not values:
            continue
        if field.type is FieldType.TABLE:
            table = rows.setdefault(first, {})
            if dot:
                _cell(field, table, rest, values)
        elif not dot:
            typed[first] = _value(field, values)
    for name, table in rows.items():
        typed[name] = [table[at] for at in sorted(table)][: MAX_ROWS + 1]
    return typed


def unflatten(flat: Mapping[str, Any]) -> dict[str, Any]:
    """Return values by dotted names (``items.0.price``, as a CSV file has them) as nested ones."""
    nested: dict[str, Any] = {}
    rows: dict[str, dict[int, dict[str, Any]]] = {}
    for name, value in list(flat.items())[:MOST_KEYS]:
        table, _, rest = name.partition(".")
        number, _, column = rest.partition(".")
        at = _row_number(number)
        if column and at is not None:
            rows.setdefault(table, {}).setdefault(at, {})[column] = value
        else:
            nested[name] = value
    for name, table_rows in rows.items():
        nested[name] = [table_rows[at] for at in sorted(table_rows)][: MAX_ROWS + 1]
    return nested


def _cell(field: Field, table: dict[int, dict[str, Any]], rest: str, values: Sequence[str]) -> None:
    number, _, name = rest.partition(".")
    at = _row_number(number)
    if at is None:
        return
    row = table.setdefault(at, {})
    if name == ORIGIN:
        row[ORIGIN] = values[-1]
        return
    column = next((column for column in field.columns if column.id == name), None)
    if column is not None:
        row[name] = _value(column, values)


def _row_number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else None


def _value(field: Field, values: Sequence[str]) -> str | list[str]:
    if field.type in _LISTS:
        return [value for value in values if value != ""]
    return values[-1]
