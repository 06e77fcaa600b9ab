"""Who of the colleagues works right now, by the shifts of the release in force."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from sopwith.release.model import Release
from sopwith.rules.model import Team
from sopwith.rules.roster import on_shift, roster_names
from sopwith.rules.swaps import laid_over
from sopwith.store.people import User
from sopwith.store.swaps import agreed

from ..languages import zone_info
from ..visitor import get_service
from ..wording import gettext as _


def teams_at(release: Release, at: datetime) -> Mapping[str, Team]:
    """Return the teams of *release*, with the shifts that colleagues agreed to change."""
    known = release.teams
    if not any(one.shifts for one in known.values()):
        return known
    with get_service().database.reading() as connection:
        return {
            one.id: laid_over(one, agreed(connection, one.id, at)) if one.shifts else one
            for one in known.values()
        }


def shift_words(teams: Mapping[str, Team], people: Iterable[User], at: datetime) -> dict[str, str]:
    """Return for each of *people* who stands on a roster until when they are on shift, or that they are not."""
    everybody, until = _shifts(teams, at)
    found: dict[str, str] = {}
    for one in people:
        names = {one.id, one.login}
        ends = max((until[name] for name in names if name in until), default=None)
        if ends is not None:
            clock = f"{ends.astimezone(zone_info()):%H:%M}"
            found[one.id] = _("on shift until %(time)s", time=clock)
        elif names & everybody:
            found[one.id] = _("not on shift")
    return found


def _shifts(teams: Mapping[str, Team], at: datetime) -> tuple[frozenset[str], dict[str, datetime]]:
    """Return everybody who stands on a roster, and who works at *at*, until when."""
    everybody: set[str] = set()
    until: dict[str, datetime] = {}
    for team in teams.values():
        everybody |= roster_names(one.crew for one in team.shifts)
        for duty in on_shift(team, at) if team.shifts else ():
            for name in duty.people:
                until[name] = max(duty.ends, until.get(name, duty.ends))
    return frozenset(everybody), until
