"""``sopwith demo-data``: as many made-up records as wanted, with everything that belongs to them."""

from __future__ import annotations

import json
import os
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import click

from ..runtime.bulk_check import check_all
from ..runtime.bulk_demo import Made, Wish, make
from ..runtime.bulk_lives import BulkError
from ..runtime.demo import DemoError, install
from ..runtime.service import Service
from ..store.engine import DatabaseError, server_lock
from ..web.passwords import hash_password
from ..web.settings import PasswordCost
from ..wiring.build import open_service
from ..wiring.settings import SettingsError, read_settings
from .bulk_progress import Progress
from .up import pack_files, shipped_packs


@click.command("demo-data")
@click.option(
    "--records", type=click.IntRange(1, 100_000_000), required=True, help="How many records."
)
@click.option(
    "--seed",
    type=click.IntRange(0, 2**31),
    default=1,
    show_default=True,
    help="The same seed makes the same data.",
)
@click.option(
    "--open",
    "open_share",
    type=click.FloatRange(0, 1),
    default=0.1,
    show_default=True,
    help="The share of records that still need somebody.",
)
@click.option(
    "--days",
    type=click.IntRange(56, 3650),
    default=365,
    show_default=True,
    help="How far back the data go.",
)
@click.option(
    "--short",
    type=click.FloatRange(0, 1),
    default=0.7,
    show_default=True,
    help="The share of settled records with a short history: taken back by whoever asked.",
)
@click.option(
    "--history",
    type=click.Choice(["full", "brief"]),
    default="full",
    show_default=True,
    help="brief: settled records as from an archive, opened and closed without promises, rules and messages.",
)
@click.option(
    "--now", help="The present of the data, such as 2026-11-22T08:00:00Z; this minute by default."
)
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    help="The data folder; ./var by default.",
)
@click.option(
    "--database",
    help="The database, such as postgresql://user@host/name; that of the settings by default.",
)
@click.option(
    "--processes",
    type=click.IntRange(1, 64),
    default=lambda: min(64, os.cpu_count() or 2),
    show_default="as many as there are cores",
    help="How many processes make records.",
)
@click.option(
    "--verify",
    is_flag=True,
    help="Afterwards check every hash chain, and every record against its events.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
def demo_data(
    records: int, seed: int, open_share: float, days: int, short: float, history: str, now: str | None, data: Path | None,
    database: str | None, processes: int, verify: bool, as_json: bool,
) -> None:  # fmt: skip
    """Fill an installation with made-up records in both languages, over all packs in force.

    Installs the shipped packs with their sample people where nothing is installed yet. Stop the server first.

    \b
    Example:
      sopwith demo-data --records 100000 --seed 7 --open 0.1 --verify
    """  # noqa: D301 - click's own mark
    try:
        service = open_service(read_settings(data=data, database_url=database))
    except (SettingsError, DatabaseError) as error:
        raise click.ClickException(str(error)) from error
    try:
        with server_lock(service.database):
            _prepare(service)
            wish = Wish(
                records=records,
                seed=seed,
                open=open_share,
                days=days,
                short=1 if history == "brief" else short,
                brief=history == "brief",
                now=_instant(now) or service.clock.now().replace(second=0, microsecond=0),
            )
            start = time.perf_counter()
            made = make(service, wish, processes, Progress())
            seconds = time.perf_counter() - start
            found = check_all(service.database, Progress()) if verify else None
    except (BulkError, DemoError, DatabaseError) as error:
        raise click.ClickException(str(error)) from error
    finally:
        service.database.close()
    _report(made, seconds, found, as_json=as_json)
    if found:
        sys.exit(1)


def _instant(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise click.BadParameter(
            "write an instant such as 2026-11-22T08:00:00Z", param_hint="--now"
        ) from error
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def _prepare(service: Service) -> None:
    if service.has_release():
        return
    click.echo("Installing the template packs and the sample people ...", err=True)
    cost = PasswordCost()
    install(
        service, pack_files(shipped_packs()), lambda text: hash_password(text, cost), service.zone
    )


def _report(made: Made, seconds: float, found: list[str] | None, *, as_json: bool) -> None:
    figures = {
        "records": made.records,
        "rows": made.rows,
        "lives": made.lives,
        "seconds_lives": round(made.living, 1),
        "seconds_load": round(made.loading, 1),
        "seconds_indexes": round(made.finishing, 1),
        "seconds": round(seconds, 1),
        "seconds_processor": round(made.processor, 1),
        "records_per_second": round(made.records / seconds),
        "rows_per_second": round(made.rows / seconds),
    }
    if found is not None:
        figures["faults"] = len(found)
    if as_json:
        click.echo(json.dumps(figures))
    else:
        click.echo(
            f"{made.records:,} records ({made.rows:,} rows) in {seconds:,.1f} s: {figures['records_per_second']:,} records/s, "
            f"{figures['rows_per_second']:,} rows/s. Lives {made.living:,.1f} s, load {made.loading:,.1f} s, "
            f"indexes and statistics {made.finishing:,.1f} s; the processor's time of all processes {made.processor:,.1f} s."
        )
        if found is not None:
            click.echo(
                "Every chain holds and every record agrees with its events."
                if not found
                else f"{len(found)} faults:"
            )
            for line in found[:20]:
                click.echo(f"  {line}")
