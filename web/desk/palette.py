"""The palette behind Ctrl+K: go to a record, a list, a page, or start something."""

from __future__ import annotations

from dataclasses import dataclass

from flask import request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection

from sopwith.release.model import Release
from sopwith.store.lists import RecordFilter, RecordSummary, list_records
from sopwith.store.records import id_of_number

from ..htmx import show
from ..languages import lang
from ..visitor import get_service
from ..wording import gettext as _
from .blueprint import desk
from .colleagues import colleagues
from .lists import row_of
from .opening import may_open
from .seen import seen
from .views import all_views

MOST = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing to go to."""

    icon: str
    words: str
    more: str
    url: str
    group: str


@desk.get("/palette")
def palette() -> ResponseReturnValue:
    """Return what fits the typed words: records first, then lists, pages and actions."""
    words = request.args.get("words", "").strip()[:120]
    service = get_service()
    with service.database.reading() as connection:
        live = service.releases.live(connection)
        records = _records(connection, live, words) if words else []
        places = _places(connection, live)
    lower = words.lower()
    fitting = [one for one in places if lower in one.words.lower()]
    return show("desk/palette.html", "results", entries=[*records, *fitting][:24], words=words)


def _records(connection: Connection, live: Release, words: str) -> list[Entry]:
    people = colleagues(connection, live)
    exact = id_of_number(connection, words)
    rows: list[RecordSummary] = []
    if exact:
        rows += list_records(
            connection, RecordFilter(ids=frozenset({exact}), where=seen(live)), limit=1
        ).rows
    if not rows:
        rows += list_records(
            connection, RecordFilter(words=words, where=seen(live)), limit=MOST
        ).rows
    found = []
    for one in (row_of(row, people) for row in rows):
        more = " · ".join(part for part in (one.customer, one.state_title, one.owner) if part)
        url = url_for("desk.record", record_id=one.id)
        found.append(
            Entry(
                icon=one.type_icon,
                words=f"{one.number} {one.title}",
                more=more,
                url=url,
                group=_("Records"),
            )
        )
    return found


def _places(connection: Connection, live: Release) -> list[Entry]:
    lists = [
        Entry(
            icon=one.icon,
            words=one.title,
            more="",
            url=url_for("desk.home", view=one.id),
            group=_("Lists"),
        )
        for one in all_views(connection, live).values()
    ]
    pages = [
        Entry(icon=icon, words=words, more="", url=url, group=_("Pages"))
        for icon, words, url in (
            ("layout-kanban", _("Board"), url_for("desk.board")),
            ("checklist", _("My tasks"), url_for("desk.tasks")),
            ("user-question", _("My approvals"), url_for("desk.approvals")),
            ("bell", _("Notices"), url_for("desk.notices")),
        )
    ]
    opens = [
        Entry(
            icon="plus",
            words=_("Open: %(kind)s", kind=one.title.get(lang())),
            more="",
            url=url_for("desk.new", type_id=one.id),
            group=_("Actions"),
        )
        for one in live.record_types.values()
        if may_open(one)
    ]
    return [*lists, *pages, *opens]
