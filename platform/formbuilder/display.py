"""Values as people read them, and as they stand in an input."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from .model import Field, FieldType, Option
from .read_number import chinese_duration, print_duration
from .read_time import kept_instant, spelt_instant, zone_of

Names = Callable[
    [str, str], str
]  # kind (user, team, customer, file) and id to the name people know
_SYMBOLS = {
    "CNY": "¥",
    "USD": "$",
    "EUR": "€",
    "GBP": "£",
    "JPY": "JP¥",
    "HKD": "HK$",
    "TWD": "NT$",
}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_PEOPLE = {FieldType.USER: "user", FieldType.TEAM: "team", FieldType.CUSTOMER: "customer"}


def display_value(
    field: Field, value: Any, lang: str, names: Names | None = None, *, zone: str = "UTC"
) -> str:
    """Return *value* in the words of *lang*, empty for nothing. zone: of dates with time."""
    if value is None or value == "" or value == []:
        return ""
    kind = field.type
    if kind is FieldType.COMPUTED:
        kind = FieldType(field.of) if field.of else FieldType.TEXT
    chinese = lang.startswith("zh")
    if kind in (FieldType.CHOICE, FieldType.TREE_CHOICE):
        return option_title(field.options, str(value), lang)
    if kind is FieldType.MULTI_CHOICE and isinstance(value, list):
        titles = (option_title(field.options, str(one), lang) for one in value)
        return ("、" if chinese else ", ").join(titles)
    if kind is FieldType.FILES and isinstance(value, list):
        files = (names("file", str(one)) if names else str(one) for one in value)
        return ("、" if chinese else ", ").join(files)
    if kind in _PEOPLE:
        return names(_PEOPLE[kind], str(value)) if names else str(value)
    if kind is FieldType.TABLE and isinstance(value, list):
        count = len(value)
        return f"{count} 行" if chinese else f"{count} row{'' if count == 1 else 's'}"
    if kind is FieldType.YES_NO:
        return _yes_no(value, chinese)
    return _scalar(field, kind, value, chinese, zone)


def option_title(options: tuple[Option, ...], key: str, lang: str) -> str:
    """Return the title of an option, under its parents' titles in a tree; else its id."""
    waiting = [(option, "") for option in reversed(options)]
    while waiting:
        option, above = waiting.pop()
        title = above + (option.title.get(lang) or option.id)
        if option.id == key:
            return title
        waiting.extend((child, title + " / ") for child in reversed(option.items))
    return key


def tones_of(field: Field, value: Any, lang: str) -> tuple[tuple[str, str], ...]:
    """Return title and tone of each chosen option, nothing where none of them has a tone."""
    if field.type in (FieldType.CHOICE, FieldType.TREE_CHOICE):
        chosen = [value] if isinstance(value, str) else []
    elif field.type is FieldType.MULTI_CHOICE and isinstance(value, list | tuple):
        chosen = list(value)
    else:
        return ()
    found = tuple((option_title(field.options, str(one), lang), _tone(field.options, str(one))) for one in chosen)  # fmt: skip
    return found if any(tone for _title, tone in found) else ()


def _tone(options: tuple[Option, ...], key: str) -> str:
    """Return the tone of an option, else that of the one above it."""
    waiting = [(option, "") for option in options]
    while waiting:
        option, above = waiting.pop()
        tone = option.color or above
        if option.id == key:
            return tone
        waiting.extend((child, tone) for child in option.items)
    return ""


def _yes_no(value: Any, chinese: bool) -> str:
    if value not in (True, False):
        return str(value)
    return ("是" if value else "否") if chinese else ("Yes" if value else "No")


def _scalar(field: Field, kind: FieldType, value: Any, chinese: bool, zone: str) -> str:
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if kind is FieldType.MONEY and number:
        decimals = 2 if field.decimals is None else field.decimals
        amount = f"{abs(value):,.{decimals}f}"
        sign = "-" if value < 0 else ""
        symbol = _SYMBOLS.get(field.currency, f"{field.currency} " if field.currency else "")
        return f"{sign}{symbol}{amount}"
    if kind is FieldType.NUMBER and number:
        return f"{value:,}" if field.decimals is None else f"{value:,.{field.decimals}f}"
    if kind is FieldType.DURATION and isinstance(value, int):
        return chinese_duration(value) if chinese else print_duration(value)
    if kind is FieldType.DATE and isinstance(value, str):
        return _date(value, chinese)
    if kind is FieldType.DATE_TIME and isinstance(value, str):
        instant = _instant(value)
        if instant is not None:
            local = instant.astimezone(zone_of(zone))
            gap = " " if chinese else ", "
            return f"{_day(local.date(), chinese)}{gap}{local:%H:%M}"
    return str(value)


def _date(value: str, chinese: bool) -> str:
    try:
        return _day(date.fromisoformat(value), chinese)
    except ValueError:
        return value


def _day(day: date, chinese: bool) -> str:
    if chinese:
        return f"{day.year}年{day.month}月{day.day}日"
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def _instant(value: str) -> datetime | None:
    found = spelt_instant(value, "UTC")
    return found if isinstance(found, datetime) else None


def input_text(field: Field, value: Any, zone: str) -> str:
    """Return a single kept value as it stands in an input, from where it reads back the same."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if field.type is FieldType.DURATION and isinstance(value, int):
        return print_duration(value)
    if field.type is FieldType.DATE_TIME and isinstance(value, str):
        instant = kept_instant(value)
        if instant is None:
            return value
        local = instant.astimezone(zone_of(zone)).replace(tzinfo=None, fold=0)
        if local.replace(tzinfo=zone_of(zone)).astimezone(UTC) != instant:
            return value  # the second of two equal wall times keeps its offset
        return local.isoformat(timespec="seconds" if local.second else "minutes")
    return value if isinstance(value, str) else str(value)
