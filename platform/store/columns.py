"""The column types and the naming convention that every table shares."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, Integer, MetaData, Text, TypeDecorator
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase

CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: aware on the way in, aware UTC on the way out, on both databases."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any] | None:
        """Return what SQLAlchemy would put together, in one step for SQLite."""
        if dialect.name == "sqlite":
            return _sqlite_instant
        return super().bind_processor(dialect)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any] | None:
        """Return the same for what a database gives back."""
        return _from_sqlite if dialect.name == "sqlite" else _from_postgres

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return *value* in UTC; raise ValueError when it has no zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return *value* as aware UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class CleanText(TypeDecorator[str]):
    """Text that both databases take: NUL and halves of surrogate pairs become U+FFFD."""

    impl = Text
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any]:
        """Return what SQLAlchemy would put together, in one step: neither database asks for more."""
        return _clean_or_none

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Return *value* without what PostgreSQL or UTF-8 cannot hold."""
        return None if value is None else clean(value)


def _sqlite_instant(value: datetime | None) -> str | None:
    """Return an instant as SQLAlchemy keeps it in SQLite; raises ValueError when it has no zone."""
    if value is None:
        return None
    if value.tzinfo is not UTC:
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone")
        value = value.astimezone(UTC)
    return value.isoformat(" ", "microseconds")[:-6]


WRITTEN = len("2026-11-20 09:00:00.000000")
"""Characters of an instant as SQLite holds it."""


def _from_sqlite(text: str | None) -> datetime | None:
    """Return an instant that SQLite keeps, as aware UTC."""
    if text is None:
        return None
    if len(text) == WRITTEN:
        return datetime.fromisoformat(f"{text}+00:00")
    found = datetime.fromisoformat(text)  # by another hand than ours
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def _from_postgres(value: datetime | None) -> datetime | None:
    """Return an instant that PostgreSQL keeps, as aware UTC, which is what its driver gives to our sessions."""
    if value is None or value.tzinfo is UTC:
        return value
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _clean_or_none(text: Any) -> Any:
    if text is None or (type(text) is str and text.isascii() and "\x00" not in text):
        return text  # nearly all there is, at the cost of one call
    return clean(text) if isinstance(text, str) else text


def clean(text: str) -> str:
    """Return *text* with each NUL and each lone surrogate replaced by U+FFFD."""
    if "\x00" in text:
        text = text.replace("\x00", REPLACEMENT)
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return "".join(REPLACEMENT if "\ud800" <= c <= "\udfff" else c for c in text)
    return text


_decoder: Any = json.JSONDecoder()
_scan: Callable[[str, int], tuple[Any, int]] = _decoder.scan_once
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def encoding(encoder: json.JSONEncoder) -> Callable[[Any], str]:
    """Return what *encoder* does to a list or a mapping: ``encode`` makes its inner part anew each time, which takes half of it.

    What stands in a circle ends in RecursionError instead of ValueError.
    """
    make: Any = getattr(json.encoder, "c_make_encoder", None)
    words: Any = json.encoder.encode_basestring
    if make is None or encoder.ensure_ascii:
        return encoder.encode
    between, after = encoder.item_separator, encoder.key_separator
    chunks = make(
        None,
        encoder.default,
        words,
        None,
        after,
        between,
        encoder.sort_keys,
        False,
        encoder.allow_nan,
    )

    def encode(value: Any) -> str:
        return (
            "".join(chunks(value, 0)) if isinstance(value, dict | list) else encoder.encode(value)
        )

    return encode


_encode = encoding(_ENCODER)


def dump_json(value: Any) -> str:
    """Return *value* as compact JSON that both databases take; raises ValueError for NaN."""
    text = _encode(value)
    if "\\u0000" in text or not _is_utf8(text):
        return json.dumps(_cleaned(value), ensure_ascii=False, separators=(",", ":"))
    return text


def load_json(text: str) -> Any:
    """Return what ``dump_json`` wrote: json.loads looks for blanks before and after, which takes half its time."""
    if text.startswith(("{", "[")):
        return _scan(text, 0)[0]
    return json.loads(text)


def load_json_bytes(data: bytes) -> Any:
    """Return the same of what PostgreSQL's driver hands over: most lists and mappings of a row have nothing in them."""
    if data == b"[]":
        return []
    if data == b"{}":
        return {}
    return load_json(data.decode())


def _is_utf8(text: str) -> bool:
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {clean(str(key)): _cleaned(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_cleaned(item) for item in value]
    return value


Json = JSON().with_variant(JSONB(), "postgresql")
BigId = BigInteger().with_variant(Integer(), "sqlite")


class Base(DeclarativeBase):
    """All tables of the product."""

    metadata = MetaData(naming_convention=CONVENTION)
    type_annotation_map = {
        datetime: UtcDateTime,
        str: CleanText,
        dict[str, Any]: Json,
        list[str]: Json,
        list[Any]: Json,
    }
