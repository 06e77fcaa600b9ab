"""Every version that was in force, what is different between any two, and the way back to one."""

from __future__ import annotations

from flask import abort, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from sopwith.runtime.publishing import roll_back
from sopwith.runtime.releases import NoReleaseError
from sopwith.store.people import users_by_id
from sopwith.store.releases import live_releases, open_records_by_release

from ..admin.acting import audited, author
from ..htmx import go
from ..visitor import get_service
from ..wording import gettext as _
from .bench import bench_of
from .blueprint import blueprint
from .chart_changes import changed_charts
from .publishing import LONGEST_NOTE, changes_of

MOST = 200


@blueprint.get("/versions")
def versions() -> ResponseReturnValue:
    """List what was in force when, by whom and why."""
    with get_service().database.reading() as connection:
        found = live_releases(connection, limit=MOST)
        running = open_records_by_release(connection)
        people = users_by_id(connection, sorted({one.author for one in found if one.author}))
    return render_template(
        "studio/versions.html",
        moves=found,
        people=people,
        running=running,
        live=found[0].release if found else "",
    )


@blueprint.post("/versions/<release>/back")
def back(release: str) -> ResponseReturnValue:
    """Put an earlier release in force again."""
    note = request.form.get("note", "").strip()[:LONGEST_NOTE]
    with get_service().database.reading() as connection:
        found = live_releases(connection, limit=1000)
    if release not in {one.release for one in found} or found[0].release == release:
        abort(404)
    try:
        roll_back(get_service(), release, author=author(), note=note or _("Rolled back"))
    except NoReleaseError:
        flash(_("This release cannot be put in force: its definitions do not check clean with this version."), "error")  # fmt: skip
        return go(url_for("studio.versions"))
    with audited("release.rollback", release, {"from": found[0].release, "note": note}):
        pass
    flash(_("Release %(name)s is in force again.", name=release[:8]), "good")
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
        changes=changes,
        charts=changed_charts(before.release, after.release, [found.what for found in changes]),
    )
