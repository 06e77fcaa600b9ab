"""The workbench: one draft with its outline, its files, its problems and its history."""

from __future__ import annotations

from flask import abort, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue

from sopwith.runtime.drafting import history
from sopwith.store.people import users_by_id
from sopwith.store.releases import draft_head

from ..htmx import go
from ..visitor import get_service
from .bench import bench_of
from .blueprint import PARKED, blueprint, the_draft
from .framing import framed
from .processes import processes_of


@blueprint.get("/<draft_id>")
def bench(draft_id: str) -> ResponseReturnValue:
    """Show what the draft holds and what is wrong in it."""
    draft = the_draft(draft_id)
    processes = processes_of(bench_of(draft.documents))
    return framed("studio/bench.html", draft, processes=processes, name="", at=0)


@blueprint.get("/<draft_id>/files/<path:name>")
def file(draft_id: str, name: str) -> ResponseReturnValue:
    """Show one file of the draft, to be written in."""
    draft = the_draft(draft_id)
    if name not in draft.documents:
        abort(404)
    line = request.args.get("line", "1")
    at = int(line) if line.isascii() and line.isdigit() else 1
    return framed("studio/file.html", draft, name=name, text=draft.documents[name], at=at)


@blueprint.get("/<draft_id>/open/<kind>/<name>")
def open_definition(draft_id: str, kind: str, name: str) -> ResponseReturnValue:
    """Lead to the place where a definition is written."""
    draft = the_draft(draft_id)
    lines = [one for _kind, some in bench_of(draft.documents).outline() for one in some]
    found = next((one for one in lines if (one.kind, one.id) == (kind, name)), None)
    if found is None:
        abort(404)
    return go(url_for("studio.define", draft_id=draft_id, kind=kind, name=name))


@blueprint.get("/<draft_id>/state")
def state(draft_id: str) -> ResponseReturnValue:
    """Tell at which revision the draft is: what a page asks now and then."""
    with get_service().database.reading() as connection:
        head = draft_head(connection, draft_id)
    if head is None or head.title.startswith(PARKED):
        abort(404)
    return jsonify(revision=head.revision)


@blueprint.get("/<draft_id>/history")
def steps(draft_id: str) -> ResponseReturnValue:
    """Show the steps of the draft, the newest first."""
    draft = the_draft(draft_id)
    with get_service().database.reading() as connection:
        found = history(connection, draft_id)
        people = users_by_id(connection, sorted({one.author for one in found if one.author}))
    return render_template("studio/history.html", draft=draft, steps=found, people=people)
