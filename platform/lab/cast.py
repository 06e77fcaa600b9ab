"""The people and customers of a scenario or of a pack's sample data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..core.directory import Person
from ..core.roles import AGENT
from ..definitions import Reader


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """Who is there. leads: team to person. on_call: team to persons, first level first."""

    people: tuple[Person, ...] = ()
    leads: Mapping[str, str] = field(default_factory=dict)
    on_call: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    customers: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def read_cast(r: Reader) -> Cast:
    """Return the cast that the keys ``people``, ``on_call`` and ``customers`` describe."""
    people: list[Person] = []
    leads: dict[str, str] = {}
    for one in r.readers("people"):
        person, led = _person(one)
        people.append(person)
        leads.update(dict.fromkeys(led, person.id))
    rosters = {
        team: tuple(str(child.value) for child in node.children)
        for team, node in r.entries("on_call")
    }
    customers = [_customer(one) for one in r.readers("customers")]
    return Cast(
        people=tuple(people),
        leads=leads,
        on_call=rosters,
        customers={customer["id"]: customer for customer in customers},
    )


def _person(r: Reader) -> tuple[Person, list[str]]:
    name = r.name("id", required=True)
    teams, leads = r.texts("teams"), r.texts("lead_of")
    person = Person(
        id=name,
        name=r.text("name", name),
        roles=frozenset(r.texts("roles") or [AGENT]),
        teams=frozenset([*teams, *leads]),
        skills=frozenset(r.texts("skills")),
        present=r.flag("present", True),
        capacity=r.whole("capacity", 0, 0, 10_000) or None,
        deputy=r.text("deputy") or None,
        manager=r.text("manager") or None,
        email=r.text("email", f"{name}@example.com"),
        lang=r.text("lang", "en"),
    )
    r.done()
    return person, list(leads)


def _customer(r: Reader) -> dict[str, Any]:
    name = r.name("id", required=True)
    customer: dict[str, Any] = {
        "id": name,
        "name": r.text("name", name),
        "email": r.text("email", f"{name}@customer.example"),
        "phone": r.text("phone"),
        "tier": r.text("tier", "standard"),
        "tags": list(r.texts("tags")),
        "organisation": r.text("organisation"),
        "lang": r.text("lang", "en"),
        "manager": r.text("manager") or None,
    }
    r.done()
    return customer
