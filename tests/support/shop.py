"""A small installation for tests of pages: the definitions in the folder shop, people, and a clock that is set."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sopwith.core.commands import Command
from sopwith.core.events import Actor
from sopwith.core.record import RecordState
from sopwith.core.roles import CUSTOMER
from sopwith.runtime.clock import RandomIds
from sopwith.runtime.links import Links
from sopwith.runtime.publishing import publish
from sopwith.runtime.releases import Releases
from sopwith.runtime.service import Outcome, Service
from sopwith.store.customers import Customer, add_customer
from sopwith.store.engine import Database, open_database
from sopwith.store.people import Membership, User, add_user, put_members
from sopwith.store.records import load_record
from sopwith.store.schema import upgrade
from sopwith.web.passwords import hash_password
from sopwith.web.settings import PasswordCost

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # a Monday, 10:00 in Shanghai
CHEAP = PasswordCost(passes=1, memory=64, lanes=1)
PASSWORD = "correct horse battery"
PACKS = Path(__file__).resolve().parents[2] / "catalog" / "sop-templates"
HERE = Path(__file__).resolve().parent / "shop"


@dataclass(slots=True)
class SetClock:
    """A clock that stands still until it is set on."""

    at: datetime = NOW

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.at.timestamp()

    def forward(self, **amount: float) -> None:
        self.at += timedelta(**amount)


@dataclass(slots=True, kw_only=True)
class Shop:
    """The installation: its service, the clock, and what tests do again and again."""

    service: Service
    clock: SetClock
    data: Path
    woken: list[int] = field(default_factory=list)

    @property
    def database(self) -> Database:
        return self.service.database

    def state(self, record_id: str) -> RecordState:
        with self.database.reading() as connection:
            found = load_record(connection, record_id)
        assert found is not None
        return found

    def wish(self, customer_id: str = "ann", **values: Any) -> str:
        """Return the id of a new wish of a customer."""
        given = {"topic": "question", "description": "Where is my parcel?"} | values
        actor = Actor("customer", customer_id, frozenset({CUSTOMER}), name="Ann Miller")
        outcome = self.service.create(
            type="wish", values=given, actor=actor, customer_id=customer_id
        )
        assert outcome.record_id is not None, outcome.problems
        return outcome.record_id

    def do(self, command: Command, record_id: str) -> Outcome:
        outcome = self.service.handle(command, record_id)
        assert outcome.accepted, outcome.problems
        return outcome

    def agent(self, user_id: str = "lin") -> Actor:
        return Actor("user", user_id, frozenset({"agent"}), frozenset({"counter"}), "Lin Yue")

    def link(self, record_id: str) -> str:
        return f"/r/{self.service.links.portal_token(record_id)}"


def files() -> dict[str, str]:
    """Return the definitions: the shared pack and the shop's own."""
    found = {f"shop/{path.name}": path.read_text(encoding="utf-8") for path in HERE.glob("*.yaml")}
    for path in (PACKS / "base").glob("*.yaml"):
        found[f"base/{path.name}"] = path.read_text(encoding="utf-8")
    return found


def make_template(folder: Path) -> Path:
    """Return a database file with the definitions in force and people in it, closed."""
    path = folder / "template.db"
    database = open_database(f"sqlite:///{path}")
    upgrade(database)
    service = _service(database, SetClock())
    release, found = publish(service, files(), author=None, note="for tests")
    assert release is not None, [one.render("en") for one in found]
    _people(database)
    database.close()
    return path


def _service(database: Database, clock: SetClock) -> Service:
    return Service(
        database=database,
        releases=Releases(database),
        clock=clock,
        ids=RandomIds(),
        links=Links("http://desk.test", b"k" * 32),
    )


def _people(database: Database) -> None:
    kept = hash_password(PASSWORD, CHEAP)
    blank = User(id="", login="", name="", email="")
    roles = {
        "lin": {"agent"},
        "kim": {"agent"},
        "lea": {"agent", "lead"},
        "max": {"manager"},
        "ada": {"admin"},
        "sam": {"staff"},
        "gone": {"admin"},
    }
    with database.writing() as connection:
        for name, some in roles.items():
            account = replace(
                blank,
                id=name,
                login=name,
                name=f"{name.title()} Yue",
                email=f"{name}@firm.test",
                roles=frozenset(some),
                zone="Asia/Shanghai",
                active=name != "gone",
            )
            add_user(connection, account, NOW, kept)
        put_members(connection, "counter", [Membership(team="counter", user_id="lin")])
        for name, lang in (("ann", "en"), ("bob", "en"), ("wei", "zh-CN")):
            customer = Customer(
                id=name,
                name=f"{name.title()} Miller",
                email=f"{name}@example.test",
                lang=lang,
                verified=True,
            )
            add_customer(connection, customer, NOW, kept if name != "wei" else None)


@contextmanager
def open_shop(template: Path, folder: Path) -> Iterator[Shop]:
    """Open a copy of *template*, with a clock of its own."""
    path = folder / "sopwith.db"
    shutil.copy(template, path)
    database = open_database(f"sqlite:///{path}")
    clock = SetClock()
    shop = Shop(service=_service(database, clock), clock=clock, data=folder)
    shop.service.wake = lambda: shop.woken.append(1)
    try:
        yield shop
    finally:
        database.close()
