"""The set-up's step for mail: a test mail, and where it went."""

from __future__ import annotations

from flask import flash

from sopwith.runtime.lanes import Lane
from sopwith.store.jobs import NewJob, add_jobs
from sopwith.store.traffic import caught_mails, deliveries

from ..visitor import get_service, now, visitor
from ..wording import gettext as _
from .setup import progress
from .step_page import Answer, Facts


def facts() -> Facts:
    """Return what the page shows: the last test mail, and what became of it."""
    with get_service().database.reading() as connection:
        key = progress(connection).mail
        tries = deliveries(connection, key=key) if key else []
        caught = next((one for one in caught_mails(connection, limit=50) if one.key == key), None) if key else None  # fmt: skip
    who = visitor().user
    return {
        "sent": key,
        "try": tries[0] if tries else None,
        "caught": caught,
        "email": who.email if who else "",
    }


def send_test() -> Answer:
    """Send a mail to whoever sets up, through the same door as every other mail."""
    who = visitor().user
    if who is None or not who.email:
        return Answer(facts=facts(), errors={"mail": _("Your account has no mail address.")})
    service = get_service()
    key = f"web:{service.ids.new_id()}"
    job = NewJob(
        kind="mail",
        lane=Lane.URGENT,  # somebody waits for it
        key=key,
        payload={
            "to": who.email,
            "to_name": who.name,
            "kind": "user",
            "subject": _("A test mail of the service desk"),
            "text": _("If you read this, mails go out as they should."),
            "lang": who.lang,
        },
        due_at=now(),
        created_at=now(),
    )
    with service.database.writing() as connection:
        add_jobs(connection, [job])
    service.wake()
    flash(_("The test mail is on its way."), "good")
    return Answer(notes={"mail": key}, then="mail")
