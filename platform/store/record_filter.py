"""Which records are wanted: filters, what few records fit, and the conditions that the indexes are made for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, false, func, or_
from sqlalchemy.orm import InstrumentedAttribute

from .found_by import MarkTest, among_ids, each_fits, few_ids
from .search import find
from .sight import Sight, part_test, seen_by
from .tables import RecordRow
from .where import IS_OPEN, IS_SETTLED, IS_WAITING, Beside

Order = Literal["updated", "created", "breach", "number", "priority"]
OPEN_CATEGORIES = frozenset({"open", "waiting"})
LARGEST_PAGE = 200
_BY_CATEGORY: dict[frozenset[Any], ColumnElement[bool]] = {
    OPEN_CATEGORIES: IS_OPEN,
    frozenset({"resolved", "closed"}): IS_SETTLED,
    frozenset({"waiting"}): IS_WAITING,
}

MOST_TEAMS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordFilter:
    """Which records; None means all. ``None`` inside *owners* or *teams*: those that have none.

    seen_by: only what this colleague may see: own (created, owned, followed) and those of *seen_teams*.
    overdue_at: those that have broken a promise by then. marks: tests on fields, tags and kept views.
    where: a condition on ``RecordRow``. only_open: *where* lets open ones through only. is_narrow, cut:
    see ``narrowed``. seen: whose eyes to look with. eyes: the same for few records, which are looked at
    one by one. kinds: types that only sift.
    """

    types: frozenset[str] | None = None
    states: frozenset[str] | None = None
    categories: frozenset[str] | None = None
    priorities: frozenset[str] | None = None
    owners: frozenset[str | None] | None = None
    teams: frozenset[str | None] | None = None
    customer_id: str | None = None
    customers: frozenset[str] | None = None
    created_by: str | None = None
    seen_by: str | None = None
    seen_teams: frozenset[str] = frozenset()
    words: str = ""
    public_words: bool = False
    overdue_at: datetime | None = None
    breach_before: datetime | None = None
    created_since: datetime | None = None
    created_before: datetime | None = None
    ids: frozenset[str] | None = None
    marks: tuple[MarkTest, ...] = ()
    where: ColumnElement[bool] | None = None
    only_open: bool = False
    seen: Sight | None = None
    eyes: Sight | None = None
    kinds: frozenset[str] | None = None
    is_narrow: bool = False
    cut: bool = False

    @property
    def is_of_open(self) -> bool:
        """Return whether only open records can be wanted."""
        return self.only_open or (
            self.categories is not None and self.categories <= OPEN_CATEGORIES
        )


EVERYTHING = RecordFilter()


def narrowed(connection: Connection, wanted: RecordFilter) -> RecordFilter:
    """Return the same with words, and those tests that few records fit, turned into ids.

    Tests that many records fit stay: they are asked of one record after the other, in the order of the
    list. cut: the words occur so often that not every record with them is among the ids.
    """
    if wanted.is_narrow:
        return wanted
    ids, cut = wanted.ids, False
    if wanted.words.strip():
        found = find(connection, wanted.words, public_only=wanted.public_words)
        ids, cut = _both(ids, found.ids), found.cut
    many = []
    for test in wanted.marks:
        few = few_ids(connection, test, only_open=wanted.is_of_open)
        if few is None:
            many.append(test)
        else:
            ids = _both(ids, few)
    return replace(wanted, words="", ids=ids, marks=tuple(many), cut=cut, is_narrow=True)


def branches(connection: Connection, wanted: RecordFilter) -> list[RecordFilter]:
    """Return filters that together let through what *wanted*, which is narrowed, does; a record may pass several.

    Each can be answered from one index in the order of a list. With all of them in one condition a
    database would read everything that somebody may see, and then sort it.
    """
    sight = wanted.seen
    if sight is None or wanted.ids is not None:
        return _by_team(wanted)
    found: list[RecordFilter] = []
    free = replace(wanted, seen=None)
    if kinds := _kinds(wanted, sight, "all"):
        found += _by_team(replace(free, kinds=kinds))
    if kinds := _kinds(wanted, sight, "team"):
        for team in sorted(sight.teams):
            if wanted.teams is None or team in wanted.teams:
                found.append(replace(free, kinds=kinds, teams=frozenset({team})))
    if kinds := _kinds(wanted, sight, "team") | _kinds(wanted, sight, "own"):
        if wanted.owners is None or sight.user in wanted.owners:
            found.append(replace(free, kinds=kinds, owners=frozenset({sight.user})))
        part = part_test(sight)
        few = few_ids(connection, part, only_open=wanted.is_of_open)
        if few is None:
            found.append(replace(free, kinds=kinds, marks=(*free.marks, part)))
        elif few:
            found.append(replace(free, kinds=kinds, ids=frozenset(few)))
    return found


def _kinds(wanted: RecordFilter, sight: Sight, wide: str) -> frozenset[str]:
    kinds = frozenset(sight.types(wide))
    return kinds if wanted.types is None else kinds & wanted.types


def _by_team(wanted: RecordFilter) -> list[RecordFilter]:
    """Return one filter for each of several teams: the index has the records of one team in order."""
    teams = wanted.teams or frozenset()
    if wanted.ids is not None or not 1 < len(teams) <= MOST_TEAMS:
        return [wanted]
    return [replace(wanted, teams=frozenset({team})) for team in teams]


def _both(ids: frozenset[str] | None, more: Sequence[str]) -> frozenset[str]:
    return frozenset(more) if ids is None else ids & frozenset(more)


def conditions(
    connection: Connection, wanted: RecordFilter, order: Order | None = None
) -> list[ColumnElement[bool]]:
    """Return *wanted*, which is narrowed, as conditions on ``RecordRow``.

    order: of a list; then a column only sifts unless an index has its records in that order.
    """
    leading = None if order is None else _leading(wanted, order)
    found: list[ColumnElement[bool]] = []
    if wanted.ids is not None:
        found.append(among_ids(connection, wanted.ids))
    for column, values in (
        (RecordRow.type, wanted.types),
        (RecordRow.state, wanted.states),
        (RecordRow.category, wanted.categories),
        (RecordRow.priority, wanted.priorities),
        (RecordRow.owner, wanted.owners),
        (RecordRow.team, wanted.teams),
        (RecordRow.customer_id, wanted.customers),
    ):
        if values is not None:
            sifts = leading is not None and column.key not in leading
            whole = _whole_category(column, values)
            found.append(whole if whole is not None else _among(column, values, sifts=sifts))
    if wanted.kinds is not None:
        found.append(_among(RecordRow.type, wanted.kinds, sifts=order is not None))
    found += [seen_by(one) for one in (wanted.seen, wanted.eyes) if one is not None]
    found += _people(wanted) + _times(wanted)
    found += [each_fits(connection, one, only_open=wanted.is_of_open) for one in wanted.marks]
    if wanted.where is not None:
        found.append(wanted.where)
    return found


def _whole_category(column: Any, values: frozenset[Any]) -> ColumnElement[bool] | None:
    """Return the categories in the words of a partial index, if there is one for just these."""
    return _BY_CATEGORY.get(values) if column is RecordRow.category else None


def _leading(wanted: RecordFilter, order: Order) -> frozenset[str]:
    """Return the columns by which the records may be looked up: those with an index in the order of the list."""
    if wanted.ids is not None:
        return frozenset()
    of_kind = (_is_one(wanted.types), _is_one(wanted.states))
    if wanted.is_of_open and order == "breach":
        for column, values in (("owner", wanted.owners), ("team", wanted.teams)):
            if _is_one(values):
                return frozenset({column})
        return frozenset({"type", "state"}) if all(of_kind) else frozenset()
    if wanted.is_of_open:
        return frozenset()
    if order == "updated" and all(of_kind):
        return frozenset({"type", "state"})
    return frozenset({"type", "customer_id"}) if order in ("updated", "created") else frozenset()


def _is_one(values: frozenset[Any] | None) -> bool:
    return values is not None and len(values) == 1


def _among(
    column: InstrumentedAttribute[Any],
    values: frozenset[str] | frozenset[str | None],
    *,
    sifts: bool = False,
) -> ColumnElement[bool]:
    place: Any = Beside(column) if sifts else column
    some = sorted(value for value in values if value is not None)
    if not some and None in values:
        none: ColumnElement[bool] = place.is_(None)
        return none
    named: ColumnElement[bool] = (
        false() if not some else place == some[0] if len(some) == 1 else place.in_(some)
    )
    return or_(named, place.is_(None)) if None in values else named


def _people(wanted: RecordFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.customer_id is not None:
        found.append(RecordRow.customer_id == wanted.customer_id)
    if wanted.created_by is not None:
        # Where some days are asked for as well, they are fewer records than all that somebody ever opened.
        by: Any = RecordRow.created_by
        by = by if wanted.created_since is None else func.coalesce(by, "")
        found.append(by == wanted.created_by)
    if wanted.seen_by is not None:
        mine = or_(RecordRow.owner == wanted.seen_by, RecordRow.created_by == wanted.seen_by)
        teams = RecordRow.team.in_(sorted(wanted.seen_teams))
        found.append(or_(mine, teams) if wanted.seen_teams else mine)
    return found


def _times(wanted: RecordFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    for limit in (wanted.overdue_at, wanted.breach_before):
        if limit is not None:
            found.append(RecordRow.next_breach_at <= limit)
    if wanted.created_since is not None:
        found.append(RecordRow.created_at >= wanted.created_since)
    if wanted.created_before is not None:
        found.append(RecordRow.created_at < wanted.created_before)
    return found
