"""Dataclasses as plain JSON values and back; instants become ISO 8601 texts in UTC."""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from operator import attrgetter
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")
Convert = Callable[[Any], Any]


@lru_cache(
    maxsize=1024
)  # a command writes its own instant a dozen times; equal instants have one text
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
    return _ENCODERS[type(value)](value)


def _same(value: Any) -> Any:
    return value


def _mapping(value: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: item if (kind := type(item)) in _PLAIN else _ENCODERS[kind](item)
        for key, item in value.items()
    }


def _list(value: Any) -> list[Any]:
    return [item if (kind := type(item)) in _PLAIN else _ENCODERS[kind](item) for item in value]


def _sorted(value: Any) -> list[Any]:
    return sorted(to_plain(item) for item in value)


_PLAIN = frozenset({type(None), bool, int, float, str})
_KNOWN: Mapping[type, Convert] = {
    **dict.fromkeys(_PLAIN - {str}, _same),
    str: str,
    datetime: instant_text,
    dict: _mapping,
    list: _list,
    tuple: _list,
    set: _sorted,
    frozenset: _sorted,
}


class _Encoders(dict[type, Convert]):
    """What makes values of exactly one class plain, by class; found out at the first of each."""

    def __missing__(self, kind: type) -> Convert:
        self[kind] = found = self._find(kind)
        return found

    def _find(self, kind: type) -> Convert:
        if is_dataclass(kind):
            return _of_fields(kind)
        for parent, encode in _KNOWN.items():  # subclasses: enums of text, special mappings
            if issubclass(kind, parent):
                return encode
        if issubclass(kind, Mapping):
            return _mapping
        raise TypeError(f"no plain form for {kind.__name__}")


_ENCODERS = _Encoders(_KNOWN)


def _of_fields(kind: type) -> Convert:
    rows = _names(kind)
    if len(rows) < 2:  # attrgetter gives a tuple from two names on
        return lambda value: {
            name: to_plain(item)
            for name, default in rows
            if (item := getattr(value, name)) != default
        }
    values_of = attrgetter(*(name for name, _ in rows))

    def encode(value: Any) -> dict[str, Any]:
        found = {}
        for (name, default), item in zip(rows, values_of(value), strict=True):
            if item is not default and item != default:
                of = type(item)
                found[name] = item if of in _PLAIN else _ENCODERS[of](item)
        return found

    return encode


def from_plain(cls: type[T], data: Any) -> T:
    """Return the dataclass *cls* from what ``to_plain`` made of one; unknown keys are left out."""
    converters, given = _CONVERTERS[cls], {}
    for key, item in data.items():
        convert = converters.get(key)
        if convert is _same:
            given[key] = item
        elif convert is not None:
            given[key] = convert(item)
    return cls(**given)


def _names(cls: Any) -> tuple[tuple[str, Any], ...]:
    found = []
    for one in fields(cls):
        default: Any = one.default
        make: Any = one.default_factory
        if default is MISSING and make is not MISSING:
            default = make()
        found.append((one.name, default))
    return tuple(found)


class _Converters(dict[type, dict[str, Convert]]):
    """What brings the fields of a class back, by class; found out at the first of each."""

    def __missing__(self, cls: Any) -> dict[str, Convert]:
        hints = get_type_hints(cls)
        self[cls] = found = {one.name: _converter(hints[one.name]) for one in fields(cls)}
        return found


_CONVERTERS = _Converters()


def _converter(hint: Any) -> Convert:
    origin, args = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        inner = _converter(next(arg for arg in args if arg is not type(None)))
        return _same if inner is _same else lambda item: None if item is None else inner(item)
    if origin in (list, tuple, frozenset):
        each = _converter(args[0])
        build: Callable[[Any], Any] = origin
        return build if each is _same else lambda items: build(each(item) for item in items)
    if origin is dict:
        of_value = _converter(args[1])
        if of_value is _same:
            return dict
        return lambda items: {key: of_value(item) for key, item in items.items()}
    if hint is datetime:
        return instant
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        members = {
            member.value: member for member in hint
        }  # ten times as quick as a call of the class
        return lambda item: members[item] if item in members else hint(item)
    if isinstance(hint, type) and is_dataclass(hint):
        return lambda item: from_plain(hint, item)
    return _same
