"""Shifts that colleagues ask one another to take over: what was asked, and what was agreed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update
from sqlalchemy.orm import aliased

from ..rules.swaps import Swap
from .prepared import Prepared
from .tables import MembershipRow, ShiftSwapRow, UserRow


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftSwap:
    """One request; see the table for what each part is."""

    id: str
    team: str
    shift: str
    day: str
    name: str
    giver: str
    taker: str
    back_shift: str | None = None
    back_day: str | None = None
    back_name: str | None = None
    begins_at: datetime
    ends_at: datetime
    state: str = "asked"
    asked_at: datetime
    answered_at: datetime | None = None
    answered_by: str | None = None


_FIELDS = tuple(ShiftSwap.__dataclass_fields__)
_COLUMNS = [ShiftSwapRow.__table__.c[name] for name in _FIELDS]
_GIVER, _TAKER = aliased(UserRow), aliased(UserRow)
_GIVES, _TAKES = aliased(MembershipRow), aliased(MembershipRow)
_AGREED = Prepared(
    select(
        ShiftSwapRow.shift,
        ShiftSwapRow.day,
        ShiftSwapRow.name,
        ShiftSwapRow.back_shift,
        ShiftSwapRow.back_day,
        ShiftSwapRow.back_name,
        _GIVER.login,
        _GIVER.active,
        _GIVES.user_id,
        _TAKER.login,
        _TAKER.active,
        _TAKES.user_id,
    )
    .join(_GIVER, _GIVER.id == ShiftSwapRow.giver)
    .join(_TAKER, _TAKER.id == ShiftSwapRow.taker)
    .outerjoin(_GIVES, (_GIVES.team == ShiftSwapRow.team) & (_GIVES.user_id == ShiftSwapRow.giver))
    .outerjoin(_TAKES, (_TAKES.team == ShiftSwapRow.team) & (_TAKES.user_id == ShiftSwapRow.taker))
    .where(
        ShiftSwapRow.team == bindparam("wanted"),
        ShiftSwapRow.state == "accepted",
        ShiftSwapRow.ends_at > bindparam("since"),
    )
    .order_by(ShiftSwapRow.answered_at, ShiftSwapRow.id)
)


def agreed(connection: Connection, team: str, since: datetime) -> tuple[Swap, ...]:
    """Return what was agreed in *team* about shifts that end after *since*, in the order of agreeing.

    A half whose new person left the team, or cannot work any more, is left out.
    """
    found: list[Swap] = []
    for row in _AGREED.rows(connection, {"wanted": team, "since": since}):
        shift, day, name, back_shift, back_day, back_name, giver, gives, gave, taker, takes, took = row  # fmt: skip
        if takes and took:
            found.append(Swap(team=team, shift=shift, day=date.fromisoformat(day), giver=name, taker=taker))  # fmt: skip
        if back_shift and gives and gave:
            found.append(Swap(team=team, shift=back_shift, day=date.fromisoformat(back_day), giver=back_name, taker=giver))  # fmt: skip
    return tuple(found)


def add_swap(connection: Connection, swap: ShiftSwap) -> None:
    """Keep a request; raises IntegrityError while another is open for the same shift, day and person."""
    connection.execute(insert(ShiftSwapRow), _row(swap))


def _row(swap: ShiftSwap) -> Mapping[str, Any]:
    return {name: getattr(swap, name) for name in _FIELDS}


def swap_of(connection: Connection, swap_id: str) -> ShiftSwap | None:
    """Return one request."""
    found = connection.execute(select(*_COLUMNS).where(ShiftSwapRow.id == swap_id)).mappings()
    row = found.one_or_none()
    return None if row is None else ShiftSwap(**row)


def swaps_of(connection: Connection, teams: Collection[str], since: datetime) -> list[ShiftSwap]:
    """Return the requests in *teams* about shifts that end after *since*, the soonest first."""
    query = select(*_COLUMNS).where(
        ShiftSwapRow.team.in_(sorted(teams)), ShiftSwapRow.ends_at > since
    )
    rows = connection.execute(query.order_by(ShiftSwapRow.begins_at, ShiftSwapRow.id))
    return [ShiftSwap(**row) for row in rows.mappings()]


def open_swap(connection: Connection, team: str, shift: str, day: str, name: str) -> bool:
    """Return whether somebody was asked already about this shift of this day and has not answered."""
    same = (ShiftSwapRow.team == team) & (ShiftSwapRow.shift == shift) & (ShiftSwapRow.day == day)
    query = select(ShiftSwapRow.id).where(same, ShiftSwapRow.name == name, ShiftSwapRow.state == "asked")  # fmt: skip
    return connection.execute(query).first() is not None


def settle_swap(
    connection: Connection, swap_id: str, before: str, state: str, by: str, now: datetime
) -> bool:
    """Note how a request ended, by whom and when; False when it is not *before* any more."""
    same = (ShiftSwapRow.id == swap_id) & (ShiftSwapRow.state == before)
    values = {"state": state, "answered_at": now, "answered_by": by}
    return connection.execute(update(ShiftSwapRow).where(same).values(values)).rowcount == 1
