"""``sopwith verify``: whether the history is whole: every chain, the audit log, the signed heads."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from itertools import islice
from pathlib import Path
from typing import Any

import click
from sqlalchemy import Connection

from ..runtime.service import Service
from ..store.audit import first_broken
from ..store.chain import count_chains, verify_some
from ..store.heads import HeadFault, head_faults, heads_since
from ..store.records import id_of_number
from .backup import progress_on_terminal
from .people import DATA, opened

A_STEP = 500
SHOWN = 1000
"""Findings that are named."""


@click.command()
@click.option("--record", "number", help="Only the record with this number.")
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Only the signed heads from this day (UTC) on; without it all of them.",
)
@click.option("--json", "json_out", is_flag=True, help="Say what was found as JSON.")
@click.option("--quiet", is_flag=True, help="Show no progress.")
@DATA
@click.pass_context
def verify(
    context: click.Context,
    number: str | None,
    since: datetime | None,
    json_out: bool,
    quiet: bool,
    data: Path | None,
) -> None:
    """Check that nothing in the history was changed, cut off or removed.

    Ends with 0 when all of it holds, 1 when something does not, 2 when it was called wrongly.

    Example: sopwith verify --since 2026-11-01
    """
    found: dict[str, Any] = {"records": 0, "events": 0, "erased": 0, "heads": 0, "findings": []}
    with opened(data) as service:
        record_id = _id_of(service, number) if number else None
        for finding in islice(
            _findings(service, found, record_id, since, quiet or json_out), SHOWN
        ):
            found["findings"].append(finding)
    if json_out:
        click.echo(json.dumps(found, ensure_ascii=False))
    else:
        for finding in found["findings"]:
            click.echo(f"{finding['what']}: {finding['reason']}.")
        click.echo(
            f"{found['records']:,} records with {found['events']:,} events were checked, "
            f"{found['erased']:,} of them without their erased words, and {found['heads']:,} signed heads."
        )
    context.exit(1 if found["findings"] else 0)


def _id_of(service: Service, number: str) -> str:
    with service.database.reading() as connection:
        found = id_of_number(connection, number)
    if found is None:
        raise click.BadParameter(f"there is no record {number}", param_hint="--record")
    return found


def _findings(
    service: Service,
    found: dict[str, Any],
    record_id: str | None,
    since: datetime | None,
    quiet: bool,
) -> Iterator[dict[str, str]]:
    yield from _chains(service, found, record_id, quiet)
    if record_id is None:
        with service.database.reading() as connection:
            yield from _heads(connection, service.head_key, found, since)


def _chains(
    service: Service, found: dict[str, Any], record_id: str | None, quiet: bool
) -> Iterator[dict[str, str]]:
    tell, after = progress_on_terminal(quiet), ""
    with service.database.reading() as connection:
        total = 1 if record_id else count_chains(connection)
    while True:
        # A snapshot for each step: one for all of it would hold back the log of the database.
        with service.database.reading() as connection:
            checked = verify_some(connection, after, A_STEP, record_id=record_id)
        for name in ("records", "events", "erased"):
            found[name] += getattr(checked, name)
        for one in checked.broken:
            yield {"what": f"record {one.record_id}, event {one.seq}", "reason": one.reason}
        tell("records", found["records"], total)
        if not checked.last:
            return
        after = checked.last


def _heads(
    connection: Connection, key: bytes, found: dict[str, Any], since: datetime | None
) -> Iterator[dict[str, str]]:
    line = first_broken(connection)
    if line is not None:
        yield {"what": f"audit log, line {line}", "reason": "it does not hold from here on"}
    start = _start_of(since.date()) if since is not None else None
    found["heads"] = len(heads_since(connection, start))
    for fault in head_faults(connection, key, start):
        yield {"what": _named(fault), "reason": fault.reason}


def _named(fault: HeadFault) -> str:
    head = f"signed head {fault.number} of {fault.at:%Y-%m-%d}"
    return f"record {fault.record_id}, {head}" if fault.record_id else head


def _start_of(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
