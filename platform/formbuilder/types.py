"""The types that conditions see in fields."""

from __future__ import annotations

from collections.abc import Mapping

from ..expressions import (
    ANY,
    BOOL,
    DATE,
    DATETIME,
    DURATION,
    NUMBER,
    TEXT,
    ChoiceType,
    ListType,
    RecordType,
    Type,
)
from .model import Field, FieldType, Option
from .read_choice import walk

_PLAIN: Mapping[FieldType, Type] = {
    FieldType.TEXT: TEXT,
    FieldType.LONG_TEXT: TEXT,
    FieldType.NUMBER: NUMBER,
    FieldType.MONEY: NUMBER,
    FieldType.YES_NO: BOOL,
    FieldType.DATE: DATE,
    FieldType.DATE_TIME: DATETIME,
    FieldType.DURATION: DURATION,
    FieldType.EMAIL: TEXT,
    FieldType.PHONE: TEXT,
    FieldType.URL: TEXT,
    FieldType.FILES: ListType(TEXT),
    FieldType.USER: TEXT,
    FieldType.TEAM: TEXT,
    FieldType.CUSTOMER: TEXT,
}
RESULTS: Mapping[str, Type] = {
    "number": NUMBER,
    "money": NUMBER,
    "text": TEXT,
    "choice": TEXT,
    "yes_no": BOOL,
    "date": DATE,
    "date_time": DATETIME,
    "duration": DURATION,
}


def expression_type(field: Field) -> Type:
    """Return the type of a field's value in conditions; a heading, which has none, gives ``ANY``.

    A field whose options are not known counts as text, so that one mistake is reported once. A
    tree choice may be any node of the tree: what may be chosen is the evaluator's business.
    """
    kind = field.type
    if kind in (FieldType.CHOICE, FieldType.TREE_CHOICE, FieldType.MULTI_CHOICE):
        options = field.options
        if kind is FieldType.TREE_CHOICE:
            options = tuple(walk(options))
        if not options or unknown_options(options):
            return ListType(TEXT) if kind is FieldType.MULTI_CHOICE else TEXT
        choice = ChoiceType(tuple(option.id for option in options))
        return ListType(choice) if kind is FieldType.MULTI_CHOICE else choice
    if kind is FieldType.TABLE:
        return ListType(RecordType(field.id, columns_of(field)))
    if kind is FieldType.COMPUTED:
        if field.of == "choice" and field.options:
            return ChoiceType(tuple(option.id for option in field.options))
        return RESULTS.get(field.of, ANY)
    return _PLAIN.get(kind, ANY)


def columns_of(field: Field) -> dict[str, Type]:
    """Return the types of a table's columns by id."""
    return {column.id: expression_type(column) for column in field.columns}


def unknown_options(options: tuple[Option, ...]) -> bool:
    """Return whether the options stand for a taxonomy that does not exist."""
    return len(options) == 1 and not options[0].id
