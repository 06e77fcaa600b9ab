"""The gallery: the packs that come along, what each holds, how it looks, and trying it before it is installed."""

from __future__ import annotations

from typing import Any

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue

from sopwith.core.roles import CUSTOMER
from sopwith.core.text import Lang
from sopwith.formbuilder.view import view_form
from sopwith.lab.scenario import Scenario, Step
from sopwith.release.model import RecordType, Release
from sopwith.store.releases import files_in_force, live_hash

from ..admin.previews import ROLES
from ..admin.titles import Names
from ..flowchart import FlowChart, flow_chart, workflow_names
from ..forms import Picks, ShownForm, evaluate, only_reshapes, read_page
from ..htmx import fragment
from ..languages import lang, zone
from ..visitor import get_service, now
from .blueprint import blueprint
from .readme import Part, read_readme
from .sample_values import sample_values
from .shelf import RECOMMENDED, Offer, Opened, opened, shelf, standing
from .story import Story, tell


@blueprint.get("/gallery")
def gallery() -> ResponseReturnValue:
    """Show all packs, the recommended one first."""
    with get_service().database.reading() as connection:
        live = live_hash(connection)
        files = files_in_force(connection)
        offers = [(one, standing(connection, files, one)) for one in shelf().values()]
    return render_template(
        "studio/gallery.html", offers=offers, recommended=RECOMMENDED, is_empty=live is None
    )


def the_offer(folder: str) -> Offer:
    """Return a pack of the shelf, or answer 404."""
    found = shelf().get(folder)
    if found is None:
        abort(404)
    return found


@blueprint.get("/gallery/<folder>")
def pack(folder: str) -> ResponseReturnValue:
    """Show one pack: in words, its flow charts, its forms as the customer sees them, its scenarios."""
    offer = the_offer(folder)
    made = opened(folder)
    with get_service().database.reading() as connection:
        stands = standing(connection, files_in_force(connection), offer)
    forms = _customer_forms(made)
    wish = request.args.get("form", "")
    chosen = next((kind for kind, _title in forms if kind == wish), forms[0][0] if forms else "")
    return render_template(
        "studio/gallery_pack.html",
        offer=offer,
        stands=stands,
        needs=[shelf()[one] for one in offer.needs],
        readme=_readme(offer),
        charts=[chart_of(made.release, name) for name in _workflows(made)],
        forms=forms,
        chosen=chosen,
        shown=shown_form(made, made.release.record_types[chosen], {}) if chosen else None,
        stories=list(made.scenarios.values()),
    )


def _workflows(made: Opened) -> list[str]:
    """Return the pack's own workflows, that of the record type used most first."""
    types = (made.release.record_types[name].workflow for name in _by_use(made))
    own = made.own.get("workflow", ())
    return [one for one in dict.fromkeys((*types, *own)) if one in own]


def _by_use(made: Opened) -> list[str]:
    """Return the pack's own record types, the one with most sample records first."""
    samples = [one.record_type for one in made.sample.records]
    return sorted(made.own.get("record_type", ()), key=lambda one: -samples.count(one))


def _readme(offer: Offer) -> list[Part]:
    readmes = offer.pack.readmes
    return read_readme(readmes.get(lang()) or readmes.get("en", ""))


def chart_of(release: Release, name: str, story: Story | None = None) -> FlowChart:
    """Return the flow chart of a workflow. story: whose path is lit."""
    workflow = release.workflows[name]
    tongue: Lang = "zh-CN" if lang() == "zh-CN" else "en"
    return flow_chart(
        workflow,
        tongue,
        names=workflow_names(release, workflow),
        labels=Names.of(release, workflow.record_type).labels,
        present=story.present if story else None,
        past=story.past if story else frozenset(),
    )


def _customer_forms(made: Opened) -> list[tuple[str, str]]:
    """Return the record types whose intake form customers fill in, with the form's title; the one used most first."""
    samples = {one.record_type for one in made.sample.records}
    found = []
    for name in _by_use(made):
        kind = made.release.record_types[name]
        form = made.release.forms.get(kind.intake)
        if form is not None and (form.audience == CUSTOMER or name in samples):
            found.append((name, form.title.get(lang()) or kind.title.get(lang())))
    return found


def shown_form(
    made: Opened, kind: RecordType, typed: dict[str, Any], *, told: bool = False
) -> ShownForm:
    """Return the intake form of *kind* as it stands with *typed*; nothing here asks the installation."""
    form = made.release.forms[kind.intake]
    customer = next(iter(made.cast.customers.values()), {})
    scope = {"customer": dict(customer), "channel": "portal", "lang": lang()}
    roles = ROLES["customer"]
    result = evaluate(form, typed, scope=scope, roles=roles, state=None, lookup=None)
    picks = Picks(made.release, staff=False)
    view = view_form(form, result, problems=None if told else (), lang=lang(), scope=scope, zone=zone(), names=picks.name)  # fmt: skip
    return ShownForm(view=view, result=result, picks=picks, files={})


@blueprint.get("/gallery/<folder>/try")
def try_pack(folder: str) -> ResponseReturnValue:
    """Show the intake form of a pack, filled in with a sample, to be sent in memory."""
    the_offer(folder)
    made = opened(folder)
    kind = wished_type(made)
    typed = sample_values(made.sample.records, kind.id) if request.args.get("empty") != "1" else {}
    return try_page(made, kind, typed)


def wished_type(made: Opened) -> RecordType:
    """Return the record type that the page asks for, else the first that customers open."""
    forms = [name for name, _title in _customer_forms(made)]
    if not forms:
        abort(404)
    wish = request.args.get("type", "")
    return made.release.record_types[wish if wish in forms else forms[0]]


def try_page(
    made: Opened, kind: RecordType, typed: dict[str, Any], *, told: bool = False
) -> ResponseReturnValue:
    """Show the form as it stands with *typed*. told: with what is wrong in it."""
    shown = shown_form(made, kind, typed, told=told)
    page = render_template("studio/gallery_try.html", **_facts(made, kind, shown))
    return page, 422 if told else 200


def _facts(made: Opened, kind: RecordType, shown: ShownForm) -> dict[str, Any]:
    return {
        "offer": made.offer,
        "kind": kind,
        "shown": shown,
        "types": _customer_forms(made),
        "problems": [(one.fixed.label, " ".join(one.messages), one.element) for section in shown.view.sections for one in section.fields if one.messages],
    }  # fmt: skip


@blueprint.post("/gallery/<folder>/try")
def send_try(folder: str) -> ResponseReturnValue:
    """Send the ticket in memory and tell what follows; while somebody types, only the form's shape."""
    the_offer(folder)
    made = opened(folder)
    kind = wished_type(made)
    typed = read_page(made.release.forms[kind.intake])
    if request.args.get("shape") == "1":
        facts = _facts(made, kind, shown_form(made, kind, typed))
        return fragment("studio/gallery_try.html", "fields", **facts)
    if only_reshapes():
        return try_page(made, kind, typed)
    shown = shown_form(made, kind, typed, told=True)
    if not shown.result.accepted:
        return try_page(made, kind, typed, told=True)
    story = tell(made, _ticket(made, kind, dict(shown.result.values)))
    return _story_page(made, story, kind.title.get(lang()), kind.id)


def customer_in(made: Opened) -> str | None:
    """Return a made-up customer of the pack who speaks the reader's language, else any."""
    spoken = [name for name, one in made.cast.customers.items() if one.get("lang") == lang()]
    return next(iter((*spoken, *made.cast.customers)), None)


def _ticket(made: Opened, kind: RecordType, values: dict[str, Any]) -> Scenario:
    """Return the scenario of one ticket that is sent now, and then left alone for a day."""
    steps: tuple[Step, ...] = (
        Step(verb="create", args={"customer": customer_in(made), "values": values, "lang": lang()}),
        *(Step(verb="wait", args={"value": span}) for span in ("1h", "23h")),
    )
    return Scenario(
        id="trial",
        title=kind.title,
        record_type=kind.id,
        now=now(),
        zone=zone(),
        cast=made.cast,
        steps=steps,
    )


@blueprint.get("/gallery/<folder>/stories/<name>")
def story(folder: str, name: str) -> ResponseReturnValue:
    """Tell one of the pack's scenarios, step by step."""
    the_offer(folder)
    made = opened(folder)
    scenario = made.scenarios.get(name)
    if scenario is None:
        abort(404)
    return _story_page(made, tell(made, scenario), scenario.title.get(lang()), "")


def _story_page(made: Opened, told: Story, title: str, again: str) -> ResponseReturnValue:
    """Show what happened. again: the record type to try once more, empty for a scenario."""
    return render_template(
        "studio/gallery_story.html",
        offer=made.offer,
        story=told,
        title=title,
        again=again,
        chart=chart_of(made.release, told.workflow, told),
    )
