"""Who may read or write a field."""

from __future__ import annotations

from enum import IntEnum

from .model import Field


class Level(IntEnum):
    """What a person may do with a field; each level includes the one before."""

    NONE = 0
    READ = 1
    WRITE = 2


LEVELS = {"none": Level.NONE, "read": Level.READ, "write": Level.WRITE}


def level_of(field: Field, roles: frozenset[str], state: str | None) -> Level:
    """Return what somebody with *roles* may do with *field* while the record is in *state*.

    Without an entry for any of the roles: write. Of the entries that fit, the most generous
    counts. Where entries name the roles but none names this state, a grant to write elsewhere
    leaves reading here, and a restriction elsewhere leaves writing.
    """
    mine = [right for right in field.rights if right.roles & roles]
    if not mine:
        return Level.WRITE
    fitting = [LEVELS[right.can] for right in mine if not right.states or state in right.states]
    if fitting:
        return max(fitting)
    return Level.READ if any(right.can == "write" for right in mine) else Level.WRITE
