"""Personal data: what is kept about a customer as a file, holds, and erasing it; how long what is kept."""

from __future__ import annotations

import tempfile
from datetime import timedelta
from typing import Any

from flask import abort, flash, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from sopwith.core.record import ERASED_TEXT
from sopwith.runtime.erasure import ErasureError, ask_to_erase
from sopwith.runtime.housekeeping import DELIVERIES_KEPT, ENDED_KEPT, REQUESTS_KEPT
from sopwith.runtime.personal_data import write_personal_data
from sopwith.store.audit import note
from sopwith.store.customers import Customer, customer_of
from sopwith.store.erasing import (
    count_records,
    hold_of,
    holds,
    lift_hold,
    numbers_held,
    put_hold,
)
from sopwith.store.figures import last_backup
from sopwith.store.heads import last_head
from sopwith.store.inspection import numbers_of
from sopwith.store.records import id_of_number

from ..htmx import go
from ..visitor import get_service, now, visitor
from ..wording import gettext as _
from .acting import audited, author
from .blueprint import blueprint

LARGE = 8 * 1024 * 1024  # bytes of an export that stay in memory


@blueprint.get("/customers/<customer_id>/personal")
def personal(customer_id: str) -> ResponseReturnValue:
    """Show what is kept about a customer, and what can be done with it."""
    return _page(_customer(customer_id))


def _customer(customer_id: str) -> Customer:
    with get_service().database.reading() as connection:
        found = customer_of(connection, customer_id)
    if found is None:
        abort(404)
    return found


def _page(
    found: Customer, errors: dict[str, str] | None = None, typed: str = ""
) -> ResponseReturnValue:
    with get_service().database.reading() as connection:
        records, erased = count_records(connection, found.id)
        held = hold_of(connection, "customer", found.id)
        numbers = numbers_held(connection, found.id)
    page = render_template(
        "admin/personal.html",
        customer=found,
        records=records,
        erased=erased,
        is_erased=found.name == ERASED_TEXT,
        held=held,
        numbers=numbers,
        errors=errors or {},
        typed=typed,
        word=confirmation(found),
    )
    return page, 422 if errors else 200


def confirmation(customer: Customer) -> str:
    """Return what has to be typed before a customer is erased: what nobody types by chance."""
    return customer.email or customer.phone or customer.name


@blueprint.post("/customers/<customer_id>/personal/export")
def export_personal(customer_id: str) -> ResponseReturnValue:
    """Send everything that is kept about a customer; that it was sent is in the audit log."""
    found, service = _customer(customer_id), get_service()
    out = tempfile.SpooledTemporaryFile(max_size=LARGE)  # noqa: SIM115 - closed with the answer
    with service.database.reading() as connection:
        count = write_personal_data(connection, found.id, service.files, out, now())
    with audited("customer.export", found.id, {"records": count}):
        pass
    out.seek(0)
    return send_file(
        out,
        mimetype="application/zip",
        as_attachment=True,
        download_name=f"customer-{found.id}.zip",
    )


@blueprint.post("/customers/<customer_id>/personal/erase")
def erase_personal(customer_id: str) -> ResponseReturnValue:
    """Erase a customer: the person now, the records by a job."""
    found, service = _customer(customer_id), get_service()
    typed = request.form.get("typed", "").strip()
    if typed != confirmation(found):
        words = _(
            "Type “%(word)s” exactly, so that nobody is erased by mistake.",
            word=confirmation(found),
        )
        return _page(found, {"typed": words}, typed)
    try:
        with service.database.writing() as connection:
            ask_to_erase(service, connection, found.id, visitor().actor, delay=timedelta(0))
    except ErasureError:
        words = _("Something of this customer is on hold. Lift the hold first.")
        return _page(found, {"typed": words}, typed)
    service.wake()
    flash(_("The person is erased. The words of the records go now, page by page."), "good")
    return go(url_for("admin.personal", customer_id=found.id))


@blueprint.post("/customers/<customer_id>/personal/hold")
def hold_personal(customer_id: str) -> ResponseReturnValue:
    """Keep a customer from being erased, or let it be erased again."""
    found = _customer(customer_id)
    reason = request.form.get("reason", "").strip()[:200]
    if "lift" in request.form:
        with audited("hold.lift", f"customer:{found.id}") as connection:
            lift_hold(connection, "customer", found.id)
        flash(_("The hold is lifted."), "good")
    elif not reason:
        return _page(found, {"reason": _("Say why it must be kept, such as a case number.")})
    else:
        with audited("hold.put", f"customer:{found.id}") as connection:
            put_hold(connection, "customer", found.id, reason=reason, author=author(), now=now())
        flash(_("Nothing of this customer will be erased until the hold is lifted."), "good")
    return go(url_for("admin.personal", customer_id=found.id))


@blueprint.get("/keeping")
def keeping() -> ResponseReturnValue:
    """Show how long what is kept, what is on hold, and how the history is guarded."""
    return _keeping_page()


def _keeping_page(
    errors: dict[str, str] | None = None, typed: dict[str, str] | None = None
) -> ResponseReturnValue:
    service = get_service()
    with service.database.reading() as connection:
        release = service.releases.live(connection) if service.has_release() else None
        held = holds(connection)
        numbers = numbers_of(
            connection, [one.subject_id for one in held if one.subject == "record"]
        )
        head, backup = last_head(connection), last_backup(connection)
    types = sorted(release.record_types.values(), key=lambda one: one.id) if release else []
    page = render_template(
        "admin/keeping.html",
        types=types,
        logs=_logs(),
        holds=held,
        numbers=numbers,
        head=head,
        backup=backup,
        errors=errors or {},
        typed=typed or {"number": "", "reason": ""},
    )
    return page, 422 if errors else 200


def _logs() -> list[tuple[str, int]]:
    return [
        (_("What was sent out, and whether it arrived"), DELIVERIES_KEPT.days),
        (_("Answers to requests of the interface"), REQUESTS_KEPT.days),
        (_("Ended sessions and used links"), ENDED_KEPT.days),
    ]


@blueprint.post("/keeping/hold")
def hold_record() -> ResponseReturnValue:
    """Put a record on hold by its number."""
    typed: dict[str, Any] = {
        name: request.form.get(name, "").strip()[:200] for name in ("number", "reason")
    }
    errors: dict[str, str] = {}
    with get_service().database.reading() as connection:
        record_id = id_of_number(connection, typed["number"])
    if record_id is None:
        errors["number"] = _("There is no record with this number.")
    if not typed["reason"]:
        errors["reason"] = _("Say why it must be kept, such as a case number.")
    if errors or record_id is None:
        return _keeping_page(errors, typed)
    with audited("hold.put", f"record:{record_id}") as connection:
        put_hold(
            connection, "record", record_id, reason=typed["reason"], author=author(), now=now()
        )
    flash(_("%(number)s is on hold.", number=typed["number"]), "good")
    return go(url_for("admin.keeping"))


@blueprint.post("/keeping/lift")
def lift() -> ResponseReturnValue:
    """Lift a hold."""
    subject, subject_id = request.form.get("subject", ""), request.form.get("id", "")
    with get_service().database.writing() as connection:
        if not lift_hold(connection, subject, subject_id):
            abort(404)
        note(connection, visitor().actor, "hold.lift", f"{subject}:{subject_id}", now())
    flash(_("The hold is lifted."), "good")
    return go(url_for("admin.keeping"))
