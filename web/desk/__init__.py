"""Where colleagues work: lists, records, boards, what waits for them."""

from __future__ import annotations

from . import (
    board,
    commands,
    opening,
    pages,
    palette,
    people_commands,
    record_commands,
    shifts,
    task_commands,
    waiting,
)
from .blueprint import desk

__all__ = [
    "board",
    "commands",
    "desk",
    "opening",
    "pages",
    "palette",
    "people_commands",
    "record_commands",
    "shifts",
    "task_commands",
    "waiting",
]
