"""The editor of teams: what the definition says, and who is in the team where it is installed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from sopwith.release.model import Release
from sopwith.rules.swaps import laid_over
from sopwith.runtime.releases import NoReleaseError
from sopwith.store.people import Membership, User, memberships, users
from sopwith.store.swaps import agreed

from ...languages import lang
from ...visitor import get_service, now
from .calendars import weekday_words
from .lenient import held, several, words
from .place import Place
from .roster_weeks import weeks
from .rosters import Members, roster
from .subject import Subject

Facts = dict[str, Any]
LOOK_BACK = timedelta(weeks=8)
"""How far back the weeks of a roster show what colleagues agreed to change."""


def view(subject: Subject) -> Facts:
    """Return the team, its people, and where it is given work."""
    doc, name = subject.doc, subject.document.id
    skills = [words(one) for one in several(doc.get("skills"))]
    with get_service().database.reading() as connection:
        people = {one.id: one for one in users(connection)}
        members = _members(people, memberships(connection, team=name))
    with_skill = {
        skill: [one["name"] for one in members if skill in one["skills"]] for skill in skills
    }
    place = Place.read(subject.at)
    names = _names(people, members)
    return {
        "place": place,
        **roster(subject, place, names),
        "preview": _preview(subject, place, names),
        "weekdays": weekday_words(),
        "hour_marks": range(0, 24, 2),
        "held": held(doc),
        "skills": skills,
        "with_skill": with_skill,
        "members": members,
        "on_call": sorted((one for one in members if one["on_call"] is not None), key=_call),
        "is_live": name in _live_teams(),
        "levels": [(number, str(number)) for number in range(1, 10)],
        "used": _used(subject.bench.partly, name),
    }


def _names(people: dict[str, User], members: list[Facts]) -> Members:
    """Return the members who can work."""
    able = [people[one["id"]] for one in members if one["active"]]
    return Members(
        logins={one.login: one.name for one in able}, ids={one.id: one.login for one in able}
    )


def _preview(subject: Subject, place: Place, names: Members) -> Facts | None:
    """Return the weeks ahead, None while there is no roster that can be read."""
    partly = subject.bench.partly
    team = partly.teams.get(subject.document.id)
    calendar = partly.calendars.get(team.calendar or "") if team is not None else None
    if team is None or calendar is None or not (team.shifts or team.roster):
        return None
    with get_service().database.reading() as connection:
        changed = agreed(connection, team.id, now() - LOOK_BACK)
    team = laid_over(team, changed)
    return weeks(team, partly.working_time.get(calendar.id), calendar.zone, place, names)


def _call(member: Facts) -> int:
    return int(member["on_call"])


def _members(people: dict[str, User], known: Iterable[Membership]) -> list[Facts]:
    found = [
        {
            "id": one.user_id,
            "name": people[one.user_id].name,
            "is_lead": one.is_lead,
            "on_call": one.on_call,
            "skills": sorted(people[one.user_id].skills),
            "away": people[one.user_id].away,
            "active": people[one.user_id].active,
        }
        for one in known
        if one.user_id in people
    ]
    return sorted(found, key=lambda one: (not one["is_lead"], one["name"]))


def _live_teams() -> frozenset[str]:
    """Return the teams of the release in force: those whose people can be set."""
    try:
        return frozenset(get_service().releases.live().teams)
    except NoReleaseError:
        return frozenset()


def _used(release: Release, name: str) -> list[tuple[str, str, str]]:
    """Return the routing chains that give the team work: kind, id, title."""
    return [
        ("routing", one.id, one.title.get(lang()) or one.id)
        for one in release.routings.values()
        if any(link.team == name for link in one.chain)
    ]
