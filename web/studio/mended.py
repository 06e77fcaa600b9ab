"""What is said of scenarios that were mended, and where: on the page of the draft from which it was asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import flash, jsonify, request, url_for
from flask.typing import ResponseReturnValue

from ..htmx import go
from ..paths import own_path
from .blueprint import the_draft
from .editing import saved


def asked() -> Mapping[str, Any]:
    """Return what a form or a script sent."""
    if request.is_json:
        sent = request.get_json(silent=True)
        return sent if isinstance(sent, Mapping) else {}
    return request.form


def mended(draft_id: str, words: str) -> ResponseReturnValue:
    """Say what was mended; undo is named by the step that was saved."""
    if request.is_json:
        file = str(asked().get("file", ""))
        return saved(the_draft(draft_id), {"changes": [{"file": file}]}, said=words)
    flash(words, "good")
    return go(_back(draft_id))


def not_mended(draft_id: str, words: str) -> ResponseReturnValue:
    """Say why nothing was mended."""
    if request.is_json:
        return jsonify(message=words), 422
    flash(words, "error")
    return go(_back(draft_id))


def _back(draft_id: str) -> str:
    """Return the page of the draft that the form names, else the page of its scenarios."""
    to = own_path(str(asked().get("to", "")))
    within = url_for("studio.bench", draft_id=draft_id)
    return to if to == within or to.startswith((f"{within}/", f"{within}?")) else url_for("studio.coverage", draft_id=draft_id)  # fmt: skip
