"""The blueprint of the studio, and the draft that a page is about."""

from __future__ import annotations

from flask import Blueprint, abort

from sopwith.store.releases import Draft, draft_of

from ..visitor import get_service

blueprint = Blueprint("studio", __name__, url_prefix="/studio")
PARKED = "import:"
"""How the titles of drafts begin that hold what was sent and not yet taken in; nobody works in them."""


def the_draft(draft_id: str) -> Draft:
    """Return the draft, or answer 404."""
    with get_service().database.reading() as connection:
        found = draft_of(connection, draft_id)
    if found is None or found.title.startswith(PARKED):
        abort(404)
    return found
