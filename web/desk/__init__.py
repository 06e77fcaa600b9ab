"""Where colleagues work: lists, records, boards, what waits for them."""

from __future__ import annotations

from . import board, commands, opening, pages, palette, shifts, waiting
from .blueprint import desk

__all__ = ["board", "commands", "desk", "opening", "pages", "palette", "shifts", "waiting"]
