"""What is done with a record as a whole: merging, linking, cancelling, opening again, due times."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from flask import flash, request, url_for
from flask.typing import ResponseReturnValue

from sopwith.access.allow import allow
from sopwith.access.model import Act
from sopwith.core import commands as c

from ..htmx import go
from ..languages import zone
from ..visitor import get_service, visitor
from ..wording import gettext as _
from .blueprint import desk
from .carrying import LONGEST, back, carry_out, refused, told
from .duplicates import DIFFERENT
from .record_beside import find_number
from .record_page import Extra, record
from .words import kind_of


@desk.post("/records/<record_id>/merge")
def merge(record_id: str) -> ResponseReturnValue:
    """Close this record as merged into the one with the given number."""
    number = request.form.get("number", "").strip()
    kept = {"number": number}
    service = get_service()
    with service.database.reading() as connection:
        target = find_number(connection, service.releases.live(connection), number)
    if target is None or target.merged_into is not None:
        return refused(told("ENG005", "number", record_id), extra=Extra(panel="merge", kept=kept))
    command = c.Merge(actor=visitor().actor, into=target.id, into_number=target.number)
    outcome = carry_out(command, record_id)
    if not outcome.accepted:
        return refused(outcome, extra=Extra(panel="merge", kept=kept))
    flash(_("Merged into %(number)s.", number=target.number), "good")
    return go(url_for("desk.record", record_id=target.id))


@desk.post("/records/<record_id>/link")
def link(record_id: str) -> ResponseReturnValue:
    """Tie another record to this one."""
    state, release = record()
    if not allow(kind_of(release, state).access, Act.WORK, visitor().actor, state):
        return refused(told("ENG003", "", record_id))
    number = request.form.get("number", "").strip()
    tie = DIFFERENT if request.form.get("kind") == DIFFERENT else "related"
    service = get_service()
    with service.database.reading() as connection:
        target = find_number(connection, service.releases.live(connection), number)
    if target is None or target.id == record_id:
        return refused(
            told("ENG005", "number", record_id), extra=Extra(panel="link", kept={"number": number})
        )
    command = c.AddLink(
        actor=visitor().actor,
        kind=tie,
        record=target.id,
        number=target.number,
        type=target.type,
    )
    outcome = carry_out(command, record_id)
    if not outcome.accepted:
        return refused(outcome, extra=Extra(panel="link", kept={"number": number}))
    other = c.AddLink(
        actor=visitor().actor,
        kind=tie,
        record=record_id,
        number=state.number,
        type=state.type,
    )
    service.handle(other, target.id)
    return back(record_id)


@desk.post("/records/<record_id>/cancel")
def cancel(record_id: str) -> ResponseReturnValue:
    """Cancel the record, with the reason as a note."""
    reason = request.form.get("reason", "").strip()[:LONGEST]
    outcome = carry_out(c.Cancel(actor=visitor().actor, reason=reason), record_id)
    if not outcome.accepted:
        return refused(outcome, extra=Extra(panel="cancel", kept={"reason": reason}))
    flash(_("Cancelled."), "good")
    return back(record_id)


@desk.post("/records/<record_id>/reopen")
def reopen(record_id: str) -> ResponseReturnValue:
    """Open a settled record again."""
    reason = request.form.get("reason", "").strip()[:LONGEST]
    outcome = carry_out(c.Reopen(actor=visitor().actor, reason=reason), record_id)
    if not outcome.accepted:
        return refused(outcome, extra=Extra(panel="reopen", kept={"reason": reason}))
    flash(_("Opened again."), "good")
    return back(record_id)


@desk.post("/records/<record_id>/due")
def due(record_id: str) -> ResponseReturnValue:
    """Set a clock's due time by hand."""
    kept: Mapping[str, str] = {
        name: request.form.get(name, "") for name in ("clock", "due_at", "reason")
    }
    at = _instant(kept["due_at"])
    if at is None:
        return refused(told("ENG033", "due_at", record_id), extra=Extra(panel="due", kept=kept))
    command = c.SetDue(
        actor=visitor().actor, clock=kept["clock"], due_at=at, reason=kept["reason"].strip()
    )
    outcome = carry_out(command, record_id)
    if not outcome.accepted:
        return refused(outcome, extra=Extra(panel="due", kept=kept))
    flash(_("The due time is set."), "good")
    return back(record_id)


def _instant(text: str) -> datetime | None:
    """Return what a date and time input sent, read in the visitor's zone."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=ZoneInfo(zone()))
