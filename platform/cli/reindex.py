"""``sopwith reindex``: mark every record by the views in force, with progress."""

from __future__ import annotations

import json
from pathlib import Path

import click
from sqlalchemy.exc import SQLAlchemyError

from ..runtime.releases import NoReleaseError
from ..runtime.remarking import Progress, remark_all
from ..store.engine import DatabaseError
from ..wiring.build import open_service
from ..wiring.settings import SettingsError, read_settings


@click.command()
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    help="The data folder; ./var by default.",
)
@click.option(
    "--anew",
    is_flag=True,
    help="Forget all marks and counters first. Nobody can write records for the moment that takes.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
@click.pass_context
def reindex(context: click.Context, data: Path | None, anew: bool, as_json: bool) -> None:
    """Mark every record by the saved views in force, and bring the counters together.

    Publishing does this by itself, some records at a time. By hand it is needed after records were
    written past the product; with --anew also after marks or counters were damaged. Others may work meanwhile.

    Example: sopwith reindex --data /srv/sopwith
    """
    try:
        service = open_service(read_settings(data=data))
        done = remark_all(service, lambda step: None if as_json else _tell(step), anew=anew)
        service.database.close()
    except (SettingsError, DatabaseError, NoReleaseError, SQLAlchemyError) as error:
        click.echo(str(error).splitlines()[0], err=True)
        context.exit(1)
    if as_json:
        click.echo(json.dumps({"marked": done.done}))
    else:
        click.echo(f"{done.done:,} records marked anew.")


def _tell(step: Progress) -> None:
    if step.done % 10_000 < 200:
        click.echo(f"{step.done:,} of {step.total:,}")
