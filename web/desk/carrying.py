"""How a POST of a colleague is carried out: as the page's version expects, or sent back with all that was typed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue

from sopwith.core import commands as c
from sopwith.core.decision import Decision, Problem
from sopwith.core.record import RecordState
from sopwith.formbuilder.model import Form
from sopwith.release.model import Release
from sopwith.runtime.service import Outcome
from sopwith.store.history import events_of
from sopwith.store.records import load_record

from ..forms import read_page
from ..htmx import go, is_htmx
from ..visitor import get_service
from .colleagues import colleagues, names_of
from .history import Teller, is_conflict
from .lists import list_address
from .record_page import NO_EXTRA, Extra, answer, record
from .ways import NOTHING, Typed, asked_form, form_of, way_of

CONFLICT = "ENG001"
LONGEST = 20_000


def expected_version() -> int | None:
    """Return the version of the record that the page showed."""
    text = request.form.get("version", "")
    return int(text) if text.isdecimal() else None


def carry_out(command: c.Command, record_id: str) -> Outcome:
    """Carry out *command* as the page's version expects; what only clocks and mails did since is no conflict."""
    service = get_service()
    command = replace(command, expected_version=expected_version())
    for _try in range(3):
        outcome = service.handle(command, record_id)
        if not _is_conflict(outcome):
            break
        with service.database.reading() as connection:
            since = events_of(connection, record_id, after=command.expected_version or 0)
        if not since or any(is_conflict(one.event) for one in since):
            break
        command = replace(command, expected_version=since[-1].seq)
    return outcome


def _is_conflict(outcome: Outcome) -> bool:
    return any(one.code == CONFLICT for one in outcome.problems)


def as_seen(state: RecordState) -> RecordState:
    """Return the record with the version that the page was opened with.

    A preview must not make the page newer than what its reader has seen: saving would then
    overwrite what somebody else has changed meanwhile, without a word.
    """
    seen = expected_version()
    return state if seen is None else replace(state, version=min(seen, state.version))


def back(record_id: str, anchor: str = "") -> ResponseReturnValue:
    """Lead back to the record, with the list that was beside it."""
    kept = list_address()
    if request.args.get("tab"):
        kept["tab"] = request.args["tab"]
    return go(url_for("desk.record", record_id=record_id, _anchor=anchor or None, **kept))


def refused(
    outcome: Outcome, typed: Typed = NOTHING, extra: Extra = NO_EXTRA
) -> ResponseReturnValue:
    """Show the page again with everything typed, what is wrong, and what others changed meanwhile."""
    state, release = record()
    service = get_service()
    with service.database.reading() as connection:
        fresh = load_record(connection, state.id) or state
        extra = replace(extra, problems=outcome.problems)
        if _is_conflict(outcome):
            events = events_of(connection, state.id, after=expected_version() or 0)
            people = colleagues(connection, release)
            teller = Teller(release, fresh, people, names_of(release, people))
            lines = [one for one in teller.lines(events) if not one.quiet]
            extra = replace(extra, conflict=tuple(lines), again=_again())
    response = answer(
        fresh,
        service.releases.get(fresh.release),
        typed=typed,
        extra=extra,
        status=409 if _is_conflict(outcome) else 422,
        block="ticket" if is_htmx() else None,
    )
    if is_htmx():
        response.headers["HX-Retarget"], response.headers["HX-Reswap"] = "#ticket", "outerHTML"
    return response


def _again() -> dict[str, str]:
    """Return what the button "send again" has to send: where to, and which button it was."""
    return {
        "action": request.full_path.rstrip("?"),
        "to": request.form.get("to", ""),
        "decision": request.form.get("decision", ""),
    }


def page_of(form: Form | None) -> dict[str, Any]:
    """Return what was typed into *form*, nothing without one."""
    return read_page(form) if form is not None else {}


def typed_values(state: RecordState, release: Release) -> dict[str, Any]:
    """Return what was typed into the state's form and into what the chosen way asks for."""
    way = way_of(release, state, request.form.get("asked") or request.form.get("to", ""))
    extra = asked_form(release, state, way) if way is not None else None
    return {**page_of(form_of(release, state)), **page_of(extra)}


def told(code: str, path: str, record_id: str) -> Outcome:
    """Return a refusal that the page itself makes."""
    state, release = record()
    decision = Decision(problems=(Problem(code=code, path=path),))
    return Outcome(record_id=record_id, state=state, decision=decision, release=release)
