"""Sample tickets on a desk that has none: marked, from customers without an address, and taken off again in one go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from flask import flash
from sqlalchemy import Connection

from sopwith.core.commands import Cancel
from sopwith.core.events import SYSTEM
from sopwith.lab.sample import SampleRecord, dated
from sopwith.release.model import RecordType
from sopwith.runtime.releases import NoReleaseError
from sopwith.store.customers import Customer, add_customer, customer_of
from sopwith.store.installation import forget_setting, put_setting, setting
from sopwith.store.records import load_record

from ..admin.acting import audited
from ..languages import lang, zone
from ..visitor import customer_actor, get_service, now, visitor
from ..wording import gettext as _
from ..wording import ngettext
from .setup import progress
from .shelf import Opened, opened, shelf

SETTING = "sample_records"
TAG = "sample"
MOST = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleTicket:
    """A ticket as a pack's sample data begin it. customer: its facts, empty for one that a colleague opens."""

    kind: RecordType
    values: Mapping[str, Any]
    customer: Mapping[str, Any]
    lang: str

    @property
    def by_colleague(self) -> bool:
        """Return whether it comes from a colleague, not from a customer."""
        return not self.customer


def sample_tickets() -> list[SampleTicket]:
    """Return the sample tickets of an installed pack whose record types are in force; the pack chosen first comes first."""
    service = get_service()
    try:
        known = service.releases.live().record_types
    except NoReleaseError:
        return []
    with service.database.reading() as connection:
        first = progress(connection).pack
    for folder in dict.fromkeys(one for one in (first, *shelf()) if one in shelf()):
        pack = opened(folder)
        made = [
            _ticket(pack, record, known[record.record_type])
            for record in pack.sample.records
            if record.record_type in known
        ]
        found = [one for one in made if one is not None]
        if found:
            return found
    return []


def _ticket(pack: Opened, record: SampleRecord, kind: RecordType) -> SampleTicket | None:
    step = record.steps[0].step if record.steps else None
    if step is None or step.verb != "create":
        return None
    customers = pack.sample.cast.customers
    customer = {} if step.args.get("by") else customers.get(str(step.args.get("customer")))
    return SampleTicket(
        kind=kind,
        values=dated(dict(step.args.get("values", {})), now(), zone()),
        customer=customer if customer is not None else {"id": "sample", "name": ""},
        lang=str(step.args.get("lang", "en")),
    )


def still_open() -> int:
    """Return how many sample tickets are open."""
    with get_service().database.reading() as connection:
        states = [load_record(connection, one) for one in _kept(connection)]
    return sum(state is not None and state.is_open for state in states)


def _kept(connection: Connection) -> list[str]:
    return [str(one) for one in (setting(connection, SETTING) or {}).get("ids", ())]


def show_samples() -> bool:
    """Open the sample tickets of the first pack, each marked; return whether there are any."""
    service, made = get_service(), []
    for ticket in sample_tickets()[:MOST]:
        actor, customer_id = visitor().actor, None
        if not ticket.by_colleague:
            with service.database.writing() as connection:
                customer = _customer(connection, ticket)
            actor, customer_id = customer_actor(customer), customer.id
        outcome = service.create(
            type=ticket.kind.id,
            values=ticket.values,
            actor=actor,
            customer_id=customer_id,
            lang=ticket.lang,
            tags=(TAG,),
        )
        if outcome.record_id is not None:
            made.append(outcome.record_id)
    with audited("setup.samples", str(len(made))) as connection:
        ids = [*_kept(connection), *made]
        put_setting(connection, SETTING, {"ids": ids}, now())
    if made:
        flash(ngettext("%(num)d sample ticket is on the desk, marked “%(tag)s”.", "%(num)d sample tickets are on the desk, marked “%(tag)s”.", len(made), tag=TAG), "good")  # fmt: skip
    return bool(made)


def _customer(connection: Connection, ticket: SampleTicket) -> Customer:
    """Return the made-up customer of a ticket; without a mail address, so that nobody is written to."""
    facts = ticket.customer
    made_id = sha256(f"sample:{facts['id']}".encode()).hexdigest()[:32]
    known = customer_of(connection, made_id)
    if known is not None:
        return known
    name = str(facts["name"])
    customer = Customer(
        id=made_id,
        name=_("%(name)s (sample)", name=name) if name else _("Sample customer"),
        lang=str(facts.get("lang") or ticket.lang),
        tier=str(facts.get("tier", "")),
    )
    add_customer(connection, customer, now())
    return customer


def take_away() -> None:
    """Cancel the sample tickets that are open; their history stays, as that of every ticket."""
    service, left = get_service(), []
    with service.database.reading() as connection:
        ids = _kept(connection)
        states = {one: load_record(connection, one) for one in ids}
    done = 0
    for record_id, state in states.items():
        if state is None or not state.is_open:
            continue
        # Whom a process lets cancel is about real tickets: where it is not the administrator, the installation does it.
        for actor in (visitor().actor, SYSTEM):
            command = Cancel(actor=actor, reason=_("It was a sample."))
            if service.handle(command, record_id).accepted:
                done += 1
                break
        else:
            left.append(record_id)
    with audited("setup.samples_end", str(done)) as connection:
        if left:
            put_setting(connection, SETTING, {"ids": left}, now())
        else:
            forget_setting(connection, SETTING)
    if left:
        flash(ngettext("%(num)d sample ticket could not be cancelled where it stands. Finish it on the desk.", "%(num)d sample tickets could not be cancelled where they stand. Finish them on the desk.", len(left)), "warning")  # fmt: skip
    else:
        flash(ngettext("%(num)d sample ticket is cancelled and off the desk.", "%(num)d sample tickets are cancelled and off the desk.", done), "good")  # fmt: skip


def in_my_language(tickets: list[SampleTicket]) -> list[SampleTicket]:
    """Return the tickets, those in the reader's language first."""
    return sorted(tickets, key=lambda one: one.lang != lang())
