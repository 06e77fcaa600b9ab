"""Pages for customers: ask, and see what one asked for."""

from __future__ import annotations

from typing import Any

from flask import (
    Blueprint,
    Response,
    abort,
    flash,
    make_response,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue

from sopwith.access.allow import is_own
from sopwith.core.decision import Problem
from sopwith.core.events import Actor
from sopwith.core.text import Text
from sopwith.formbuilder.model import Form
from sopwith.formbuilder.result import FormResult
from sopwith.release.model import RecordType, Release
from sopwith.runtime.releases import NoReleaseError
from sopwith.store.customers import by_contact
from sopwith.store.lists import RecordFilter, list_records
from sopwith.store.records import id_of_number, load_record

from ..auth.mails import send_mail
from ..forms import (
    ShownForm,
    directory_of,
    evaluate,
    keep_own_files,
    only_reshapes,
    read_page,
    show_form,
)
from ..htmx import fragment, go
from ..languages import lang
from ..limits import SUBMIT, limiter
from ..visitor import get_service, visitor
from ..wording import gettext as _
from .intake import Contact, asks_for_contact, intake_scope, open_request, read_contact
from .offers import intake_of, offers

portal = Blueprint("portal", __name__)
FOUND_SUBJECT = Text("The link to your request", "您的请求链接")
FOUND_BODY = Text(
    "Hello,\n\nfollow your request here:\n{link}\n\nIf you did not ask for this, you need not do anything.\n",
    "您好：\n\n请点击以下链接查看请求进度：\n{link}\n\n如非您本人操作，请忽略本邮件。\n",
)


@portal.get("/")
def home() -> ResponseReturnValue:
    """Show what customers may ask for."""
    service = get_service()
    release = service.releases.live() if service.has_release() else None
    return render_template("portal/home.html", offers=offers(release, visitor().actor))


@portal.post("/find")
@limiter.limit(SUBMIT)
def find() -> ResponseReturnValue:
    """Lead to one's own request; without a sign-in send the link to its address, and always say the same."""
    number = request.form.get("number", "").strip()[:64]
    who, service = visitor(), get_service()
    if who.kind != "anonymous":
        with service.database.reading() as connection:
            record_id = id_of_number(connection, number)
            state = load_record(connection, record_id) if record_id else None
        if state is None or not is_own(who.actor, state):
            flash(_("You have no request with this number."), "warning")
            return go(url_for("portal.mine"))
        return go(url_for("portal.record", token=state.id))
    email = request.form.get("email", "").strip()[:254]
    with service.database.writing() as connection:
        customer = by_contact(connection, email=email)
        record_id = id_of_number(connection, number)
        state = load_record(connection, record_id) if record_id else None
        if customer and state and state.customer_id == customer.id:
            link = service.links.portal(state.id)
            send_mail(connection, customer, FOUND_SUBJECT, FOUND_BODY, link)
    service.wake()
    flash(
        _("If number and address belong together, the link is on its way to this address."), "good"
    )
    return go(url_for("portal.home"))


@portal.get("/mine")
def mine() -> ResponseReturnValue:
    """List one's own requests, the last changed first."""
    who = visitor()
    wanted = RecordFilter(
        customer_id=who.customer.id if who.customer else None,
        created_by=who.user.id if who.user else None,
    )
    service = get_service()
    with service.database.reading() as connection:
        page = list_records(connection, wanted, limit=20, cursor=request.args.get("after"))
    releases = {row.release: service.releases.get(row.release) for row in page.rows}
    rows = [(row, _state_title(releases[row.release], row.type, row.state)) for row in page.rows]
    more = url_for("portal.mine", after=page.cursor) if page.cursor else None
    return render_template("portal/mine.html", rows=rows, more=more)


def _state_title(release: Release, type_id: str, state_id: str) -> str:
    place = release.workflows[release.record_types[type_id].workflow].states[state_id]
    return (place.customer_title or place.title).get(lang())


@portal.get("/new/<type_id>")
def new(type_id: str) -> ResponseReturnValue:
    """Show the intake form; what the address names is filled in already."""
    _, kind, form = _intake(type_id)
    typed = {name: value for name, value in request.args.items() if name in form.by_id}
    return _form_page(kind, form, dict(typed), Contact(), told=False)


@portal.post("/new/<type_id>/refresh")
def refresh(type_id: str) -> ResponseReturnValue:
    """Return the fields as they are with what was typed: questions come and go."""
    release, kind, form = _intake(type_id)
    shown = _shown(release, kind, form, read_page(form), told=False)
    return fragment("portal/new.html", "fields", **_context(kind, shown, Contact(), {}))


@portal.post("/new/<type_id>")
@limiter.limit(SUBMIT)
def submit(type_id: str) -> ResponseReturnValue:
    """Open the request; on failure the form comes back with its problems beside the fields."""
    release, kind, form = _intake(type_id)
    typed, contact = read_page(form), read_contact()
    if only_reshapes():
        return _form_page(kind, form, typed, contact, told=False)
    result = _read(release, kind, form, typed)
    wrong = contact.problems() if asks_for_contact() else {}
    if not result.accepted or wrong:
        return _form_page(kind, form, typed, contact, wrong=wrong)
    once = request.form.get("once", "")[:80]
    record_id, outcome = open_request(kind, form, result.values, contact, once)
    if record_id is None:
        said = outcome.problems if outcome else ()
        return _form_page(kind, form, typed, contact, more=said)
    return go(url_for("portal.received", token=_token_of(record_id)))


def _token_of(record_id: str) -> str:
    """Return by what the visitor comes back to the record: colleagues by its id, everybody else by a link."""
    return record_id if visitor().user else get_service().links.portal_token(record_id)


def _intake(type_id: str) -> tuple[Release, RecordType, Form]:
    try:
        release = get_service().releases.live()
    except NoReleaseError:
        abort(404)
    found = intake_of(release, type_id, visitor().actor)
    if found is None:
        abort(404)
    return release, *found


def _read(release: Release, kind: RecordType, form: Form, typed: dict[str, Any]) -> FormResult:
    """Return what was typed, read and checked, without a page of it."""
    with get_service().database.reading() as connection:
        keep_own_files(connection, form, typed)
        return evaluate(
            form,
            typed,
            scope=intake_scope(connection, kind),
            roles=visitor().actor.roles,
            state=None,
            lookup=directory_of(connection, release),
        )


def _shown(
    release: Release,
    kind: RecordType,
    form: Form,
    typed: dict[str, Any],
    *,
    told: bool = True,
    more: tuple[Problem, ...] | None = None,
) -> ShownForm:
    actor: Actor = visitor().actor
    with get_service().database.reading() as connection:
        return show_form(
            connection,
            release,
            form,
            typed,
            scope=intake_scope(connection, kind),
            roles=actor.roles,
            state=None,
            told=told,
            more=more,
        )


def _context(
    kind: RecordType, shown: ShownForm, contact: Contact, wrong: dict[str, str]
) -> dict[str, Any]:
    labels = {"name": _("Your name"), "email": _("Your e-mail")}
    problems = [(labels[name], words, f"contact-{name}") for name, words in wrong.items()]
    return {
        "kind": kind,
        "shown": shown,
        "contact": contact,
        "wrong": wrong,
        "asks": asks_for_contact(),
        "problems": [*shown.view.problems, *problems],
        "once": request.form.get("once", "")[:80] or get_service().ids.new_id(),
        "refresh_url": url_for("portal.refresh", type_id=kind.id),
    }


def _form_page(
    kind: RecordType,
    form: Form,
    typed: dict[str, Any],
    contact: Contact,
    *,
    wrong: dict[str, str] | None = None,
    told: bool = True,
    more: tuple[Problem, ...] | None = None,
) -> Response:
    release, _kind, _form = _intake(kind.id)
    shown = _shown(release, kind, form, typed, told=told, more=more)
    context = _context(kind, shown, contact, wrong or {})
    if more:
        loose = [
            ("", one.message(lang()), "")
            for one in more
            if one.path.split(".")[0] not in form.by_id
        ]
        context["problems"] += loose
    return make_response(render_template("portal/new.html", **context), 422 if told else 200)
