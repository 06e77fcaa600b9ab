"""Which editor each kind of definition has; the general one serves those that have none of their own."""

from __future__ import annotations

from collections.abc import Mapping

from . import calendars, general, sla
from .subject import Editor

GENERAL = Editor(template="studio/editors/general.html", view=general.view)

EDITORS: Mapping[str, Editor] = {
    "calendar": Editor(template="studio/editors/calendar.html", view=calendars.view),
    "sla": Editor(template="studio/editors/sla.html", view=sla.view),
}


def editor_of(kind: str) -> Editor:
    """Return the editor for definitions of *kind*."""
    return EDITORS.get(kind, GENERAL)
