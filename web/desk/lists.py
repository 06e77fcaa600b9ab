"""The list of records: chosen, filtered, ordered, page by page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple, cast
from urllib.parse import urlencode

from flask import request
from sqlalchemy import Connection

from sopwith.release.model import Release
from sopwith.store.lists import (
    Order,
    Page,
    RecordFilter,
    RecordSummary,
    count_up_to,
    list_records,
    narrowed,
)
from sopwith.store.ordered_lists import list_ordered
from sopwith.store.tallies import Counted
from sopwith.store.worklists import states_of

from ..languages import lang
from ..times import ClockView, reader
from ..visitor import get_service, visitor
from ..wording import gettext as _
from .colleagues import Colleagues, colleagues
from .field_filters import PREFIX, FieldFilter, chosen_fields, filters_for, tests_of
from .seen import scopes, sight
from .view_columns import Cell, CellWriter, Column, needs_states
from .views import DEFAULT, DeskView, all_views, count_views, filter_of_shown, how_ready

FILTERS = ("type", "state", "category", "priority", "owner", "team", "q")
ORDERS: tuple[Order, ...] = ("breach", "updated", "created", "priority", "number")
PAGE = 40
MOST_COUNTED = 999
PRIORITIES = ("P0", "P1", "P2", "P3")
CATEGORIES = ("open", "waiting", "resolved", "closed")
NOBODY = "-"


class Row(NamedTuple):
    """A record as a line of the list: there are dozens on a page, and this is made in a third of the time."""

    id: str
    number: str
    title: str
    priority: str | None
    type_title: str
    type_icon: str
    state: str
    state_title: str
    category: str
    customer: str
    tier: str
    owner: str
    owner_id: str | None
    team: str
    clock: ClockView | None
    messages: int
    updated_at: datetime
    waiting_since: datetime | None
    escalation: int
    tags: tuple[str, ...]
    version: int
    type: str
    cells: tuple[Cell, ...] = ()
    tones: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Chip:
    """A filter in force, in words, and the address of the list without it."""

    words: str
    without: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskList:
    """Everything that the list shows."""

    views: Mapping[str, DeskView]
    counts: Mapping[str, Counted]
    view: DeskView
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    more: str | None
    chips: tuple[Chip, ...]
    chosen: Mapping[str, str]
    order: str
    total: Counted
    cut: bool
    unfinished: bool
    fields: Sequence[FieldFilter]
    query: str
    release: Release
    people: Colleagues

    @property
    def options(self) -> dict[str, list[tuple[str, str]]]:
        """Return what each filter may be set to: only the list itself asks, not the one beside a record."""
        return options_of(self.release, self.people, self.chosen.get("type"))


def chosen_filters(args: Mapping[str, str]) -> dict[str, str]:
    """Return the filters that the address names."""
    return {name: args[name].strip()[:200] for name in FILTERS if args.get(name, "").strip()}


def filter_of(chosen: Mapping[str, str], found: RecordFilter) -> RecordFilter:
    """Return *found* narrowed by what was chosen."""

    def some(name: str, had: frozenset[Any] | None) -> frozenset[Any] | None:
        if name not in chosen:
            return had
        wish = frozenset({None if chosen[name] == NOBODY else chosen[name]})
        return wish if had is None else had & wish

    return replace(
        found,
        types=some("type", found.types),
        states=some("state", found.states),
        categories=some("category", found.categories),
        priorities=some("priority", found.priorities),
        owners=some("owner", found.owners),
        teams=some("team", found.teams),
        words=chosen.get("q", ""),
    )


def show_list(
    connection: Connection,
    args: Mapping[str, str],
    *,
    size: int = PAGE,
    people: Colleagues | None = None,
) -> DeskList:
    """Return the list that the address asks for. people: everybody, for a page that knows them already."""
    if people is None:
        people = colleagues(connection, get_service().releases.live(connection))
    release = people.release
    ready = how_ready(connection, release)
    views = all_views(connection, release, ready)
    view = views.get(args.get("view", ""), views[DEFAULT])
    chosen = chosen_filters(args)
    kind = release.record_types.get(chosen.get("type", ""))
    typed = chosen_fields(args) if kind else {}
    fields = (
        filters_for(release, kind, typed, people) if kind and kind.id in scopes(release) else []
    )
    tests = tests_of(kind, fields) if kind else ()
    if "view" not in args and "q" in chosen:
        view = views["open"]
    whose = sight(release)
    base = filter_of(chosen, filter_of_shown(connection, view))
    wanted = narrowed(connection, replace(base, seen=whose, marks=(*base.marks, *tests)))
    page = _page(connection, wanted, view, args, size)
    columns = view.columns()
    counts = count_views(connection, views, whose, ready)
    kept = {
        "view": view.id,
        **chosen,
        **typed,
        **({"sort": args["sort"]} if args.get("sort") else {}),
    }
    partial = bool(chosen) or bool(tests) or view.id not in counts
    return DeskList(
        views=views,
        counts=counts,
        view=view,
        columns=columns,
        rows=rows_of(connection, page.rows, people, columns),
        more=urlencode({**kept, "after": page.cursor}) if page.cursor else None,
        chips=(*_chips(chosen, kept, release, people), *_field_chips(fields, kept)),
        chosen=chosen,
        order=args.get("sort", ""),
        total=_total(connection, wanted, page, args) if partial else counts[view.id],
        cut=page.cut,
        unfinished=bool(tests) and not ready.basic,
        fields=fields,
        query=urlencode(kept),
        release=release,
        people=people,
    )


def _total(
    connection: Connection, wanted: RecordFilter, page: Page, args: Mapping[str, str]
) -> Counted:
    if page.cursor is None and not args.get("after"):
        return Counted(number=len(page.rows), more=page.cut)
    found = count_up_to(connection, wanted, MOST_COUNTED)
    return Counted(number=found.number, more=found.more)


def _page(
    connection: Connection, wanted: RecordFilter, view: DeskView, args: Mapping[str, str], size: int
) -> Page:
    """Return the page in the order that was chosen, else in that of the view."""
    sort, cursor = args.get("sort", ""), args.get("after")
    keys = view.keys() if sort.removeprefix("-") not in ORDERS else ()
    if keys:
        return list_ordered(connection, wanted, keys, limit=size, cursor=cursor)
    order, descending = _order(sort, view)
    return list_records(
        connection, wanted, order=order, descending=descending, limit=size, cursor=cursor
    )


def rows_of(
    connection: Connection,
    found: Sequence[RecordSummary],
    people: Colleagues,
    columns: Sequence[Column] = (),
) -> tuple[Row, ...]:
    """Return records as lines, with what each shows in *columns*."""
    lines = RowWriter(people)
    rows = tuple(lines.row(one) for one in found)
    if not columns:
        return rows
    states = states_of(connection, [one.id for one in found]) if needs_states(columns) else {}
    writer = CellWriter(columns, people, states)
    return tuple(
        row._replace(cells=writer.cells(one, row.clock))
        for row, one in zip(rows, found, strict=True)
    )


def _order(sort: str, view: DeskView) -> tuple[Order, bool]:
    name = sort.removeprefix("-")
    if name in ORDERS:
        return name, sort.startswith("-")
    return cast(Order, view.order), view.descending


_Words = tuple[str, str, str]
"""Of a type in a state: the titles of both, and the type's icon."""


class RowWriter:
    """Writes records as lines, each in the words of the release that it is pinned to; for one page."""

    __slots__ = ("_due", "_lang", "_names", "_people", "_releases", "_words")

    def __init__(self, people: Colleagues) -> None:
        self._people, self._lang = people, lang()
        self._due, self._releases = reader().due_view, get_service().releases
        self._words: dict[tuple[str, str, str], _Words] = {}
        self._names: dict[tuple[str | None, str | None], tuple[str, str]] = {}

    def row(self, one: RecordSummary, tones: tuple[tuple[str, str], ...] = ()) -> Row:
        """Return a record as a line."""
        of = (one.release, one.type, one.state)
        words = self._words.get(of)
        if words is None:
            words = self._words[of] = self._found(*of)
        whose = (one.owner, one.team)
        names = self._names.get(whose)
        if names is None:
            owner, team = self._people.name(one.owner), self._people.team(one.team)
            names = self._names[whose] = owner, team
        due = one.next_breach_at if one.category in ("open", "waiting") else None
        return Row(
            id=one.id,
            number=one.number,
            title=one.title or one.number,
            priority=one.priority,
            type=one.type,
            type_title=words[0],
            type_icon=words[2],
            state=one.state,
            state_title=words[1],
            category=one.category,
            customer=str(one.customer.get("name") or ""),
            tier=str(one.customer.get("tier") or ""),
            owner=names[0],
            owner_id=one.owner,
            team=names[1],
            clock=self._due(due, one.entered_at, one.created_at) if due else None,
            messages=one.messages,
            updated_at=one.updated_at,
            waiting_since=one.waiting_reply_since,
            escalation=one.escalation,
            tags=tuple(one.tags),
            version=one.version,
            tones=tones,
        )

    def _found(self, release_hash: str, record_type: str, place: str) -> _Words:
        release = self._releases.get(release_hash)
        kind, workflow = release.record_types.get(record_type), release.workflow_of(record_type)
        state = workflow.states.get(place) if workflow else None
        return (
            kind.title.get(self._lang) if kind else record_type,
            state.title.get(self._lang) if state else place,
            kind.icon if kind else "ticket",
        )


def row_of(one: RecordSummary, people: Colleagues) -> Row:
    """Return a record as a line, in the words of the release that it is pinned to."""
    return RowWriter(people).row(one)


def options_of(
    release: Release, people: Colleagues, chosen_type: str | None
) -> dict[str, list[tuple[str, str]]]:
    """Return what each filter may be set to: values and words."""
    allowed = [key for key, wide in scopes(release).items() if wide != "none"]
    types = [(key, release.record_types[key].title.get(lang())) for key in allowed]
    states: list[tuple[str, str]] = []
    if chosen_type and chosen_type in release.record_types:
        workflow = release.workflows[release.record_types[chosen_type].workflow]
        states = [(one.id, one.title.get(lang())) for one in workflow.states.values()]
    me = visitor().actor.id or ""
    others = [(one.id, one.name) for one in people.active() if one.id != me]
    words = {
        "open": _("Open"),
        "waiting": _("Waiting"),
        "resolved": _("Resolved"),
        "closed": _("Closed"),
    }
    return {
        "type": types,
        "state": states,
        "category": [(one, words[one]) for one in CATEGORIES],
        "priority": [(one, one) for one in PRIORITIES],
        "owner": [(me, _("Me")), (NOBODY, _("Nobody")), *others],
        "team": people.teams(),
    }


def _chips(
    chosen: Mapping[str, str], kept: Mapping[str, str], release: Release, people: Colleagues
) -> list[Chip]:
    options = options_of(release, people, chosen.get("type")) if chosen else {}
    found = []
    for name, value in chosen.items():
        words = dict(options.get(name, ())).get(value, value)
        rest = {key: item for key, item in kept.items() if key != name}
        if name == "type":
            rest.pop("state", None)
            rest = {key: item for key, item in rest.items() if not key.startswith(PREFIX)}
        found.append(Chip(words=f"{_labels()[name]}{_(': ')}{words}", without=urlencode(rest)))
    return found


def _field_chips(fields: Sequence[FieldFilter], kept: Mapping[str, str]) -> Iterator[Chip]:
    for one in fields:
        for name, words in one.chips():
            rest = {key: item for key, item in kept.items() if key != name}
            yield Chip(words=f"{one.title}{_(': ')}{words}", without=urlencode(rest))


def _labels() -> dict[str, str]:
    return {
        "type": _("Kind"),
        "state": _("State"),
        "category": _("Phase"),
        "priority": _("Priority"),
        "owner": _("Owner"),
        "team": _("Team"),
        "q": _("Text"),
    }


def list_address() -> dict[str, Any]:
    """Return the part of the present address that names the list, to come back to it."""
    known = (*FILTERS, "view", "sort")
    found = {name: request.args[name] for name in known if request.args.get(name)}
    return {**found, **chosen_fields(request.args)}
