"""``sopwith restore FILE``: an installation from its backup, into an empty place."""

from __future__ import annotations

import json
from pathlib import Path

import click

from ..core.events import SYSTEM
from ..runtime.archive import BackupError
from ..runtime.restore import RestorePlan, restore
from ..store.audit import note
from ..store.engine import DatabaseError
from ..wiring.build import open_service
from ..wiring.settings import SettingsError, read_settings
from .backup import progress_on_terminal, tidy_when_stopped, told
from .people import DATA


@click.command(name="restore")
@click.argument(
    "source", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option("--json", "json_out", is_flag=True, help="Say what was brought back as JSON.")
@click.option("--quiet", is_flag=True, help="Show no progress.")
@DATA
@click.pass_context
def restore_command(
    context: click.Context, source: Path, json_out: bool, quiet: bool, data: Path | None
) -> None:
    """Bring the backup FILE back, into an empty data folder and an empty database.

    The database is that of the settings: SQLite in the data folder, or the PostgreSQL database that
    `database_url` names; a backup of either kind goes into either. Everything is compared and every
    chain of hashes is checked before anything is put in place. Ends with 0; with 1 when it failed, or
    when chains were broken in the backup already; with 2 when it was called wrongly.

    Example: sopwith restore /srv/backups/sopwith-20261122-030000.zip --data /srv/sopwith
    """
    tidy_when_stopped()
    try:
        settings = read_settings(data=data)
        plan = RestorePlan(
            source=source,
            data=settings.data.absolute(),
            database_url=settings.database_url,
            progress=progress_on_terminal(quiet or json_out),
        )
        manifest, broken = restore(plan)
        service = open_service(settings)
        try:
            with service.database.writing() as connection:
                body = {"file": source.name, "records": manifest.records}
                note(connection, SYSTEM, "backup.restore", source.name, service.clock.now(), body)
        finally:
            service.database.close()
    except (SettingsError, DatabaseError, BackupError) as error:
        raise click.ClickException(str(error)) from error
    if json_out:
        said = {
            "records": manifest.records,
            "made_at": manifest.made_at.isoformat(),
            "heads": manifest.heads,
            "keys": list(manifest.keys),
            "broken": [told(one) for one in broken],
        }
        click.echo(json.dumps(said, ensure_ascii=False))
    else:
        click.echo(
            f"{manifest.records:,} records of {manifest.made_at:%Y-%m-%d %H:%M} UTC are back in "
            f"{settings.data}; counts, files and chains were compared."
        )
        if not manifest.keys:
            click.echo(
                "The backup holds no keys: new ones are made, so links in mails sent before do not work.",
                err=True,
            )
    for one in broken:
        click.echo(told(one), err=True)
    context.exit(1 if broken else 0)
