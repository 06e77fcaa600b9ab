"""A grown installation: workers, dispatchers, web and broker killed, the broker emptied, its messages doubled."""

from __future__ import annotations

import itertools
import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from celery import Celery
from sqlalchemy import func, select, update

from sopwith.jobs.app import make_app, queue_of
from sopwith.jobs.tasks import register
from sopwith.runtime.lanes import LEASE, Lane
from sopwith.runtime.pulse import SILENT
from sopwith.store.tables import DeliveryRow, HeartbeatRow, JobRow
from tests.support.grown import Grown
from tests.support.pace import allowed
from tests.support.postgres import PostgresServer
from tests.support.rabbit import RabbitServer
from tests.support.redis import RedisServer
from tests.support.smtp import SmtpSink
from tests.support.webhook import WebhookSink

from .installation import Installation
from .processes import CERTIFICATE, WebServer

pytestmark = pytest.mark.slow

FULL = bool(os.environ.get("SOPWITH_FULL"))
IN_FULL = pytest.mark.skipif(not FULL, reason="in the long form only: it takes minutes")
HURTS = int(os.environ.get("SOPWITH_FAULT_KILLS", 30 if FULL else 0))
EACH = 10 if FULL else 4
"""Tickets that are opened while one hurt is done."""
DOUBLED = 8
MISLAID = timedelta(seconds=5)
"""What was sent and not begun for so long is taken for lost: in life its lease ends after a minute."""
WORK_SECONDS = 5.0
PATIENCE = 180.0
"""Seconds for what takes a few on a quiet machine."""
Broker = RedisServer | RabbitServer
_databases = itertools.count(1)


@dataclass(slots=True, kw_only=True)
class Fleet:
    """One installation as several processes, and what is done to them. done: how often what was done."""

    installation: Installation
    grown: Grown
    web: WebServer
    broker: Broker
    chance: random.Random
    done: Counter[str] = field(default_factory=Counter)
    _looked: float = 0.0

    def start(self) -> None:
        """Start the web, two dispatchers on the one broker, and two workers."""
        self.web.start()
        for name in ("dispatcher 1", "dispatcher 2", "worker 1", "worker 2"):
            self.begin(name)
        assert self.web.wait_until_ready(allowed(60)), self.grown.log
        self.grown.wait_for_processes("worker", 2)

    def begin(self, name: str, **environment: str) -> None:
        """Start one of the processes."""
        self.grown.start(name, name.partition(" ")[0], **environment)

    def kill(self, name: str) -> None:
        """Kill one and start it again."""
        self.grown.kill(name)
        self.begin(name)

    def kill_web(self) -> None:
        """Kill the web and start it again."""
        self.web.kill()
        self.web.start()

    def kill_broker(self) -> None:
        """Kill the broker with all that it holds, and start it again after a moment."""
        self.broker.kill()
        time.sleep(self.chance.uniform(0.0, 0.5))
        self.broker.start()

    def empty_broker(self) -> None:
        """Let the broker forget every message."""
        if isinstance(self.broker, RedisServer):
            self.broker.flush()
            return
        with self._app().connection_for_write() as connection:
            for lane in Lane:
                connection.default_channel.queue_purge(queue_of(lane))  # type: ignore[attr-defined] # of AMQP channels

    def double(self) -> int:
        """Send once more whatever is in somebody's hands, as the dispatcher sent it; return how many messages."""
        with self.installation.database.reading() as connection:
            columns = (JobRow.id, JobRow.lane, JobRow.lease_token)
            held = connection.execute(select(*columns).where(JobRow.state == "leased")).all()
        app = self._app()
        task = register(app, _nothing)
        with app.connection_for_write() as connection:
            for row in held:
                task.apply_async(
                    args=([row.id], row.lease_token),
                    queue=queue_of(Lane(row.lane)),
                    connection=connection,  # type: ignore[call-arg] # passed on to the message
                )
        return len(held)

    def _app(self) -> Celery:
        return make_app(self.broker.url)

    def ways(self) -> dict[str, Callable[[], object]]:
        """Return everything that is done to it."""
        return {
            "worker killed": lambda: self.kill(self.chance.choice(("worker 1", "worker 2"))),
            "dispatcher killed": lambda: self.kill(f"dispatcher {self.chance.choice((1, 2))}"),
            "broker emptied": self.empty_broker,
            "broker killed": self.kill_broker,
            "messages doubled": self.double,
            "web killed": self.kill_web,
        }

    def hurt(self, way: str) -> None:
        """Do one thing to it, and note so."""
        self.ways()[way]()
        self.done[way] += 1

    def in_hand(self) -> int:
        """Return how many jobs are in somebody's hands."""
        held = select(func.count()).select_from(JobRow).where(JobRow.state == "leased")
        with self.installation.database.reading() as connection:
            return connection.execute(held).scalar_one()

    def in_hand_of_the_still(self) -> int:
        """Return the same while workers stand still; their signs of life are given for them."""
        with self.installation.database.writing() as connection:
            free = (  # one that was stopped while it gave a sign holds its row still
                select(HeartbeatRow.node)
                .where(HeartbeatRow.kind == "worker")
                .with_for_update(skip_locked=True)
            )
            workers = (HeartbeatRow.kind == "worker") & HeartbeatRow.node.in_(
                connection.execute(free).scalars().all()
            )
            connection.execute(update(HeartbeatRow).where(workers).values(at=datetime.now(UTC)))
        return self.in_hand()

    def wait_for_work(self, promised: int) -> None:
        """Wait until clients were promised so much, and something is in somebody's hands, which soon is the case.

        Else, on a busy machine, a web that was killed again and again as soon as it is back would answer nobody.
        """
        assert self.web.wait_until_ready(allowed(60)), self.grown.log
        self.grown.wait_for(
            lambda: len(self.installation.journal) >= promised, "clients are answered", PATIENCE
        )
        until = time.monotonic() + WORK_SECONDS
        while not self.in_hand() and time.monotonic() < until:
            time.sleep(0.01)

    def find_mislaid(self) -> None:
        """End the leases of what was sent long ago and not begun: its message is lost, or comes too late."""
        if time.monotonic() - self._looked < MISLAID.total_seconds():
            return
        self._looked = time.monotonic()
        now = datetime.now(UTC)
        old = JobRow.lease_until < now + LEASE - MISLAID
        lost = (JobRow.state == "leased") & JobRow.begun.is_(None) & old
        with self.installation.database.writing() as connection:
            free = select(JobRow.id).where(lost).with_for_update(skip_locked=True)
            ids = connection.execute(free).scalars().all()  # what a worker holds is not lost
            ended = update(JobRow).where(JobRow.id.in_(ids)).values(lease_until=now - timedelta(seconds=1))  # fmt: skip
            self.done["leases ended"] += connection.execute(ended).rowcount


def _nothing(*_: object) -> None:
    raise RuntimeError("the test only sends")


@pytest.fixture(params=["redis", pytest.param("rabbit", marks=IN_FULL)])
def broker(request: pytest.FixtureRequest) -> Broker:
    """A broker that holds nothing."""
    server: Broker = request.getfixturevalue(f"{request.param}_server")
    server.start()
    if isinstance(server, RedisServer):
        server.flush()
    return server


@pytest.fixture
def fleet(
    request: pytest.FixtureRequest,
    postgres_server: PostgresServer,
    broker: Broker,
    smtp_sink: SmtpSink,
    _hooks: WebhookSink,
    chance: random.Random,
) -> Iterator[Fleet]:
    """A grown installation, of which nothing runs yet."""
    _hooks.clear()
    name = f"fleet_{os.getpid()}_{next(_databases)}"
    url = postgres_server.create_database(name)
    folder = request.getfixturevalue("tmp_path")
    made = Installation(url=url, folder=folder, smtp=smtp_sink, hooks=_hooks)
    made.found()
    more = {"SOPWITH_WEBHOOK_LOOPBACK": "1", "SSL_CERT_FILE": str(CERTIFICATE)}
    grown = Grown(
        folder=made.data, database_url=url, smtp=smtp_sink, broker_url=broker.url, more=more
    )
    web = WebServer(environment=grown.environment, log=made.log, port=grown.port)
    try:
        yield Fleet(installation=made, grown=grown, web=web, broker=broker, chance=chance)
    finally:
        web.leave()
        grown.leave()
        made.close()
        postgres_server.drop_database(name)


def test_nothing_is_lost_or_doubled_whatever_dies(fleet: Fleet) -> None:
    installation = fleet.installation
    fleet.start()
    load = installation.load(fleet.web, patience=PATIENCE)
    for name in ("worker 1", "worker 2"):
        fleet.grown.send(name, signal.SIGSTOP)
    load.start(range(DOUBLED))
    fleet.grown.wait_for(lambda: fleet.in_hand_of_the_still() >= DOUBLED, "dispatchers send")
    doubled = fleet.double()
    for name in ("worker 1", "worker 2"):
        fleet.grown.send(name, signal.SIGCONT)
    ways = list(fleet.ways())
    fleet.chance.shuffle(ways)
    ways += fleet.chance.choices(ways, k=HURTS)
    for round_, way in enumerate(ways):
        first = DOUBLED + round_ * EACH
        load.start(range(first, first + EACH))
        fleet.wait_for_work(promised=first)
        fleet.hurt(way)
        fleet.find_mislaid()
    load.finish()
    installation.rest(PATIENCE, fleet.find_mislaid)
    found = installation.audit()
    told = {**fleet.done, **found.counts, **load.clients.troubles}
    sys.stdout.write(f"grown, {doubled} messages doubled at first: {told}\n")
    assert not found.findings, found
    assert doubled >= DOUBLED
    assert found.counts["tickets promised"] == DOUBLED + EACH * len(ways)
    assert {way for way, count in fleet.done.items() if count} >= set(fleet.ways())


@pytest.mark.parametrize(
    "place", [pytest.param("mail:before_call", marks=IN_FULL), "mail:after_call"]
)
def test_a_mail_of_a_worker_that_died_is_sent_by_another_before_its_lease_ends(
    fleet: Fleet, place: str
) -> None:
    """Its last sign of life is made older, for nobody to wait; the dispatcher sees it by itself."""
    installation = fleet.installation
    fleet.begin("worker 1", SOPWITH_CRASH_AT=f"{place}@1")
    fleet.grown.wait_for_processes("worker", 1)
    fleet.web.start()
    fleet.begin("dispatcher 1")
    ticket = installation.clients(fleet.web).open("mid-mail")
    mail = (JobRow.kind == "mail") & (JobRow.record_id == ticket.record_id)
    dying = fleet.grown.processes.pop("worker 1")
    dying.wait(60)
    with installation.database.reading() as connection:
        job = connection.execute(select(JobRow).where(mail)).mappings().one()
    assert (job["state"], job["begun"]) == ("leased", True)
    assert job["lease_node"].endswith(f":{dying.pid}"), "it is in the hands of the worker"
    fleet.begin("worker 2")
    fleet.grown.wait_for_processes("worker", 2)
    with installation.database.writing() as connection:
        mine = HeartbeatRow.node == job["lease_node"]
        older = datetime.now(UTC) - 2 * SILENT
        connection.execute(update(HeartbeatRow).where(mine).values(at=older))

    def is_sent() -> bool:
        with installation.database.reading() as connection:
            sent = select(DeliveryRow.outcome).where(DeliveryRow.key == job["idem_key"])
            return connection.execute(sent).scalars().all() == ["sent"]

    fleet.grown.wait_for(is_sent, "another worker sends the mail")
    assert datetime.now(UTC) < job["lease_until"], "not only because the lease ended"
    installation.rest()
    found = installation.audit()
    assert not found.findings, found
    assert found.counts["mails repeated"] == (1 if place == "mail:after_call" else 0)
