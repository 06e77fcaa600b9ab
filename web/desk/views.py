"""The lists of the desk: the built-in ones and those that definitions add."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

from sqlalchemy import Connection

from sopwith.core.roles import ADMIN
from sopwith.expressions import Context
from sopwith.release.model import Release
from sopwith.store.found_by import has_settled, view_test
from sopwith.store.lists import OPEN_CATEGORIES, RecordFilter, count_up_to
from sopwith.store.marks import OPEN_COUNT, WAITING_COUNT, Group
from sopwith.store.remarking import Readiness, readiness
from sopwith.store.sight import Sight
from sopwith.store.sort_keys import SortKey
from sopwith.store.tallies import Counted, count_groups_seen
from sopwith.store.worklists import of_view

from ..languages import lang, zone
from ..visitor import get_service, now, visitor
from ..wording import gettext as _
from .view_columns import Column, columns_of, keys_of

SOON = timedelta(hours=2)
DEFAULT = "mine"
OPEN = RecordFilter(categories=OPEN_CATEGORIES)
WAITING = RecordFilter(categories=frozenset({"waiting"}))
SETTLED = RecordFilter(categories=frozenset({"resolved", "closed"}))
UNOWNED = replace(OPEN, owners=frozenset({None}))
MOST_SOON = 999
_SAID = frozenset({"unowned", "waiting-customer"})
"""Saved views that say what built-in lists say already."""


def _every(_group: Group) -> bool:
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskView:
    """One list. empty, next: why nothing is in it, and what to do then.

    wanted: its records, whoever looks. tally: the name under which its open records are counted,
    of which *counts* tells its groups; empty: *soon* counts it, or nothing does. columns: make those of the table
    that it is shown as, none for the desk's usual lines. keys: make what it is sorted by, in place of *order*.
    Only the view that is shown makes them.
    """

    id: str
    title: str
    icon: str
    wanted: RecordFilter
    empty: str
    next: str
    order: str = "breach"
    descending: bool = False
    columns: Callable[[], tuple[Column, ...]] = tuple
    keys: Callable[[], tuple[SortKey, ...]] = tuple
    tally: str = ""
    counts: Callable[[Group], bool] = _every
    soon: bool = False


def built_in() -> list[DeskView]:
    """Return the lists that everybody has."""
    who = visitor()
    me, teams = who.actor.id or "", sorted(who.teams)
    return [
        DeskView(id="mine", title=_("Mine"), icon="user", wanted=replace(OPEN, owners=frozenset({me})),
                 tally=OPEN_COUNT, counts=lambda group: group.owner == me,
                 empty=_("Nothing is assigned to you."), next=_("Take something from your team's list.")),
        DeskView(id="team", title=_("My team"), icon="users", wanted=replace(OPEN, teams=frozenset(teams)),
                 tally=OPEN_COUNT, counts=lambda group: group.team in teams,
                 empty=_("Your teams have nothing open."), next=_("New requests appear here by themselves.")),
        DeskView(id="unowned", title=_("Unowned"), icon="user-question",
                 wanted=UNOWNED,
                 tally=OPEN_COUNT, counts=lambda group: not group.owner,
                 empty=_("Everything open has an owner."), next=_("Routing gives new requests to people; what it cannot give waits here.")),
        DeskView(id="due", title=_("Due soon or overdue"), icon="clock-exclamation",
                 wanted=replace(OPEN, breach_before=now() + SOON), soon=True,
                 empty=_("No promise is at risk in the next two hours."), next=_("Have a look at everything that is open.")),
        DeskView(id="waiting", title=_("Waiting for the customer"), icon="player-pause",
                 wanted=WAITING, tally=WAITING_COUNT, order="updated",
                 empty=_("No customer owes us an answer."), next=_("Requests come here while a question to the customer is open.")),
        DeskView(id="open", title=_("All open"), icon="inbox", wanted=OPEN, tally=OPEN_COUNT,
                 empty=_("Nothing is open."), next=_("Open a request yourself, or enjoy the quiet.")),
        DeskView(id="settled", title=_("Settled"), icon="archive",
                 wanted=SETTLED, order="updated", descending=True,
                 empty=_("Nothing has been settled yet."), next=_("Requests come here when they are resolved or closed.")),
    ]  # fmt: skip


def saved(connection: Connection, release: Release, ready: Readiness) -> list[DeskView]:
    """Return the views of the release that are meant for the visitor; what the database cannot say is left out."""
    roles = visitor().actor.roles
    context = Context(now=now(), zone=zone())
    kept = {one.view: one.name for one in get_service().releases.plan(release).views}
    found = []
    for one in release.views.values():
        if one.id in _SAID or (one.roles and not one.roles & roles and ADMIN not in roles):
            continue
        name = kept.get(one.id, "")
        if name and ready.all:
            wanted = RecordFilter(marks=(view_test(name),))
        else:
            condition = of_view(connection, one.record_type, one.when, context)
            if condition is None:
                continue
            wanted = RecordFilter(where=condition)
        found.append(
            DeskView(
                id=f"view:{one.id}",
                title=one.title.get(lang()),
                icon="filter",
                tally=name if ready.views else "",
                columns=partial(columns_of, release, one.record_type, one.columns),
                keys=partial(keys_of, release, one.record_type, one.sort),
                empty=_("Nothing fits this view now."),
                next=_("Choose another view, or look at everything that is open."),
                wanted=wanted,
            )
        )
    return found


def all_views(
    connection: Connection, release: Release, ready: Readiness | None = None
) -> dict[str, DeskView]:
    """Return every list by id, in the order in which they are shown."""
    known = ready or how_ready(connection, release)
    return {one.id: one for one in (*built_in(), *saved(connection, release, known))}


def how_ready(connection: Connection, release: Release) -> Readiness:
    """Return how far the records are marked by the views in force."""
    return readiness(connection, get_service().releases.plan(release).id)


def filter_of_shown(connection: Connection, view: DeskView) -> RecordFilter:
    """Return the records of the view that is shown: when none of its members is settled, in the order of open ones."""
    kept = view.wanted.marks
    if not kept or has_settled(connection, kept[0].name):
        return view.wanted
    return replace(view.wanted, categories=OPEN_CATEGORIES)


def count_views(
    connection: Connection, views: Mapping[str, DeskView], whose: Sight, ready: Readiness
) -> dict[str, Counted]:
    """Return how many open records that *whose* sees are in each view; a view without a number is left out.

    Numbers come from tallies; as long as those are being made, there are none.
    """
    if not ready.basic:
        return {}
    names = {one.tally for one in views.values() if one.tally}
    groups, more = count_groups_seen(connection, whose, names)
    found = {}
    for key, view in views.items():
        if view.tally:
            fitting = (
                n for group, n in groups.items() if group.name == view.tally and view.counts(group)
            )
            found[key] = Counted(number=sum(fitting), more=more)
        elif view.soon:
            total = count_up_to(connection, replace(view.wanted, seen=whose), MOST_SOON)
            found[key] = Counted(number=total.number, more=total.more)
    return found
