"""A small server to be killed: takes tickets from its input, and carries out what comes of them.

Each line of the input is the key of a ticket; the answer is ``ok <key> <number>`` once it is committed.
A key that begins with ``parent`` makes a rule open one more ticket, ``Child``. The line ``sweep`` makes the daily rule act now.
"""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from sopwith.connectors.smtp import SmtpMailer, settings_of
from sopwith.connectors.webhook import HttpWebhooks
from sopwith.core.commands import Create, Tag
from sopwith.jobs.app import make_app
from sopwith.jobs.tasks import local_executor, register
from sopwith.runtime.clock import RandomIds, SystemClock
from sopwith.runtime.crash import crash_point
from sopwith.runtime.dispatcher import Dispatcher
from sopwith.runtime.job_queue import new_job
from sopwith.runtime.links import Links
from sopwith.runtime.ports import OutHook
from sopwith.runtime.publishing import publish
from sopwith.runtime.releases import Releases
from sopwith.runtime.run_job import JobRunner
from sopwith.runtime.service import Service
from sopwith.store.customers import Customer, find_or_create
from sopwith.store.engine import open_database, server_lock
from sopwith.store.idempotency import Verdict, begin_request, keep_answer
from sopwith.store.jobs import put_timer
from sopwith.store.people import Membership, User, add_user, put_members, user
from sopwith.store.schema import upgrade
from tests.support.runtimes import CUSTOMER
from tests.support.samples import AGENT
from tests.support.small_process import files


class ToSink:
    """Calls the sink, over plain HTTP, whatever address the definitions name."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._webhooks = HttpWebhooks(allow_http=True, allow_loopback=True)

    def post(self, hook: OutHook) -> int:
        """Return the sink's status."""
        return self._webhooks.post(replace(hook, url=self._url))


def main(url: str, smtp: str, hook: str) -> None:
    """Serve until the input ends."""
    database = open_database(url)
    with server_lock(database):
        upgrade(database)
        service = Service(
            database=database,
            releases=Releases(database),
            clock=SystemClock(),
            ids=RandomIds(),
            links=Links("https://ours.test", b"k" * 32),
        )
        prepare(service)
        runner = JobRunner(
            service=service,
            mailer=SmtpMailer(settings=settings_of(smtp), domain="ours.test"),
            webhooks=ToSink(hook),
            mails_an_hour=1_000_000,
        )
        executor = local_executor(register(make_app(), runner.run_job), lambda: service.wake())
        dispatcher = Dispatcher(
            database=database,
            clock=service.clock,
            ids=service.ids,
            executor=executor,
            node="n",
            is_alone=True,
        )
        service.wake = dispatcher.wake
        dispatcher.start()
        say("ready")
        with ThreadPoolExecutor(4) as pool:
            for line in sys.stdin:
                pool.submit(answer, service, line.strip())
        dispatcher.stop()


def prepare(service: Service) -> None:
    """Do what the first start does; after a crash in the middle of it, the rest."""
    if not service.has_release():
        release, found = publish(service, files(), author=None, note="")
        if release is None:
            raise SystemExit([one.render("en") for one in found])
    with service.database.writing() as connection:
        now = service.clock.now()
        if user(connection, "lin") is None:
            add_user(connection, User(id="lin", login="lin", name="Lin", email="l@ours.test"), now)
            put_members(connection, "desk", [Membership(team="desk", user_id="lin")])
        customer = Customer(id="c1", name="Wang Fang", email="wang@example.test")
        find_or_create(connection, customer, now)


def answer(service: Service, key: str) -> None:
    """Take one line, and acknowledge it when it is committed."""
    try:
        number = sweep_now(service) if key == "sweep" else take(service, key)
    except Exception as error:
        say(f"error {key} {error!r}")
        raise
    say(f"ok {key} {number}")


def take(service: Service, key: str) -> str:
    """Open the ticket *key* once, however often it is asked for; return its number."""
    with service.database.writing() as connection:
        kept = begin_request(connection, "test", key, key, service.clock.now())
        if kept.verdict is Verdict.DONE:
            return kept.body or ""
        outcome = service.handle_within(
            connection,
            Create(
                actor=CUSTOMER,
                record_id=service.ids.new_id(),
                number="",
                type="ticket",
                form="intake",
                values={"title": key},
                customer_id="c1",
            ),
            None,
        )
        if key.startswith("parent"):
            service.handle_within(connection, Tag(actor=AGENT, add=("parent",)), outcome.record_id)
        keep_answer(connection, "test", key, 201, outcome.number)
        crash_point("handle:written")
    crash_point("handle:committed")
    service.wake()
    return outcome.number


def sweep_now(service: Service) -> str:
    """Let the daily rule act now."""
    with service.database.writing() as connection:
        now = service.clock.now()
        put_timer(connection, new_job("sweep", "sweep:daily", {"rule": "daily"}, now))
    service.wake()
    return ""


def say(line: str) -> None:
    """Write one line of the output at once, whole."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
