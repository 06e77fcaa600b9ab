"""What generated code calls: reading JSON values, decimal arithmetic, dates, text, rows.

Inside an evaluation a date is a day number, a date with time whole seconds since 1970 (UTC),
a duration whole seconds, and a missing or unfit value None. Nothing here raises on data,
save that rows stop when the budget is used up.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from .context import EMPTY
from .context import Context as Situation

LIMIT = 10**15
MAX_ITEMS = 10_000
MAX_VALUE_TEXT = 65_536
STEPS = 10_000
BLANKS = "".join(chr(code) for code in range(0x3001) if chr(code).isspace())
_EXACT = Context(prec=60, rounding=ROUND_HALF_UP)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST = -62_135_596_800
_LAST = 253_402_300_799
_DAYS = 3_652_059
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]([01][0-9]|2[0-3]):([0-5][0-9])"
    r"(?::([0-5][0-9])(?:\.[0-9]{1,9})?)?(?:(Z)|([+-])(0[0-9]|1[0-4]):([0-5][0-9]))"
)


class BudgetExceededError(Exception):
    """An evaluation took more steps than it may."""


def number_in(raw: object) -> int | float | None:
    """Return *raw* if it is a JSON number within bounds."""
    if (raw.__class__ is int or raw.__class__ is float) and -LIMIT < raw < LIMIT:  # type: ignore[operator]  # the class was just tested
        return raw  # type: ignore[return-value]  # as above
    return None


def any_in(raw: object) -> object:
    """Return *raw* unless it is a number out of bounds."""
    return number_in(raw) if raw.__class__ in (int, float) else raw


def list_in(raw: object) -> Sequence[Any] | None:
    """Return *raw* if it is a list of bearable length."""
    if (raw.__class__ is list or raw.__class__ is tuple) and len(raw) <= MAX_ITEMS:  # type: ignore[arg-type]  # the class was just tested
        return raw  # type: ignore[return-value]  # as above
    return None


def record_in(raw: object) -> Mapping[str, Any] | None:
    """Return *raw* if it is a mapping."""
    return raw if isinstance(raw, Mapping) else None


def part(raw: object, key: str) -> object:
    """Return what *key* holds in the record *raw*, or None."""
    return raw.get(key) if isinstance(raw, Mapping) else None


def date_in(raw: object) -> int | None:
    """Return the day number of an ISO date."""
    return parse_date(raw) if raw.__class__ is str else None  # type: ignore[arg-type]  # the class was just tested


def instant_in(raw: object) -> int | None:
    """Return the seconds since 1970 of an ISO date with time and offset."""
    return parse_instant(raw) if raw.__class__ is str else None  # type: ignore[arg-type]  # the class was just tested


@lru_cache(maxsize=4096)
def _parse_date(text: str) -> int | None:
    if not _DATE.fullmatch(text):
        return None
    try:
        return date(int(text[:4]), int(text[5:7]), int(text[8:])).toordinal()
    except ValueError:
        return None


def parse_date(text: str) -> int | None:
    """Return the day number of ``2026-11-22``, or None for anything else."""
    return _parse_date(text) if len(text) == 10 else None


@lru_cache(maxsize=4096)
def _parse_instant(text: str) -> int | None:
    found = _INSTANT.fullmatch(text)
    if found is None or (day := _parse_date(found[1])) is None:
        return None
    seconds = (day - 719_163) * 86_400 + int(found[2]) * 3600 + int(found[3]) * 60
    seconds += int(found[4] or 0)
    if found[6]:
        offset = int(found[7]) * 3600 + int(found[8]) * 60
        seconds += -offset if found[6] == "+" else offset
    return seconds if _FIRST <= seconds <= _LAST else None


def parse_instant(text: str) -> int | None:
    """Return the seconds since 1970 of an ISO instant with Z or an offset, or None."""
    return _parse_instant(text) if 17 <= len(text) <= 40 else None


def date_out(day: int | None) -> str | None:
    """Return a day number as ISO text."""
    return None if day is None else date.fromordinal(day).isoformat()


def instant_out(seconds: int | None) -> str | None:
    """Return seconds since 1970 as ISO text in UTC."""
    if seconds is None:
        return None
    return (_EPOCH + timedelta(seconds=seconds)).isoformat().replace("+00:00", "Z")


def number_out(value: int | float | None) -> int | float | None:
    """Return *value* without a negative zero."""
    return 0 if value == 0 and value is not None else value


def now_in(context: Situation) -> int | None:
    """Return the context's instant in seconds since 1970."""
    now = context.now
    return None if now is None or now.tzinfo is None else (now - _EPOCH) // timedelta(seconds=1)


def today_in(context: Situation) -> int | None:
    """Return the context's day in its own zone."""
    return day_of(now_in(context), context)


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo | timezone:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC


def day_of(seconds: int | None, context: Situation = EMPTY) -> int | None:
    """Return the day on which an instant falls in the context's zone."""
    if seconds is None:
        return None
    try:
        moment = _EPOCH + timedelta(seconds=seconds)
        return moment.astimezone(_zone(context.zone)).date().toordinal()
    except OverflowError:
        return None


def exact(value: int | float) -> Decimal:
    """Return a JSON number as the decimal that a person sees."""
    return Decimal(value) if value.__class__ is int else Decimal(repr(value))


def rounded(value: Decimal, places: int = 9) -> int | float | None:
    """Return *value* half up at 9 decimals and 15 digits, or None when out of bounds."""
    whole = max(0, value.adjusted() + 1) if value else 0
    if whole > 15:
        return None
    places = min(places, 15 - whole)
    result = value.quantize(Decimal(1).scaleb(-places), context=_EXACT)
    if not -LIMIT < result < LIMIT:
        return None
    return int(result) if result == result.to_integral_value() else float(result)


def add(left: int | float | None, right: int | float | None) -> int | float | None:
    """Return the sum, exact in decimals."""
    if left is None or right is None:
        return None
    if left.__class__ is int and right.__class__ is int:
        return number_in(left + right)
    return rounded(_EXACT.add(exact(left), exact(right)))


def subtract(left: int | float | None, right: int | float | None) -> int | float | None:
    """Return the difference, exact in decimals."""
    return None if right is None else add(left, -right)


def multiply(left: int | float | None, right: int | float | None) -> int | float | None:
    """Return the product."""
    if left is None or right is None:
        return None
    if left.__class__ is int and right.__class__ is int:
        return number_in(left * right)
    return rounded(_EXACT.multiply(exact(left), exact(right)))


def divide(left: int | float | None, right: int | float | None) -> int | float | None:
    """Return the quotient; None for a division by zero."""
    if left is None or not right:
        return None
    return rounded(_EXACT.divide(exact(left), exact(right)))


def negate(value: int | float | None) -> int | float | None:
    """Return the value with the other sign."""
    return None if value is None else (-value or 0)


def absolute(value: int | float | None) -> int | float | None:
    """Return the value without its sign."""
    return None if value is None else abs(value)


def round_to(value: int | float | None, places: int = 0) -> int | float | None:
    """Return *value* rounded half up (away from zero)."""
    return None if value is None else rounded(exact(value), places)


def shift_instant(instant: int | None, seconds: int | None) -> int | None:
    """Return an instant moved by a duration; None outside the years 1 to 9999."""
    if instant is None or seconds is None:
        return None
    moved = instant + seconds
    return moved if _FIRST <= moved <= _LAST else None


def shift_date(day: int | None, seconds: int | None) -> int | None:
    """Return a day moved by the whole days of a duration."""
    if day is None or seconds is None:
        return None
    moved = day + seconds // 86_400
    return moved if 1 <= moved <= _DAYS else None


def date_gap(left: int | None, right: int | None) -> int | None:
    """Return the time from *right* to *left* in seconds."""
    return None if left is None or right is None else (left - right) * 86_400


def days_between(first: int | None, second: int | None) -> int | None:
    """Return the days from *first* to *second*."""
    return None if first is None or second is None else second - first


def hours_since(instant: int | None, context: Situation) -> int | float | None:
    """Return the hours from *instant* to now."""
    now = now_in(context)
    return None if instant is None or now is None else divide(now - instant, 3600)


def business_time_since(instant: int | None, context: Situation) -> int | None:
    """Return the working seconds from *instant* to now; calendar time without a calendar."""
    now = now_in(context)
    if instant is None or now is None or context.now is None:
        return None
    if context.business_seconds is None:
        return now - instant
    try:
        start = _EPOCH + timedelta(seconds=instant)
        seconds = context.business_seconds(start, context.now)
    except Exception:  # a calendar that does not reach so far must not stop a rule
        return None
    return int(seconds) if seconds.__class__ is int and abs(seconds) < LIMIT else None


def business_hours_since(instant: int | None, context: Situation) -> int | float | None:
    """Return the working hours from *instant* to now."""
    return divide(business_time_since(instant, context), 3600)


def fold(text: str) -> str:
    """Return *text* in lower case, one way for every place in a word."""
    lower = text[:MAX_VALUE_TEXT].lower()
    return lower if lower.isascii() else lower.replace("ς", "σ")


def lower(text: str | None) -> str | None:
    """Return *text* in lower case."""
    return None if text is None else fold(text)


def upper(text: str | None) -> str | None:
    """Return *text* in upper case."""
    return None if text is None else text[:MAX_VALUE_TEXT].upper()


def trim(text: str | None) -> str | None:
    """Return *text* without blanks at its ends."""
    return None if text is None else text[:MAX_VALUE_TEXT].strip(BLANKS)


def has(text: str | None, needle: str | None) -> bool:
    """Return whether *text* contains *needle*, whatever the case."""
    return text is not None and needle is not None and fold(needle) in fold(text)


def has_any(text: str | None, needles: Sequence[str | None]) -> bool:
    """Return whether *text* contains one of *needles*, whatever the case."""
    if text is None:
        return False
    folded = fold(text)
    return any(needle is not None and fold(needle) in folded for needle in needles)


def starts(text: str | None, needle: str | None) -> bool:
    """Return whether *text* starts with *needle*, whatever the case."""
    return text is not None and needle is not None and fold(text).startswith(fold(needle))


def ends(text: str | None, needle: str | None) -> bool:
    """Return whether *text* ends with *needle*, whatever the case."""
    return text is not None and needle is not None and fold(text).endswith(fold(needle))


def matches(pattern: Any, text: str | None) -> bool:
    """Return whether the RE2 *pattern* is found in *text*; it takes linear time."""
    if text is None:
        return False
    try:
        return pattern.search(text[:MAX_VALUE_TEXT]) is not None
    except UnicodeError:  # half a surrogate pair cannot be encoded
        return False


def size(value: Any) -> int | None:
    """Return how many characters or entries there are."""
    return None if value is None else len(value)


def is_empty(value: Any) -> bool:
    """Return whether there is nothing but blanks, no entry, or no value."""
    if value.__class__ is str:
        return not value.strip(BLANKS)
    return value is None or (hasattr(value, "__len__") and len(value) == 0)


def least(*values: Any) -> Any:
    """Return the least value, or None when one is missing."""
    return None if None in values else min(values)


def greatest(*values: Any) -> Any:
    """Return the greatest value, or None when one is missing."""
    return None if None in values else max(values)


def same(left: Any, right: Any) -> bool:
    """Return whether two values of unknown type are equal; true and 1 are not."""
    if left is None or right is None:
        return False
    return (left.__class__ is bool) == (right.__class__ is bool) and bool(left == right)


def member(one: Any, many: Sequence[Any], reader: Callable[[object], object]) -> bool:
    """Return whether *one* equals an entry of *many* as *reader* reads it."""
    return any(same(one, reader(item)) for item in many)


Rows = tuple[Mapping[str, Any], ...]
RowTest = Callable[[Any, Any, list[int], Rows], Any]
NO_ROW: Mapping[str, Any] = {}


def _entered(item: object, rows: Rows, cost: int, budget: list[int], *, plain: bool) -> Rows:
    budget[0] -= cost
    if budget[0] < 0:
        raise BudgetExceededError
    if plain:
        return (*rows, {"item": item})
    return (*rows, item if isinstance(item, Mapping) else NO_ROW)


def any_row(
    items: Any, test: RowTest, cost: int, plain: bool, v: Any, c: Any, b: list[int], r: Rows
) -> bool:
    """Return whether *test* holds for an entry; a missing list has none."""
    return any(test(v, c, b, _entered(item, r, cost, b, plain=plain)) for item in items or ())


def all_rows(
    items: Any, test: RowTest, cost: int, plain: bool, v: Any, c: Any, b: list[int], r: Rows
) -> bool:
    """Return whether *test* holds for every entry; a missing list has none."""
    return all(test(v, c, b, _entered(item, r, cost, b, plain=plain)) for item in items or ())


def count_rows(
    items: Any, test: RowTest, cost: int, plain: bool, v: Any, c: Any, b: list[int], r: Rows
) -> int:
    """Return for how many entries *test* holds."""
    return sum(1 for item in items or () if test(v, c, b, _entered(item, r, cost, b, plain=plain)))


def sum_rows(
    items: Any, value: RowTest, cost: int, plain: bool, v: Any, c: Any, b: list[int], r: Rows
) -> int | float | None:
    """Return the sum of *value* over the entries; missing values do not count."""
    total: Decimal = Decimal(0)
    for item in items or ():
        amount = value(v, c, b, _entered(item, r, cost, b, plain=plain))
        if amount is not None:
            total = _EXACT.add(total, exact(amount))
    return rounded(total)
