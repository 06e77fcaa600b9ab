"""The directory of a world: people and customers as values, records as they are in that world."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from ..core.directory import Person
from ..core.record import RecordState
from ..engine.scope import scope_of
from ..rules.model import Team
from ..rules.roster import members_on_call, members_on_shift


@dataclass(slots=True, kw_only=True)
class Town:
    """Implements ``core.directory.Directory`` in memory."""

    people: dict[str, Person] = field(default_factory=dict)
    leads: dict[str, str] = field(default_factory=dict)
    rosters: dict[str, tuple[str, ...]] = field(default_factory=dict)
    teams: Mapping[str, Team] = field(default_factory=dict)
    customers: dict[str, dict[str, Any]] = field(default_factory=dict)
    records: dict[str, RecordState] = field(default_factory=dict)
    files: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    given: dict[str, datetime] = field(default_factory=dict)
    surveyed: dict[str, datetime] = field(default_factory=dict)

    def person(self, user_id: str) -> Person | None:
        """Return the colleague with the load of this moment."""
        known = self.people.get(user_id)
        if known is None:
            return None
        load = sum(1 for one in self.records.values() if one.owner == user_id and one.is_open)
        return replace(known, load=load, last_given_at=self.given.get(user_id))

    def _where(self, fits: Any) -> tuple[Person, ...]:
        """Return those whom *fits* takes, which looks at nothing that changes with their work."""
        names = sorted(name for name, one in self.people.items() if fits(one))
        return tuple(one for name in names if (one := self.person(name)) is not None)

    def members(self, team: str) -> tuple[Person, ...]:
        """Return the members of *team* by id."""
        return self._where(lambda one: team in one.teams)

    def lead(self, team: str) -> Person | None:
        """Return the team's lead."""
        return self.person(self.leads.get(team, ""))

    def on_call(self, team: str, at: datetime) -> tuple[Person, ...]:
        """Return who is on call by the definition, else the roster of this world.

        Without either everybody present, or nobody where the team works in shifts.
        """
        known = self.teams.get(team)
        if known is not None and known.roster is not None:
            called = members_on_call(known.roster, self.members(team), at)
            if called is not None:
                return called
        roster = self.rosters.get(team)
        if roster is None:
            free = known is None or not known.shifts
            return tuple(one for one in self.members(team) if one.present and free)
        people = (self.person(name) for name in roster)
        return tuple(one for one in people if one is not None and one.present)

    def on_shift(self, team: str, at: datetime) -> frozenset[str] | None:
        """Return the ids of the members whose shift runs, None for a team without shifts."""
        known = self.teams.get(team)
        return None if known is None else members_on_shift(known, self.members(team), at)

    def with_role(self, role: str) -> tuple[Person, ...]:
        """Return the colleagues with *role* by id."""
        return self._where(lambda one: role in one.roles)

    def customer(self, customer_id: str) -> Mapping[str, Any] | None:
        """Return the customer's facts."""
        return self.customers.get(customer_id)

    def last_agent(self, customer_id: str, since: datetime) -> str | None:
        """Return who last owned a record of this customer."""
        theirs = [
            one
            for one in self.records.values()
            if one.customer_id == customer_id and one.owner and one.updated_at >= since
        ]
        newest = max(theirs, key=lambda one: (one.updated_at, one.id), default=None)
        return newest.owner if newest else None

    def count_records(
        self, record_type: str, since: datetime, same: Mapping[str, Any], condition: Any
    ) -> int:
        """Return how many records of this world fit."""
        count = 0
        for one in self.records.values():
            if one.type != record_type or one.created_at < since:
                continue
            scope = {**scope_of(one), "customer_id": one.customer_id, "customer": one.customer}
            alike = all(
                (one.customer_id if name in ("customer", "customer_id") else scope.get(name))
                == value
                for name, value in same.items()
            )
            count += alike and (condition is None or condition.holds(scope))
        return count

    def was_surveyed(self, asker_id: str, since: datetime) -> bool:
        """Return whether the customer or employee was asked after *since*."""
        last = self.surveyed.get(asker_id)
        return last is not None and last > since

    def portal_link(self, record_id: str) -> str:
        """Return an address of this world."""
        return f"https://portal.example/r/{record_id}"

    def desk_link(self, record_id: str) -> str:
        """Return an address of this world."""
        return f"https://desk.example/r/{record_id}"

    def survey_link(self, record_id: str, ask_id: str) -> str:
        """Return an address of this world."""
        return f"https://portal.example/s/{record_id}/{ask_id}"

    def file(self, file_id: str) -> Mapping[str, Any] | None:
        """Return what is known of a file; a scenario may name any."""
        return self.files.get(file_id) or {
            "name": file_id,
            "size": 1000,
            "type": "application/octet-stream",
        }

    def user_exists(self, user_id: str) -> bool:
        """Return whether there is such a colleague."""
        return user_id in self.people

    def is_member(self, user_id: str, team: str) -> bool:
        """Return whether the colleague is in *team*."""
        one = self.people.get(user_id)
        return one is not None and team in one.teams

    def team_exists(self, team_id: str) -> bool:
        """Return whether anybody is in such a team, or leads it."""
        return team_id in self.leads or any(team_id in one.teams for one in self.people.values())

    def customer_exists(self, customer_id: str) -> bool:
        """Return whether there is such a customer."""
        return customer_id in self.customers
