"""What administrators see and set: definitions, releases, work, mail, people, the log."""

from __future__ import annotations

from .pages import blueprint as admin

__all__ = ["admin"]
