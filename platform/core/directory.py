"""What the engine may ask about people and other records while it decides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A colleague as routing and approvals see one.

    present: on duty now, not away. load: open records owned. last_given_at: when routing last
    gave this person something. zone: the time zone they read times in, empty for the installation's.
    login: what they sign in as, by which rosters may name them.
    """

    id: str
    name: str
    roles: frozenset[str] = frozenset()
    teams: frozenset[str] = frozenset()
    skills: frozenset[str] = frozenset()
    present: bool = True
    load: int = 0
    capacity: int | None = None
    last_given_at: datetime | None = None
    deputy: str | None = None
    manager: str | None = None
    email: str = ""
    lang: str = "en"
    zone: str = ""
    login: str = ""


class Directory(Protocol):
    """Look-ups about people and past records; a live and an in-memory implementation exist."""

    def person(self, user_id: str) -> Person | None:
        """Return the colleague, None when unknown or disabled."""
        ...

    def members(self, team: str) -> tuple[Person, ...]:
        """Return the active members of *team*, ordered by id."""
        ...

    def lead(self, team: str) -> Person | None:
        """Return the team's lead."""
        ...

    def on_call(self, team: str, at: datetime) -> tuple[Person, ...]:
        """Return who is on call in *team* at *at*, first level first."""
        ...

    def on_shift(self, team: str, at: datetime) -> frozenset[str] | None:
        """Return the ids of the members of *team* whose shift runs at *at*, None for a team without shifts."""
        ...

    def with_role(self, role: str) -> tuple[Person, ...]:
        """Return the active colleagues with *role*, ordered by id."""
        ...

    def customer(self, customer_id: str) -> Mapping[str, Any] | None:
        """Return the facts of a customer: id, name, email, phone, lang, tier, tags, organisation, manager."""
        ...

    def last_agent(self, customer_id: str, since: datetime) -> str | None:
        """Return who last owned a record of this customer that was updated since *since*."""
        ...

    def count_records(
        self, record_type: str, since: datetime, same: Mapping[str, Any], condition: Any
    ) -> int:
        """Return how many records created since *since* agree with *same* and fulfil *condition* (an Expression or None).

        *same* maps field ids, or ``customer_id``, to the value they must have.
        """
        ...

    def was_surveyed(self, asker_id: str, since: datetime) -> bool:
        """Return whether this customer or employee was sent a survey after *since*."""
        ...

    def portal_link(self, record_id: str) -> str:
        """Return the address at which the customer follows the record."""
        ...

    def desk_link(self, record_id: str) -> str:
        """Return the address at which colleagues work on the record."""
        ...

    def survey_link(self, record_id: str, ask_id: str) -> str:
        """Return the address at which the customer answers the survey."""
        ...

    def file(self, file_id: str) -> Mapping[str, Any] | None:
        """Return ``name``, ``size`` (bytes) and ``type`` (media type) of a stored file, else None."""
        ...

    def user_exists(self, user_id: str) -> bool:
        """Return whether an active colleague has this id."""
        ...

    def is_member(self, user_id: str, team: str) -> bool:
        """Return whether this colleague belongs to *team*."""
        ...

    def team_exists(self, team_id: str) -> bool:
        """Return whether there is such a team."""
        ...

    def customer_exists(self, customer_id: str) -> bool:
        """Return whether there is such a customer."""
        ...
