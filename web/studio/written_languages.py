"""One press at a missing translation: the firm writes this language alone, or both again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import flash, request, url_for
from flask.typing import ResponseReturnValue

from sopwith.core.text import LANGS

from ..admin.acting import audited
from ..htmx import go
from ..languages import lang
from ..paths import own_path
from ..visitor import now
from ..wording import gettext as _
from ..written import keep_written, other_tongue
from .blueprint import blueprint

BOTH = "both"
blueprint.add_app_template_global(other_tongue)


@blueprint.app_template_global("left_out")
def left_out(value: Any) -> str:
    """Return the language whose words need no place beside those of the other: the firm does not write it; else empty.

    value: words as they are written. Where the firm's own language has none and the other has, both are shown.
    """
    other = other_tongue()
    if not other or not value:
        return other
    if isinstance(value, Mapping):
        own = next(one for one in LANGS if one != other)
        return other if value.get(own) or not value.get(other) else ""
    return other if lang() != other else ""


def _said(wish: str) -> str:
    if wish == "zh-CN":
        return _("Definitions are written in Chinese only from now on, all of them. “Translations” leads back to both languages.")  # fmt: skip
    if wish == "en":
        return _("Definitions are written in English only from now on, all of them. “Translations” leads back to both languages.")  # fmt: skip
    return _("Definitions are written in both languages from now on.")


@blueprint.post("/languages")
def write_in() -> ResponseReturnValue:
    """Note the languages of the firm, and go back to where that was said."""
    wish = request.form.get("languages", BOTH)
    with audited("setup.written", wish if wish in LANGS else BOTH) as connection:
        keep_written(connection, wish, now())
    flash(_said(wish), "good")
    back = own_path(request.form.get("to", ""))
    return go(back if back.startswith(url_for("studio.home")) else url_for("studio.home"))
