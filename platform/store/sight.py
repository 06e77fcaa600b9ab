"""Which records somebody may see: by type, team, owner, and by a part in them."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, Select, and_, false, or_, select

from .found_by import MarkTest
from .mark_tables import RecordMarkRow
from .marks import PART, part_of_team
from .tables import RecordRow
from .where import Beside


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """Whom lists are for: which records of each type (all | team | own | none) *user* of *teams* may see."""

    scopes: Mapping[str, str]
    user: str
    teams: frozenset[str] = field(default_factory=frozenset)

    def types(self, wide: str) -> list[str]:
        """Return the types of which this much may be seen."""
        return sorted(kind for kind, scope in self.scopes.items() if scope == wide)

    @property
    def key(self) -> Hashable:
        """Return what is equal for those who see the same."""
        return self.user, self.teams, tuple(sorted(self.scopes.items()))

    @property
    def sees_all(self) -> bool:
        """Return whether every record of every type is seen."""
        return all(scope == "all" for scope in self.scopes.values())


def parts_of(sight: Sight, *, only_open: bool = False) -> Select[str]:
    """Return a query for the ids of records in which *sight* has a part, or its teams an open task."""
    mark = RecordMarkRow
    query = select(mark.record_id).where(mark.name == PART, mark.text.in_(_names(sight)))
    return query.where(mark.open) if only_open else query


def part_test(sight: Sight) -> MarkTest:
    """Return the same as a test on marks."""
    return MarkTest(name=PART, texts=frozenset(_names(sight)))


def _names(sight: Sight) -> list[str]:
    return sorted([sight.user, *map(part_of_team, sight.teams)])


def seen_by(sight: Sight) -> ColumnElement[bool]:
    """Return what *sight* sees as a condition; good for few records, see ``record_filter.branches`` for lists."""
    kind = Beside(RecordRow.type)
    mine = or_(RecordRow.owner == sight.user, RecordRow.id.in_(parts_of(sight)))
    found: list[ColumnElement[bool]] = []
    if types := sight.types("all"):
        found.append(kind.in_(types))
    if types := sight.types("team"):
        ours = or_(RecordRow.team.in_(sorted(sight.teams)), mine)
        found.append(and_(kind.in_(types), ours))
    if types := sight.types("own"):
        found.append(and_(kind.in_(types), mine))
    return or_(*found) if found else false()
