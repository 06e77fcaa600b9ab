"""Somebody whom an administrator pretends to be while a draft is tried: another visitor, another time, made-up people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from flask import abort, g
from werkzeug.datastructures import FileStorage

from sopwith.core.directory import Person
from sopwith.lab.people import Town
from sopwith.store.customers import Customer
from sopwith.store.files import Attachment
from sopwith.store.people import User

from .uploads import clean_name
from .visitor import Visitor, get_settings, visitor

_KEPT = ("visitor", "now", "stand_in")
_CHUNK = 64 * 1024
MOST_FILES = 100
"""A trial may have so many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StandIn:
    """The made-up world that pages ask instead of the installation.

    known: the size of each file by its name. sent: those of them that this request brought.
    """

    directory: Town
    at: datetime
    known: dict[str, int] = field(default_factory=dict)
    sent: dict[str, int] = field(default_factory=dict)

    def offered(self, kind: str, team: str) -> list[tuple[str, str]]:
        """Return ids and names of the people or customers that a field offers."""
        if kind == "customer":
            return [(key, str(one["name"])) for key, one in self.directory.customers.items()]
        people = self.directory.people.values()
        return [(one.id, one.name) for one in people if not team or team in one.teams]

    def name(self, kind: str, key: str) -> str:
        """Return what people know a person, customer or file by."""
        if kind == "customer":
            return str(self.directory.customers.get(key, {}).get("name", key))
        known = self.directory.people.get(key) if kind == "user" else None
        return known.name if known else key

    def keep_file(self, sent: FileStorage) -> str:
        """Return the name by which a file that was sent is known from now on; answers 413 when it is too large.

        It is read to the end to measure it, and what is in it is kept nowhere.
        """
        size, most = 0, get_settings().largest_upload
        while chunk := sent.stream.read(_CHUNK):
            size += len(chunk)
            if size > most or len(self.known) >= MOST_FILES:
                abort(413)
        name = self._free(clean_name(sent.filename or ""))
        self.known[name] = self.sent[name] = size
        return name

    def _free(self, name: str) -> str:
        stem, dot, end = name.rpartition(".")
        stem, ending, number, free = stem or name, dot + end if stem else "", 1, name
        while free in self.known:
            number += 1
            free = f"{stem} ({number}){ending}"
        return free

    def files(self, ids: Iterable[str]) -> dict[str, Attachment]:
        """Return a file for each id: in a trial they are known by their names, and by their sizes if they were sent."""
        return {
            one: Attachment(
                id=one,
                stored_name=one,
                sha256="",
                size=self.known.get(one, 0),
                type="application/octet-stream",
                name=one,
                created_at=self.at,
            )
            for one in ids
        }


def stand_in() -> StandIn | None:
    """Return the made-up world of this request, None outside of a trial."""
    found: StandIn | None = g.get("stand_in")
    return found


@contextmanager
def pretending(world: StandIn, who: Visitor) -> Iterator[None]:
    """Let this request be *who* in *world* for a while."""
    before = {name: g.get(name) for name in _KEPT}
    g.visitor, g.now, g.stand_in = who, world.at, world
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                g.pop(name, None)
            else:
                setattr(g, name, value)


def colleague(person: Person) -> Visitor:
    """Return the colleague of a trial as a visitor, who reads in the language and zone of whoever looks."""
    real = visitor()
    user = user_of(person, real)
    return Visitor(kind="user", user=user, teams=person.teams, zone=real.zone)


def user_of(person: Person, reader: Visitor | None = None) -> User:
    """Return the colleague of a trial as pages know one."""
    tongue = reader.user.lang if reader is not None and reader.user else person.lang
    return User(
        id=person.id,
        login=person.id,
        name=person.name,
        email=person.email,
        roles=person.roles,
        skills=person.skills,
        lang=tongue,
        away=not person.present,
        manager_id=person.manager,
        deputy_id=person.deputy,
    )


def customer(key: str, facts: dict[str, object]) -> Visitor:
    """Return the customer of a trial as a visitor, who reads in the language and zone of whoever looks."""
    real = visitor()
    tongue = real.user.lang if real.user else "en"
    known = Customer(id=key, name=str(facts.get("name", key)), lang=tongue)
    return Visitor(kind="customer", customer=known, zone=real.zone)
