"""One reader for each type of field: the only way from what was typed to what is kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from .model import Field, FieldType
from .read_choice import choice_reader, files_reader, multi_choice_reader
from .read_number import duration_reader, number_reader, yes_no_reader
from .read_text import (
    Read,
    customer_reader,
    email_reader,
    phone_reader,
    team_reader,
    text_reader,
    url_reader,
    user_reader,
)
from .read_time import date_reader, date_time_reader

READERS: Mapping[FieldType, Callable[[Field], Read]] = {
    FieldType.TEXT: text_reader,
    FieldType.LONG_TEXT: text_reader,
    FieldType.NUMBER: number_reader,
    FieldType.MONEY: number_reader,
    FieldType.CHOICE: choice_reader,
    FieldType.MULTI_CHOICE: multi_choice_reader,
    FieldType.TREE_CHOICE: choice_reader,
    FieldType.YES_NO: yes_no_reader,
    FieldType.DATE: date_reader,
    FieldType.DATE_TIME: date_time_reader,
    FieldType.DURATION: duration_reader,
    FieldType.EMAIL: email_reader,
    FieldType.PHONE: phone_reader,
    FieldType.URL: url_reader,
    FieldType.FILES: files_reader,
    FieldType.USER: user_reader,
    FieldType.TEAM: team_reader,
    FieldType.CUSTOMER: customer_reader,
}


def reader_of(field: Field) -> Read | None:
    """Return the reader of a field; None for tables, headings and what is computed."""
    make = READERS.get(field.type)
    return None if make is None else make(field)
