"""A form of a draft as customers, agents and approvers will see it, with what is typed into it; nothing is kept."""

from __future__ import annotations

from typing import Any

from flask import abort, request
from flask.typing import ResponseReturnValue

from sopwith.core.roles import AGENT, CUSTOMER, LEAD
from sopwith.formbuilder.model import Form
from sopwith.formbuilder.view import FormView, view_form
from sopwith.release.model import Release

from ..admin.previews import in_language
from ..forms import Picks, evaluate, read_page
from ..languages import LOCALES, lang, zone
from ..visitor import get_service, now
from .bench import bench_of
from .blueprint import blueprint, the_draft

ROLES = {
    "customer": frozenset({CUSTOMER}),
    "agent": frozenset({AGENT}),
    "approver": frozenset({AGENT, LEAD}),
}


@blueprint.post("/<draft_id>/define/form/<name>/preview")
def form_preview(draft_id: str, name: str) -> ResponseReturnValue:
    """Show the form as the draft has it now, with what was typed into the page."""
    draft = the_draft(draft_id)
    made = bench_of(draft.documents)
    if all(one.key != ("form", name) for one in made.documents):
        abort(404)
    form = made.partly.forms.get(name)
    tongue, role = request.args.get("in", ""), request.args.get("as", "")
    tongue = tongue if tongue in LOCALES else lang()
    role = role if role in ROLES else form.audience if form is not None else "agent"
    facts: dict[str, Any] = {"view": None, "picks": None}
    if form is not None:
        picks = Picks(made.partly, staff=role != "customer")
        facts = {"view": _view(form, made.partly, role, tongue, picks), "picks": picks}
    return in_language(
        "studio/editors/form_preview.html",
        tongue,
        spoken=tongue,
        read_only=role == "approver",
        **facts,
    )


def _view(form: Form, release: Release, role: str, tongue: str, picks: Picks) -> FormView:
    typed = read_page(form)
    state = request.args.get("state", "") or None
    with get_service().database.reading() as connection:
        directory = get_service().directory(connection, release, now())
        result = evaluate(form, typed, scope={}, roles=ROLES[role], state=state, lookup=directory)
        return view_form(
            form, result, problems=(), lang=tongue, scope={}, zone=zone(), names=picks.name
        )
