"""``sopwith erase``: take out what is known of a person; the history stays whole, the figures stay right."""

from __future__ import annotations

import json
from pathlib import Path

import click

from ..core.events import SYSTEM
from ..runtime.erasure import (
    ErasureError,
    delete_erased_files,
    erase_customer,
    erase_record,
)
from ..runtime.service import Service
from ..store import audit
from ..store.customers import Customer, by_contact, customer_of
from ..store.erasing import count_records
from ..store.records import id_of_number
from .backup import progress_on_terminal
from .people import DATA, opened

WARNING = """Erased for good: names, addresses, what was written, files, mails, search terms.
Kept, so that figures stay right: choices, numbers, dates, states, clocks. Backups made before still hold everything."""


@click.group()
def erase() -> None:
    """Erase personal data. It cannot be undone.

    Example: sopwith erase customer wang.fang@example.com
    """


@erase.command("customer")
@click.argument("who", metavar="ID|EMAIL")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--json", "json_out", is_flag=True, help="Say what was done as JSON.")
@DATA
def customer_command(who: str, yes: bool, json_out: bool, data: Path | None) -> None:
    """Erase the personal data of a customer and of all their records.

    It may be interrupted: done again it goes on, and the product ends it by itself.
    """
    with opened(data) as service:
        found = _customer(service, who)
        with service.database.reading() as connection:
            total, _erased = count_records(connection, found.id)
        if not yes:
            click.echo(WARNING, err=True)
            click.confirm(
                f"Erase {found.name} and the words of {total} records?", abort=True, err=True
            )
        try:
            tell = progress_on_terminal(json_out)
            count = erase_customer(
                service, found.id, SYSTEM, lambda done, all_of: tell("records", done, all_of)
            )
        except ErasureError as error:
            raise click.ClickException(str(error)) from error
        files = _delete_files(service)
    said = {"customer": found.id, "records": count, "files": files}
    click.echo(
        json.dumps(said)
        if json_out
        else f"Erased: {count} records and {files} files of {found.id}."
    )


@erase.command("record")
@click.argument("number")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--json", "json_out", is_flag=True, help="Say what was done as JSON.")
@DATA
def record_command(number: str, yes: bool, json_out: bool, data: Path | None) -> None:
    """Erase the personal data of the record NUMBER alone."""
    with opened(data) as service:
        with service.database.reading() as connection:
            record_id = id_of_number(connection, number)
        if record_id is None:
            raise click.ClickException(f"There is no record {number}.")
        if not yes:
            click.echo(WARNING, err=True)
            click.confirm(f"Erase the words of {number}?", abort=True, err=True)
        try:
            with service.database.writing() as connection:
                erased = erase_record(service, connection, record_id, SYSTEM)
                body = {"kinds": list(erased.kinds), "events": erased.events}
                audit.note(connection, SYSTEM, "record.erase", record_id, service.clock.now(), body)
        except ErasureError as error:
            raise click.ClickException(str(error)) from error
        files = _delete_files(service)
    said = {"record": number, "kinds": list(erased.kinds), "events": erased.events, "files": files}
    words = ", ".join(erased.kinds) or "there was nothing left to erase"
    click.echo(json.dumps(said) if json_out else f"{number}: {words}.")


def _customer(service: Service, who: str) -> Customer:
    with service.database.reading() as connection:
        found = customer_of(connection, who) or by_contact(connection, email=who)
    if found is None:
        raise click.ClickException(f"There is no customer {who}.")
    return found


def _delete_files(service: Service) -> int:
    return delete_erased_files(service.database, service.files) if service.files else 0
