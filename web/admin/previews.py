"""Forms and messages as people will see them, without sending or keeping anything."""

from __future__ import annotations

from typing import Any

from flask import current_app, render_template, request
from jinja2.environment import TemplateModule
from sqlalchemy import Connection

from sopwith.core.plain import instant_text
from sopwith.core.record import ClockStatus, RecordState
from sopwith.core.roles import AGENT, CUSTOMER
from sopwith.engine.scope import scope_of
from sopwith.formbuilder.model import Form
from sopwith.formbuilder.view import FormView, view_form
from sopwith.messages.model import Template
from sopwith.messages.render import Rendered, render
from sopwith.release.model import Release
from sopwith.store.records import load_record

from ..forms import Picks, evaluate, read_page
from ..languages import LOCALES, lang, zone, zone_info
from ..visitor import get_service, now
from ..wording import speaking

ROLES = {"customer": frozenset({CUSTOMER}), "agent": frozenset({AGENT})}


def wished_lang() -> str:
    """Return the language that the preview shall speak."""
    wish = request.values.get("in", "")
    return wish if wish in LOCALES else lang()


def wished_role(form: Form) -> str:
    """Return as whom the preview is looked at."""
    wish = request.values.get("as", "")
    return wish if wish in ROLES else form.audience


def preview(connection: Connection, release: Release, form: Form) -> tuple[FormView, Picks]:
    """Return *form* as it stands with what was typed into the preview."""
    typed: dict[str, Any] = read_page(form) if request.method == "POST" else {}
    directory = get_service().directory(connection, release, now())
    scope: dict[str, Any] = {}
    result = evaluate(
        form, typed, scope=scope, roles=ROLES[wished_role(form)], state=None, lookup=directory
    )
    picks = Picks(release, staff=True)
    view = view_form(
        form, result, problems=(), lang=wished_lang(), scope=scope, zone=zone(), names=picks.name
    )
    return view, picks


def in_language(template: str, tongue: str, **facts: Any) -> str:
    """Return a part of a page in another language than the page's."""
    with speaking(LOCALES[tongue]):
        return render_template(template, **facts)


def part_in_language(template: str, tongue: str, **facts: Any) -> TemplateModule:
    """Return the same to be put into a page: rendered by the template engine, so it is not escaped again."""
    current_app.update_template_context(facts)
    with speaking(LOCALES[tongue]):
        return current_app.jinja_env.get_template(template).make_module(facts)


def sample_message(
    connection: Connection,
    release: Release,
    template: Template,
    record_id: str,
    tongue: str,
    *,
    html: bool = False,
) -> tuple[RecordState, Rendered] | None:
    """Return the message about a real record, None when there is no such record; links lead nowhere."""
    state = load_record(connection, record_id)
    if state is None:
        return None
    data = _data(connection, release, state, template, tongue)
    return state, render(template, data, tongue, html=html, zone=zone_info())


def _data(
    connection: Connection, release: Release, state: RecordState, template: Template, tongue: str
) -> dict[str, Any]:
    service = get_service()
    directory = service.directory(connection, release, now())
    record_type = release.record_types.get(state.type)
    workflow = release.workflow_of(state.type)
    place = workflow.states.get(state.state) if workflow else None
    title = None
    if place is not None:
        of_customer = template.audience == "customer" and place.customer_title
        title = place.customer_title if of_customer else place.title
    owner = directory.person(state.owner) if state.owner else None
    customer = state.customer or {}
    return {
        **scope_of(state),
        "link": f"https://…/{state.number}",
        "recipient": {
            "name": customer.get("name", "")
            if template.audience == "customer"
            else (owner.name if owner else "")
        },
        "owner_name": owner.name if owner else "",
        "state_title": title.get(tongue) if title else "",
        "type_title": record_type.title.get(tongue) if record_type else "",
        "promise": {
            clock.metric: instant_text(clock.due_at)
            for clock in state.clocks.values()
            if clock.status is ClockStatus.RUNNING and clock.due_at is not None
        },
    }
