"""Rights of one record type as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Act(StrEnum):
    """What somebody may want to do with a record."""

    CREATE = "create"
    READ = "read"
    WORK = "work"  # fill forms, take transitions, tick checklists
    REPLY = "reply"
    NOTE = "note"  # read and write internal notes
    ASSIGN = "assign"
    TAKE = "take"
    MERGE = "merge"
    CANCEL = "cancel"
    REOPEN = "reopen"
    SET_DUE = "set_due"
    HISTORY = "history"


SCOPES = ("all", "team", "own")


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """For each act the roles that may do it. ``own`` in *scope* narrows a role to records it owns, created or is asked in.

    scope: role -> all | team | own; a role without an entry sees all, except customer and staff: own.
    """

    acts: Mapping[Act, frozenset[str]] = field(default_factory=dict)
    scope: Mapping[str, str] = field(default_factory=dict)
