"""The one table of who may reach which page; what is not in it answers 404. ``gate`` asks it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from sopwith.access.model import Act
from sopwith.core.roles import ADMIN, AGENT, LEAD, MANAGER
from sopwith.store.tokens import SCOPES

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
                "write_in",
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
