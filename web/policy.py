"""The one table of who may reach which page; what is not in it answers 404."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from flask import Flask, abort, g, request, url_for
from flask.typing import ResponseReturnValue

from sopwith.access.allow import allow, is_own
from sopwith.access.model import Act
from sopwith.core.events import Actor
from sopwith.core.record import RecordState
from sopwith.core.roles import ADMIN, AGENT, CUSTOMER, LEAD, MANAGER
from sopwith.release.model import Release
from sopwith.store.customers import customer_of
from sopwith.store.records import load_record
from sopwith.store.tokens import SCOPES

from .htmx import go, is_htmx
from .limits import count_guess
from .visitor import Visitor, customer_actor, get_service, visitor

ANYONE = frozenset({"anonymous", "customer", "user"})
ANONYMOUS = frozenset({"anonymous"})
CUSTOMERS = frozenset({"customer"})
SIGNED_IN = frozenset({"customer", "user"})
USERS = frozenset({"user"})
AGENTS = frozenset({AGENT, LEAD, MANAGER, ADMIN})
LEADS = frozenset({LEAD, MANAGER, ADMIN})
MANAGERS = frozenset({MANAGER, ADMIN})
ADMINS = frozenset({ADMIN})
TOKENS = frozenset(f"token:{scope}" for scope in SCOPES)
READERS = USERS | {"token:records:read"}
WRITERS = USERS | {"token:records:write"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Who may reach an endpoint.

    who: kinds of visitors (anonymous, customer, user), roles, or ``token:<scope>``; one is enough.
    act: what the visitor must be allowed to do with the record that the path names by ``record_id``.
    link: the path's ``token`` must be a signed link of this kind (portal | survey); with ``portal`` a
    signed-in person may also come by the record's id if it is their own. The record is in ``g.record``,
    its release in ``g.release``, and in whose name the visitor acts on it in ``g.actor``. A colleague with
    the customer's link may look and not act; ``g.looks_on`` says so.
    """

    who: frozenset[str]
    act: Act | None = None
    link: str = ""


TABLE: Mapping[str, Rule] = MappingProxyType(
    {
        # the foundation
        "static": Rule(who=ANYONE),
        "health.alive": Rule(who=ANYONE),
        "health.ready": Rule(who=ANYONE),
        "health.metrics": Rule(who=ANYONE),  # the view asks for the token or the address
        "look.brand_style": Rule(who=ANYONE),
        "look.prefer": Rule(who=ANYONE),
        "files.upload": Rule(who=ANYONE),
        "files.download": Rule(who=ANYONE),  # the view asks about the file's own record
        # sign-in
        "auth.sign_in": Rule(who=ANYONE),
        "auth.enter": Rule(who=ANYONE),
        "auth.send_link": Rule(who=ANYONE),
        "auth.link": Rule(who=ANYONE),
        "auth.enter_by_link": Rule(who=ANYONE),
        "auth.password_link": Rule(who=ANYONE),
        "auth.choose_password": Rule(who=ANYONE),
        "auth.sign_out": Rule(who=SIGNED_IN),
        "auth.account": Rule(who=SIGNED_IN),
        "auth.change_password": Rule(who=SIGNED_IN),
        "auth.end_session": Rule(who=SIGNED_IN),
        "auth.end_all": Rule(who=SIGNED_IN),
        # portal
        "portal.home": Rule(who=ANYONE),
        "portal.find": Rule(who=ANYONE),
        "portal.mine": Rule(who=SIGNED_IN),
        "portal.new": Rule(who=ANYONE),
        "portal.refresh": Rule(who=ANYONE),
        "portal.submit": Rule(who=ANYONE),
        "portal.record": Rule(who=ANYONE, link="portal"),
        "portal.received": Rule(who=ANYONE, link="portal"),
        "portal.reply": Rule(who=ANYONE, link="portal"),
        "portal.solved": Rule(who=ANYONE, link="portal"),
        "portal.reopen": Rule(who=ANYONE, link="portal"),
        "portal.cancel": Rule(who=ANYONE, link="portal"),
        "portal.file": Rule(who=ANYONE, link="portal"),
        "portal.survey": Rule(who=ANYONE, link="survey"),
        "portal.answer": Rule(who=ANYONE, link="survey"),
        # administration: a line an endpoint, all for administrators only
        **{
            f"admin.{page}": Rule(who=ADMINS)
            for page in (
                "add",
                "add_organisation_page",
                "audit",
                "change_job",
                "customer",
                "customers",
                "definition",
                "definitions",
                "budget_destination",
                "deliveries",
                "destinations_list",
                "drop",
                "end_session",
                "end_token",
                "erase_personal",
                "export_personal",
                "form_preview",
                "health",
                "hold_personal",
                "hold_record",
                "inbound",
                "inbox",
                "job",
                "jobs",
                "keeping",
                "lift",
                "mail",
                "make_token",
                "new_user",
                "one_mail",
                "organisation",
                "organisations_list",
                "overview",
                "personal",
                "reset_password",
                "retry_all",
                "retry_inbound",
                "retry_job",
                "save",
                "save_customer_page",
                "save_organisation_page",
                "save_team",
                "set_active",
                "team",
                "teams",
                "switch_destination",
                "tokens",
                "try_destination",
                "user_page",
                "users_list",
                "verify",
            )
        },
        # the studio: a line an endpoint, all for administrators only
        **{
            f"studio.{page}": Rule(who=ADMINS)
            for page in (
                "back",
                "behind",
                "bench",
                "compare",
                "complete_at",
                "condition",
                "copy_states",
                "copy_text",
                "cover_workflow",
                "coverage",
                "define",
                "delete_thing",
                "discard",
                "duplicate",
                "edit",
                "explain_at",
                "export_all",
                "export_page",
                "file",
                "fill_scenarios",
                "fitting",
                "free_field",
                "gallery",
                "form_import",
                "form_preview",
                "home",
                "import_page",
                "import_report",
                "install_pack",
                "make_one",
                "make_page",
                "move_behind",
                "moves",
                "open_definition",
                "outcome_page",
                "pack",
                "paste",
                "paste_page",
                "plan_workflow",
                "problems",
                "put_in_force",
                "ready",
                "redo",
                "references_of",
                "rename_thing",
                "review_install",
                "save_pack",
                "scenarios",
                "scenarios_before",
                "send_in",
                "send_try",
                "start",
                "state",
                "steps",
                "story",
                "take_in",
                "take_outcome",
                "thing",
                "trial_of_pack",
                "try_back",
                "try_begin",
                "try_end",
                "try_keep",
                "try_out",
                "try_pack",
                "try_scenario",
                "try_file",
                "try_shape",
                "try_step",
                "try_time",
                "take_fields",
                "undo",
                "update",
                "versions",
                "walk_scenarios",
                "wizard",
                "wizard_do",
                "wizard_step",
                "write",
            )
        },
        # desk
        "desk.home": Rule(who=USERS),
        "desk.bulk": Rule(who=USERS),
        "desk.board": Rule(who=USERS),
        "desk.tasks": Rule(who=USERS),
        "desk.approvals": Rule(who=USERS),
        "desk.notices": Rule(who=USERS),
        "desk.notice_count": Rule(who=USERS),
        "desk.read_notices": Rule(who=USERS),
        "desk.palette": Rule(who=USERS),
        "desk.shifts": Rule(who=USERS),
        "desk.ask_for_swap": Rule(who=USERS),  # members of the team
        "desk.answer_swap": Rule(who=USERS),  # who is asked, who asked, and the team's lead
        "desk.choose": Rule(who=USERS),
        "desk.new": Rule(who=USERS),
        "desk.refresh_new": Rule(who=USERS),
        "desk.search_customers": Rule(who=USERS),
        "desk.create": Rule(who=USERS),
        "desk.record": Rule(who=USERS, act=Act.READ),
        "desk.preview": Rule(who=USERS, act=Act.READ),
        "desk.save": Rule(who=USERS, act=Act.READ),
        "desk.move": Rule(who=USERS, act=Act.READ),
        "desk.check": Rule(who=USERS, act=Act.READ),
        "desk.preview_task": Rule(who=USERS, act=Act.READ),
        "desk.save_task": Rule(who=USERS, act=Act.READ),
        "desk.finish_task": Rule(who=USERS, act=Act.READ),
        "desk.take_task": Rule(who=USERS, act=Act.READ),
        "desk.say": Rule(who=USERS, act=Act.READ),
        "desk.assign": Rule(who=USERS, act=Act.READ),
        "desk.follow": Rule(who=USERS, act=Act.READ),
        "desk.tag": Rule(who=USERS, act=Act.READ),
        "desk.decide": Rule(who=USERS, act=Act.READ),
        "desk.approver": Rule(who=USERS, act=Act.READ),
        "desk.merge": Rule(who=USERS, act=Act.READ),
        "desk.link": Rule(who=USERS, act=Act.READ),
        "desk.cancel": Rule(who=USERS, act=Act.READ),
        "desk.reopen": Rule(who=USERS, act=Act.READ),
        "desk.due": Rule(who=USERS, act=Act.READ),
        "desk.card_menu": Rule(who=USERS, act=Act.READ),
        "desk.place": Rule(who=USERS, act=Act.READ),
        # the API
        "api.openapi": Rule(who=ANYONE | TOKENS),
        "api.docs": Rule(who=ANYONE | TOKENS),
        "api.schema": Rule(who=ANYONE | TOKENS),
        "api.me": Rule(who=USERS | TOKENS),
        "api.list_all": Rule(who=READERS),
        "api.create": Rule(who=WRITERS),
        "api.read": Rule(who=READERS, act=Act.READ),
        "api.fill": Rule(
            who=WRITERS, act=Act.READ
        ),  # whoever works or has a task: the engine knows
        "api.ways": Rule(who=READERS, act=Act.READ),
        "api.move": Rule(who=WRITERS, act=Act.READ),
        "api.check": Rule(who=WRITERS, act=Act.READ),
        "api.comments": Rule(who=READERS, act=Act.READ),
        "api.comment": Rule(who=WRITERS, act=Act.READ),
        "api.assign": Rule(who=WRITERS, act=Act.READ),
        "api.tag": Rule(who=WRITERS, act=Act.READ),
        "api.follow": Rule(who=WRITERS, act=Act.READ),
        "api.decide": Rule(who=WRITERS, act=Act.READ),
        "api.tasks": Rule(who=READERS, act=Act.READ),
        "api.finish": Rule(who=WRITERS, act=Act.READ),
        "api.reopen": Rule(who=WRITERS, act=Act.READ),
        "api.cancel": Rule(who=WRITERS, act=Act.READ),
        "api.events": Rule(who=READERS, act=Act.HISTORY),
        "api.why": Rule(who=READERS, act=Act.HISTORY),
        "api.clocks": Rule(who=READERS, act=Act.READ),
        "api.upload_file": Rule(who=USERS | {"token:files:write"}),
        "api.file_facts": Rule(who=READERS),  # the view asks about the file's own record
        "api.file_content": Rule(who=READERS),  # likewise
        "api.definitions": Rule(who=AGENTS | {"token:definitions:read"}),
        "api.definition": Rule(who=AGENTS | {"token:definitions:read"}),
        "api.form_schema": Rule(who=READERS),
        "api.tokens": Rule(who=USERS | {"token:tokens:write"}),
        "api.make_token": Rule(who=USERS | {"token:tokens:write"}),
        "api.end_token": Rule(who=USERS | {"token:tokens:write"}),
    }
)


def init_policy(app: Flask) -> None:
    """Ask the table before every page."""
    app.before_request(enforce)


def enforce() -> ResponseReturnValue | None:
    """Let the request through, lead to the sign-in, or answer as if the page did not exist."""
    if request.endpoint is None:
        return None  # Flask answers 404 or 405 itself
    rule, who = TABLE.get(request.endpoint), visitor()
    if rule is None:
        abort(404)
    if not rule.who & who.marks:
        return _turn_away(rule, who)
    args = request.view_args or {}
    if rule.act is not None:
        _admit(rule.act, str(args.get("record_id", "")), who.actor)
    elif rule.link:
        _follow(rule.link, str(args.get("token", "")), who)
    return None


def _turn_away(rule: Rule, who: Visitor) -> ResponseReturnValue:
    if who.kind != "anonymous":
        abort(403 if who.kind == "token" else 404)
    if request.blueprint == "api" or all(mark.startswith("token:") for mark in rule.who):
        abort(401)
    if request.method != "GET" and not is_htmx():
        abort(404)
    wanted = request.full_path.rstrip("?") if request.method == "GET" and not is_htmx() else None
    return go(url_for("auth.sign_in", next=wanted))


def _admit(act: Act, record_id: str, actor: Actor) -> None:
    """Keep the record for the view if *actor* may do *act* with it."""
    state = load(record_id)
    release = _release_of(state)
    if not allow(release.record_types[state.type].access, act, actor, state):
        abort(404)
    _keep(state, release, actor)


def _follow(kind: str, token: str, who: Visitor) -> None:
    """Keep the record that a link leads to, and act as its customer."""
    links = get_service().links
    ask = None
    if kind == "survey":
        found = links.ask_of(token)
        record_id, ask = found if found else (None, None)
    else:
        record_id = links.record_of(token)
    if record_id is None:
        if kind != "portal" or who.kind == "anonymous":
            count_guess()
            abort(404)
        _admit(Act.READ, token, who.actor)
        return
    state = load(record_id)
    actor = who.actor
    if not is_own(actor, state) or actor.kind != "customer":
        if who.kind == "user":
            _only_look()
        actor = _customer_behind(state)
    g.ask = ask
    _keep(state, _release_of(state), actor)


def _only_look() -> None:
    """Let a colleague see what the customer sees, and never act in the customer's name."""
    if request.method != "GET":
        abort(404)
    g.looks_on = True


def load(record_id: str) -> RecordState:
    """Return the record, or answer 404."""
    with get_service().database.reading() as connection:
        state = load_record(connection, record_id)
    if state is None:
        abort(404)
    return state


def _release_of(state: RecordState) -> Release:
    release = get_service().releases.get(state.release)
    if state.type not in release.record_types:
        abort(404)
    return release


def _customer_behind(state: RecordState) -> Actor:
    """Return in whose name somebody acts who only holds the record's link; of a closed account nobody's."""
    with get_service().database.reading() as connection:
        customer = customer_of(connection, state.customer_id) if state.customer_id else None
    if customer is not None:
        if not customer.active:
            abort(404)
        return customer_actor(customer)
    return Actor("customer", None, frozenset({CUSTOMER}))


def _keep(state: RecordState, release: Release, actor: Actor) -> None:
    g.record, g.release, g.actor = state, release, actor
