"""What every page of a draft shows around its work: the outline, the problems, the turns back and forth."""

from __future__ import annotations

from typing import Any

from flask import render_template

from sopwith.runtime.drafting import can_turn
from sopwith.store.releases import Draft, live_hash

from ..visitor import get_service
from .bench import bench_of
from .problems import problems_of


def framed(template: str, draft: Draft, **more: Any) -> str:
    """Return a page of *draft* that extends the studio's frame; *more* is for its work."""
    made = bench_of(draft.documents)
    with get_service().database.reading() as connection:
        back, forth = can_turn(connection, draft.id)
        stale = (draft.from_release or None) != live_hash(connection)
    context = {
        "draft": draft,
        "outline": made.outline(),
        **problems_of(draft, made),
        "is_broken": made.is_broken,
        "back": back,
        "forth": forth,
        "is_stale": stale,
        "name": "",
        "at": 0,
    }
    return render_template(template, **context | more)
