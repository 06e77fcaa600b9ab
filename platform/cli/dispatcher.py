"""``sopwith dispatcher``: claims what is due and sends it to workers."""

from __future__ import annotations

import signal
import threading
from pathlib import Path
from typing import Any

import click

from .. import __version__
from ..jobs.app import make_app
from ..jobs.sending import SendingExecutor
from ..jobs.tasks import register
from ..runtime.dispatcher import Executor
from ..runtime.pace import Capacity
from ..runtime.service import Service
from ..store.engine import DatabaseError
from ..store.jobs import JobClaim, give_back
from ..wiring.build import build_dispatcher
from ..wiring.logs import configure
from ..wiring.settings import Settings, SettingsError, read_settings
from ..wiring.starting import wait_for_database
from ..wiring.watch import start_watching

NEEDS_BROKER = (
    "this needs a broker: set broker_url (SOPWITH_BROKER_URL) to redis://... or amqp://...; "
    "without one `sopwith up` does all the work itself."
)


def sender(settings: Settings, service: Service) -> Executor:
    """Return what sends claimed jobs through the broker of *settings*."""
    app = make_app(settings.broker_url)

    def nothing_here(*_: object) -> None:
        raise RuntimeError("a dispatcher carries nothing out")

    def returned(jobs: list[JobClaim]) -> None:
        with service.database.writing() as connection:
            give_back(connection, jobs)

    return SendingExecutor(
        app=app,
        task=register(app, nothing_here),
        capacity=Capacity(database=service.database, clock=service.clock),
        give_back=lambda jobs: returned(list(jobs)),
        monotonic=service.clock.monotonic,
    )


def grown_settings(**given: Any) -> Settings:
    """Return the settings of a process that needs a broker; a click error says what is wrong with them."""
    try:
        settings = read_settings(**given)
        if settings.is_embedded:
            raise click.ClickException(NEEDS_BROKER)
        configure(settings)
        wait_for_database(settings)
    except (SettingsError, DatabaseError) as error:
        raise click.ClickException(str(error)) from error
    return settings


@click.command()
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    help="The data folder; ./var by default.",
)
def dispatcher(data: Path | None) -> None:
    """Claim what is due and send it to the workers, until it is interrupted.

    Several may run, on one machine or many: no job is claimed twice. SIGTERM stops it in order.

    Example: SOPWITH_BROKER_URL=redis://127.0.0.1:6379/0 sopwith dispatcher
    """
    settings = grown_settings(data=data)
    process = build_dispatcher(
        settings, lambda service: sender(settings, service), version=__version__
    )
    stopping = threading.Event()
    for one in (signal.SIGTERM, signal.SIGINT):
        signal.signal(one, lambda *_: stopping.set())
    watching = start_watching(settings, process.service, "dispatcher", version=__version__)
    process.held.callback(watching.close)
    process.start()
    click.echo("The dispatcher runs.", err=True)
    stopping.wait()
    process.close()
