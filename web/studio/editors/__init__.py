"""The editors of the studio: what each kind of definition looks like where it is changed."""

from __future__ import annotations

from .subject import Editor, Subject

__all__ = ["Editor", "Subject"]
