"""Which values of fields are personal: what an erasure takes, and what it leaves for the figures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .model import Field, FieldType

FREE = frozenset(
    {
        FieldType.TEXT,
        FieldType.LONG_TEXT,
        FieldType.EMAIL,
        FieldType.PHONE,
        FieldType.URL,
        FieldType.FILES,
    }
)
"""Types whose values people write themselves. The others are choices, amounts, times and references."""


def is_personal(field: Field) -> bool:
    """Return whether the field's values go when a person's data is erased: as it says, else by its type."""
    if field.personal is not None:
        return field.personal
    return field.type in FREE or (field.type is FieldType.COMPUTED and field.of == "text")


def without_personal(values: Mapping[str, Any], fields: Mapping[str, Field]) -> dict[str, Any]:
    """Return *values* without those that are personal; of a table, the columns that are not.

    A field that is not known any more keeps only a number or yes or no: nobody can say what it was for.
    """
    left: dict[str, Any] = {}
    for name, value in values.items():
        field = fields.get(name)
        if field is None:
            if value is None or isinstance(value, bool | int | float):
                left[name] = value
        elif field.type is FieldType.TABLE and not field.personal:
            columns = {column.id: column for column in field.columns}
            rows = value if isinstance(value, list) else []
            left[name] = [
                without_personal(row, columns) for row in rows if isinstance(row, Mapping)
            ]
        elif not is_personal(field):
            left[name] = value
    return left
