"""Moves of open records: how far the last ones are, and a move of those that stayed behind when a release came into force."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import abort, flash, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection

from sopwith.release.model import Release
from sopwith.runtime.moving import (
    Progress,
    Wish,
    is_among,
    move_now,
    moves,
    preview,
    progress,
    standing,
    unmapped,
)
from sopwith.runtime.releases import NoReleaseError
from sopwith.runtime.service import Service
from sopwith.store.people import users_by_id
from sopwith.store.releases import live_hash, live_releases

from ..admin.acting import audited
from ..htmx import go, show
from ..visitor import get_service, visitor
from ..wording import gettext as _
from ..wording import ngettext
from .blueprint import blueprint
from .movable import (
    SEPARATOR,
    FittingLine,
    Movable,
    line_of,
    mapping,
    movable,
    unmapped_words,
)

MOST_LINES = 25
MOST_NAMED = 200  # versions that are called by their note


@dataclass(frozen=True, slots=True, kw_only=True)
class Fates:
    """How the records of one type would fare that were chosen. more: there are others that are not shown."""

    one: Movable
    count: int
    lines: Sequence[FittingLine]
    more: bool


@blueprint.get("/moves", endpoint="moves")
def moves_page() -> ResponseReturnValue:
    """Show how far the last moves of open records are, and which records stayed behind and why."""
    service = get_service()
    with service.database.reading() as connection:
        found = [progress(connection, one) for one in moves(connection)]
        people = users_by_id(
            connection, sorted({one.move.author for one in found if one.move.author})
        )
        notes = {one.release: one.note for one in live_releases(connection, limit=MOST_NAMED)}
        live = live_hash(connection) or ""
        elsewhere = sum(one.count for one in standing(connection, live)) if live else 0
        behind = _behind(connection, service, found[0], live) if found else []
    runs = bool(found) and not found[0].is_over
    return show(
        "studio/moves.html",
        "moves",
        found=found,
        notes=notes,
        people=people,
        behind=behind,
        runs=runs,
        elsewhere=elsewhere,
    )


def _behind(
    connection: Connection, service: Service, newest: Progress, live: str
) -> list[FittingLine]:
    """Return the records that the newest move left where they were, once it is over."""
    move = newest.move
    if not newest.is_over or move.release != live:
        return []
    new = service.releases.get(live, connection)
    lines: list[FittingLine] = []
    for kind, states in move.types.items():
        only = move.places[kind]
        some, _more = preview(connection, service, new, kind, states, only=only, limit=50)
        lines += [line_of(connection, service, new, one) for one in some]
    return lines


@blueprint.get("/moves/behind")
def behind() -> ResponseReturnValue:
    """Show the open records on earlier versions, and how those that are chosen would fare in the one in force."""
    return _choice(200, with_errors=False)


@blueprint.post("/moves/behind")
def move_behind() -> ResponseReturnValue:
    """Move the records that were chosen to the release in force, one by one as jobs."""
    wish = _wish()
    with get_service().database.reading() as connection:
        new = _live(connection)
        found = standing(connection, new.hash)
        missing = unmapped(found, new, wish.types, wish.only)
        strange = set(wish.types) - set(new.record_types)
    if not wish.types or missing or strange or request.form.get("release") != new.hash:
        return _choice(422, with_errors=True)
    states = {kind: sorted(some) for kind, some in wish.only.items()}
    with audited("records.move", new.hash, {"states": states}):
        pass
    count = move_now(get_service(), wish)
    if count:
        flash(ngettext("%(num)d record moves to the version in force now.", "%(num)d records move to the version in force now.", count), "good")  # fmt: skip
    else:
        flash(_("Nothing moves: no such record is open on an earlier version any more."), "warning")
    return go(url_for("studio.moves"))


def _wish() -> Wish:
    """Return what the page wishes: by type the states from which records go, and where those go that are gone."""
    start = f"from{SEPARATOR}"
    only = {
        name.removeprefix(start): frozenset(request.values.getlist(name))
        for name in request.values
        if name.startswith(start)
    }
    me = visitor()
    return Wish(
        id=get_service().ids.new_id(),
        types={kind: mapping(kind) for kind in only},
        only=only,
        user_id=me.actor.id,
        user_name=me.name,
    )


def _live(connection: Connection) -> Release:
    try:
        return get_service().releases.live(connection)
    except NoReleaseError:
        abort(404)


def _choice(status: int, *, with_errors: bool) -> ResponseReturnValue:
    service, wish = get_service(), _wish()
    with service.database.reading() as connection:
        new = _live(connection)
        types = movable(connection, service, new)
        missing = unmapped(standing(connection, new.hash), new, wish.types, wish.only)
        errors = unmapped_words(connection, missing)
        if with_errors and not wish.types:
            errors["from"] = _("Choose at least one state whose records move.")
        if with_errors and request.form.get("release") != new.hash:
            errors["release"] = _("Another version came into force meanwhile. Look at the records again, then move them.")  # fmt: skip
        fates = [
            _fates(connection, service, new, one, wish)
            for one in types
            if one.states and one.type in wish.types
        ]
    return show(
        "studio/behind.html",
        "fates",
        status,
        types=types,
        wish=wish,
        errors=errors,
        is_refused=with_errors,
        fates=fates,
        total=sum(one.count for one in fates),
        release=new.hash,
    )


def _fates(
    connection: Connection, service: Service, new: Release, one: Movable, wish: Wish
) -> Fates:
    chosen = [place for place in one.places if is_among(wish.places, one.type, place.id)]
    found, more = preview(
        connection,
        service,
        new,
        one.type,
        wish.types[one.type],
        only=wish.only[one.type],
        limit=MOST_LINES,
    )
    return Fates(
        one=one,
        count=sum(place.count for place in chosen),
        lines=[line_of(connection, service, new, fitting) for fitting in found],
        more=bool(more),
    )
