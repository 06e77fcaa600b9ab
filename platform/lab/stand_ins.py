"""Made-up people for a trial: whoever a release asks for and nobody in its sample data is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from ..core.directory import Person
from ..core.roles import ADMIN, AGENT, CUSTOMER, LEAD, MANAGER, STAFF
from ..release.model import Release
from .cast import Cast

IN_A_TEAM = 2
_CUSTOMERS = (
    ("customer-1", "Ann Miller", "standard", "en"),
    ("customer-2", "王芳", "vip", "zh-CN"),
)


def complete(cast: Cast, release: Release) -> Cast:
    """Return *cast* with members and a lead for each team that has none, a person for each role, and customers.

    The same *cast* when nobody is missing.
    """
    people = {one.id: one for one in cast.people}
    leads = dict(cast.leads)
    manager = _first(people, MANAGER) or _first(people, ADMIN) or "admin"
    for team, known in release.teams.items():
        if not any(team in one.teams for one in people.values()):
            for one in _team(team, frozenset(known.skills)):
                people.setdefault(one.id, one)
        if team not in leads:
            lead = Person(
                id=f"{team}-lead",
                name=f"{team} lead",
                roles=frozenset({LEAD, AGENT}),
                teams=frozenset({team}),
                manager=manager,
                email=f"{team}-lead@example.com",
            )
            people.setdefault(lead.id, lead)
            leads[team] = lead.id
    held = frozenset(role for one in people.values() for role in one.roles)
    for role in sorted(roles_of(release) - held - {CUSTOMER}):
        people.setdefault(role, _holder(role, None if role == ADMIN else manager))
    if people.keys() == {one.id for one in cast.people} and cast.customers:
        return cast
    customers = cast.customers or {one["id"]: one for one in _customers(manager)}
    return replace(cast, people=tuple(people.values()), leads=leads, customers=customers)


def roles_of(release: Release) -> frozenset[str]:
    """Return every role that *release* names: in rights, ways and approvals."""
    found = {ADMIN, AGENT, LEAD, MANAGER, STAFF}
    for kind in release.record_types.values():
        found.update(role for roles in kind.access.acts.values() for role in roles)
    for workflow in release.workflows.values():
        for state in workflow.states.values():
            found.update(role for way in state.go for role in way.by)
            approvers = state.approval.approvers if state.approval else ()
            found.update(name for one in approvers for name in (one.role, one.deputy) if name)
    return frozenset(found)


def _team(team: str, skills: frozenset[str]) -> Iterator[Person]:
    for number in range(1, IN_A_TEAM + 1):
        name = f"{team}-{number}"
        yield Person(
            id=name,
            name=f"{team} {number}",
            roles=frozenset({AGENT}),
            teams=frozenset({team}),
            skills=skills,
            manager=f"{team}-lead",
            email=f"{name}@example.com",
        )


def _holder(role: str, manager: str | None) -> Person:
    return Person(
        id=role,
        name=role.replace("_", " ").replace("-", " ").capitalize(),
        roles=frozenset({role}),
        manager=manager,
        email=f"{role}@example.com",
    )


def _first(people: dict[str, Person], role: str) -> str | None:
    return next((name for name, one in sorted(people.items()) if role in one.roles), None)


def _customers(manager: str) -> Iterator[dict[str, Any]]:
    for name, shown, tier, lang in _CUSTOMERS:
        yield {
            "id": name,
            "name": shown,
            "email": f"{name}@customer.example",
            "phone": "",
            "tier": tier,
            "tags": [],
            "organisation": "",
            "lang": lang,
            "manager": manager,
        }
