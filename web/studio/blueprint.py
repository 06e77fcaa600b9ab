"""The blueprint of the studio, and the draft that a page is about."""

from __future__ import annotations

from flask import Blueprint, abort

from sopwith.store.releases import Draft, draft_of

from ..visitor import get_service, visitor

blueprint = Blueprint("studio", __name__, url_prefix="/studio")
UPLOAD = "upload:"
"""How the titles of drafts begin that hold an uploaded pack; they are shown under releases."""


def the_draft(draft_id: str) -> Draft:
    """Return the draft, or answer 404."""
    with get_service().database.reading() as connection:
        found = draft_of(connection, draft_id)
    if found is None or found.title.startswith(UPLOAD):
        abort(404)
    return found


def author() -> str | None:
    """Return in whose name something is done."""
    who = visitor().user
    return who.id if who else None
