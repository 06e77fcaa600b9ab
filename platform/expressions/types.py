"""What an expression can be about: the types of values, and the schema of names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from ..core.text import Text


@dataclass(frozen=True, slots=True)
class Type:
    """A type of values; the scalar ones are the constants of this module."""

    kind: str

    def __str__(self) -> str:
        return self.kind


BOOL = Type("bool")
NUMBER = Type("number")
TEXT = Type("text")
DATE = Type("date")
DATETIME = Type("datetime")
DURATION = Type("duration")
ANY = Type("any")
WORKING_TIME = Type("working time")
NOTHING = Type("none")


@dataclass(frozen=True, slots=True, init=False)
class ChoiceType(Type):
    """One of a finite set of text keys."""

    options: tuple[str, ...]

    def __init__(self, options: tuple[str, ...]) -> None:
        object.__setattr__(self, "kind", "choice")
        object.__setattr__(self, "options", tuple(options))


@dataclass(frozen=True, slots=True, init=False)
class ListType(Type):
    """Any number of values of one type; the rows of a table are a list of records."""

    item: Type

    def __init__(self, item: Type) -> None:
        object.__setattr__(self, "kind", "list")
        object.__setattr__(self, "item", item)


@dataclass(frozen=True, slots=True, init=False)
class RecordType(Type):
    """A record with named fields, such as the customer of a ticket or a row of a table."""

    name: str
    fields: Mapping[str, Type] = field(hash=False)

    def __init__(self, name: str, fields: Mapping[str, Type]) -> None:
        object.__setattr__(self, "kind", "record")
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "fields", dict(fields))


@dataclass(frozen=True, slots=True)
class Schema:
    """The names that an expression may read, with their types."""

    fields: Mapping[str, Type] = field(default_factory=dict, hash=False)

    def with_fields(self, extra: Mapping[str, Type]) -> Schema:
        """Return a schema with *extra* added; a name in both takes its type from *extra*."""
        return Schema({**self.fields, **extra})


TYPE_WORDS: Mapping[str, Text] = MappingProxyType(
    {
        "bool": Text("true or false", "是/否"),
        "number": Text("a number", "数字"),
        "text": Text("text", "文本"),
        "date": Text("a date", "日期"),
        "datetime": Text("a date with time", "日期时间"),
        "duration": Text("a duration", "时长"),
        "any": Text("any value", "任意值"),
        "working time": Text("working time", "工作时长"),
        "none": Text("none", "空值"),
        "choice": Text("a choice", "选项"),
        "list": Text("a list", "列表"),
        "record": Text("a record", "记录"),
    }
)

TEXTUAL = frozenset({"text", "choice"})
ORDERED = frozenset({"number", "date", "datetime", "duration", "working time"})
SCALAR = TEXTUAL | ORDERED | {"bool"}


def family(kind: Type) -> str:
    """Return the group within which values compare: choices compare with text."""
    return "text" if kind.kind == "choice" else kind.kind
