"""Filters of the list by any field of a kind of record, kept in the address as ``f.<field>``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sopwith.core.plain import instant_text
from sopwith.formbuilder.model import Field, FieldType, Option
from sopwith.formbuilder.rights import Level, level_of
from sopwith.release.model import RecordType, Release
from sopwith.store.found_by import MarkTest, field_test
from sopwith.store.marks import LONGEST, field_mark

from ..languages import lang, zone_info
from ..visitor import visitor
from ..wording import gettext as _
from .colleagues import Colleagues

PREFIX, FROM, TO = "f.", ".from", ".to"
MOST_AT_ONCE = 8
_CHOICES = frozenset({FieldType.CHOICE, FieldType.MULTI_CHOICE, FieldType.TREE_CHOICE})
_TEXTS = frozenset({FieldType.TEXT, FieldType.EMAIL, FieldType.PHONE, FieldType.URL})
_NUMBERS = frozenset({FieldType.NUMBER, FieldType.MONEY})
_DAYS = frozenset({FieldType.DATE, FieldType.DATE_TIME})
_COMPUTED = {"number": FieldType.NUMBER, "money": FieldType.MONEY, "text": FieldType.TEXT, "choice": FieldType.CHOICE,
             "yes_no": FieldType.YES_NO, "date": FieldType.DATE, "date_time": FieldType.DATE_TIME}  # fmt: skip
_NUMBER = re.compile(r"-?[0-9]{1,14}(\.[0-9]{1,9})?")


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldFilter:
    """One field as the filter shows it. kind: choice | text | number | date; chosen: value, low and high."""

    id: str
    title: str
    kind: str
    options: Sequence[tuple[str, str]] = ()
    value: str = ""
    low: str = ""
    high: str = ""

    @property
    def name(self) -> str:
        """Return the name in the address."""
        return PREFIX + self.id

    def chips(self) -> Iterator[tuple[str, str]]:
        """Yield the name in the address of each part that is set, and its words."""
        if self.value:
            yield self.name, dict(self.options).get(self.value, self.value)
        if self.low:
            yield self.name + FROM, f"≥ {self.low}"
        if self.high:
            yield self.name + TO, f"≤ {self.high}"


def chosen_fields(args: Mapping[str, str]) -> dict[str, str]:
    """Return what the address says about fields."""
    found = {
        name: value.strip()[:LONGEST]
        for name, value in args.items()
        if name.startswith(PREFIX) and value.strip()
    }
    return dict(list(found.items())[:MOST_AT_ONCE])


def filters_for(
    release: Release, kind: RecordType, chosen: Mapping[str, str], people: Colleagues
) -> list[FieldFilter]:
    """Return the fields of *kind* that the visitor may read in every state, with what was chosen."""
    states = [None, *release.workflows[kind.workflow].states]
    roles = visitor().actor.roles
    found = []
    for one in kind.all_fields.values():
        if any(level_of(one, roles, state) < Level.READ for state in states):
            continue
        shown = _filter(one, chosen, people)
        if shown is not None:
            found.append(shown)
    return found


def _filter(one: Field, chosen: Mapping[str, str], people: Colleagues) -> FieldFilter | None:
    kind = _kind(one)
    if kind is None:
        return None
    name = PREFIX + one.id
    return FieldFilter(
        id=one.id,
        title=one.title.get(lang()) or one.id,
        kind=kind,
        options=_options(one, people),
        value=chosen.get(name, ""),
        low=chosen.get(name + FROM, ""),
        high=chosen.get(name + TO, ""),
    )


def _type(one: Field) -> FieldType | None:
    return _COMPUTED.get(one.of) if one.type is FieldType.COMPUTED else one.type


def _kind(one: Field) -> str | None:
    kind = _type(one)
    if kind in _CHOICES or kind in (FieldType.YES_NO, FieldType.USER, FieldType.TEAM):
        return "choice"
    if kind in _NUMBERS:
        return "number"
    if kind in _DAYS:
        return "date"
    return "text" if kind in _TEXTS else None


def _options(one: Field, people: Colleagues) -> list[tuple[str, str]]:
    kind = _type(one)
    if kind is FieldType.YES_NO:
        return [("true", _("yes")), ("false", _("no"))]
    if kind is FieldType.USER:
        return [(user.id, user.name) for user in people.active()]
    if kind is FieldType.TEAM:
        return people.teams()
    return list(_flat(one.options)) if kind in _CHOICES else []


def _flat(options: Sequence[Option], before: str = "") -> Iterator[tuple[str, str]]:
    for one in options:
        title = before + one.title.get(lang())
        if one.retired:
            title = _("%(title)s (retired)", title=title)
        yield one.id, title
        yield from _flat(one.items, f"{title} / ")


def tests_of(kind: RecordType, filters: Sequence[FieldFilter]) -> tuple[MarkTest, ...]:
    """Return what was chosen as tests on marks; what makes no sense in a field finds nothing."""
    found: list[MarkTest] = []
    for one in filters:
        if one.value:
            found.append(field_test(one.id, [one.value]))
        if one.low or one.high:
            found.append(_range(one, _type(kind.all_fields[one.id]) is FieldType.DATE_TIME))
    return tuple(found)


def _range(one: FieldFilter, has_time: bool) -> MarkTest:
    name = field_mark(one.id)
    try:
        if one.kind == "number":
            low, high = (_number(text) for text in (one.low, one.high))
            return MarkTest(name=name, least=low, most=high)
        since, until = (date.fromisoformat(text) if text else None for text in (one.low, one.high))
    except ValueError:
        return MarkTest(name=name, texts=frozenset())
    if has_time:
        return MarkTest(name=name, since=_start(since), until=_end(until))
    return MarkTest(
        name=name,
        since=since.isoformat() if since else None,
        until=until.isoformat() if until else None,
    )


def _number(text: str) -> float | None:
    if not text:
        return None
    if not _NUMBER.fullmatch(text):
        raise ValueError(text)
    return float(text)


def _start(day: date | None) -> str | None:
    return None if day is None else instant_text(datetime.combine(day, time(), zone_info()))


def _end(day: date | None) -> str | None:
    """Return the last second of the day."""
    if day is None:
        return None
    following = datetime.combine(day + timedelta(days=1), time(), zone_info())
    return instant_text(following - timedelta(seconds=1))
