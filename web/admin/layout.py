"""What every page of the administration shows: the navigation, links to records, words for kinds."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from typing import Any

from babel.dates import format_date, get_day_names
from flask import current_app, request, url_for

from ..languages import lang, locale
from ..rendering import role_word
from ..wording import gettext as _
from . import wording as w
from .blueprint import blueprint

Link = tuple[str, str, str, bool]


_ELSEWHERE = {"studio": "studio.home", "versions": "studio.versions"}
"""Pages that the navigation leads to and that are not of the administration."""


@blueprint.context_processor
def facts() -> dict[str, Any]:
    """Return what the templates of the administration may use."""
    return {
        "admin_nav": nav,
        "desk_address": desk_address,
        "record_address": record_address,
        "role_choices": role_choices,
    }


def nav() -> list[tuple[str, list[Link]]]:
    """Return the navigation: groups with their pages, and which one this is."""
    groups = (
        (_("Process"), (
            ("overview", "home", _("Overview"), ()),
            ("health", "report", _("System health"), ()),
            ("definitions", "sitemap", _("Definitions"), ("definition", "form_preview")),
            ("studio", "edit", _("Studio"), ()),
            ("versions", "versions", _("Versions"), ()),
        )),
        (_("Work"), (
            ("jobs", "progress-check", _("Jobs"), ("job", "change_job")),
            ("deliveries", "send", _("Deliveries"), ()),
            ("destinations_list", "plug", _("Destinations"), ("budget_destination",)),
            ("mail", "mail", _("Sent mail, kept here"), ("one_mail",)),
            ("inbox", "inbox", _("Inbound"), ("inbound",)),
        )),
        (_("People"), (
            ("users_list", "user", _("Users"), ("user_page", "new_user", "add", "save", "reset_password")),
            ("teams", "users", _("Teams"), ("team", "save_team")),
            ("customers", "heart", _("Customers"), ("customer", "save_customer_page", "personal", "erase_personal", "hold_personal")),
            ("organisations_list", "building", _("Organisations"), ("organisation", "add_organisation_page", "save_organisation_page")),
        )),
        (_("Safety"), (
            ("tokens", "key", _("API tokens"), ("make_token",)),
            ("audit", "shield-check", _("Audit log"), ("verify",)),
            ("keeping", "lock", _("Keeping and erasing"), ("hold_record",)),
        )),
    )  # fmt: skip
    page = (request.endpoint or "").removeprefix("admin.")
    return [
        (title, [(_ELSEWHERE.get(name, f"admin.{name}"), sign, words, page == name or page in more) for name, sign, words, more in links])
        for title, links in groups
    ]  # fmt: skip


def desk_address() -> str:
    """Return where the desk is, empty while there is none."""
    return url_for("desk.home") if "desk.home" in current_app.view_functions else ""


def record_address(record_id: str) -> str:
    """Return where a record is worked on."""
    if "desk.record" in current_app.view_functions:
        return url_for("desk.record", record_id=record_id)
    return ""


def role_choices(more: Iterable[str] = ()) -> list[tuple[str, str]]:
    """Return the roles that an account can have, with their words."""
    plain = ("agent", "lead", "manager", "admin", "staff")
    return [
        (one, role_word(one)) for one in (*plain, *sorted(set(more) - set(plain) - {"customer"}))
    ]


@blueprint.app_template_filter("kind_word")
def kind_word(kind: str, many: bool = False) -> str:
    """Return the word for a kind of definitions."""
    return w.kind_word(kind, many)


@blueprint.app_template_filter("kind_icon")
def kind_icon(kind: str) -> str:
    """Return the icon of a kind of definitions."""
    return w.KIND_ICONS.get(kind, "file")


@blueprint.app_template_filter("kind_choices")
def kind_choices(kinds: Iterable[str]) -> list[tuple[str, str]]:
    """Return kinds with their words, for a choice."""
    return [(kind, w.kind_word(kind, True)) for kind in kinds]


@blueprint.app_template_filter("pairs")
def pairs(words: Iterable[str]) -> list[tuple[str, str]]:
    """Return words that stand for themselves, for a choice."""
    return [(one, one) for one in words]


@blueprint.app_template_filter("weekday")
def weekday(number: int) -> str:
    """Return the short name of a weekday, Monday 0."""
    return str(get_day_names("abbreviated", locale=locale())[number])


@blueprint.app_template_filter("day")
def day(at: date) -> str:
    """Return a day with its weekday."""
    pattern = "y年M月d日 EEE" if lang() == "zh-CN" else "EEE d MMM y"
    return format_date(at, pattern, locale=locale())


@blueprint.app_template_filter("as_json")
def as_json(value: Any) -> str:
    """Return plain data as people read it."""
    return json.dumps(value, ensure_ascii=False, indent=2, default=str)


blueprint.add_app_template_filter(w.use_word, "use_word")
blueprint.add_app_template_filter(w.job_word, "job_word")
blueprint.add_app_template_filter(w.job_state_word, "job_state_word")
blueprint.add_app_template_filter(w.outcome_word, "outcome_word")
blueprint.add_app_template_filter(w.destination_word, "destination_word")
blueprint.add_app_template_filter(w.inbound_word, "inbound_word")
blueprint.add_app_template_filter(w.audit_word, "audit_word")
