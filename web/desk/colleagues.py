"""Names of people and teams, each question asked once in a page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection

from sopwith.core.events import Actor
from sopwith.release.model import Release
from sopwith.store.people import User

from ..forms import Picks
from ..languages import lang
from ..visitor import everybody, now
from ..wording import gettext as _
from .duty import shift_words, teams_at


@dataclass(frozen=True, slots=True)
class Colleagues:
    """Everybody with an account, and the teams of the release in force."""

    release: Release
    people: Mapping[str, User] = field(default_factory=dict)

    def name(self, user_id: str | None) -> str:
        """Return what people call a colleague, empty for nobody."""
        if not user_id:
            return ""
        found = self.people.get(user_id)
        return found.name if found else user_id

    def team(self, team_id: str | None) -> str:
        """Return the title of a team, empty for none."""
        if not team_id:
            return ""
        found = self.release.teams.get(team_id)
        return found.title.get(lang()) if found else team_id

    def active(self) -> list[User]:
        """Return everybody who can be given something, by name; those who are away last."""
        found = [one for one in self.people.values() if one.active]
        return sorted(found, key=lambda one: (one.away, one.name))

    def assignable(self, at: datetime | None = None) -> list[tuple[User, str]]:
        """Return everybody who can be given something, with what keeps them: those who work now first."""
        shifts = shift_words(teams_at(self.release, at or now()), self.people.values(), at or now())
        off = _("not on shift")
        known = [(one, _("away") if one.away else shifts.get(one.id, "")) for one in self.active()]
        return sorted(known, key=lambda one: (one[0].away, one[1] == off, one[0].name))

    def teams(self) -> list[tuple[str, str]]:
        """Return ids and titles of all teams."""
        return [(one.id, one.title.get(lang())) for one in self.release.teams.values()]

    def actor(self, actor: Actor) -> str:
        """Return in words who did something."""
        if actor.kind == "system":
            return _("Sopwith")
        if actor.name:
            return actor.name
        if actor.kind == "customer":
            return _("Customer")
        return self.name(actor.id) or _("Somebody")


@dataclass(frozen=True, slots=True)
class Names:
    """What people know others by, for fields that hold ids: colleagues without a further question."""

    people: Colleagues
    picks: Picks

    def name(self, kind: str, key: str) -> str:
        """Return the name of a colleague, team, customer or file."""
        return self.people.name(key) if kind == "user" else self.picks.name(kind, key)


def names_of(release: Release, people: Colleagues) -> Names:
    """Return the names for the fields of a record of *release*."""
    return Names(people, Picks(release, True))


def colleagues(connection: Connection, release: Release) -> Colleagues:
    """Return everybody, with one question to the database in a page."""
    return Colleagues(release, {one.id: one for one in everybody(connection)})
