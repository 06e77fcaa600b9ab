"""The lists of the desk: the built-in ones and those that definitions add."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, Connection, and_

from sopwith.core.roles import ADMIN
from sopwith.expressions import Context
from sopwith.release.model import Release
from sopwith.store.tables import RecordRow
from sopwith.store.worklists import OPEN, due_before, of_view

from ..languages import lang, zone
from ..visitor import now, visitor
from ..wording import gettext as _

SOON = timedelta(hours=2)
DEFAULT = "mine"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskView:
    """One list. empty, next: why nothing is in it, and what to do then."""

    id: str
    title: str
    icon: str
    condition: ColumnElement[bool]
    empty: str
    next: str
    order: str = "breach"
    descending: bool = False


def built_in() -> list[DeskView]:
    """Return the lists that everybody has."""
    who = visitor()
    me, teams = who.actor.id or "", sorted(who.teams)
    return [
        DeskView(id="mine", title=_("Mine"), icon="user", condition=and_(OPEN, RecordRow.owner == me),
                 empty=_("Nothing is assigned to you."), next=_("Take something from your team's list.")),
        DeskView(id="team", title=_("My team"), icon="users", condition=and_(OPEN, RecordRow.team.in_(teams)),
                 empty=_("Your teams have nothing open."), next=_("New requests appear here by themselves.")),
        DeskView(id="unowned", title=_("Unowned"), icon="user-question",
                 condition=and_(OPEN, RecordRow.owner.is_(None)),
                 empty=_("Everything open has an owner."), next=_("Routing gives new requests to people; what it cannot give waits here.")),
        DeskView(id="due", title=_("Due soon or overdue"), icon="clock-exclamation",
                 condition=and_(OPEN, due_before(now() + SOON)),
                 empty=_("No promise is at risk in the next two hours."), next=_("Have a look at everything that is open.")),
        DeskView(id="waiting", title=_("Waiting for the customer"), icon="player-pause",
                 condition=RecordRow.category == "waiting", order="updated",
                 empty=_("No customer owes us an answer."), next=_("Requests come here while a question to the customer is open.")),
        DeskView(id="open", title=_("All open"), icon="inbox", condition=OPEN,
                 empty=_("Nothing is open."), next=_("Open a request yourself, or enjoy the quiet.")),
        DeskView(id="settled", title=_("Settled"), icon="archive",
                 condition=RecordRow.category.in_(("resolved", "closed")), order="updated", descending=True,
                 empty=_("Nothing has been settled yet."), next=_("Requests come here when they are resolved or closed.")),
    ]  # fmt: skip


def saved(connection: Connection, release: Release) -> list[DeskView]:
    """Return the views of the release that are meant for the visitor; what the database cannot say is left out."""
    roles = visitor().actor.roles
    context = Context(now=now(), zone=zone())
    taken = {"unowned", "waiting-customer"}  # the built-in lists say the same
    found = []
    for one in release.views.values():
        if one.id in taken or (one.roles and not one.roles & roles and ADMIN not in roles):
            continue
        condition = of_view(connection, one.record_type, one.when, context)
        if condition is None:
            continue
        order, descending = _order(one.sort)
        found.append(
            DeskView(
                id=f"view:{one.id}",
                title=one.title.get(lang()),
                icon="filter",
                condition=condition,
                order=order,
                descending=descending,
                empty=_("Nothing fits this view now."),
                next=_("Choose another view, or look at everything that is open."),
            )
        )
    return found


def _order(sort: tuple[str, ...]) -> tuple[str, bool]:
    """Return the order of a view's first sort key, by what lists can be ordered by."""
    first = sort[0] if sort else "due"
    name = first.removeprefix("-")
    known = {
        "updated_at": "updated",
        "created_at": "created",
        "priority": "priority",
        "number": "number",
    }
    return known.get(name, "breach"), first.startswith("-")


def all_views(connection: Connection, release: Release) -> dict[str, DeskView]:
    """Return every list by id, in the order in which they are shown."""
    return {one.id: one for one in (*built_in(), *saved(connection, release))}


def counted(views: Mapping[str, DeskView]) -> dict[str, ColumnElement[bool]]:
    """Return the conditions whose counters are shown: those of open records."""
    return {key: one.condition for key, one in views.items() if key != "settled"}
