"""The processes of an installation, put together: web, dispatcher, worker."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy.exc import SQLAlchemyError

from ..connectors.chosen_mailer import ChosenMailer
from ..connectors.smtp import CatchingMailer, SmtpMailer, settings_of
from ..connectors.webhook import HttpWebhooks
from ..runtime.clock import RandomIds, SystemClock
from ..runtime.digests import Gathering
from ..runtime.dispatcher import Dispatcher, Executor
from ..runtime.hints import Herald, Listener
from ..runtime.links import Links
from ..runtime.ports import Mailer
from ..runtime.pulse import Pulse
from ..runtime.releases import Releases
from ..runtime.run_job import JobRunner
from ..runtime.secret_references import webhook_secrets
from ..runtime.service import Service
from ..runtime.signs import Sign
from ..store.engine import Database, open_database, server_lock
from ..store.installation import end_heartbeat
from ..store.schema import upgrade
from .settings import Settings, key_in

Run = Callable[[Sequence[int], str], None]
"""Carries out claimed jobs by their ids and the token that they share."""

MakeExecutor = Callable[[Run, Callable[[], None]], Executor]
"""Makes what carries jobs out, from the function that runs them and the one to call after each batch."""

MakeSender = Callable[[Service], Executor]
"""Makes what sends jobs to workers."""


@dataclass(slots=True, kw_only=True)
class Process:
    """The objects of one process. Nothing is started yet.

    runner: of a process that carries jobs out. dispatcher: of one that claims them. pulse: its signs of
    life, where others look for them.
    """

    settings: Settings
    database: Database
    service: Service
    runner: JobRunner | None = None
    dispatcher: Dispatcher | None = None
    pulse: Pulse | None = None
    held: ExitStack = field(default_factory=ExitStack)

    def start(self) -> None:
        """Start the threads. Call it after every fork, never at import."""
        if self.pulse is not None:
            self.pulse.start()
        if self.dispatcher is not None:
            self.dispatcher.start()

    def close(self) -> None:
        """Stop working and let go of everything."""
        if self.dispatcher is not None:
            self.dispatcher.stop()
            with suppress(SQLAlchemyError), self.database.writing() as connection:
                end_heartbeat(connection, self.dispatcher.node, "dispatcher")
        if self.pulse is not None:
            self.pulse.stop()
        self.held.close()
        self.database.close()


def _both(first: Callable[[], None], second: Callable[[], None]) -> Callable[[], None]:
    """Return what calls both: whoever claims work here, and others elsewhere."""

    def call() -> None:
        first()
        second()

    return call


def node_name() -> str:
    """Return the name of this process: its machine and its number."""
    return f"{socket.gethostname()}:{os.getpid()}"


def open_service(settings: Settings, *, migrate: bool = True) -> Service:
    """Return the service on its database, brought up to the newest tables."""
    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    database = open_database(settings.database)
    if migrate:
        upgrade(database)
    return Service(
        database=database,
        releases=Releases(database),
        clock=SystemClock(),
        ids=RandomIds(),
        links=Links(
            settings.address, (settings.link_key or key_in(settings.data, "link-key")).encode()
        ),
        zone=settings.zone,
        files=settings.data / "files",
        head_key=(settings.head_key or key_in(settings.data, "head-key")).encode(),
    )


def mailer_of(settings: Settings, service: Service) -> Mailer:
    """Return what sends mails: by the mail server of the settings, else that of the pages, else into the product."""
    domain = urlsplit(settings.address).hostname or "localhost"
    if settings.smtp_url:
        return SmtpMailer(
            settings=settings_of(settings.smtp_url, settings.mail_sender), domain=domain
        )
    return ChosenMailer(
        catching=CatchingMailer(database=service.database, clock=service.clock, domain=domain),
        data=settings.data,
        sender=settings.mail_sender,
    )


def build(settings: Settings, make_executor: MakeExecutor, *, version: str = "") -> Process:
    """Return a process of the web. Without a broker it does the work too, on SQLite alone on its file.

    make_executor: of the floor above, which knows Celery.
    """
    service = open_service(settings)
    held = ExitStack()
    held.enter_context(server_lock(service.database))
    pulse = None if service.database.is_sqlite else _pulse(settings, service, "web", version)
    if pulse is not None:
        pulse.does_work = settings.is_embedded
    process = Process(
        settings=settings, database=service.database, service=service, pulse=pulse, held=held
    )
    herald = Herald(service.database)
    held.callback(herald.stop)
    if settings.is_embedded:
        runner = process.runner = runner_of(settings, service)

        def make(_: Service) -> Executor:
            return make_executor(runner.run_jobs, lambda: dispatcher.wake())

        dispatcher = process.dispatcher = _dispatcher(settings, service, make, version)
        service.wake = _both(dispatcher.wake, herald.wake)
    else:
        service.wake = herald.wake
    return process


def build_dispatcher(settings: Settings, make_sender: MakeSender, *, version: str = "") -> Process:
    """Return a process that only claims what is due and sends it to workers."""
    service = open_service(settings)
    dispatcher = _dispatcher(settings, service, make_sender, version)
    return Process(
        settings=settings, database=service.database, service=service, dispatcher=dispatcher
    )


def build_worker(
    settings: Settings, detail: Callable[[], Mapping[str, Any]], *, version: str = ""
) -> Process:
    """Return a process that only carries out what is sent to it. detail: what its signs of life tell."""
    service = open_service(settings)
    pulse = _pulse(settings, service, "worker", version)
    pulse.detail = detail
    herald = Herald(service.database)
    service.wake = herald.wake
    held = ExitStack()
    held.callback(herald.stop)
    return Process(
        held=held,
        settings=settings,
        database=service.database,
        service=service,
        runner=runner_of(settings, service),
        pulse=pulse,
    )


def runner_of(settings: Settings, service: Service) -> JobRunner:
    """Return what carries jobs out, with the world outside as the settings say."""
    return JobRunner(
        service=service,
        mailer=mailer_of(settings, service),
        webhooks=HttpWebhooks(
            allow_http=settings.webhook_http, allow_loopback=settings.webhook_loopback
        ),
        secrets_of=webhook_secrets(settings.secrets_folder),
        mails_an_hour=settings.mails_an_hour,
        node="" if service.database.is_sqlite else node_name(),
        gathering=Gathering(
            after=settings.digest_after,
            window=timedelta(minutes=settings.digest_window),
            wait=timedelta(minutes=settings.digest_wait),
        ),
    )


def _dispatcher(settings: Settings, service: Service, make: MakeSender, version: str) -> Dispatcher:
    return Dispatcher(
        database=service.database,
        clock=service.clock,
        ids=service.ids,
        executor=make(service),
        node=node_name(),
        is_alone=service.database.is_sqlite,
        version=version,
        hints=Listener(service.database),
        sign=Sign(settings.data, "dispatcher"),
    )


def _pulse(settings: Settings, service: Service, kind: str, version: str) -> Pulse:
    return Pulse(
        database=service.database,
        clock=service.clock,
        node=node_name(),
        kind=kind,
        version=version,
        sign=Sign(settings.data, kind),
    )
