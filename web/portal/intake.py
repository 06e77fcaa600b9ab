"""A new request: who asks, what they filled in, and the one transaction that opens it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import request
from sqlalchemy import Connection

from sopwith.core.commands import Create
from sopwith.core.events import Actor
from sopwith.formbuilder.model import Form
from sopwith.release.model import RecordType
from sopwith.runtime.service import Outcome
from sopwith.store.customers import Customer, facts_of, find_or_create
from sopwith.store.files import tie_files
from sopwith.store.idempotency import Verdict, begin_request, keep_answer

from ..forms import file_ids
from ..languages import lang
from ..uploads import uploader_of
from ..visitor import customer_actor, get_service, now, visitor
from ..wording import gettext as _

_ADDRESS = re.compile(r"[^@\s,;:<>()\"\\]{1,64}@[^@\s,;:<>()\"\\.]+(\.[^@\s,;:<>()\"\\.]+)+")
_LONGEST_NAME, _LONGEST_ADDRESS = 100, 254


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Who asks without being signed in, as typed."""

    name: str = ""
    email: str = ""

    def problems(self) -> dict[str, str]:
        """Return what is wrong, by the name of the field."""
        found = {}
        if not self.name:
            found["name"] = _("Please tell us your name.")
        if not _ADDRESS.fullmatch(self.email) or len(self.email) > _LONGEST_ADDRESS:
            found["email"] = _("Please give an e-mail address such as name@example.com.")
        return found


def read_contact() -> Contact:
    """Return who asks, as the page sent it."""
    name = " ".join(request.form.get("contact-name", "").split())
    email = request.form.get("contact-email", "").strip()
    return Contact(name=name[:_LONGEST_NAME], email=email[: _LONGEST_ADDRESS + 1])


def asks_for_contact() -> bool:
    """Return whether the page must ask who it is."""
    return visitor().kind == "anonymous"


def intake_scope(connection: Connection, kind: RecordType) -> dict[str, Any]:
    """Return what conditions of an intake form see before anything is filled in."""
    who = visitor()
    defaults = {one.id: one.default for one in kind.fields if one.default is not None}
    facts = facts_of(connection, who.customer.id) if who.customer else None
    return {**defaults, "customer": facts or {}, "channel": "portal", "lang": lang()}


class _RefusedError(Exception):
    """The engine said no: nothing of the transaction stays."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__("refused")
        self.outcome = outcome


def open_request(
    kind: RecordType, form: Form, values: Mapping[str, Any], contact: Contact, once: str
) -> tuple[str | None, Outcome | None]:
    """Open a record with its customer and files, all or nothing; return its id, or the refusal.

    once: of the page; the same page sent again leads to the same record.
    """
    service = get_service()
    sender = uploader_of(visitor())
    print_ = hashlib.sha256(f"{kind.id}\n{once}".encode()).hexdigest()
    try:
        with service.database.writing() as connection:
            if once:
                before = begin_request(connection, f"portal:{sender}", once, print_, now())
                if before.verdict is Verdict.DONE and before.body:
                    return before.body, None
            actor, customer_id = _who_asks(connection, contact)
            outcome = service.handle_within(
                connection,
                Create(
                    actor=actor,
                    record_id=service.ids.new_id(),
                    number="",
                    type=kind.id,
                    form=form.id,
                    values=values,
                    customer_id=customer_id,
                    channel="portal",
                    lang=lang(),
                ),
                None,
            )
            if not outcome.accepted or outcome.record_id is None:
                raise _RefusedError(outcome)
            _tie(connection, outcome.record_id, file_ids(form, values), sender)
            if once:
                keep_answer(connection, f"portal:{sender}", once, 303, outcome.record_id)
    except _RefusedError as refused:
        return None, refused.outcome
    service.wake()
    return outcome.record_id, outcome


def _who_asks(connection: Connection, contact: Contact) -> tuple[Actor, str | None]:
    who = visitor()
    if who.kind != "anonymous":
        return who.actor, who.customer.id if who.customer else None
    wish = Customer(
        id=get_service().ids.new_id(), name=contact.name, email=contact.email, lang=lang()
    )
    customer = find_or_create(connection, wish, now())
    return customer_actor(customer), customer.id


def _tie(connection: Connection, record_id: str, ids: Iterable[str], sender: str) -> None:
    wanted = list(ids)
    if wanted:
        tie_files(connection, record_id, wanted, sender)
