"""Opening a record at the desk: for a customer who calls or comes in, or for oneself."""

from __future__ import annotations

import re
from typing import Any

from flask import abort, flash, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection

from sopwith.access.allow import allow
from sopwith.access.model import Act
from sopwith.core.decision import Problem
from sopwith.core.roles import ADMIN, AGENT, LEAD, MANAGER
from sopwith.formbuilder.model import Form
from sopwith.release.model import RecordType, Release
from sopwith.store.customers import Customer, customer_of, find_customers, find_or_create
from sopwith.store.files import tie_files

from ..forms import ShownForm, file_ids, only_reshapes, read_page, show_form
from ..htmx import fragment, go, show
from ..languages import LOCALES, lang
from ..uploads import uploader_of
from ..visitor import get_service, now, visitor
from ..wording import gettext as _
from .blueprint import desk

CHANNELS = ("phone", "walk_in", "mail", "chat", "portal")
WORKERS = frozenset({AGENT, LEAD, MANAGER, ADMIN})
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s.]{1,63}(?:\.[^@\s.]{1,63}){1,5}")


def may_open(kind: RecordType) -> bool:
    """Return whether the visitor may open such a record."""
    return allow(kind.access, Act.CREATE, visitor().actor, None)


def for_customers() -> bool:
    """Return whether the visitor opens records for customers, not only for themself."""
    return bool(visitor().actor.roles & WORKERS)


@desk.get("/new")
def choose() -> ResponseReturnValue:
    """Show which kinds of records can be opened."""
    release = get_service().releases.live()
    return show(
        "desk/choose.html", kinds=[one for one in release.record_types.values() if may_open(one)]
    )


@desk.get("/new/<type_id>")
def new(type_id: str) -> ResponseReturnValue:
    """Show the intake form, and for whom the record is."""
    return _page(type_id, {}, told=False)


@desk.post("/new/<type_id>/refresh")
def refresh_new(type_id: str) -> ResponseReturnValue:
    """Return the fields as they are with what was typed."""
    release, kind, form = _intake(type_id)
    with get_service().database.reading() as connection:
        shown = _shown(connection, release, form, read_page(form), told=False)
    return fragment("desk/new.html", "fields", kind=kind, shown=shown)


@desk.get("/customers")
def search_customers() -> ResponseReturnValue:
    """Return customers whose name, address or phone begins with what was typed."""
    if not for_customers():
        abort(404)
    with get_service().database.reading() as connection:
        found = find_customers(connection, request.args.get("customer_words", "")[:80], 8)
    return show("desk/customers.html", customers=found, chosen=request.args.get("customer", ""))


@desk.post("/new/<type_id>")
def create(type_id: str) -> ResponseReturnValue:
    """Open the record; on failure everything typed comes back."""
    release, kind, form = _intake(type_id)
    typed = read_page(form)
    if only_reshapes() or "_search" in request.form:
        return _page(type_id, typed, told=False)
    with get_service().database.reading() as connection:
        shown = _shown(connection, release, form, typed)
        wrong = _wrong_customer(connection)
    if not shown.result.accepted or wrong:
        return _page(type_id, typed, wrong=wrong)
    customer_id, lang_of = _customer()
    channel = request.form.get("channel", "phone")
    outcome = get_service().create(
        type=kind.id,
        values=shown.result.values,
        actor=visitor().actor,
        customer_id=customer_id,
        channel=channel if channel in CHANNELS and customer_id else "portal",
        lang=lang_of,
    )
    if outcome.record_id is None:
        return _page(type_id, typed, more=outcome.problems)
    ids = file_ids(form, typed)
    if ids:
        with get_service().database.writing() as connection:
            tie_files(connection, outcome.record_id, ids, uploader_of(visitor()))
    flash(_("%(number)s is open.", number=outcome.number), "good")
    return go(url_for("desk.record", record_id=outcome.record_id))


def _intake(type_id: str) -> tuple[Release, RecordType, Form]:
    release = get_service().releases.live()
    kind = release.record_types.get(type_id)
    form = release.forms.get(kind.intake) if kind else None
    if kind is None or form is None or not may_open(kind):
        abort(404)
    return release, kind, form


def _for_self() -> bool:
    return not for_customers() or request.form.get("for") == "self"


def _wrong_customer(connection: Connection) -> dict[str, str]:
    """Return what is wrong with the choice of the customer, by the name of the input."""
    if _for_self():
        return {}
    if request.form.get("customer"):
        known = customer_of(connection, request.form["customer"]) is not None
        return {} if known else {"customer": _("There is no such customer; search again.")}
    if not request.form.get("name", "").strip():
        return {"name": _("Choose a customer, or write the name of a new one.")}
    email, phone = request.form.get("email", "").strip(), request.form.get("phone", "").strip()
    if email and not _EMAIL.fullmatch(email):
        return {"email": _("This is no e-mail address.")}
    if not email and not phone:
        return {"email": _("Write an e-mail address or a phone number, so that we can answer.")}
    return {}


def _customer() -> tuple[str | None, str]:
    """Return the customer of the record, made now if new, and the language to write to them in."""
    if _for_self():
        return None, lang()
    service = get_service()
    chosen = request.form.get("customer", "")
    with service.database.writing() as connection:
        found = customer_of(connection, chosen) if chosen else None
        if found is None:
            wish = request.form.get("customer_lang", "")
            new_one = Customer(
                id=service.ids.new_id(),
                name=request.form.get("name", "").strip()[:200],
                email=request.form.get("email", "").strip()[:254] or None,
                phone=request.form.get("phone", "").strip()[:40] or None,
                lang=wish if wish in LOCALES else lang(),
            )
            found = find_or_create(connection, new_one, now())
    return found.id, found.lang


def _shown(
    connection: Connection,
    release: Release,
    form: Form,
    typed: dict[str, Any],
    *,
    told: bool = True,
    more: tuple[Problem, ...] | None = None,
) -> ShownForm:
    roles = visitor().actor.roles
    return show_form(
        connection, release, form, typed, scope={}, roles=roles, state=None, told=told, more=more
    )


def _page(
    type_id: str,
    typed: dict[str, Any],
    *,
    wrong: dict[str, str] | None = None,
    told: bool = True,
    more: tuple[Problem, ...] | None = None,
) -> ResponseReturnValue:
    release, kind, form = _intake(type_id)
    words = request.values.get("customer_words", "")[:80]
    chosen = request.values.get("customer", "")
    with get_service().database.reading() as connection:
        shown = _shown(connection, release, form, typed, told=told, more=more)
        customers = find_customers(connection, words, 8) if for_customers() and words else []
        known = customer_of(connection, chosen) if chosen else None
    if known is not None and all(one.id != known.id for one in customers):
        customers = [known, *customers]
    problems = [
        *[("", message, f"customer-{name}") for name, message in (wrong or {}).items()],
        *shown.view.problems,
    ]
    problems += [
        ("", one.message(lang()), "")
        for one in more or ()
        if one.path.split(".")[0] not in form.by_id
    ]
    return show(
        "desk/new.html",
        None,
        422 if told else 200,
        kind=kind,
        shown=shown,
        problems=problems,
        wrong=wrong or {},
        customers=customers,
        words=words,
        chosen=chosen,
        typed_customer={
            name: request.form.get(name, "")
            for name in ("name", "email", "phone", "channel", "for", "customer_lang")
        },
        channels=CHANNELS,
        for_customers=for_customers(),
    )
