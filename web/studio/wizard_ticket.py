"""The set-up's last step: a test ticket on the desk, as a customer's would come in."""

from __future__ import annotations

from flask import flash, request
from sqlalchemy import Connection

from sopwith.runtime.service import Outcome
from sopwith.store.customers import Customer, find_or_create
from sopwith.store.records import load_record

from ..languages import lang
from ..visitor import customer_actor, get_service, now, visitor
from ..wording import gettext as _
from .setup import progress
from .step_page import Answer, Facts
from .wizard_samples import (
    SampleTicket,
    in_my_language,
    sample_tickets,
    show_samples,
    still_open,
    take_away,
)


def facts() -> Facts:
    """Return what the page shows: the ticket, once it is there."""
    with get_service().database.reading() as connection:
        setup = progress(connection)
        state = load_record(connection, setup.record) if setup.record else None
    return {"record": state, "can_try": bool(sample_tickets()), "samples": still_open()}


def open_ticket() -> Answer:
    """Open a ticket with sample values, with oneself as the customer; it runs like any other. Or all samples, or none."""
    if "samples" in request.form:
        if show_samples():
            return Answer(then="finish")
    elif "away" in request.form:
        take_away()
        return Answer(then="finish")
    said = _("Install a process first; then a ticket can be tried.")
    for ticket in in_my_language(sample_tickets()):
        outcome = _open(ticket)
        if outcome.accepted and outcome.record_id is not None:
            flash(_("The test ticket %(number)s is there.", number=outcome.number), "good")
            return Answer(notes={"record": outcome.record_id}, then="finish")
        said = "; ".join(one.message(lang()) for one in outcome.problems)
    return Answer(facts=facts(), errors={"finish": said})


def _open(ticket: SampleTicket) -> Outcome:
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
