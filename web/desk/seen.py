"""Which records the colleague who looks may see."""

from __future__ import annotations

from typing import Any, cast

from flask import g
from sqlalchemy import ColumnElement

from sopwith.access.allow import visible_scope
from sopwith.release.model import Release
from sopwith.store.sight import Sight, seen_by

from ..visitor import visitor


def scopes(release: Release) -> dict[str, str]:
    """Return for each record type which records the visitor may see: all | team | own | none."""
    actor = visitor().actor
    return {one.id: visible_scope(one.access, actor) for one in release.record_types.values()}


def sight(release: Release) -> Sight:
    """Return what the visitor may see, to be counted by; the same one for the whole of a page."""
    page: Any = cast(Any, g)._get_current_object()
    who, kept = visitor(), page.get("sight")
    if kept is None or kept[0] is not who or kept[1] is not release:
        found = Sight(scopes=scopes(release), user=who.actor.id or "", teams=frozenset(who.teams))
        kept = page.sight = who, release, found
    seen_now: Sight = kept[2]
    return seen_now


def seen(release: Release) -> ColumnElement[bool]:
    """Return the same as a condition."""
    return seen_by(sight(release))
