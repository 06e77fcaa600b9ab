"""The board: columns by state or by person; moving a card is a transition or an assignment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import abort, flash, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection, and_

from sopwith.core import commands as c
from sopwith.core.record import Category
from sopwith.release.model import RecordType, Release
from sopwith.store.lists import RecordFilter, count_by, list_records
from sopwith.store.worklists import OPEN
from sopwith.workflows.model import Workflow

from ..htmx import go, show
from ..languages import lang
from ..visitor import get_service, visitor
from ..wording import gettext as _
from .blueprint import desk
from .colleagues import Colleagues, colleagues
from .commands import carry_out
from .lists import Row, row_of
from .record_page import record
from .seen import scopes, seen
from .views import built_in
from .ways import PREVIOUS, asks, show_work, way_of

MOST_CARDS = 200
MODES = ("state", "person")


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column. count: of all cards, also those that are not shown. limit: of what a person may hold."""

    id: str
    title: str
    category: str
    cards: Sequence[Row]
    count: int
    limit: int | None = None
    note: str = ""

    @property
    def full(self) -> bool:
        """Return whether there is no room for more."""
        return self.limit is not None and self.count >= self.limit


@desk.get("/board")
def board() -> ResponseReturnValue:
    """Show open records as cards."""
    service = get_service()
    mode = request.args.get("by", MODES[0])
    mode = mode if mode in MODES else MODES[0]
    with service.database.reading() as connection:
        live = service.releases.live(connection)
        kinds = [live.record_types[key] for key, wide in scopes(live).items() if wide != "none"]
        if not kinds:
            abort(404)
        everything = count_by(connection, RecordFilter(where=and_(OPEN, seen(live))), "type")
        kinds.sort(key=lambda one: -everything.get(one.id, 0))
        kind = next((one for one in kinds if one.id == request.args.get("type")), kinds[0])
        scope = {one.id: one for one in built_in() if one.id in ("mine", "team", "open")}
        view = scope.get(request.args.get("view", ""), scope["open"])
        people = colleagues(connection, live)
        wanted = RecordFilter(
            types=frozenset({kind.id}), where=and_(OPEN, seen(live), view.condition)
        )
        page = list_records(connection, wanted, order="breach", descending=False, limit=MOST_CARDS)
        rows = [row_of(one, people) for one in page.rows]
        if mode == "state":
            columns = _by_state(connection, live, kind, wanted, rows)
        else:
            columns = _by_person(connection, people, wanted, rows)
    return show(
        "desk/board.html",
        columns=columns,
        kinds=kinds,
        kind=kind,
        mode=mode,
        view=view,
        views=scope,
        cut=page.cursor is not None,
    )


def _by_state(
    connection: Connection, live: Release, kind: RecordType, wanted: RecordFilter, rows: list[Row]
) -> list[Column]:
    workflow: Workflow = live.workflows[kind.workflow]
    counts = count_by(connection, wanted, "state")
    columns = []
    for one in workflow.states.values():
        if one.category not in (Category.OPEN, Category.WAITING):
            continue
        cards = [row for row in rows if row.state == one.id]
        columns.append(
            Column(
                id=one.id,
                title=one.title.get(lang()),
                category=one.category.value,
                cards=cards,
                count=counts.get(one.id, 0),
            )
        )
    return columns


def _by_person(
    connection: Connection, people: Colleagues, wanted: RecordFilter, rows: list[Row]
) -> list[Column]:
    counts = count_by(connection, wanted, "owner")
    columns = [
        Column(
            id="",
            title=_("Nobody"),
            category="open",
            cards=[row for row in rows if row.owner_id is None],
            count=counts.get(None, 0),
        )
    ]
    for one in people.active():
        cards = [row for row in rows if row.owner_id == one.id]
        if not cards and not one.roles & {"agent", "lead"}:
            continue
        note = _("away") if one.away else ""
        columns.append(
            Column(
                id=one.id,
                title=one.name,
                category="open",
                cards=cards,
                count=counts.get(one.id, 0),
                limit=one.capacity,
                note=note,
            )
        )
    return columns


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
