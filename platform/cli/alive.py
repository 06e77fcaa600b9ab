"""``sopwith alive``: whether a process of this machine gave a sign of life lately."""

from __future__ import annotations

import socket
from datetime import timedelta

import click
from sqlalchemy.exc import SQLAlchemyError

from ..runtime.clock import SystemClock
from ..store.backlog import living
from ..store.engine import DatabaseError, open_database
from ..wiring.settings import SettingsError, read_settings

WITHIN = {"web": 60, "dispatcher": 150, "worker": 30}
"""Seconds after which a process of each kind is missed: more than twice its own pace."""


@click.command()
@click.argument("kind", type=click.Choice(list(WITHIN)))
@click.pass_context
def alive(context: click.Context, kind: str) -> None:
    """Tell whether a process of KIND on this machine gave a sign of life lately: for health checks.

    Ends with 0 when one did, and with 1 when none did or the database does not answer.

    Example: sopwith alive worker
    """
    try:
        database = open_database(read_settings().database)
        with database.reading() as connection:
            within = timedelta(seconds=WITHIN[kind])
            signs = living(connection, kind, SystemClock().now(), within)
    except (SettingsError, DatabaseError, SQLAlchemyError) as error:
        click.echo(str(error).splitlines()[0], err=True)
        context.exit(1)
    database.close()
    here = [one.node for one in signs if one.node.rpartition(":")[0] == socket.gethostname()]
    click.echo(f"{len(here)} of kind {kind} on this machine: {', '.join(here) or 'none'}")
    context.exit(0 if here else 1)
