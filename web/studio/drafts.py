"""Drafts: the list, a new one, and throwing one away."""

from __future__ import annotations

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from sopwith.release.model import RecordType
from sopwith.runtime.drafting import open_draft
from sopwith.runtime.releases import NoReleaseError
from sopwith.store.people import users_by_id
from sopwith.store.releases import draft_heads, drop_draft, live_release

from ..admin.acting import audited, author
from ..htmx import go
from ..languages import lang
from ..visitor import get_service, visitor
from ..wording import gettext as _
from .blueprint import PARKED, blueprint, the_draft
from .making import pack_for
from .processes import ANY, rules_words

LONGEST_TITLE = 120


@blueprint.get("")
def home() -> ResponseReturnValue:
    """List the drafts, the last changed first."""
    with get_service().database.reading() as connection:
        found = [one for one in draft_heads(connection) if not one.title.startswith(PARKED)]
        live = live_release(connection)
        people = users_by_id(connection, sorted({one.author for one in found if one.author}))
    processes = _in_force()
    return render_template("studio/home.html", drafts=found, live=live, people=people, processes=processes)  # fmt: skip


@blueprint.post("")
def start() -> ResponseReturnValue:
    """Begin a draft of what is in force; with ``empty``, of nothing but a new pack."""
    title = " ".join(request.form.get("title", "").split())[:LONGEST_TITLE].removeprefix(PARKED)
    kind = request.form.get("process", "")
    process = next((one for one, _count in _in_force() if one.id == kind), None) if kind else None
    if process is not None and not title:
        title = _("%(process)s: changes by %(name)s", process=process.title.get(lang()), name=visitor().name)[:LONGEST_TITLE]  # fmt: skip
    name = title or _("Changes by %(name)s", name=visitor().name)
    files = pack_for(name) if request.form.get("empty") else None
    draft = open_draft(get_service(), title=name, author=author(), files=files)
    if process is not None:
        return go(url_for("studio.bench", draft_id=draft.id, _anchor=f"process-{process.id}"))
    return go(url_for("studio.bench", draft_id=draft.id))


def _in_force() -> list[tuple[RecordType, str]]:
    """Return the types of records of the release in force, those that customers may open first, with how many rules act on each."""
    try:
        release = get_service().releases.live()
    except NoReleaseError:
        return []
    rules = [one.record_type for one in release.rules.values()]
    types = sorted(release.record_types.values(), key=lambda one: not one.portal)
    return [(one, rules_words(rules.count(one.id), rules.count(ANY)) if rules else "") for one in types]  # fmt: skip


@blueprint.post("/<draft_id>/discard")
def discard(draft_id: str) -> ResponseReturnValue:
    """Throw a draft away, with its steps; what is in force stays."""
    draft = the_draft(draft_id)
    with audited("draft.discard", draft.title, {"revision": draft.revision}) as connection:
        drop_draft(connection, draft_id)
    flash(_("The draft “%(title)s” is discarded. What is in force stays.", title=draft.title), "good")  # fmt: skip
    return go(url_for("studio.home"))
