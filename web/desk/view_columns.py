"""The columns and the order of saved views: what each is called, what a record shows in it, and what it is sorted by."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sopwith.core.record import RecordState
from sopwith.expressions.types import DATETIME, TEXT
from sopwith.formbuilder.display import display_value, tones_of
from sopwith.formbuilder.model import Field, FieldType, every_option
from sopwith.formbuilder.rights import Level, level_of
from sopwith.release.model import RecordType, Release
from sopwith.release.schema import base_fields
from sopwith.store.lists import RecordSummary
from sopwith.store.sort_keys import SortKey
from sopwith.workflows.model import Workflow

from ..languages import lang, zone
from ..rendering import tier_word
from ..times import ClockView
from ..visitor import get_service, visitor
from ..wording import gettext as _
from .colleagues import Colleagues, Names, names_of
from .words import channel_word, comma, field_title, may_read, plain_value

_CATEGORIES = ("open", "waiting", "resolved", "closed")
_CHOICES = (FieldType.CHOICE, FieldType.TREE_CHOICE)
_INSTANTS = ("created_at", "updated_at", "entered_at", "resolved_at", "closed_at")
_STATE_ONLY = frozenset({"reassignments", "waits_for", "previous_state"})
"""Columns for which the whole record is read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column. id: what definitions call it. leads: it opens the record."""

    id: str
    title: str
    leads: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """What one record shows in one column. kind: how it is drawn.

    text | number | title | priority | state | person | clock | time | long | tones. at: of a time. clock: of what is due.
    tones: chosen words with their tones.
    """

    column: Column
    kind: str = "text"
    words: str = ""
    more: str = ""
    at: datetime | None = None
    clock: ClockView | None = None
    tones: tuple[tuple[str, str], ...] = ()


def columns_of(release: Release, record_type: str, names: Iterable[str]) -> tuple[Column, ...]:
    """Return the columns *names* of records of one type, or of any, that the visitor may read somewhere.

    The title opens the record, else its number; where neither is named the number comes first.
    """
    kind = release.record_types.get(record_type)
    wanted = list(dict.fromkeys(names))
    if wanted and not {"title", "number"} & set(wanted):
        wanted.insert(0, "number")
    lead = "title" if "title" in wanted else "number"
    return tuple(
        Column(id=one, title=column_title(one, kind), leads=one == lead)
        for one in wanted
        if one == lead or kind is None or _is_ever_read(release, kind, one)
    )


def column_title(name: str, kind: RecordType | None) -> str:
    """Return what a column is called."""
    known = {
        "number": _("No."),
        "title": _("Title"),
        "due": _("Due"),
        "customer.name": _("Customer"),
        "requester": _("Customer"),
        "customer.tier": _("Customer tier"),
        "customer.organisation": _("Organisation"),
        "created_at": _("Opened"),
        "updated_at": _("Changed"),
        "entered_at": _("In this state since"),
        "resolved_at": _("Resolved at"),
        "closed_at": _("Closed at"),
        "priority": _("Priority"),
        "type_of_record": _("Kind"),
        "previous_state": _("State before"),
        "waits_for": _("Waits for"),
        "lang": _("Language"),
        "description": _("Description"),
    }
    if kind is not None and name in kind.all_fields and name not in ("number", "due"):
        words = field_title(kind, name)
    else:
        words = known.get(name) or field_title(None, name)
    return words[:1].upper() + words[1:]


def _is_ever_read(release: Release, kind: RecordType, name: str) -> bool:
    one = kind.all_fields.get(name)
    if one is None:
        return True
    return any(level >= Level.READ for level in _levels(release, kind, one))


def _is_always_read(release: Release, kind: RecordType, one: Field) -> bool:
    return all(level >= Level.READ for level in _levels(release, kind, one))


def _levels(release: Release, kind: RecordType, one: Field) -> Iterator[Level]:
    """Yield what the visitor may do with a field, before the first state and in each."""
    flow = release.workflows.get(kind.workflow)
    roles = visitor().actor.roles
    for state in (None, *(flow.states if flow else ())):
        yield level_of(one, roles, state)


def needs_states(columns: Sequence[Column]) -> bool:
    """Return whether the whole records must be read to show *columns*."""
    return any(one.id in _STATE_ONLY for one in columns)


# --- the order ------------------------------------------------------------------------------------


def keys_of(release: Release, record_type: str, sort: Sequence[str]) -> tuple[SortKey, ...]:
    """Return what the records of a view are sorted by; what the visitor may not read tells nothing by its order."""
    kind = release.record_types.get(record_type)
    found = []
    for written in sort:
        name = written.removeprefix("-")
        own = kind.all_fields.get(name) if kind else None
        if kind and own is not None and not _is_always_read(release, kind, own):
            continue
        found.append(_key(release, kind, name, written.startswith("-")))
    return tuple(found)


def _key(release: Release, kind: RecordType | None, name: str, descending: bool) -> SortKey:
    if name == "requester":
        name = "customer.name"
    own = kind.all_fields.get(name) if kind else None
    ranks = _ranks(release, kind, name, own)
    people = name == "owner" or (own is not None and own.type is FieldType.USER)
    fields = kind.schema.fields if kind else base_fields()
    found = DATETIME if name == "due" else fields.get(name, TEXT)
    return SortKey(name=name, type=found, descending=descending, ranks=ranks, is_person=people)


def _ranks(
    release: Release, kind: RecordType | None, name: str, own: Field | None
) -> tuple[str, ...]:
    """Return the values of a choice in the order in which the definitions have them, empty where texts are it."""
    found: tuple[str, ...] = ()
    if name == "category":
        found = _CATEGORIES
    elif name in ("state", "previous_state") and kind is not None:
        flow = release.workflows.get(kind.workflow)
        found = tuple(flow.states) if flow else ()
    elif name == "type_of_record":
        found = tuple(release.record_types)
    elif name == "team" or (own is not None and own.type is FieldType.TEAM):
        found = tuple(release.teams)
    elif own is not None and (own.type in _CHOICES or own.of == "choice"):
        found = tuple(one.id for one in every_option(own.options))
    return () if list(found) == sorted(found) and name == "priority" else found


# --- the cells ------------------------------------------------------------------------------------


@dataclass(slots=True)
class CellWriter:
    """Writes the cells of records, each in the words of the release that it is pinned to."""

    columns: Sequence[Column]
    people: Colleagues
    states: Mapping[str, RecordState] = field(default_factory=dict)
    """The whole records, where ``needs_states``."""
    names: dict[str, Names] = field(default_factory=dict)
    known: dict[tuple[str, str], str] = field(default_factory=dict)

    def cells(self, one: RecordSummary, clock: ClockView | None) -> tuple[Cell, ...]:
        """Return what the record shows in each column."""
        release = get_service().releases.get(one.release)
        kind = release.record_types.get(one.type)
        return tuple(self._cell(column, one, release, kind, clock) for column in self.columns)

    def _cell(
        self,
        column: Column,
        one: RecordSummary,
        release: Release,
        kind: RecordType | None,
        clock: ClockView | None,
    ) -> Cell:
        def cell(shown: str, words: Any = "", **more: Any) -> Cell:
            return Cell(column=column, kind=shown, words=str(words), **more)

        name = column.id
        if name == "number":
            return cell("number", one.number)
        if name == "title":
            return cell("title", one.title or one.number)
        if name == "priority":
            seen = kind is None or may_read(kind, name, one.state)
            return cell("priority", (one.priority if seen else "") or "")
        if name == "due":
            return cell("clock", clock=clock)
        if name in _INSTANTS:
            return cell("time", at=getattr(one, name))
        if name == "owner":
            return cell("person", self.people.name(one.owner))
        if name == "state":
            flow = release.workflows.get(kind.workflow) if kind else None
            return cell("state", _state(flow, one.state), more=one.category)
        own = kind.all_fields.get(name) if kind else None
        if kind is None or own is None:
            return cell("text", self._of_all(name, one, release, kind))
        if not may_read(kind, name, one.state):
            return cell("text")
        tones = tones_of(own, one.values.get(own.id), lang())
        if tones:
            return cell("tones", tones=tones)
        long = own.type in (FieldType.LONG_TEXT, FieldType.TEXT)
        return cell("long" if long else "text", self._value(own, one, release))

    def _value(self, own: Field, one: RecordSummary, release: Release) -> str:
        value = one.values.get(own.id)
        if own.type is FieldType.FILES and isinstance(value, list):
            return str(len(value)) if value else ""
        return display_value(own, value, lang(), lambda kind, key: self._name(release, kind, key), zone=zone())  # fmt: skip

    def _name(self, release: Release, kind: str, key: str) -> str:
        """Return the name of somebody; asked of the database once in a page."""
        if (kind, key) not in self.known:
            names = self.names.setdefault(release.hash, names_of(release, self.people))
            self.known[kind, key] = names.name(kind, key)
        return self.known[kind, key]

    def _of_all(
        self, name: str, one: RecordSummary, release: Release, kind: RecordType | None
    ) -> str:
        """Return what every record has, whatever its type."""
        if name in _STATE_ONLY:
            return self._of_state(name, one, release, kind)
        if name == "replied":
            return plain_value(one.first_reply_at is not None)
        fixed = _FIXED.get(name)
        return fixed(self, one, kind) if fixed else str(one.values.get(name) or "")

    def _of_state(
        self, name: str, one: RecordSummary, release: Release, kind: RecordType | None
    ) -> str:
        state = self.states.get(one.id)
        if state is None:
            return ""
        if name == "previous_state":
            flow = release.workflows.get(kind.workflow) if kind else None
            return _state(flow, state.previous_state)
        if name == "waits_for":
            words = {"customer": _("Customer"), "vendor": _("Vendor"), "colleague": _("Colleague")}
            return words.get(state.waits_for, "")
        return str(state.reassignments or "")


def _state(flow: Workflow | None, name: str | None) -> str:
    found = flow.states.get(name or "") if flow else None
    return found.title.get(lang()) if found else str(name or "")


def _category(one: RecordSummary) -> str:
    words = {"open": _("Open"), "waiting": _("Waiting"), "resolved": _("Resolved"), "closed": _("Closed")}  # fmt: skip
    return words.get(one.category, one.category)


_Write = Callable[[CellWriter, RecordSummary, RecordType | None], str]


def _customer(key: str) -> _Write:
    return lambda _writer, one, _kind: str(one.customer.get(key) or "")


_FIXED: Mapping[str, _Write] = {
    "customer.name": _customer("name"),
    "customer.tier": lambda _writer, one, _kind: tier_word(str(one.customer.get("tier") or "")),
    "customer.organisation": _customer("organisation"),
    "requester": lambda writer, one, _kind: (
        str(one.customer.get("name") or "") or writer.people.name(one.created_by)
    ),
    "team": lambda writer, one, _kind: writer.people.team(one.team),
    "category": lambda _writer, one, _kind: _category(one),
    "channel": lambda _writer, one, _kind: channel_word(one.channel),
    "tags": lambda _writer, one, _kind: comma().join(one.tags),
    "type_of_record": lambda _writer, one, kind: kind.title.get(lang()) if kind else one.type,
    "lang": lambda _writer, one, _kind: {"en": "English", "zh-CN": "中文"}.get(one.lang, one.lang),
    "escalation": lambda _writer, one, _kind: str(one.escalation or ""),
    "reopened": lambda _writer, one, _kind: str(one.reopened or ""),
}
