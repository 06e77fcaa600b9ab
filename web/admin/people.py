"""Colleagues: their accounts, sessions, one-time links and teams."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from flask import abort, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from sopwith.runtime.releases import NoReleaseError
from sopwith.store.people import (
    Membership,
    StaleRowError,
    User,
    add_user,
    memberships,
    put_members,
    save_user,
    set_password,
    user,
    user_by_login,
    users,
)
from sopwith.store.sessions import close_session, close_sessions, sessions_of
from sopwith.store.tokens import end_links, make_link

from ..htmx import go, show
from ..languages import LOCALES, lang, zones
from ..look import keep_language
from ..visitor import get_service, get_settings, now, visitor
from ..wording import gettext as _
from .acting import audited
from .blueprint import blueprint
from .checks import LOGIN, is_email, number_in, words_in
from .layout import role_choices

LINK_LIFE = timedelta(hours=24)
BLANK = User(id="", login="", name="", email="", zone="Asia/Shanghai")
FIELDS = ("login", "name", "email", "skills", "lang", "zone", "capacity", "deputy_id", "manager_id", "version")  # fmt: skip


@blueprint.get("/users")
def users_list() -> ResponseReturnValue:
    """List all accounts."""
    chosen = {name: request.args.get(name, "") for name in ("q", "role", "state")}
    with get_service().database.reading() as connection:
        everyone = users(connection)
        teams = memberships(connection)
    words = chosen["q"].lower().split()
    found = [
        one
        for one in everyone
        if all(word in f"{one.name} {one.login} {one.email}".lower() for word in words)
        and chosen["role"] in ("", *one.roles)
        and chosen["state"]
        in ("", "active" if one.active else "disabled", "away" if one.away else "")
    ]
    return show(
        "admin/users.html",
        "results",
        users=found,
        total=len(everyone),
        chosen=chosen,
        roles=role_choices(role for one in everyone for role in one.roles),
        teams=_team_titles(teams),
    )


def _team_titles(known: list[Membership]) -> dict[str, list[str]]:
    titles: dict[str, list[str]] = {}
    named = _teams()
    for one in known:
        titles.setdefault(one.user_id, []).append(named.get(one.team, one.team))
    return titles


def _teams() -> dict[str, str]:
    """Return the teams of the release in force with their titles."""
    try:
        release = get_service().releases.live()
    except NoReleaseError:
        return {}
    return {one.id: one.title.get(lang()) for one in release.teams.values()}


@blueprint.get("/users/new")
def new_user() -> ResponseReturnValue:
    """Show the form for a new account."""
    return _user_page(BLANK, dict.fromkeys(FIELDS, "") | {"zone": get_settings().zone, "lang": lang(), "roles": ["agent"], "away": False})  # fmt: skip


@blueprint.get("/users/<user_id>")
def user_page(user_id: str) -> ResponseReturnValue:
    """Show one account."""
    found = _user(user_id)
    return _user_page(found, _typed_of(found))


def _user(user_id: str) -> User:
    with get_service().database.reading() as connection:
        found = user(connection, user_id)
    if found is None:
        abort(404)
    return found


def _typed_of(found: User) -> dict[str, Any]:
    typed: dict[str, Any] = {name: getattr(found, name) for name in FIELDS}
    typed |= {"skills": ", ".join(sorted(found.skills)), "roles": sorted(found.roles), "away": found.away}  # fmt: skip
    return {name: "" if value is None else value for name, value in typed.items()}


def _user_page(
    found: User, typed: dict[str, Any], errors: dict[str, str] | None = None, link: str = ""
) -> ResponseReturnValue:
    with get_service().database.reading() as connection:
        everyone = users(connection)
        sessions = sessions_of(connection, now(), user_id=found.id) if found.id else []
        teams = memberships(connection, user_id=found.id) if found.id else []
    page = render_template(
        "admin/user.html",
        user=found,
        typed=typed,
        errors=errors or {},
        link=link,
        sessions=sessions,
        teams=[(one, _teams().get(one.team, one.team)) for one in teams],
        people=[(one.id, one.name) for one in everyone if one.id != found.id],
        roles=role_choices(role for one in everyone for role in one.roles),
        zones=[(one, one) for one in sorted(zones())],
    )
    return page, 422 if errors else 200


def _read(found: User) -> tuple[User, dict[str, Any], dict[str, str]]:
    """Return the account as typed, what was typed, and what is wrong with it."""
    form = request.form
    typed: dict[str, Any] = {name: form.get(name, "").strip() for name in FIELDS}
    typed |= {"roles": form.getlist("roles"), "away": "away" in form}
    errors: dict[str, str] = {}
    if not typed["name"] or len(typed["name"]) > 120:
        errors["name"] = _("Write the name, up to 120 characters.")
    if not is_email(typed["email"]):
        errors["email"] = _("This is not a mail address.")
    if not found.id and not LOGIN.fullmatch(typed["login"].lower()):
        errors["login"] = _("Use 2 to 63 small letters, digits and . _ - @ to sign in with.")
    if not typed["roles"]:
        errors["roles"] = _("Choose at least one role.")
    capacity = number_in(typed["capacity"], 0, 10_000) if typed["capacity"] else None
    if typed["capacity"] and capacity is None:
        errors["capacity"] = _("Write a whole number, or leave it empty for no limit.")
    if typed["zone"] not in zones():
        errors["zone"] = _("Choose a time zone from the list.")
    me = visitor().user
    if me is not None and me.id == found.id and "admin" not in typed["roles"]:
        errors["roles"] = _("You cannot take the administrator's role from yourself.")
    changed = replace(
        found,
        login=found.login or typed["login"].lower(),
        name=typed["name"],
        email=typed["email"],
        roles=frozenset(typed["roles"]),
        skills=frozenset(words_in(typed["skills"])),
        lang=typed["lang"] if typed["lang"] in LOCALES else "en",
        zone=typed["zone"],
        away=typed["away"],
        capacity=capacity,
        deputy_id=typed["deputy_id"] or None,
        manager_id=typed["manager_id"] or None,
        version=number_in(typed["version"], 1, 999_999_999) or found.version,
    )
    return changed, typed, errors


@blueprint.post("/users/new")
def add() -> ResponseReturnValue:
    """Add an account; its first password is set by a one-time link."""
    made, typed, errors = _read(BLANK)
    _check_people(made, errors)
    service = get_service()
    made = replace(made, id=service.ids.new_id(), version=1)
    if not errors:
        try:
            with audited("user.add", made.login, {"roles": sorted(made.roles)}) as connection:
                if user_by_login(connection, made.login) is not None:
                    raise IntegrityError("login", None, ValueError(made.login))
                add_user(connection, made, now())
        except IntegrityError:
            errors["login"] = _("Somebody signs in with this name already.")
    if errors:
        return _user_page(BLANK, typed, errors)
    flash(
        _(
            "%(name)s is added. Make a one-time link, so that they can set a password.",
            name=made.name,
        ),
        "good",
    )
    return go(url_for("admin.user_page", user_id=made.id))


def _check_people(changed: User, errors: dict[str, str]) -> None:
    with get_service().database.reading() as connection:
        known = {one.id for one in users(connection)}
    for name, value in (("deputy_id", changed.deputy_id), ("manager_id", changed.manager_id)):
        if value is not None and (value not in known or value == changed.id):
            errors[name] = _("Choose somebody else from the list.")


@blueprint.post("/users/<user_id>")
def save(user_id: str) -> ResponseReturnValue:
    """Save an account."""
    found = _user(user_id)
    changed, typed, errors = _read(found)
    _check_people(changed, errors)
    if not errors:
        before, after = _typed_of(found), _typed_of(changed)
        body = {name: [before[name], after[name]] for name in after if before[name] != after[name] and name != "version"}  # fmt: skip
        try:
            with audited("user.change", found.login, body) as connection:
                save_user(connection, changed)
        except StaleRowError:
            errors["name"] = _(
                "Somebody changed this account meanwhile. Load the page again and repeat your change."
            )
    if errors:
        return _user_page(found, typed, errors)
    if (me := visitor().user) is not None and me.id == user_id and changed.lang != found.lang:
        keep_language(changed.lang)
    flash(_("Saved."), "good")
    return go(url_for("admin.user_page", user_id=user_id))


@blueprint.post("/users/<user_id>/active")
def set_active(user_id: str) -> ResponseReturnValue:
    """Disable an account, which ends its sessions, or let it in again."""
    found = _user(user_id)
    wanted = request.form.get("active") == "1"
    me = visitor().user
    if me is not None and me.id == user_id and not wanted:
        flash(_("You cannot disable your own account."), "error")
        return go(url_for("admin.user_page", user_id=user_id))
    with audited("user.enable" if wanted else "user.disable", found.login) as connection:
        save_user(connection, replace(found, active=wanted))
        if not wanted:
            close_sessions(connection, now(), user_id=user_id)
    flash(_("%(name)s can sign in again.", name=found.name) if wanted else _("%(name)s is disabled and signed out everywhere.", name=found.name), "good")  # fmt: skip
    return go(url_for("admin.user_page", user_id=user_id))


@blueprint.post("/users/<user_id>/link")
def reset_password(user_id: str) -> ResponseReturnValue:
    """Make a link that signs in once to set a password; shown once. The old password ends."""
    found = _user(user_id)
    secret = get_service().ids.secret()
    with audited("user.reset", found.login) as connection:
        set_password(connection, user_id, None)
        close_sessions(connection, now(), user_id=user_id)
        end_links(connection, "reset", user_id, now())
        _make_link(connection, secret, user_id)
    link = f"{get_settings().base_url.rstrip('/')}{url_for('auth.password_link', secret=secret)}"
    return _user_page(found, _typed_of(found), link=link)


def _make_link(connection: Connection, secret: str, user_id: str) -> None:
    make_link(connection, secret, "reset", now=now(), expires_at=now() + LINK_LIFE, user_id=user_id)


@blueprint.post("/users/<user_id>/sessions/<handle>/end")
def end_session(user_id: str, handle: str) -> ResponseReturnValue:
    """End one session of somebody."""
    found = _user(user_id)
    with audited("user.session_end", found.login) as connection:
        open_ones = sessions_of(connection, now(), user_id=user_id)
        ended = [one for one in open_ones if one.handle == handle]
        if not ended:
            abort(404)
        close_session(connection, ended[0].id, now())
    flash(_("That session is ended."), "good")
    return go(url_for("admin.user_page", user_id=user_id))


@blueprint.get("/teams")
def teams() -> ResponseReturnValue:
    """List the teams of the release with who is in them."""
    titles = _teams()
    with get_service().database.reading() as connection:
        people = {one.id: one for one in users(connection)}
        known = memberships(connection)
    lines = [
        (
            name,
            title,
            [
                (people[one.user_id], one)
                for one in known
                if one.team == name and one.user_id in people
            ],
        )
        for name, title in titles.items()
    ]
    return render_template("admin/teams.html", teams=lines)


@blueprint.get("/teams/<name>")
def team(name: str) -> ResponseReturnValue:
    """Show who is in a team, who leads it and in which order to ring."""
    with get_service().database.reading() as connection:
        known = {one.user_id: one for one in memberships(connection, team=name)}
    typed = {
        key: {"member": True, "lead": one.is_lead, "on_call": "" if one.on_call is None else str(one.on_call)}
        for key, one in known.items()
    }  # fmt: skip
    return _team_page(name, typed)


def _team_page(
    name: str, typed: dict[str, dict[str, Any]], errors: dict[str, str] | None = None
) -> ResponseReturnValue:
    titles = _teams()
    if name not in titles:
        abort(404)
    with get_service().database.reading() as connection:
        everyone = [one for one in users(connection) if one.active or one.id in typed]
    blank = {"member": False, "lead": False, "on_call": ""}
    rows = [(one, typed.get(one.id, blank)) for one in everyone]
    rows.sort(key=lambda row: (not row[1]["member"], row[0].name))
    page = render_template(
        "admin/team.html", name=name, title=titles[name], rows=rows, errors=errors or {}
    )
    return page, 422 if errors else 200


@blueprint.post("/teams/<name>")
def save_team(name: str) -> ResponseReturnValue:
    """Save who is in a team."""
    form, errors, typed, members = request.form, {}, {}, []
    with get_service().database.reading() as connection:
        everyone = users(connection)
    for one in everyone:
        call = form.get(f"call-{one.id}", "").strip()
        row = {"member": one.id in form.getlist("member"), "lead": one.id in form.getlist("lead"), "on_call": call}  # fmt: skip
        if row["member"] or row["lead"] or call:
            typed[one.id] = row | {"member": True}
            order = number_in(call, 1, 99) if call else None
            if call and order is None:
                errors[f"call-{one.id}"] = _(
                    "%(name)s: write the order as a number from 1 to 99.", name=one.name
                )
            members.append(
                Membership(team=name, user_id=one.id, is_lead=bool(row["lead"]), on_call=order)
            )
    if errors or name not in _teams():
        return _team_page(name, typed, errors)
    body = {"members": [[one.user_id, one.is_lead, one.on_call] for one in members]}
    with audited("team.change", name, body) as connection:
        put_members(connection, name, members)
    flash(_("Saved."), "good")
    return go(url_for("admin.team", name=name))
