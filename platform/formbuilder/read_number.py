"""Reading what a person typed as number, amount of money, duration, or yes and no."""

from __future__ import annotations

import math
import re
from decimal import Decimal, InvalidOperation
from typing import Any

from .fault import Fault, Reading, bound
from .model import Field, FieldType
from .read_text import Read

LIMIT = 10**15
_LONGEST_TEXT = 100  # no number, duration or yes is spelt longer
_FORM = re.compile(
    r"[+-]?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,20})(?:\.[0-9]{0,20})?|[+-]?\.[0-9]{1,20}"
)
_WIDE = str.maketrans("０１２３４５６７８９，．－＋：−", "0123456789,.-+:-")  # noqa: RUF001  # full-width marks are what people type
_NO_NUMBER = Fault("VAL007")
_TOO_BIG = Fault("VAL042")
_YES = frozenset({"true", "1", "on", "yes", "y", "t", "是", "对", "有"})
_NO = frozenset({"false", "0", "off", "no", "n", "f", "否", "不", "无"})
_PART = re.compile(
    r"\s*([0-9]{1,9}(?:\.[0-9]{1,4})?)\s*"
    r"(weeks?|w|days?|d|hours?|hrs?|h|minutes?|mins?|m|seconds?|secs?|s|周|天|日|个?小时|时|分钟?|秒)"
)
_SECONDS = {"w": 604_800, "d": 86_400, "h": 3_600, "m": 60, "s": 1, "周": 604_800, "天": 86_400,
            "日": 86_400, "个": 3_600, "小": 3_600, "时": 3_600, "分": 60, "秒": 1}  # fmt: skip
_ZH_UNITS = str.maketrans({"d": "天", "h": "小时", "m": "分", "s": "秒", " ": ""})
_CLOCK = re.compile(r"([0-9]{1,5}):([0-5][0-9])(?::([0-5][0-9]))?")
LONGEST = 100 * 366 * 86_400


def plain_number(raw: Any) -> int | float | Fault | None:
    """Return the number that *raw* is or spells, at most 15 digits; None for blank text."""
    if raw.__class__ is int:
        return raw if -LIMIT < raw < LIMIT else _TOO_BIG
    if raw.__class__ is float:
        if not math.isfinite(raw):
            return _NO_NUMBER
        return _plain(raw) if -LIMIT < raw < LIMIT else _TOO_BIG
    if raw.__class__ is not str:
        return _NO_NUMBER
    text = raw.strip()
    if not text:
        return None
    return _spelt(text) if len(text) <= _LONGEST_TEXT else _NO_NUMBER


def _plain(value: float) -> int | float:
    return int(value) if value.is_integer() else value


def _spelt(text: str) -> int | float | Fault:
    if not text.isascii():
        text = text.translate(_WIDE)
    if text.isdigit() and text.isascii() and len(text) < 16:
        return int(text)
    if not _FORM.fullmatch(text):
        return _NO_NUMBER
    try:
        value = Decimal(text.replace(",", ""))
    except InvalidOperation:
        return _NO_NUMBER
    if not -LIMIT < value < LIMIT:
        return _TOO_BIG
    digits = value.normalize().as_tuple().digits
    if len(digits) > 15:
        return _TOO_BIG
    return _plain(float(value))


def number_reader(field: Field) -> Read:
    """Return the reader of a number or an amount; ``1,234.50`` and full-width digits are understood."""
    low, high = field.low, field.high
    decimals = field.decimals
    if decimals is None and field.type is FieldType.MONEY:
        decimals = 2
    too_low = Fault("VAL008", {"limit": bound(low or 0)})
    too_high = Fault("VAL009", {"limit": bound(high or 0)})
    too_fine = Fault("VAL010", {"limit": decimals}) if decimals else Fault("VAL044")

    def read(raw: Any, reading: Reading) -> Any:
        value: Any = plain_number(raw)
        if value is None or value.__class__ is Fault:
            return value
        if low is not None and value < low:
            return too_low
        if high is not None and value > high:
            return too_high
        if decimals is not None and value.__class__ is float and round(value, decimals) != value:
            return too_fine
        return value

    return read


def yes_no_reader(field: Field) -> Read:
    """Return the reader of yes and no."""
    wrong = Fault("VAL017")

    def read(raw: Any, reading: Reading) -> Any:
        if raw is True or raw is False:
            return raw
        if raw.__class__ is not str:
            return (raw == 1) if raw.__class__ is int and raw in (0, 1) else wrong
        word = raw.strip()
        if not word:
            return None
        word = word.lower() if len(word) <= _LONGEST_TEXT else ""
        if word in _YES:
            return True
        return False if word in _NO else wrong

    return read


def spelt_duration(text: str) -> int | None:
    """Return the seconds that ``2h 30m``, ``1:30`` (hours and minutes) or ``2小时30分`` state."""
    text = text.strip().lower()
    text = text if text.isascii() else text.translate(_WIDE)
    if clock := _CLOCK.fullmatch(text):
        return int(clock[1]) * 3_600 + int(clock[2]) * 60 + int(clock[3] or 0)
    at, total = 0, Decimal(0)
    while at < len(text):
        part = _PART.match(text, at)
        if part is None:
            return None
        total += Decimal(part[1]) * _SECONDS[part[2][0]]
        at = part.end()
    return int(total) if at else None


def print_duration(seconds: int) -> str:
    """Return *seconds* as it may be typed in again: ``2h 30m``."""
    parts = []
    for unit, size in (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)):
        amount, seconds = divmod(seconds, size)
        if amount:
            parts.append(f"{amount}{unit}")
    return " ".join(parts) or "0m"


def chinese_duration(seconds: int) -> str:
    """Return *seconds* as Chinese readers are told it: ``2小时30分``; it may be typed in again, too."""
    return print_duration(seconds).translate(_ZH_UNITS)


def _limit(seconds: int) -> dict[str, str | int]:
    return {"limit": print_duration(seconds), "limit_zh": chinese_duration(seconds)}


def duration_reader(field: Field) -> Read:
    """Return the reader of a duration, kept in whole seconds; a JSON number counts seconds."""
    low, high = field.low, field.high
    wrong = Fault("VAL022")

    def read(raw: Any, reading: Reading) -> Any:
        if raw.__class__ is int:
            value: int | None = raw
        elif raw.__class__ is float and raw.is_integer():
            value = int(raw)
        elif raw.__class__ is str:
            text = raw.strip()
            if not text:
                return None
            value = spelt_duration(text) if len(text) <= _LONGEST_TEXT else None
        else:
            return wrong
        if value is None or not 0 <= value <= LONGEST:
            return wrong
        if low is not None and value < low:
            return Fault("VAL023", _limit(int(low)))
        if high is not None and value > high:
            return Fault("VAL024", _limit(int(high)))
        return value

    return read
