"""``sopwith migrate-store``: an installation from one database into another."""

from __future__ import annotations

import json
from pathlib import Path

import click
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from ..runtime.bulk_move import Moved, MoveError, MovePlan, move
from ..store.engine import DatabaseError
from ..wiring.build import open_service
from ..wiring.settings import Settings, SettingsError, read_settings
from .bulk_progress import Progress
from .people import DATA


@click.command("migrate-store")
@click.option("--to", "target", required=True, help="The empty database to move into.")
@click.option(
    "--quick",
    is_flag=True,
    help="Compare counts, the ends of all chains and 1,000 whole chains only.",
)
@click.option("--json", "as_json", is_flag=True, help="Print what was moved as JSON.")
@DATA
def migrate_store(target: str, quick: bool, as_json: bool, data: Path | None) -> None:
    """Move the installation into another database, from SQLite to PostgreSQL or back.

    Stop the servers first. The source is only read. The target must be empty; it stays empty unless everything
    arrived and was compared. Files and keys stay in the data folder. Ends with 0, or with 1 when it could not be.

    \b
    Example:
      sopwith migrate-store --to postgresql://sopwith@db.example/sopwith
    """  # noqa: D301 - click's own mark
    try:
        settings = read_settings(data=data)
        service = open_service(settings, migrate=False)
    except (SettingsError, DatabaseError) as error:
        raise click.ClickException(str(error)) from error
    try:
        plan = MovePlan(
            source=service.database,
            target=target,
            data=settings.data.absolute(),
            now=service.clock.now(),
            quick=quick,
            progress=Progress(),
        )
        moved = move(plan)
    except (MoveError, DatabaseError) as error:
        raise click.ClickException(str(error)) from error
    except (DBAPIError, ArgumentError) as error:
        raise click.ClickException(
            f"the target cannot be used: {error}. Nothing was moved."
        ) from error
    finally:
        service.database.close()
    _report(moved, target, settings, as_json=as_json)


def _report(moved: Moved, target: str, settings: Settings, *, as_json: bool) -> None:
    if as_json:
        said = {
            "records": moved.records,
            "rows": moved.rows,
            "tables_compared": moved.compared,
            "chains_checked": moved.chains,
            "files": moved.files,
            "files_missing": moved.missing,
            "keys": moved.keys,
        }
        click.echo(json.dumps(said))
        return
    rows = sum(moved.rows.values())
    compared = "every row was compared" if moved.compared else "counts were compared"
    click.echo(
        f"{moved.records:,} records ({rows:,} rows) are in the new database; {compared}, "
        f"all chains end alike, and {moved.chains:,} chains were checked event by event."
    )
    if moved.missing:
        click.echo(
            f"{len(moved.missing)} of {moved.files} attached files are not in {settings.data / 'files'}:",
            err=True,
        )
        for path in moved.missing[:10]:
            click.echo(f"  {path}", err=True)
    shown = make_url(target).render_as_string(hide_password=True)
    click.echo("Now set in sopwith.toml, and start the servers:")
    click.echo(f'  database_url = "{shown}"')
    keys = ", ".join(moved.keys) or "none yet"
    click.echo(
        f"Keep the data folder {settings.data.absolute()}: attached files and keys ({keys}) stay in it."
    )
    click.echo("The old database was only read; keep it until you have looked at the new one.")
