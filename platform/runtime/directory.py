"""The live directory with what only the runtime knows: addresses, and the existence of ids."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection

from ..core.directory import Person
from ..rules.model import Team
from ..rules.roster import members_on_call, members_on_shift
from ..rules.swaps import laid_over
from ..store.customers import customer_of
from ..store.directory import StoreDirectory
from ..store.files import file_of
from ..store.surveys import was_surveyed
from ..store.swaps import agreed
from .links import Links


class LiveDirectory(StoreDirectory):
    """Implements ``core.directory.Directory`` in one transaction."""

    def __init__(
        self,
        connection: Connection,
        now: datetime,
        links: Links,
        teams: Container[str],
        rosters: Callable[[], Mapping[str, Team]],
    ) -> None:
        """*rosters*: the teams whose shifts count now, whatever release a record is pinned to; asked when needed."""
        super().__init__(connection, now)
        self._links, self._teams, self._rosters = links, teams, cache(rosters)
        self._facts: dict[str, Mapping[str, Any] | None] = {}

    def on_call(self, team: str, at: datetime) -> tuple[Person, ...]:
        """Return who is on call by the definition of the team, else as its members are set."""
        known = self._team_at(team, at)
        if known is not None and known.roster is not None:
            called = members_on_call(known.roster, self.members(team), at)
            if called is not None:
                return called
        return super().on_call(team, at)

    def on_shift(self, team: str, at: datetime) -> frozenset[str] | None:
        """Return the ids of the members whose shift runs, None for a team without shifts."""
        known = self._team_at(team, at)
        if known is None or not known.shifts:
            return None
        return members_on_shift(known, self.members(team), at)

    def _team_at(self, team: str, at: datetime) -> Team | None:
        """Return a team with the shifts that its members agreed to change, where it has a roster."""
        known = self._rosters().get(team)
        if known is None or not (known.shifts or known.roster):
            return known
        return laid_over(known, agreed(self._connection, team, at))

    def customer(self, customer_id: str) -> Mapping[str, Any] | None:
        """Return the facts of a customer, read once."""
        if customer_id not in self._facts:
            self._facts[customer_id] = super().customer(customer_id)
        return self._facts[customer_id]

    def was_surveyed(self, asker_id: str, since: datetime) -> bool:
        """Return whether this customer or employee was sent a survey after *since*."""
        return was_surveyed(self._connection, asker_id, since)

    def portal_link(self, record_id: str) -> str:
        """Return the address at which the customer follows the record."""
        return self._links.portal(record_id)

    def desk_link(self, record_id: str) -> str:
        """Return the address at which colleagues work on the record."""
        return self._links.desk(record_id)

    def survey_link(self, record_id: str, ask_id: str) -> str:
        """Return the address at which the customer answers the survey."""
        return self._links.survey(record_id, ask_id)

    def file(self, file_id: str) -> Mapping[str, Any] | None:
        """Return name, size and media type of a stored file."""
        found = file_of(self._connection, file_id)
        return {"name": found.name, "size": found.size, "type": found.type} if found else None

    def user_exists(self, user_id: str) -> bool:
        """Return whether an active colleague has this id."""
        return self.person(user_id) is not None

    def is_member(self, user_id: str, team: str) -> bool:
        """Return whether this colleague belongs to *team*."""
        return any(member.user_id == user_id for member in self._team(team))

    def team_exists(self, team_id: str) -> bool:
        """Return whether the release knows such a team."""
        return team_id in self._teams

    def customer_exists(self, customer_id: str) -> bool:
        """Return whether there is such a customer."""
        return customer_of(self._connection, customer_id) is not None
