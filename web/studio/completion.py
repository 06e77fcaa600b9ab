"""What may be written at a cursor in the text of a draft, and what the word under it means."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

from flask import jsonify, request
from flask.typing import ResponseReturnValue

from sopwith.release.compile import declared_names
from sopwith.release.completing import complete, explain
from sopwith.release.known_ids import KnownIds
from sopwith.runtime.releases import hash_of

from ..languages import lang
from ..wording import gettext as _
from .bench import KNOWN, bench_of
from .blueprint import blueprint, the_draft
from .making import documents_of

LARGEST = 1024 * 1024
MOST_KEPT = 3
_kept: OrderedDict[str, KnownIds] = OrderedDict()
_lock = threading.Lock()


def known_ids(files: Mapping[str, str]) -> KnownIds:
    """Return the ids in *files*; kept for the texts looked at last."""
    key = hash_of(files)
    with _lock:
        if key in _kept:
            _kept.move_to_end(key)
            return _kept[key]
    fields = declared_names(bench_of(files).bundle.documents, KNOWN)[1]
    made = KnownIds(documents_of(files), fields)
    with _lock:
        _kept[key] = made
        while len(_kept) > MOST_KEPT:
            _kept.popitem(last=False)
    return made


@blueprint.post("/<draft_id>/complete")
def complete_at(draft_id: str) -> ResponseReturnValue:
    """Tell what may be written at a cursor. Sent: text, line and column from 0."""
    draft = the_draft(draft_id)
    place = _place(request.get_json(silent=True))
    if place is None:
        return jsonify(message=_("Send the text, and the line and column of the cursor.")), 400
    found = complete(*place, known_ids(draft.documents), lang())
    items = [{"value": one.value, "title": one.title, "help": one.help, "kind": one.kind} for one in found.items]  # fmt: skip
    return jsonify(start=found.start, items=items)


@blueprint.post("/<draft_id>/explain")
def explain_at(draft_id: str) -> ResponseReturnValue:
    """Tell what the word under a cursor means; nothing where nothing is known."""
    draft = the_draft(draft_id)
    place = _place(request.get_json(silent=True))
    if place is None:
        return jsonify(message=_("Send the text, and the line and column of the cursor.")), 400
    found = explain(*place, known_ids(draft.documents), lang())
    if found is None:
        return jsonify(title="", help="")
    return jsonify(title=found.title, help=found.help, start=found.start, end=found.end)


def _place(sent: Any) -> tuple[str, int, int] | None:
    if not isinstance(sent, Mapping):
        return None
    text, line, column = sent.get("text"), sent.get("line"), sent.get("column")
    if not isinstance(text, str) or len(text) > LARGEST:
        return None
    if type(line) is not int or type(column) is not int or line < 0 or column < 0:
        return None
    return text, line, column
