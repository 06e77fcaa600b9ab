"""Which editor each kind of definition has; the general one serves those that have none of their own."""

from __future__ import annotations

from collections.abc import Mapping

from . import general
from .subject import Editor

GENERAL = Editor(template="studio/editors/general.html", view=general.view)

EDITORS: Mapping[str, Editor] = {}


def editor_of(kind: str) -> Editor:
    """Return the editor for definitions of *kind*."""
    return EDITORS.get(kind, GENERAL)
