"""The set-up's last step: a test ticket on the desk, as a customer's would come in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import flash
from sqlalchemy import Connection

from sopwith.lab.sample import dated
from sopwith.release.model import RecordType, Release
from sopwith.runtime.releases import NoReleaseError
from sopwith.runtime.service import Outcome
from sopwith.store.customers import Customer, find_or_create
from sopwith.store.records import load_record

from ..languages import lang, zone
from ..visitor import customer_actor, get_service, now, visitor
from ..wording import gettext as _
from .setup import progress
from .shelf import opened, shelf
from .step_page import Answer, Facts


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """A sample ticket. by_colleague: it comes from a colleague, not from a customer."""

    kind: RecordType
    values: Mapping[str, Any]
    by_colleague: bool


def facts() -> Facts:
    """Return what the page shows: the ticket, once it is there."""
    with get_service().database.reading() as connection:
        setup = progress(connection)
        state = load_record(connection, setup.record) if setup.record else None
    return {"record": state, "can_try": bool(_choices())}


def _live() -> Release | None:
    try:
        return get_service().releases.live()
    except NoReleaseError:
        return None


def _choices() -> list[Ticket]:
    """Return the sample tickets of an installed pack whose record type is in force, those in the reader's language first."""
    release = _live()
    if release is None:
        return []
    with get_service().database.reading() as connection:
        first = progress(connection).pack
    found: list[tuple[bool, Ticket]] = []
    for folder in dict.fromkeys(one for one in (first, *shelf()) if one in shelf()):
        for record in opened(folder).sample.records:
            kind = release.record_types.get(record.record_type)
            step = record.steps[0].step if record.steps else None
            if kind is None or step is None or step.verb != "create":
                continue
            values = dated(dict(step.args.get("values", {})), now(), zone())
            ticket = Ticket(kind=kind, values=values, by_colleague=bool(step.args.get("by")))
            found.append((str(step.args.get("lang", "en")) != lang(), ticket))
        if found:
            break
    return [ticket for _other, ticket in sorted(found, key=lambda one: one[0])]


def open_ticket() -> Answer:
    """Open a ticket with sample values, with oneself as the customer; it runs like any other."""
    said = _("Install a process first; then a ticket can be tried.")
    for ticket in _choices():
        outcome = _open(ticket)
        if outcome.accepted and outcome.record_id is not None:
            flash(_("The test ticket %(number)s is there.", number=outcome.number), "good")
            return Answer(notes={"record": outcome.record_id}, then="finish")
        said = "; ".join(one.message(lang()) for one in outcome.problems)
    return Answer(facts=facts(), errors={"finish": said})


def _open(ticket: Ticket) -> Outcome:
    service = get_service()
    if ticket.by_colleague:
        return service.create(type=ticket.kind.id, values=ticket.values, actor=visitor().actor, lang=lang())  # fmt: skip
    with service.database.writing() as connection:
        customer = _customer(connection)
    return service.create(
        type=ticket.kind.id,
        values=ticket.values,
        actor=customer_actor(customer),
        customer_id=customer.id,
        lang=lang(),
    )


def _customer(connection: Connection) -> Customer:
    """Return whoever sets up as a customer, so that the mails of the ticket reach them and nobody else."""
    who = visitor().user
    wish = Customer(
        id=get_service().ids.new_id(),
        name=_("%(name)s (test)", name=who.name) if who else _("Test customer"),
        email=who.email if who and who.email else "test.customer@example.invalid",
        lang=who.lang if who else lang(),
        verified=False,
    )
    return find_or_create(connection, wish, now())
