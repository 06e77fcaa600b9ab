"""Dataclasses as plain JSON values and back; instants become ISO 8601 texts in UTC."""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")
Convert = Callable[[Any], Any]


def instant_text(at: datetime) -> str:
    """Return an aware instant as ISO 8601 in UTC, microseconds only where there are any."""
    if at.tzinfo is not UTC:
        at = at.astimezone(UTC)
    return at.isoformat()[:-6] + "Z"


def instant(text: str) -> datetime:
    """Return the aware instant of an ISO 8601 text."""
    return datetime.fromisoformat(text)


def to_plain(value: Any) -> Any:
    """Return *value* (a dataclass, or anything inside one) as plain JSON; fields at their default are left out."""
    encode = _ENCODERS.get(type(value))
    if encode is not None:
        return encode(value)
    if is_dataclass(value):
        return {
            name: to_plain(item)
            for name, default in _names(type(value))
            if (item := getattr(value, name)) != default
        }
    for kind, encode in _ENCODERS.items():  # subclasses: enums of text, special mappings
        if isinstance(value, kind):
            return encode(value)
    if isinstance(value, Mapping):
        return _mapping(value)
    raise TypeError(f"no plain form for {type(value).__name__}")


def _same(value: Any) -> Any:
    return value


def _mapping(value: Mapping[str, Any]) -> dict[str, Any]:
    return {key: to_plain(item) for key, item in value.items()}


def _list(value: Any) -> list[Any]:
    return [to_plain(item) for item in value]


def _sorted(value: Any) -> list[Any]:
    return sorted(to_plain(item) for item in value)


_ENCODERS: dict[type, Convert] = {
    type(None): _same,
    bool: _same,
    int: _same,
    float: _same,
    str: str,
    datetime: instant_text,
    dict: _mapping,
    list: _list,
    tuple: _list,
    set: _sorted,
    frozenset: _sorted,
}


def from_plain(cls: type[T], data: Any) -> T:
    """Return the dataclass *cls* from what ``to_plain`` made of one; unknown keys are left out."""
    converters = _converters(cls)
    return cls(**{key: converters[key](item) for key, item in data.items() if key in converters})


@cache
def _names(cls: type) -> tuple[tuple[str, Any], ...]:
    found = []
    for one in fields(cls):
        default: Any = one.default
        if default is MISSING and one.default_factory is not MISSING:
            default = one.default_factory()
        found.append((one.name, default))
    return tuple(found)


@cache
def _converters(cls: type) -> dict[str, Convert]:
    hints = get_type_hints(cls)
    return {one.name: _converter(hints[one.name]) for one in fields(cls)}


def _converter(hint: Any) -> Convert:
    origin, args = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        inner = _converter(next(arg for arg in args if arg is not type(None)))
        return lambda item: None if item is None else inner(item)
    if origin in (list, tuple, frozenset):
        each = _converter(args[0])
        build: Callable[[Any], Any] = origin
        return lambda items: build(each(item) for item in items)
    if origin is dict:
        of_value = _converter(args[1])
        return lambda items: {key: of_value(item) for key, item in items.items()}
    if hint is datetime:
        return instant
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return hint
    if isinstance(hint, type) and is_dataclass(hint):
        return lambda item: from_plain(hint, item)
    return lambda item: item
