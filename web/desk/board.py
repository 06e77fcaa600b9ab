"""The board: columns by state or by person; moving a card is a transition or an assignment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from flask import abort, flash, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection

from sopwith.core import commands as c
from sopwith.core.record import Category
from sopwith.release.model import RecordType, Release
from sopwith.store.lists import Page, RecordFilter, first_pages, list_records
from sopwith.store.marks import OPEN_COUNT, Group
from sopwith.store.sight import Sight
from sopwith.store.tallies import count_groups_seen
from sopwith.workflows.model import Workflow

from ..htmx import fragment, go, show
from ..languages import lang
from ..visitor import get_service, visitor
from ..wording import gettext as _
from .blueprint import desk
from .carrying import carry_out
from .colleagues import Colleagues, colleagues
from .lists import Row, RowWriter
from .record_page import record
from .seen import scopes, sight
from .tones import ToneWriter
from .views import DeskView, built_in
from .ways import PREVIOUS, asks, show_work, way_of

CARDS = 12
MODES = ("state", "person")


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column. count: of all cards, also those that are not shown; more: where those begin.

    limit: of what a person may hold.
    """

    id: str
    title: str
    category: str
    cards: Sequence[Row]
    count: int
    limit: int | None = None
    note: str = ""
    more: str | None = None

    @property
    def full(self) -> bool:
        """Return whether there is no room for more."""
        return self.limit is not None and self.count >= self.limit


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """What the board is made of: the kind of record, the scope, and which of them are seen."""

    live: Release
    kind: RecordType
    view: DeskView
    whose: Sight
    people: Colleagues
    lines: RowWriter
    writer: ToneWriter = field(default_factory=ToneWriter)

    def filter(self, **narrower: Any) -> RecordFilter:
        """Return the records of one column."""
        kinds = frozenset({self.kind.id})
        wanted = replace(self.view.wanted, types=kinds, seen=self.whose)
        if wanted.owners is not None and "owners" in narrower:
            narrower["owners"] &= wanted.owners
        return replace(wanted, **narrower)


@desk.get("/board")
def board() -> ResponseReturnValue:
    """Show open records as cards; with a column and a place in it, what follows there."""
    service = get_service()
    mode = request.args.get("by", MODES[0])
    mode = mode if mode in MODES else MODES[0]
    column, after = request.args.get("column"), request.args.get("after")
    with service.database.reading() as connection:
        live = service.releases.live(connection)
        kinds = [live.record_types[key] for key, wide in scopes(live).items() if wide != "none"]
        if not kinds:
            abort(404)
        whose = sight(live)
        groups, _more = count_groups_seen(
            connection, whose, [OPEN_COUNT], by_state=mode == "state", by_owner=mode == "person"
        )
        open_ones = Counter[str]()
        for group, number in groups.items():
            open_ones[group.type] += number
        kinds.sort(key=lambda one: -open_ones[one.id])
        kind = next((one for one in kinds if one.id == request.args.get("type")), kinds[0])
        scope = {one.id: one for one in built_in() if one.id in ("mine", "team", "open")}
        view = scope.get(request.args.get("view", ""), scope["open"])
        people = colleagues(connection, live)
        shown = Board(
            live=live,
            kind=kind,
            view=view,
            whose=whose,
            people=people,
            lines=RowWriter(people),
        )
        names: dict[str, Any] = {"mode": mode, "kind": kind, "view": view}
        if column is not None and after:
            more = _rest_of(connection, shown, mode, column, after)
            return fragment("desk/board.html", "cards", column=more, **names)
        fitting = {one: n for one, n in groups.items() if one.type == kind.id and view.counts(one)}
        columns = (
            _by_state(connection, shown, fitting)
            if mode == "state"
            else _by_person(connection, shown, fitting)
        )
    return show("desk/board.html", columns=columns, kinds=kinds, views=scope, **names)


def _rest_of(connection: Connection, shown: Board, mode: str, column: str, after: str) -> Column:
    """Return the cards of a column from a place on."""
    narrower: dict[str, Any] = (
        {"states": frozenset({column})}
        if mode == "state"
        else {"owners": frozenset({column or None})}
    )
    wanted = shown.filter(**narrower)
    page = list_records(
        connection, wanted, order="breach", descending=False, limit=CARDS, cursor=after
    )
    return Column(id=column, title="", category="open", count=0, **_cards(page, shown))


def _cards(page: Page, shown: Board) -> dict[str, Any]:
    cards = [shown.lines.row(one, shown.writer.tones(one)) for one in page.rows]
    return {"cards": cards, "more": page.cursor}


def _by_state(connection: Connection, shown: Board, groups: Mapping[Group, int]) -> list[Column]:
    workflow: Workflow = shown.live.workflows[shown.kind.workflow]
    counts = Counter[str]()
    for group, number in groups.items():
        counts[group.state] += number
    states = [
        one for one in workflow.states.values() if one.category in (Category.OPEN, Category.WAITING)
    ]
    filters = [shown.filter(states=frozenset({one.id})) for one in states]
    pages = first_pages(connection, filters, order="breach", limit=CARDS)
    return [
        Column(
            id=one.id,
            title=one.title.get(lang()),
            category=one.category.value,
            count=counts[one.id],
            **_cards(page, shown),
        )
        for one, page in zip(states, pages, strict=True)
    ]


def _by_person(connection: Connection, shown: Board, groups: Mapping[Group, int]) -> list[Column]:
    counts = Counter[str]()
    for group, number in groups.items():
        counts[group.owner] += number
    holders = [
        one for one in shown.people.active() if counts[one.id] or one.roles & {"agent", "lead"}
    ]
    filled = ["", *(one.id for one in holders if counts[one.id])]
    filters = [shown.filter(owners=frozenset({one or None})) for one in filled]
    pages = dict(
        zip(filled, first_pages(connection, filters, order="breach", limit=CARDS), strict=True)
    )
    nobody = Column(
        id="", title=_("Nobody"), category="open", count=counts[""], **_cards(pages[""], shown)
    )
    return [
        nobody,
        *(
            Column(
                id=one.id,
                title=one.name,
                category="open",
                count=counts[one.id],
                limit=one.capacity,
                note=_("away") if one.away else "",
                **(_cards(pages[one.id], shown) if one.id in pages else {"cards": ()}),
            )
            for one in holders
        ),
    ]


@desk.get("/records/<record_id>/menu")
def card_menu(record_id: str) -> ResponseReturnValue:
    """Return where a card can go: the ways out, or the people who can have it."""
    state, release = record()
    with get_service().database.reading() as connection:
        people = colleagues(connection, get_service().releases.live(connection))
        work = show_work(connection, release, state)
    by_person = request.args.get("by") == "person"
    return show(
        "desk/menu.html",
        "body",
        state=state,
        ways=work.ways,
        people=people.active(),
        by_person=by_person,
    )


@desk.post("/records/<record_id>/place")
def place(record_id: str) -> ResponseReturnValue:
    """Put a card into another column; what the way out asks for is asked on the record's page."""
    state, release = record()
    kept: dict[str, Any] = {
        key: request.args[key] for key in ("by", "type", "view") if request.args.get(key)
    }
    back = url_for("desk.board", **kept)
    if request.form.get("by") == "person":
        owner = request.form.get("column") or None
        outcome = carry_out(
            c.Assign(actor=visitor().actor, owner=owner, team=state.team), record_id
        )
        if not outcome.accepted:
            flash(f"{state.number}: {outcome.problems[0].message(lang())}", "error")
        return go(back)
    to = request.form.get("column", "")
    workflow = release.workflows[release.record_types[state.type].workflow]
    go_to = workflow.states[state.state].go
    way = way_of(release, state, request.form.get("way", "")) or next(
        (
            one
            for one in go_to
            if not one.auto
            and (one.to == to or (one.to == PREVIOUS and state.previous_state == to))
        ),
        None,
    )
    if way is None:
        title = workflow.states[to].title.get(lang()) if to in workflow.states else to
        here = workflow.states[state.state].title.get(lang())
        flash(
            _(
                "%(number)s: from “%(here)s” no way leads to “%(there)s”.",
                number=state.number,
                here=here,
                there=title,
            ),
            "error",
        )
        return go(back)
    if asks(release, state, way):
        return go(url_for("desk.record", record_id=record_id, ask=way.id, _anchor="work"))
    outcome = carry_out(c.Transition(actor=visitor().actor, to=way.id), record_id)
    if not outcome.accepted:
        flash(
            f"{state.number}: {' '.join(one.message(lang()) for one in outcome.problems[:3])}",
            "error",
        )
        if any(one.path for one in outcome.problems):
            return go(url_for("desk.record", record_id=record_id, _anchor="work"))
    return go(back)
