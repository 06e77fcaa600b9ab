"""The blueprint of the studio, and the draft that a page is about."""

from __future__ import annotations

from flask import Blueprint, abort

from sopwith.store.releases import Draft, draft_of

from ..admin.releases import PURPOSE
from ..visitor import get_service

blueprint = Blueprint("studio", __name__, url_prefix="/studio")


def the_draft(draft_id: str) -> Draft:
    """Return the draft, or answer 404."""
    with get_service().database.reading() as connection:
        found = draft_of(connection, draft_id)
    if found is None or found.title.startswith(PURPOSE):
        abort(404)
    return found
