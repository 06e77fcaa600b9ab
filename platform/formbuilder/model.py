"""Forms as values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from ..core.span import NOWHERE, Span
from ..core.text import Text
from ..expressions import Expression


class FieldType(StrEnum):
    """The types of fields, and how a value of each is kept (plain JSON)."""

    TEXT = "text"  # str, one line
    LONG_TEXT = "long_text"  # str
    NUMBER = "number"  # int or float
    MONEY = "money"  # int or float in the field's currency
    CHOICE = "choice"  # option id
    MULTI_CHOICE = "multi_choice"  # list of option ids
    TREE_CHOICE = "tree_choice"  # id of a node, ids are unique in the taxonomy
    YES_NO = "yes_no"  # bool
    DATE = "date"  # "2026-11-22"
    DATE_TIME = "date_time"  # "2026-11-22T08:00:00Z"
    DURATION = "duration"  # whole seconds
    EMAIL = "email"
    PHONE = "phone"
    URL = "url"
    FILES = "files"  # list of attachment ids
    USER = "user"  # user id
    TEAM = "team"  # team id
    CUSTOMER = "customer"  # customer id
    TABLE = "table"  # list of {column id: value}
    COMPUTED = "computed"  # by its expression, never typed in
    HEADING = "heading"  # shows text, holds nothing


TONES = ("grey", "blue", "green", "amber", "red", "violet")
"""The colours that a choice may have: tones of the product's own palette, legible in both themes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One choice; *items* are its children in a tree.

    code: what other systems call it. retired: it is not offered any more, nor what is below it; values
    that are there keep it. color: the tone in which it is shown beside its words, empty for none.
    """

    id: str
    title: Text
    help: Text = Text()
    items: tuple[Option, ...] = ()
    code: str = ""
    retired: bool = False
    color: str = ""


def every_option(options: Iterable[Option]) -> Iterator[Option]:
    """Yield each choice, followed by those below it, at any depth."""
    for one in options:
        yield one
        yield from every_option(one.items)


@dataclass(frozen=True, slots=True, kw_only=True)
class Taxonomy:
    """A list or a tree of choices with stable keys."""

    id: str
    title: Text
    items: tuple[Option, ...]
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class Right:
    """Who may read or write a field, and in which states (empty: in all).

    places: where each role and each state is written.
    """

    roles: frozenset[str]
    can: str  # none | read | write
    states: frozenset[str] = frozenset()
    places: Mapping[str, Span] = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field. *show*, *require* and *enable* are conditions; None means always, never, always.

    required: True when the definition says so without a condition. value: a computed field's
    expression. of: a computed field's value type (number, text, choice ...). low, high: bounds of
    numbers, of lengths and of counts, of durations in seconds, and of dates as day numbers
    (``date.toordinal``), or as days from today where *low_is_today* or *high_is_today* says so.
    leaf_only: only a node without children may be chosen in a tree. places: where the values of
    some keys are written.
    """

    id: str
    type: FieldType
    title: Text
    help: Text = Text()
    placeholder: Text = Text()
    required: bool = False
    show: Expression | None = None
    require: Expression | None = None
    enable: Expression | None = None
    options: tuple[Option, ...] = ()
    taxonomy: str | None = None
    default: Any = None
    low: float | None = None
    high: float | None = None
    low_is_today: bool = False
    high_is_today: bool = False
    leaf_only: bool = False
    decimals: int | None = None
    currency: str = ""
    pattern: str = ""
    accept: tuple[str, ...] = ()
    max_bytes: int = 25 * 1024 * 1024
    columns: tuple[Field, ...] = ()
    value: Expression | None = None
    of: str = ""
    team: str | None = None  # user fields: members of this team only
    rights: tuple[Right, ...] = ()
    personal: bool | None = None  # None: as the type says
    span: Span = NOWHERE
    places: Mapping[str, Span] = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Fields under one heading; *columns* is how many stand side by side on a wide screen."""

    id: str
    title: Text
    help: Text = Text()
    columns: int = 1
    show: Expression | None = None
    fields: tuple[Field, ...] = ()
    span: Span = NOWHERE


class Cache(dict[Any, Any]):
    """What can be made again at any time: copies and pickles of it are empty."""

    def __reduce__(self) -> tuple[type[Cache], tuple[()]]:
        return Cache, ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A form of one record type. hidden_values: ``drop`` (not stored) or ``keep`` (as it was before).

    cache: what is compiled from the form once, when first needed; no part of its value.
    """

    id: str
    record_type: str
    title: Text
    intro: Text = Text()
    submit: Text = Text()
    audience: str = "agent"  # customer | agent
    hidden_values: str = "drop"
    sections: tuple[Section, ...] = ()
    span: Span = NOWHERE
    places: Mapping[str, Span] = field(default_factory=dict, compare=False, repr=False)
    by_id: dict[str, Field] = field(default_factory=dict)
    cache: Cache = field(default_factory=Cache, init=False, repr=False, compare=False)

    @property
    def fields(self) -> tuple[Field, ...]:
        """Return all fields in order."""
        return tuple(one for section in self.sections for one in section.fields)
