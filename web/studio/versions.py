"""Every version that was in force, what is different between any two, and the way back to one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import abort, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection

from sopwith.runtime.publishing import roll_back
from sopwith.runtime.releases import NoReleaseError
from sopwith.runtime.service import Service
from sopwith.store.people import users_by_id
from sopwith.store.releases import LiveRelease, live_releases, open_records_by_release

from ..admin.acting import audited, author
from ..htmx import go
from ..release_notes import LONGEST, release_note
from ..visitor import get_service
from ..wording import gettext as _
from .bench import bench_of
from .blueprint import blueprint
from .movable import movable
from .publishing import LONGEST_NOTE, changes_of, processes_of

MOST, ROLLBACK = 200, "rollback"


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionLine:
    """One line of the list. name: the note it was published with; reason: of going back to it, "" for a new version.

    is_later: it was made after what is in force, so that going to it is no step back. running: how many open
    records run on it, None where another line of the same version says it.
    """

    release: str
    name: str
    reason: str
    at: datetime
    author: str | None
    is_put_back: bool
    is_later: bool
    running: int | None


@blueprint.get("/versions")
def versions() -> ResponseReturnValue:
    """List what was in force when, by whom and why."""
    return _page()


def _page(wanted: str = "", error: str = "", note: str = "") -> ResponseReturnValue:
    """Show the versions; with an *error* at the question of the one that was *wanted*."""
    service = get_service()
    with service.database.reading() as connection:
        found = live_releases(connection, limit=MOST)
        running = open_records_by_release(connection)
        people = users_by_id(connection, sorted({one.author for one in found if one.author}))
        lost = lost_records(connection, service) if found else 0
    page = render_template(
        "studio/versions.html",
        moves=lines_of(found, running),
        people=people,
        lost=lost,
        live=found[0].release if found else "",
        wanted=wanted,
        error=error,
        note=note,
        longest=LONGEST_NOTE,
    )
    return page, 422 if error else 200


def lines_of(found: Sequence[LiveRelease], running: Mapping[str, int]) -> list[VersionLine]:
    """Return the lines of the list, the newest first as *found* is; open records are counted once a version."""
    made = {one.release: one for one in found}  # the oldest line of each: the one that made it
    live = made[found[0].release].id if found else 0
    told: set[str] = set()
    lines = []
    for one in found:
        first = made[one.release]
        lines.append(
            VersionLine(
                release=one.release,
                name=first.note,
                reason=one.note if one.kind == ROLLBACK else "",
                at=one.at,
                author=one.author,
                is_put_back=one.kind == ROLLBACK,
                is_later=first.id > live,
                running=None if one.release in told else running.get(one.release, 0),
            )
        )
        told.add(one.release)
    return lines


def lost_records(connection: Connection, service: Service) -> int:
    """Return how many open records stand in states that the version in force does not know."""
    try:
        release = service.releases.live(connection)
    except NoReleaseError:
        return 0
    types = movable(connection, service, release)
    return sum(place.count for one in types for place in one.gone)


@blueprint.post("/versions/<release>/back")
def back(release: str) -> ResponseReturnValue:
    """Put another version in force again."""
    note = request.form.get("note", "").strip()
    with get_service().database.reading() as connection:
        found = live_releases(connection, limit=1000)
    if release not in {one.release for one in found} or found[0].release == release:
        abort(404)
    if not note or len(note) > LONGEST_NOTE:
        return _page(release, _("Say in a sentence why, up to %(count)d characters.", count=LONGEST_NOTE), note)  # fmt: skip
    try:
        roll_back(get_service(), release, author=author(), note=note)
    except NoReleaseError:
        flash(_("This release cannot be put in force: its definitions do not check clean with this version."), "error")  # fmt: skip
        return go(url_for("studio.versions"))
    with audited("release.rollback", release, {"from": found[0].release, "note": note}):
        pass
    name = release_note({one.release: one.note for one in found}[release], LONGEST)
    flash(_("“%(name)s” is in force again.", name=name), "good")
    return go(url_for("studio.versions"))


@blueprint.get("/compare")
def compare() -> ResponseReturnValue:
    """Show what is different between two versions: in words, on the flow charts, and line by line."""
    service = get_service()
    one, other = request.args.get("from", ""), request.args.get("to", "")
    try:
        before, after = (bench_of(service.releases.files(name)) for name in (one, other))
    except NoReleaseError:
        abort(404)
    with service.database.reading() as connection:
        notes = {found.release: found for found in reversed(live_releases(connection, limit=MOST))}
    changes = changes_of(before, after)
    return render_template(
        "studio/compare.html",
        one=one,
        other=other,
        notes=notes,
        changes=processes_of(before, after, changes),
    )
