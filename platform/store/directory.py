"""The live directory: what the engine may ask, answered from the tables of one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, func, or_, select

from ..core.directory import Person
from ..engine.scope import scope_of
from ..expressions import Context
from .customers import facts_of
from .people import (
    Membership,
    User,
    loads_of,
    memberships,
    people_of,
    person_of,
    teams_of,
    users_by_id,
)
from .prepared import Prepared
from .record_json import load_state
from .tables import RecordRow, UserRow
from .worklists import of_view

_LAST_OWNER = Prepared(
    select(RecordRow.owner)
    .where(
        RecordRow.customer_id == bindparam("customer"),
        RecordRow.updated_at >= bindparam("since"),
        RecordRow.owner.is_not(None),
    )
    .order_by(RecordRow.updated_at.desc(), RecordRow.id.desc())
    .limit(1)
)
_COLUMNS = frozenset({"customer_id", "owner", "team", "state", "priority", "channel", "category"})


class StoreDirectory:
    """Answers ``core.directory.Directory`` as of *now*, each question about people once."""

    def __init__(self, connection: Connection, now: datetime, zone: str = "UTC") -> None:
        self._connection, self._now, self._zone = connection, now, zone
        self._people: dict[str, Person | None] = {}
        self._memberships: dict[str, Sequence[Membership]] = {}

    def forget_people(self) -> None:
        """Ask again who has how much to do: it changed within this transaction."""
        self._people.clear()

    def person(self, user_id: str) -> Person | None:
        """Return the colleague, None when unknown or disabled."""
        if user_id not in self._people:
            self._read([user_id])
        return self._people[user_id]

    def members(self, team: str) -> tuple[Person, ...]:
        """Return the active members of *team*, ordered by id."""
        ids = sorted(m.user_id for m in self._team(team))
        if len(ids) > 1 and not all(one in self._people for one in ids):
            for user, teams, load in people_of(self._connection, team):
                self._people[user.id] = _person(user, teams, load) if user.active else None
        return self._some(ids)

    def lead(self, team: str) -> Person | None:
        """Return the team's lead; of several the first by id."""
        leads = [m.user_id for m in self._team(team) if m.is_lead]
        return next(iter(self._some(sorted(leads))), None)

    def on_call(self, team: str, at: datetime) -> tuple[Person, ...]:
        """Return who is on call in *team*, first level first; whoever is away is left out."""
        ordered = sorted((m.on_call, m.user_id) for m in self._team(team) if m.on_call is not None)
        return tuple(p for p in self._some([user_id for _, user_id in ordered]) if p.present)

    def on_shift(self, team: str, at: datetime) -> frozenset[str] | None:
        """Return None: the tables know no shifts, only definitions do."""
        return None

    def with_role(self, role: str) -> tuple[Person, ...]:
        """Return the active colleagues with *role*, ordered by id."""
        query = select(UserRow.id, UserRow.roles).where(UserRow.active).order_by(UserRow.id)
        found = self._connection.execute(query)
        return self._some([user_id for user_id, roles in found if role in roles])

    def customer(self, customer_id: str) -> Mapping[str, Any] | None:
        """Return the facts of a customer."""
        return facts_of(self._connection, customer_id)

    def last_agent(self, customer_id: str, since: datetime) -> str | None:
        """Return who last owned a record of this customer that was updated since *since*."""
        asked = {"customer": customer_id, "since": since}
        found = _LAST_OWNER.first(self._connection, asked)
        return None if found is None else found[0]

    def count_records(
        self, record_type: str, since: datetime, same: Mapping[str, Any], condition: Any
    ) -> int:
        """Return how many records created since *since* agree with *same* and fulfil *condition*."""
        wanted = [RecordRow.type == record_type, RecordRow.created_at >= since]
        wanted += [_equals(name, value) for name, value in same.items()]
        if condition is None:
            return self._count(wanted)
        context = Context(now=self._now, zone=self._zone)
        in_sql = of_view(self._connection, record_type, condition, context)
        if in_sql is not None:
            return self._count([*wanted, in_sql])
        found = self._connection.execute(select(RecordRow.state_json).where(*wanted)).scalars()
        return sum(condition.holds(scope_of(load_state(text)), context) for text in found)

    def _count(self, wanted: Sequence[ColumnElement[bool]]) -> int:
        query = select(func.count()).select_from(RecordRow).where(*wanted)
        return self._connection.execute(query).scalar_one()

    def _team(self, team: str) -> Sequence[Membership]:
        if team not in self._memberships:
            self._memberships[team] = memberships(self._connection, team=team)
        return self._memberships[team]

    def _some(self, ids: Sequence[str]) -> tuple[Person, ...]:
        missing = [one for one in ids if one not in self._people]
        if missing:
            self._read(missing)
        found = (self._people[one] for one in ids)
        return tuple(person for person in found if person is not None)

    def _read(self, ids: Iterable[str]) -> None:
        wanted = list(ids)
        if len(wanted) == 1:
            one = wanted[0]
            person = person_of(self._connection, one)
            self._people[one] = _person(*person) if person and person[0].active else None
            return
        found = users_by_id(self._connection, wanted)
        teams, loads = teams_of(self._connection, wanted), loads_of(self._connection, wanted)
        for one in wanted:
            user = found.get(one)
            known = user is not None and user.active
            self._people[one] = _person(user, teams[one], loads[one]) if known and user else None


def _person(user: User, teams: frozenset[str], load: int) -> Person:
    return Person(
        id=user.id,
        name=user.name,
        roles=user.roles,
        teams=teams,
        skills=user.skills,
        present=not user.away,
        load=load,
        capacity=user.capacity,
        last_given_at=user.last_given_at,
        deputy=user.deputy_id,
        manager=user.manager_id,
        email=user.email,
        lang=user.lang,
        zone=user.zone,
        login=user.login,
    )


def _equals(name: str, value: Any) -> ColumnElement[bool]:
    """Return that the field *name* is *value*; a missing field and null are the same."""
    if name in _COLUMNS:
        column = RecordRow.__table__.c[name]
        return column.is_(None) if value is None else column == value
    item = RecordRow.values[name]
    if value is None:
        return or_(item.is_(None), item.as_string().is_(None))
    found: ColumnElement[bool]
    if isinstance(value, bool):
        found = item.as_boolean() == value
    elif isinstance(value, int | float):
        found = item.as_float() == value
    elif isinstance(value, str):
        found = item.as_string() == value
    else:
        found = item == value
    return found
