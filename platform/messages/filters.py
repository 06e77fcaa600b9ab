"""The fixed list of filters, and how values become text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, tzinfo
from typing import Any

from .nodes import Filter

FILTERS: Mapping[str, type | None] = {
    "date": None,
    "datetime": None,
    "duration": None,
    "upper": None,
    "lower": None,
    "trim": int,
    "default": str,
}
"""The filters by name, with the type of their argument."""

FITTING: Mapping[str, frozenset[str]] = {
    "date": frozenset({"date", "datetime", "text", "any"}),
    "datetime": frozenset({"datetime", "text", "any"}),
    "duration": frozenset({"duration", "working time", "number", "any"}),
}
"""The kinds of types that a filter can work on, where not all."""

IMPLIED: Mapping[str, Filter] = {
    "date": Filter("date"),
    "datetime": Filter("datetime"),
    "duration": Filter("duration"),
    "working time": Filter("duration"),
}
"""What a value of a type goes through when no filter is written."""

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_UNITS = ((86_400, "d", "天"), (3_600, "h", "小时"), (60, "min", "分钟"), (1, "s", "秒"))
_HIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)
_BREAKS = re.compile("\r\n|[\r\x85\u2028\u2029]")
_LONGEST = 64 * 1024
_DEEPEST = 3


def apply(value: Any, filters: tuple[Filter, ...], lang: str, zone: tzinfo) -> str:
    """Return *value* as text after its filters; what does not fit a filter passes unchanged."""
    for one in filters:
        if one.name == "default":
            if is_blank(value):
                value = one.argument
        elif one.name == "date":
            value = _day(value, lang, zone)
        elif one.name == "datetime":
            value = _moment(value, lang, zone)
        elif one.name == "duration":
            value = _duration(value, lang)
        else:
            value = _shaped(as_text(value, lang, zone), one)
    return as_text(value, lang, zone)


def is_blank(value: Any) -> bool:
    """Return whether there is nothing to show."""
    return value is None or value in ("", [], (), {})


def as_text(value: Any, lang: str, zone: tzinfo, level: int = 0) -> str:
    """Return plain data as text without invisible characters; anything else is empty."""
    match value:
        case None:
            return ""
        case str():
            return clean(value)
        case bool():
            return _yes_no(value, lang)
        case int() | float():
            return _number(value)
        case datetime():
            return _moment(value, lang, zone)
        case date():
            return _day(value, lang, zone)
        case list() | tuple() if level < _DEEPEST:
            parts = (as_text(item, lang, zone, level + 1) for item in value[:1_000])
            return ("、" if lang.startswith("zh") else ", ").join(part for part in parts if part)
        case _:
            return ""


def clean(text: str) -> str:
    """Return *text* within bounds, with plain line breaks, without characters that hide or reorder."""
    return _HIDDEN.sub("", _BREAKS.sub("\n", text[:_LONGEST]))


def _yes_no(value: bool, lang: str) -> str:
    if lang.startswith("zh"):
        return "是" if value else "否"
    return "yes" if value else "no"


def _number(value: int | float) -> str:
    if isinstance(value, int):
        return str(value) if abs(value) < 10**30 else ""
    if value != value or value in (float("inf"), float("-inf")):
        return ""
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    return f"{value:.9f}".rstrip("0").rstrip(".") if 1e-9 <= abs(value) < 1e15 else repr(value)


def _shaped(text: str, one: Filter) -> str:
    if one.name == "upper":
        return text.upper()
    if one.name == "lower":
        return text.lower()
    limit = one.argument if isinstance(one.argument, int) else len(text)
    return text if len(text) <= limit else text[: max(limit - 1, 0)].rstrip() + "…"


def _instant(value: Any) -> datetime | date | None:
    if isinstance(value, (datetime, date)):
        return value
    if not isinstance(value, str) or len(value) > 40:
        return None
    try:
        if len(value) == 10:
            return date.fromisoformat(value)
        return datetime.fromisoformat(value)
    except ValueError:
        return None


def _local(value: datetime, zone: tzinfo) -> datetime:
    try:
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(zone)
    except (OverflowError, ValueError):
        return value


def _day(value: Any, lang: str, zone: tzinfo) -> str:
    found = _instant(value)
    if found is None:
        return value if isinstance(value, str) else ""
    day = _local(found, zone) if isinstance(found, datetime) else found
    if lang.startswith("zh"):
        return f"{day.year}年{day.month}月{day.day}日"
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def _moment(value: Any, lang: str, zone: tzinfo) -> str:
    found = _instant(value)
    if not isinstance(found, datetime):
        return _day(value, lang, zone)
    at = _local(found, zone)
    return f"{_day(at, lang, at.tzinfo or UTC)} {at.hour:02}:{at.minute:02}"


def _duration(value: Any, lang: str) -> Any:
    """Return seconds in at most two units: ``2 h 30 min``, ``2小时30分钟``."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not abs(value) < 1e12:
        return value
    left = abs(int(value))
    parts: list[str] = []
    chinese = lang.startswith("zh")
    for size, en, zh in _UNITS:
        amount, left = divmod(left, size)
        if amount and len(parts) < 2:
            parts.append(f"{amount}{zh}" if chinese else f"{amount} {en}")
        elif parts:
            break
    text = ("" if chinese else " ").join(parts) or ("0秒" if chinese else "0 s")
    return f"-{text}" if value < 0 else text
