"""Parsing what limits a value: least and most, pattern, size, kinds of files, default."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date

import re2

from ..core.messages import MESSAGES
from ..definitions import Node, Reader
from ..definitions.tree import short
from ..expressions import parse_duration
from .fault import Fault, Reading
from .model import Field, FieldType
from .plan import MAX_ROWS
from .read_choice import MAX_ITEMS
from .reading import reader_of

_LONGEST_TEXT = 200_000
_TEXTS = (FieldType.TEXT, FieldType.LONG_TEXT)
_COUNTS = (FieldType.MULTI_CHOICE, FieldType.FILES, FieldType.TABLE)
_DATES = (FieldType.DATE, FieldType.DATE_TIME)
_TODAY = re.compile(r"today(?:\s*([+-])\s*([0-9]{1,5})d)?")
_SIZE = re.compile(r"([0-9]{1,6})\s*(B|KB|MB|GB)")
_SIZES = {"B": 1, "KB": 1 << 10, "MB": 1 << 20, "GB": 1 << 30}
_ACCEPT = re.compile(r"\.[A-Za-z0-9][A-Za-z0-9.+-]{0,15}|[a-z]+/(?:\*|[A-Za-z0-9.+-]{1,80})")


@dataclass(frozen=True, slots=True)
class Bound:
    """One end of what is allowed; *from_today*: counted in days from today."""

    value: float
    from_today: bool = False


def bounded(reader: Reader, field: Field) -> Field:
    """Return *field* with its ``min`` and ``max``."""
    low = _bound(reader, "min", field.type)
    high = _bound(reader, "max", field.type)
    if low and high and low.from_today == high.from_today and low.value > high.value:
        reader.error("FRM008", "min")
        high = None
    if low is None and high is None:
        return field
    return replace(
        field,
        low=low.value if low else None,
        high=high.value if high else None,
        low_is_today=bool(low and low.from_today),
        high_is_today=bool(high and high.from_today),
    )


def _bound(reader: Reader, key: str, kind: FieldType) -> Bound | None:
    if not reader.has(key):
        reader.node(key)
        return None
    if kind in _DATES:
        return _day(reader, key, kind)
    if kind is FieldType.DURATION:
        return _duration(reader, key, kind)
    least = 1 if key == "max" else 0
    if kind in _TEXTS:
        value: float = reader.whole(key, -1, least, _LONGEST_TEXT)
    elif kind in _COUNTS:
        most = MAX_ROWS if kind is FieldType.TABLE else MAX_ITEMS
        value = reader.whole(key, -1, least, most)
    else:
        return Bound(reader.number(key)) if _is_number(reader, key) else None
    return None if value < 0 else Bound(value)


def _is_number(reader: Reader, key: str) -> bool:
    node = reader.node(key)
    fits = (
        node is not None
        and isinstance(node.value, (int, float))
        and not isinstance(node.value, bool)
    )
    if not fits:
        reader.number(key)
    return fits


def _day(reader: Reader, key: str, kind: FieldType) -> Bound | None:
    words = (reader.raw_text(key) or "").strip()
    if found := _TODAY.fullmatch(words):
        days = int(found[2] or 0)
        return Bound(-days if found[1] == "-" else days, from_today=True)
    try:
        return Bound(date.fromisoformat(words).toordinal())
    except ValueError:
        _no_bound(reader, key, words, kind, "2026-11-22, today, today + 7d")
        return None


def _duration(reader: Reader, key: str, kind: FieldType) -> Bound | None:
    words = reader.raw_text(key) or ""
    duration = parse_duration(words)
    if duration is None or duration.business:
        _no_bound(reader, key, words, kind, "30m, 4h, 2d")
        return None
    return Bound(duration.seconds)


def _no_bound(reader: Reader, key: str, words: str, kind: FieldType, example: str) -> None:
    if words:
        reader.error("FRM009", key, word=short(words), type=kind.value, example=example)


def pattern(reader: Reader) -> str:
    """Return the pattern under ``pattern``, empty when it cannot be used."""
    text = reader.raw_text("pattern") or ""
    if not text:
        return ""
    options = re2.Options()
    options.log_errors = False
    try:
        re2.compile(text, options)
    except (re2.error, UnicodeError) as error:
        reason = error.args[0] if error.args else ""
        words = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
        reader.error("FRM010", "pattern", reason=short(words, 80))
        return ""
    return text


def max_bytes(reader: Reader, default: int) -> int:
    """Return the bytes that ``max_size`` states."""
    words = reader.raw_text("max_size")
    if words is None:
        return default
    found = _SIZE.fullmatch(words.strip())
    size = int(found[1]) * _SIZES[found[2]] if found else 0
    if not 0 < size <= 1 << 30:
        reader.error("FRM015", "max_size", word=short(words))
        return default
    return size


def accepted(reader: Reader) -> tuple[str, ...]:
    """Return the endings and media types under ``accept``."""
    kinds = []
    for node in reader.scalars("accept"):
        if _ACCEPT.fullmatch(node.words):
            kinds.append(node.words)
        else:
            reader.error("FRM016", span=node.span, word=short(node.words))
    return tuple(kinds)


def defaulted(reader: Reader, field: Field) -> Field:
    """Return *field* with its default, which must be a value that it would accept."""
    node = reader.node("default")
    if node is None or not reader.has("default"):
        return field
    read = reader_of(field)
    if read is None:
        return field
    value = read(_written(node, field.type), Reading("UTC", None, None))
    if isinstance(value, Fault):
        words = MESSAGES[value.code]
        reader.error(
            "FRM011",
            "default",
            field=field.id,
            reason_en=words.en.format_map(value.values).rstrip("."),
            reason_zh=words.zh.format_map(value.values).rstrip("。"),
        )
        return field
    return replace(field, default=value)


def _written(node: Node, kind: FieldType) -> object:
    """Return a default as a person would type it: words, except for yes and no, numbers and lists."""
    if node.kind == "list":
        return [_written(child, kind) for child in node.children]
    if node.kind == "map":
        return None if not node.children else {}
    if kind in (FieldType.NUMBER, FieldType.MONEY, FieldType.YES_NO):
        return node.value
    return node.words
