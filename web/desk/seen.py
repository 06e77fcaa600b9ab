"""Which records the colleague who looks may see."""

from __future__ import annotations

from sqlalchemy import ColumnElement

from sopwith.access.allow import visible_scope
from sopwith.release.model import Release
from sopwith.store.worklists import visible

from ..visitor import visitor


def scopes(release: Release) -> dict[str, str]:
    """Return for each record type which records the visitor may see: all | team | own | none."""
    actor = visitor().actor
    return {one.id: visible_scope(one.access, actor) for one in release.record_types.values()}


def seen(release: Release) -> ColumnElement[bool]:
    """Return the same as a condition."""
    who = visitor()
    return visible(scopes(release), who.actor.id or "", who.teams)
