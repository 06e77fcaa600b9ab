"""``sopwith alive``: whether a process of this machine gave a sign of life lately. It reads next to nothing."""

from __future__ import annotations

import click

from ..runtime.signs import living
from ..wiring.data_folder import DataFolderError, data_folder

WITHIN = {"web": 60, "dispatcher": 150, "worker": 30}
"""Seconds after which a process of each kind is missed: more than twice its own pace."""


@click.command()
@click.argument("kind", type=click.Choice(list(WITHIN)))
@click.pass_context
def alive(context: click.Context, kind: str) -> None:
    """Tell whether a process of KIND on this machine gave a sign of life lately: for health checks.

    Ends with 0 when one did, and with 1 when none did: a process gives none while the database does not answer.

    Example: sopwith alive worker
    """
    try:
        here = living(data_folder(), kind, WITHIN[kind])
    except DataFolderError as error:
        click.echo(str(error), err=True)
        context.exit(1)
    click.echo(f"{len(here)} of kind {kind} on this machine: {', '.join(here) or 'none'}")
    context.exit(0 if here else 1)
