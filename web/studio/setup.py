"""The set-up of a fresh installation: where it stands, kept between visits; each step can be left out and come back to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from sopwith.store.installation import put_setting, setting

from ..visitor import get_service, now
from ..wording import gettext as _

SETTING = "setup"
STEPS = ("process", "language", "people", "hours", "mail", "finish")
DONE, LEFT_OUT = "done", "left out"


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Where the set-up stands. marks: by step, done or left out. pack: folder of the first pack; record: the test ticket."""

    marks: Mapping[str, str]
    pack: str = ""
    record: str = ""
    mail: str = ""

    @property
    def next_step(self) -> str:
        """Return the first step that nobody did or left out; the last one when all are."""
        return next((one for one in STEPS if one not in self.marks), STEPS[-1])

    @property
    def is_finished(self) -> bool:
        """Return whether there is nothing left to do."""
        return all(one in self.marks for one in STEPS)


def progress(connection: Connection) -> Progress:
    """Return where the set-up stands."""
    kept = setting(connection, SETTING) or {}
    marks = kept.get("marks")
    return Progress(
        marks={str(key): str(value) for key, value in marks.items() if key in STEPS} if isinstance(marks, dict) else {},
        pack=str(kept.get("pack", "")),
        record=str(kept.get("record", "")),
        mail=str(kept.get("mail", "")),
    )  # fmt: skip


def mark(step: str, how: str, **more: str) -> None:
    """Note that a step is done or left out, with what later steps want to know."""
    with get_service().database.writing() as connection:
        kept: dict[str, Any] = setting(connection, SETTING) or {}
        marks = dict(kept.get("marks") or {}) | {step: how}
        put_setting(connection, SETTING, kept | {"marks": marks} | more, now())


def following(step: str) -> str:
    """Return the step after *step*."""
    return STEPS[min(STEPS.index(step) + 1, len(STEPS) - 1)]


def step_words() -> list[tuple[str, str, str]]:
    """Return the steps with their icons and names."""
    words = {
        "process": ("route", _("Process")),
        "language": ("language", _("Name and language")),
        "people": ("users", _("Teams and people")),
        "hours": ("calendar", _("Working hours")),
        "mail": ("mail", _("Mail")),
        "finish": ("rocket", _("A test ticket")),
    }
    return [(step, *words[step]) for step in STEPS]
