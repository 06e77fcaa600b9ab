"""How many open records somebody sees: from the tallies, and those that are seen for another reason one by one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    case,
    false,
    func,
    literal,
    or_,
    select,
    text,
)
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.base import Executable

from .mark_tables import TallyRow
from .marks import Group, load_marked
from .prepared import Remembered
from .sight import Sight, parts_of
from .tables import RecordRow

MOST_EXTRAS = 500
OTHERS = "*"
_COUNTED, _EXTRAS = Remembered(), Remembered()


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """One number; *more*: it is at least this much."""

    number: int
    more: bool = False

    def __str__(self) -> str:
        return f"{self.number}+" if self.more else str(self.number)


def count_groups_seen(
    connection: Connection,
    sight: Sight,
    names: Iterable[str],
    *,
    by_state: bool = False,
    by_owner: bool = False,
) -> tuple[dict[Group, int], bool]:
    """Return how many open records *sight* sees in each group of *names*, and whether there may be more.

    Teams that *sight* is not in stand together as ``OTHERS``; so do other owners and all states, unless
    the numbers are wanted by them.
    A record that is seen for a part in it, besides type, team and owner, is looked at by itself; no more
    than ``MOST_EXTRAS`` are.
    """
    wanted = sorted(set(names))
    if not wanted:
        return {}, False
    found: Counter[Group] = Counter()
    known = ("", sight.user)

    def make() -> Executable:
        columns = (
            TallyRow.name,
            TallyRow.type,
            TallyRow.state if by_state else literal(OTHERS),
            _only(TallyRow.team, sorted(sight.teams)),
            TallyRow.owner if by_owner else _only(TallyRow.owner, known),
        )
        places = [text(str(at)) for at in range(1, len(columns) + 1)]
        seen = (TallyRow.name.in_(wanted), _tallied(sight))
        return select(*columns, func.sum(TallyRow.count)).where(*seen).group_by(*places)

    asked = (sight.key, tuple(wanted), by_state, by_owner)
    for *group, number in _COUNTED.rows(connection, asked, make):
        if number:
            found[Group(*group)] += int(number)
    if sight.types("team") or sight.types("own"):
        marks = _EXTRAS.rows(connection, sight.key, lambda: _extras(sight).limit(MOST_EXTRAS + 1))
        for (one,) in marks[:MOST_EXTRAS]:
            found.update(group for group in load_marked(one).groups if group.name in wanted)
        return dict(found), len(marks) > MOST_EXTRAS
    return dict(found), False


def _only(column: InstrumentedAttribute[str], known: Sequence[str]) -> ColumnElement[str]:
    """Return the column with every value but those *known* as ``OTHERS``."""
    return case((column.in_(known), column), else_=OTHERS)


def _tallied(sight: Sight) -> ColumnElement[bool]:
    """Return which groups are seen as a whole."""
    kinds = TallyRow.type.in_(sight.types("all"))
    own = and_(TallyRow.type.in_(sight.types("own")), TallyRow.owner == sight.user)
    ours = or_(TallyRow.team.in_(sorted(sight.teams)), TallyRow.owner == sight.user)
    return or_(kinds, own, and_(TallyRow.type.in_(sight.types("team")), ours))


def _extras(sight: Sight) -> Select[str]:
    """Return a query for the marks of open records that are seen for a part in them only."""
    not_owner = or_(RecordRow.owner.is_(None), RecordRow.owner != sight.user)
    no_team = or_(RecordRow.team.is_(None), RecordRow.team.not_in(sorted(sight.teams)))
    team = (
        and_(RecordRow.type.in_(sight.types("team")), no_team) if sight.types("team") else false()
    )
    own = RecordRow.type.in_(sight.types("own"))
    ids = parts_of(sight, only_open=True)
    return select(RecordRow.marks).where(RecordRow.id.in_(ids), not_owner, or_(team, own))
