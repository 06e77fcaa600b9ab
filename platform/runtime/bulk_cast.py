"""Who takes part in made-up data: the colleagues there are, some more in each team, and thousands of customers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from random import Random
from typing import Any

from sqlalchemy import Connection, insert, select

from ..core.directory import Person
from ..core.roles import AGENT
from ..lab.life_people import firm_name, person_name
from ..lab.lives import Kind, Scene
from ..release.model import Release
from ..store.bulk_stamp import Who, customer_values
from ..store.people import Membership, User, add_user, memberships, put_members, users
from ..store.tables import CustomerRow, OrganisationRow

MORE_IN_EACH_TEAM = 4
A_FIRM = 8
"""Customers of one firm, about."""

_TIERS = (("standard", 70), ("vip", 12), ("enterprise", 10), ("key", 8))


def kinds() -> list[Kind]:
    """Return the kinds of customers, as often as each is met."""
    return [
        Kind(tier=tier, lang=lang)
        for tier, share in _TIERS
        for lang in ("zh-CN", "en", "zh-CN")
        for _ in range(share // 4)
    ]


def scene_of(connection: Connection, release: Release, zone: str, now: datetime) -> Scene:
    """Return where lives take place: with the colleagues, teams and rosters of the installation."""
    members = memberships(connection)
    teams: dict[str, set[str]] = {}
    for one in members:
        teams.setdefault(one.user_id, set()).add(one.team)
    people = {
        one.id: Person(
            id=one.id,
            name=one.name,
            roles=one.roles,
            teams=frozenset(teams.get(one.id, ())),
            skills=one.skills,
            capacity=one.capacity,
            deputy=one.deputy_id,
            manager=one.manager_id,
            email=one.email,
            lang=one.lang,
            zone=one.zone,
        )
        for one in sorted(users(connection, active_only=True), key=lambda one: one.id)
    }
    on_call = sorted((one.team, one.on_call, one.user_id) for one in members if one.on_call)
    return Scene(
        release=release,
        people=people,
        leads={one.team: one.user_id for one in members if one.is_lead},
        rosters={
            team: tuple(user for other, _, user in on_call if other == team)
            for team in sorted({team for team, _, _ in on_call})
        },
        kinds=kinds(),
        zone=zone,
        now=now,
    )


def add_colleagues(
    connection: Connection, release: Release, seed: int, zone: str, now: datetime
) -> int:
    """Add accounts that nobody can sign in to (they have no password) to every team; return how many."""
    known = {one.id for one in users(connection)}
    members = memberships(connection)
    added = 0
    for team in sorted({one.team for one in members} & release.teams.keys()):
        mine = [one for one in members if one.team == team]
        for number in range(1, MORE_IN_EACH_TEAM + 1):
            name = f"{team}-{number}"
            if name in known:
                continue
            lang = ("zh-CN", "en")[number % 2]
            shown = person_name(Random(f"{seed}:{name}"), lang)  # noqa: S311 - made-up data, repeatable
            lead = next((one.user_id for one in mine if one.is_lead), None)
            account = User(
                id=name,
                login=name,
                name=shown,
                email=f"{name}@sopwith.example",
                roles=frozenset({AGENT}),
                lang=lang,
                zone=zone,
                manager_id=lead,
            )
            add_user(connection, account, now)
            mine.append(Membership(team=team, user_id=name))
            added += 1
        put_members(connection, team, mine)
    return added


@dataclass(frozen=True, slots=True, kw_only=True)
class Customers:
    """Made-up customers. who: what copies take of each. by_kind: the places of those of each kind."""

    firms: tuple[Mapping[str, Any], ...]
    rows: tuple[Mapping[str, Any], ...]
    who: tuple[Who, ...]
    by_kind: Mapping[Kind, tuple[int, ...]]


def make_customers(seed: int, count: int, now: datetime) -> Customers:
    """Return *count* customers and their firms; the same *seed* makes the same."""
    chance = Random(f"{seed}:customers")  # noqa: S311 - made-up data, repeatable
    every = kinds()
    rows, who, firms = [], [], {}
    by_kind: dict[Kind, list[int]] = {}
    for number in range(count):
        kind = every[number % len(every)]
        zh = kind.lang.startswith("zh")
        firm = f"{'zh' if zh else 'en'}{chance.randrange(count // A_FIRM + 1)}"
        firm_id = _id(seed, "firm", firm)
        name = firm_name(int(firm[2:]), kind.lang)
        firms[firm] = _firm(firm_id, name, now)
        row = _customer(seed, number, kind, person_name(chance, kind.lang), firm_id, now)
        rows.append(row)
        who.append(customer_values((row["id"], row["name"], row["email"], row["phone"], name)))
        by_kind.setdefault(kind, []).append(number)
    return Customers(
        firms=tuple(firms.values()),
        rows=tuple(rows),
        who=tuple(who),
        by_kind={kind: tuple(found) for kind, found in by_kind.items()},
    )


def add_customers(connection: Connection, customers: Customers) -> None:
    """Keep the customers that are not there yet."""
    for table, rows in ((OrganisationRow, customers.firms), (CustomerRow, customers.rows)):
        known = set(connection.execute(select(table.id)).scalars())
        new = [row for row in rows if row["id"] not in known]
        if new:
            connection.execute(insert(table), new)


def _id(seed: int, *parts: object) -> str:
    return sha256(":".join(map(str, ("demo", seed, *parts))).encode()).hexdigest()[:32]


def _firm(firm_id: str, name: str, now: datetime) -> dict[str, Any]:
    return {
        "id": firm_id, "name": name, "domain": None, "tier": "", "facts": {}, "created_at": now,
    }  # fmt: skip


def _customer(
    seed: int, number: int, kind: Kind, name: str, firm: str, now: datetime
) -> dict[str, Any]:
    return {
        "id": _id(seed, "customer", number),
        "name": name,
        "email": f"customer{number}.{seed}@demo.example",
        "phone": f"+86139{number % 100_000_000:08}",
        "lang": kind.lang,
        "tier": kind.tier,
        "tags": list(kind.tags),
        "organisation_id": firm,
        "manager": kind.manager,
        "facts": {},
        "password_hash": None,
        "verified": True,
        "active": True,
        "created_at": now,
        "version": 1,
    }
