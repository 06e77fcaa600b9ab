"""What a version is called on pages: the note that it was published with, in the reader's language where it is the product's own."""

from __future__ import annotations

from sopwith.runtime.demo import FIRST_NOTE

from .wording import gettext as _

LONGEST = 60


def release_note(note: str, longest: int = 0) -> str:
    """Return *note* for people, cut to about so many characters, 0 for all of it."""
    if note == FIRST_NOTE:
        return _("First installation")
    said = note or _("Without a note")
    return said if not longest or len(said) <= longest else said[: longest - 1].rstrip() + "…"
