"""Where mails and webhooks go: what works, what waits, and how much each may be given."""

from __future__ import annotations

from dataclasses import dataclass

from flask import abort, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from sopwith.runtime.breakers import shown_name
from sopwith.store.destinations import (
    MAIL_SERVER,
    Destination,
    destination,
    destinations,
    in_hand,
    set_budget,
    switch,
    try_now,
    waiting_for,
)

from ..htmx import go
from ..languages import lang
from ..visitor import get_service, now
from ..wording import gettext as _
from .acting import audited
from .blueprint import blueprint
from .checks import number_in

MOST_AT_ONCE, MOST_A_MINUTE = 100, 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One destination as the page shows it."""

    of: Destination
    title: str
    waiting: int
    running: int

    @property
    def state(self) -> str:
        """Return where it stands: off, open, probing or closed."""
        return "off" if self.of.off_at is not None else self.of.state


@blueprint.get("/destinations")
def destinations_list() -> ResponseReturnValue:
    """List the mail server and every host that webhooks call."""
    return _page()


def _page(name: str = "", errors: dict[str, str] | None = None) -> ResponseReturnValue:
    with get_service().database.reading() as connection:
        known = {one.name: one for one in destinations(connection)}
        waiting, running = waiting_for(connection), in_hand(connection)
    names = sorted({*known, *waiting, *running, MAIL_SERVER}, key=lambda one: (":" in one, one))
    shown = [
        Shown(
            of=known.get(one) or Destination(name=one),
            title=shown_name(one).get(lang()),
            waiting=waiting.get(one, 0),
            running=running.get(one, 0),
        )
        for one in names
    ]
    page = render_template(
        "admin/destinations.html", shown=shown, wrong=name, errors=errors or {}, typed=request.form
    )
    return page, 422 if errors else 200


@blueprint.post("/destinations/<name>/try")
def try_destination(name: str) -> ResponseReturnValue:
    """Let the next job for a destination go there now."""
    with audited("destination.try", name) as connection:
        if not try_now(connection, name, now()):
            abort(404)
    get_service().wake()
    flash(_("The next one is tried now. Look again in a moment."), "good")
    return go(url_for("admin.destinations_list"))


@blueprint.post("/destinations/<name>/switch")
def switch_destination(name: str) -> ResponseReturnValue:
    """Switch a destination off, or on again."""
    _known(name)
    on = request.form.get("on") == "1"
    with audited("destination.on" if on else "destination.off", name) as connection:
        switch(connection, name, now(), on=on)
    get_service().wake()
    flash(
        _("It is on again.") if on else _("It is off. What is meant for it waits until it is on."),
        "good",
    )
    return go(url_for("admin.destinations_list"))


@blueprint.post("/destinations/<name>/budget")
def budget_destination(name: str) -> ResponseReturnValue:
    """Say how much a destination may be given; empty fields give the usual."""
    _known(name)
    found: dict[str, int | None] = {}
    errors: dict[str, str] = {}
    for field, most in (("at_once", MOST_AT_ONCE), ("a_minute", MOST_A_MINUTE)):
        text = request.form.get(field, "").strip()
        number = number_in(text, 1, most)
        if text and number is None:
            errors[field] = _("Write a whole number from 1 to %(most)d.", most=most)
        found[field] = number
    if errors:
        return _page(name, errors)
    with audited("destination.budget", name, dict(found)) as connection:
        set_budget(connection, name, found["at_once"], found["a_minute"])
    flash(_("The budget is saved."), "good")
    return go(url_for("admin.destinations_list"))


def _known(name: str) -> None:
    """Answer 404 for what is no destination of any job."""
    with get_service().database.reading() as connection:
        known = name == MAIL_SERVER or destination(connection, name) is not None
        if not known and name not in {**waiting_for(connection), **in_hand(connection)}:
            abort(404)
