"""``sopwith backup PLACE``: the whole installation in one file, made while it works."""

from __future__ import annotations

import json
import signal
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from .. import __version__
from ..core.events import SYSTEM
from ..runtime.archive import BackupError, Progress
from ..runtime.backup import BackupPlan, drop_old, make_backup, noted, target_in
from ..store.audit import note
from ..store.chain import BrokenLink
from ..store.engine import DatabaseError
from ..wiring.build import open_service
from ..wiring.settings import SettingsError, read_settings
from .people import DATA


def progress_on_terminal(quiet: bool) -> Progress:
    """Return what tells the progress on stderr: one line that is written again, on a terminal only."""
    shown = not quiet and sys.stderr.isatty()
    last = [0.0]

    def tell(stage: str, done: int, total: int) -> None:
        if shown and (time.monotonic() - last[0] > 0.2 or (total and done >= total)):
            last[0] = time.monotonic()
            words = f"{stage}: {done:,}" + (f" of {total:,}" if total else "")
            click.echo(f"\r\033[K{words}", nl=False, err=True)

    return tell


def tidy_when_stopped() -> None:
    """Let SIGTERM end the command like Ctrl+C does, so that nothing half done is left behind."""

    def stop(*_: object) -> None:
        raise SystemExit(128 + signal.SIGTERM)

    signal.signal(signal.SIGTERM, stop)


@click.command()
@click.argument("place", type=click.Path(path_type=Path))
@click.option("--keep", type=click.IntRange(1), help="In a folder: keep only the newest N backups.")
@click.option("--without-keys", is_flag=True, help="Leave out the keys of links, pages and heads.")
@click.option("--verify/--no-verify", default=True, show_default=True, help="Read it again.")
@click.option("--json", "json_out", is_flag=True, help="Say what was written as JSON.")
@click.option("--quiet", is_flag=True, help="Show no progress.")
@DATA
@click.pass_context
def backup(
    context: click.Context,
    place: Path,
    keep: int | None,
    without_keys: bool,
    verify: bool,
    json_out: bool,
    quiet: bool,
    data: Path | None,
) -> None:
    """Write a backup to PLACE: a file, or a folder in which it is named after the time (UTC).

    The product may go on working. Ends with 0; with 1 when something could not be backed up as it should
    be (it says what); with 2 when it was called wrongly.

    Example: sopwith backup /srv/backups --keep 14
    """
    if keep is not None and not place.is_dir():
        raise click.BadParameter("--keep needs a folder that is there", param_hint="PLACE")
    tidy_when_stopped()
    tell = progress_on_terminal(quiet or json_out)
    started = time.monotonic()
    try:
        settings = read_settings(data=data)
        service = open_service(settings, migrate=False)
        now = service.clock.now()
        target = target_in(place, now)
        plan = BackupPlan(
            database=service.database,
            data=settings.data,
            target=target,
            now=now,
            product=__version__,
            with_keys=not without_keys,
            is_verified=verify,
            progress=tell,
        )
        try:
            manifest, broken = make_backup(plan)
            said = noted(manifest, target, target.stat().st_size) | {"verified": verify}
            with service.database.writing() as connection:
                note(connection, SYSTEM, "backup.make", target.name, service.clock.now(), said)
        finally:
            service.database.close()
    except (SettingsError, DatabaseError, BackupError) as error:
        raise click.ClickException(str(error)) from error
    dropped = drop_old(place, keep) if keep is not None else []
    said |= {
        "path": str(target),
        "seconds": round(time.monotonic() - started, 1),
        "dropped": [one.name for one in dropped],
        "broken": [told(one) for one in broken],
        "missing": list(manifest.missing),
        "damaged": list(manifest.damaged),
    }
    if json_out:
        click.echo(json.dumps(said, ensure_ascii=False))
    else:
        _report(said)
    context.exit(1 if manifest.missing or manifest.damaged or broken else 0)


def told(link: BrokenLink) -> str:
    """Return a chain that does not hold in words."""
    return f"Record {link.record_id}, event {link.seq}: {link.reason}."


def _report(said: Mapping[str, Any]) -> None:
    again = ", read again and whole" if said["verified"] else ""
    click.echo(
        f"{said['path']}: {said['records']:,} records, {said['bytes'] / 1e6:,.1f} MB "
        f"in {said['seconds']} s{again}."
    )
    for name in said["dropped"]:
        click.echo(f"Deleted the older {name}.")
    if said["keys"]:
        click.echo(
            "It holds the keys of this installation: keep it as secret as the data folder.",
            err=True,
        )
    for name in (*said["missing"], *said["damaged"]):
        click.echo(f"The attached file {name} is missing or damaged; it is not in there.", err=True)
    for words in said["broken"]:
        click.echo(words, err=True)
