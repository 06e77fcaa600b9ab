"""One process, put together."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from ..connectors.smtp import CatchingMailer, SmtpMailer, settings_of
from ..connectors.webhook import HttpWebhooks
from ..runtime.clock import RandomIds, SystemClock
from ..runtime.dispatcher import Dispatcher, Executor
from ..runtime.links import Links
from ..runtime.ports import Mailer
from ..runtime.releases import Releases
from ..runtime.run_job import JobRunner
from ..runtime.service import Service
from ..store.engine import Database, open_database, server_lock
from ..store.schema import upgrade
from .settings import Settings, key_in

MakeExecutor = Callable[[Callable[[Sequence[int], str], None], Callable[[], None]], Executor]
"""Makes what carries jobs out, from the function that runs one and the one to call after each."""


@dataclass(slots=True, kw_only=True)
class Process:
    """The objects of one process. *dispatcher* is not started yet."""

    settings: Settings
    database: Database
    service: Service
    runner: JobRunner
    dispatcher: Dispatcher
    held: ExitStack = field(default_factory=ExitStack)

    def close(self) -> None:
        """Stop working and let go of everything."""
        self.dispatcher.stop()
        self.held.close()
        self.database.close()


def open_service(settings: Settings, *, migrate: bool = True) -> Service:
    """Return the service on its database, brought up to the newest tables."""
    settings.data.mkdir(parents=True, exist_ok=True)
    database = open_database(settings.database)
    if migrate:
        upgrade(database)
    return Service(
        database=database,
        releases=Releases(database),
        clock=SystemClock(),
        ids=RandomIds(),
        links=Links(settings.address, key_in(settings.data, "link-key").encode()),
        zone=settings.zone,
    )


def mailer_of(settings: Settings, service: Service) -> Mailer:
    """Return what sends mails: by SMTP where it is configured, else into the product."""
    domain = urlsplit(settings.address).hostname or "localhost"
    if settings.smtp_url:
        return SmtpMailer(
            settings=settings_of(settings.smtp_url, settings.mail_sender), domain=domain
        )
    return CatchingMailer(database=service.database, clock=service.clock, domain=domain)


def build(settings: Settings, make_executor: MakeExecutor, *, version: str = "") -> Process:
    """Return an embedded process: web and work in one, alone on its SQLite file.

    make_executor: of the floor above, which knows Celery.
    """
    service = open_service(settings)
    held = ExitStack()
    held.enter_context(server_lock(service.database))
    runner = JobRunner(
        service=service,
        mailer=mailer_of(settings, service),
        webhooks=HttpWebhooks(
            allow_http=settings.webhook_http, allow_loopback=settings.webhook_loopback
        ),
    )
    node = f"{socket.gethostname()}:{os.getpid()}"

    def run(ids: Sequence[int], token: str) -> None:
        runner.run_jobs(ids, token)

    dispatcher = Dispatcher(
        database=service.database,
        clock=service.clock,
        ids=service.ids,
        executor=make_executor(run, lambda: dispatcher.wake()),
        node=node,
        is_alone=service.database.is_sqlite,
        version=version,
    )
    service.wake = dispatcher.wake
    return Process(
        settings=settings,
        database=service.database,
        service=service,
        runner=runner,
        dispatcher=dispatcher,
        held=held,
    )
