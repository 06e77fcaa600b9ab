"""A form from the first rows of a spreadsheet: one field for each column, its type guessed from what stands in it."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Collection, Sequence
from typing import Any

from ..core.text import Text
from .fault import Fault, Reading
from .model import Field, FieldType
from .proposals import MOST, Proposal, fresh, label, options, slug
from .read_number import spelt_duration
from .read_time import spelt_date
from .reading import READERS

LARGEST = 1_000_000
MOST_ROWS = 500
MOST_CHOICES = 12
_LONGEST_CHOICE = 40
_LONG = 120
_ENOUGH = 3
_SEPARATORS = "\t,;|，；"  # full-width marks are what people type
_MONEY = re.compile(
    r"^(?P<sign>[¥￥$€£]|CNY|RMB|USD|EUR|GBP)?\s*(?P<number>[-+0-9.,]+)\s*(?P<unit>元|CNY|RMB|USD|EUR|GBP)?$"
)
_CURRENCY = {"¥": "CNY", "￥": "CNY", "元": "CNY", "RMB": "CNY", "$": "USD", "€": "EUR", "£": "GBP"}
_PHONE_SHAPE = re.compile(
    r"(?:\+|1[3-9][0-9]{9}$|0[0-9]{2,3}-?[0-9]{7,8}$)|[0-9][0-9() -]*[() -][0-9() -]*[0-9]$"
)
_CODE = re.compile(r"0[0-9]+$|[0-9]{16,}$")
_HINTS: tuple[tuple[str, FieldType], ...] = (
    (r"是否|^is[ _]", FieldType.YES_NO),
    (r"e-?mail|邮箱|邮件", FieldType.EMAIL),
    (r"phone|mobile|tel\b|电话|手机", FieldType.PHONE),
    (r"\burl\b|website|link|网址|链接", FieldType.URL),
    (r"date ?time|timestamp|时间$", FieldType.DATE_TIME),
    (r"\bdate\b|\bday\b|日期|_on$|_date$", FieldType.DATE),
    (r"amount|price|cost|金额|价格|费用", FieldType.MONEY),
    (r"quantity|count|qty|number of|数量|件数|次数", FieldType.NUMBER),
    (r"description|details?\b|comment|notes?\b|remarks?|描述|备注|说明|详情|经过", FieldType.LONG_TEXT),
    (r"attachment|files?\b|photo|附件|照片|图片", FieldType.FILES),
)  # fmt: skip
_READING = Reading("UTC", None, None)


Fits = Callable[[str, FieldType | None], bool]


def _reads(kind: FieldType) -> Fits:
    """Return what tells whether a cell can be read as a value of *kind*."""
    read = READERS[kind](Field(id="x", type=kind, title=Text()))

    def fits(cell: str, hint: FieldType | None) -> bool:
        found = read(cell, _READING)
        return found is not None and not isinstance(found, Fault)

    return fits


_YES_NO, _PHONE, _NUMBER = (
    _reads(kind) for kind in (FieldType.YES_NO, FieldType.PHONE, FieldType.NUMBER)
)


class NoTableError(ValueError):
    """There is no first row with names."""


def read_cells(text: str) -> list[list[str]]:
    """Return the rows of comma, semicolon or tab separated *text*, at most MOST_ROWS and the first.

    Raises NoTableError when there is nothing, or too much for a table.
    """
    text = text.removeprefix("\ufeff").lstrip("\r\n")
    if not text.strip() or len(text) > LARGEST:
        raise NoTableError
    first = text.splitlines()[0]
    if "\t" in first:  # cells that were copied: what else stands in a name does not part it
        separator = "\t"
    else:
        separator = max(_SEPARATORS, key=first.count) if any(one in first for one in _SEPARATORS) else ","  # fmt: skip
    rows: list[list[str]] = []
    reader = csv.reader(text.splitlines(keepends=True), delimiter=separator)
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                rows.append([cell.strip() for cell in row])
            if len(rows) > MOST_ROWS:
                break
    except csv.Error as error:
        raise NoTableError from error
    if not rows or not any(rows[0]):
        raise NoTableError
    return rows


def propose(rows: Sequence[Sequence[str]], taken: Collection[str] = ()) -> list[Proposal]:
    """Return a field for each column of *rows*, whose first row holds the names. taken: ids in use already."""
    names = rows[0][:MOST]
    used = set(taken)
    found = []
    for at, name in enumerate(names):
        column = [row[at] if at < len(row) else "" for row in rows[1:]]
        if not name and not any(column):
            continue
        key = fresh(slug(name) or f"column_{at + 1}", used)
        used.add(key)
        found.append(_column(key, name or f"{at + 1}", column))
    return found


def _column(key: str, name: str, column: Sequence[str]) -> Proposal:
    filled = [cell for cell in column if cell]
    more, reason = _type_of(name, filled)
    value: dict[str, Any] = {
        "id": key,
        "type": more.pop("type"),
        "title": label(name) or {"en": key},
        **more,
    }
    if len(filled) == len(column) >= _ENOUGH:
        value["required"] = True
    samples = tuple(list(dict.fromkeys(filled))[:3])
    return Proposal(value=value, source=name, reason=reason, samples=samples)


def _type_of(name: str, cells: Sequence[str]) -> tuple[dict[str, Any], str]:
    """Return the keys that say what kind of value *cells* are, and the word for why."""
    hint = next((kind for words, kind in _HINTS if re.search(words, name, re.IGNORECASE)), None)
    if not cells:
        return ({"type": (hint or FieldType.TEXT).value}, "name" if hint else "empty")
    if hint is FieldType.FILES:
        return {"type": hint.value}, "name"
    for reason, kind, fits in (
        ("yes_no", FieldType.YES_NO, _is_yes_no),
        ("email", FieldType.EMAIL, _reads(FieldType.EMAIL)),
        ("url", FieldType.URL, _reads(FieldType.URL)),
        ("dates", FieldType.DATE, _is_day),
        ("times", FieldType.DATE_TIME, _reads(FieldType.DATE_TIME)),
        ("phones", FieldType.PHONE, _is_phone),
        ("durations", FieldType.DURATION, _is_duration),
    ):
        if all(fits(cell, hint) for cell in cells):
            return {"type": kind.value}, reason
    return _number(cells, hint) or _choice(cells) or _words(cells, hint)


def _is_yes_no(cell: str, hint: FieldType | None) -> bool:
    plain = cell in ("0", "1") and hint is not FieldType.YES_NO
    return not plain and _YES_NO(cell, hint)


def _is_day(cell: str, hint: FieldType | None) -> bool:
    day = spelt_date(cell)
    bare = cell.isdigit() and hint not in (FieldType.DATE, FieldType.DATE_TIME)
    return day is not None and not bare and 1900 <= day.year <= 2100


def _is_phone(cell: str, hint: FieldType | None) -> bool:
    shaped = hint is FieldType.PHONE or _PHONE_SHAPE.match(cell) is not None
    return shaped and sum(one.isdigit() for one in cell) >= 7 and _PHONE(cell, hint)


def _is_duration(cell: str, hint: FieldType | None) -> bool:
    return ":" not in cell and not cell[-1:].isdigit() and spelt_duration(cell) is not None


def _number(cells: Sequence[str], hint: FieldType | None) -> tuple[dict[str, Any], str] | None:
    parts = [_MONEY.match(cell) for cell in cells]
    if hint is FieldType.PHONE or any(_CODE.match(cell) for cell in cells):
        return None
    found = [part for part in parts if part is not None]
    if len(found) < len(cells) or not all(_NUMBER(part["number"], hint) for part in found):
        return None
    signs = {part["sign"] or part["unit"] for part in found} - {None}
    if signs or hint is FieldType.MONEY:
        sign = sorted(str(one) for one in signs)[:1]
        more = {"currency": _CURRENCY.get(sign[0], sign[0])} if len(signs) == 1 else {}
        return {"type": FieldType.MONEY.value, **more}, "money"
    return {"type": FieldType.NUMBER.value}, "numbers"


def _choice(cells: Sequence[str]) -> tuple[dict[str, Any], str] | None:
    different = list(dict.fromkeys(cells))
    few = len(different) <= MOST_CHOICES and len(cells) >= max(4, 2 * len(different))
    if not few or any(len(cell) > _LONGEST_CHOICE or "\n" in cell for cell in different):
        return None
    return {"type": FieldType.CHOICE.value, "options": options(different)}, "choices"


def _words(cells: Sequence[str], hint: FieldType | None) -> tuple[dict[str, Any], str]:
    if any("\n" in cell or len(cell) > _LONG for cell in cells):
        return {"type": FieldType.LONG_TEXT.value}, "long"
    if hint is FieldType.LONG_TEXT:
        return {"type": hint.value}, "name"
    return {"type": FieldType.TEXT.value}, "words"
