"""A runtime over a database of a test: the real service, and ports that note what they are asked."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from sopwith.core.events import Actor
from sopwith.runtime.links import Links
from sopwith.runtime.ports import Clock, DeliveryError, Ids, OutHook, OutMail
from sopwith.runtime.publishing import publish
from sopwith.runtime.releases import Releases
from sopwith.runtime.run_job import JobRunner
from sopwith.runtime.service import Service
from sopwith.store.customers import Customer, find_or_create
from sopwith.store.engine import Database
from sopwith.store.people import Membership, User, add_user, put_members
from tests.support.clocks import CountingIds, FixedClock
from tests.support.samples import NOW
from tests.support.small_process import files

CUSTOMER = Actor("customer", "c1", name="Wang Fang")


class Outside:
    """Mailer and webhook sender in one: keeps what goes out, fails as often as it is told to."""

    def __init__(self) -> None:
        self.mails: list[OutMail] = []
        self.hooks: list[OutHook] = []
        self.failures: list[Exception] = []
        self.meanwhile: Callable[[], None] = lambda: None
        self._lock = threading.Lock()

    def send(self, mail: OutMail) -> None:
        self._fail_or(lambda: self.mails.append(mail))

    def post(self, hook: OutHook) -> int:
        self._fail_or(lambda: self.hooks.append(hook))
        return 200

    def _fail_or(self, keep: Callable[[], None]) -> None:
        self.meanwhile()
        with self._lock:
            if self.failures:
                raise self.failures.pop(0)
            keep()

    def fail(self, *reasons: str, **more: Any) -> None:
        """Let the next calls fail, one for each reason."""
        self.failures += [DeliveryError(reason, **more) for reason in reasons]


def new_service(
    database: Database, clock: Clock | None = None, ids: Ids | None = None, **release: str
) -> Service:
    """Publish the small process, add a colleague and a customer, and return the service."""
    service = Service(
        database=database,
        releases=Releases(database),
        clock=clock or FixedClock(),
        ids=ids or CountingIds(),
        links=Links("https://ours.test", b"k" * 32),
    )
    published, found = publish(service, files(**release), author=None, note="")
    assert published is not None, [one.render("en") for one in found]
    with database.writing() as connection:
        lin = User(id="lin", login="lin", name="Lin", email="lin@ours.test")
        add_user(connection, lin, NOW)
        put_members(connection, "desk", [Membership(team="desk", user_id="lin")])
        customer = Customer(id="c1", name="Wang Fang", email="wang@example.test")
        find_or_create(connection, customer, NOW)
    return service


def new_runner(service: Service, outside: Outside) -> JobRunner:
    """Return what carries out the service's jobs, with *outside* as the world."""
    return JobRunner(service=service, mailer=outside, webhooks=outside)


def open_ticket(service: Service, title: str = "打印机卡纸", **values: Any) -> str:
    """Open a ticket of the customer; return its id."""
    outcome = service.create(
        type="ticket", values={"title": title, **values}, actor=CUSTOMER, customer_id="c1"
    )
    assert outcome.record_id is not None, outcome.problems
    return outcome.record_id
