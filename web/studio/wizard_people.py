"""The set-up's step for colleagues: accounts in teams, each with a link to set the first password."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import request, url_for
from sqlalchemy import Connection

from sopwith.core.roles import AGENT, LEAD
from sopwith.core.text import Text
from sopwith.runtime.lanes import Lane
from sopwith.runtime.releases import NoReleaseError
from sopwith.store.jobs import NewJob, add_jobs
from sopwith.store.people import (
    Membership,
    User,
    add_user,
    memberships,
    put_members,
    user_by_login,
    users,
)
from sopwith.store.tokens import make_link

from ..admin.acting import audited
from ..admin.checks import LOGIN, is_email
from ..admin.people import LINK_LIFE
from ..languages import lang
from ..visitor import get_service, get_settings, now, visitor
from ..wording import gettext as _
from .step_page import Answer, Facts

ROWS = 5
_PLAIN = re.compile(r"[^a-z0-9._+-]+")
SUBJECT = Text("Your account at the service desk", "您的服务台账号")
BODY = Text(
    "Hello {name},\n\nan account is made for you. Your login is {login}.\n"
    "Choose your password here; the link works once, for 24 hours:\n{link}\n",
    "{name}，您好：\n\n已为您开通账号，登录名为 {login}。\n请点击以下链接设置密码，链接仅可使用一次，24 小时内有效：\n{link}\n",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table, as typed."""

    name: str = ""
    email: str = ""
    team: str = ""
    role: str = AGENT

    @property
    def login(self) -> str:
        """Return what the person signs in with: what stands before the @."""
        return _PLAIN.sub("", self.email.lower().partition("@")[0])[:63]


@dataclass(frozen=True, slots=True, kw_only=True)
class Invited:
    """Somebody whose account was made. link: shown once; empty when it went by mail."""

    name: str
    login: str
    link: str


def facts(rows: Sequence[Row] = (), invited: Sequence[Invited] = ()) -> Facts:
    """Return what the page shows."""
    with get_service().database.reading() as connection:
        people = {one.id: one for one in users(connection, active_only=True)}
        known = memberships(connection)
    who = visitor().user
    teams = _teams()
    present = [
        (title, [people[one.user_id].name for one in known if one.team == team and one.user_id in people])
        for team, title in teams.items()
    ]  # fmt: skip
    first = next(iter(teams), "")
    blank = [Row(team=first)] * max(1, ROWS - len(rows))
    mine = [one.team for one in known if who and one.user_id == who.id]
    return {
        "rows": [*rows, *blank],
        "teams": list(teams.items()),
        "present": present,
        "invited": list(invited),
        "mine": mine,
    }


def _teams() -> Mapping[str, str]:
    """Return the teams in force with their titles: the first line first, and of each line the one with most to do."""
    try:
        release = get_service().releases.live()
    except NoReleaseError:
        return {}
    work = Counter(state.owner.team for flow in release.workflows.values() for state in flow.states.values() if state.owner and state.owner.team)  # fmt: skip
    teams = sorted(release.teams.values(), key=lambda one: (one.level or 9, -work[one.id]))
    return {one.id: one.title.get(lang()) for one in teams}


def invite() -> Answer:
    """Make the accounts that were typed, put oneself into teams, and hand out or send the links."""
    rows = _typed()
    errors = _errors(rows)
    if errors:
        return Answer(facts=facts(rows), errors=errors)
    by_mail = request.form.get("by_mail") == "1"
    mine = [team for team in request.form.getlist("mine") if team in _teams()]
    invited: list[Invited] = []
    with audited("setup.people", f"{len(rows)}", {"logins": [one.login for one in rows]}) as connection:  # fmt: skip
        for row in rows:
            invited.append(_invite(connection, row, by_mail=by_mail))
        who = visitor().user
        if who is not None:
            for team in mine:
                _join(connection, team, who.id, lead=False)
    get_service().wake()
    return Answer(facts=facts((), invited)) if invited else Answer()


def _typed() -> list[Row]:
    form = request.form
    found = []
    for number in range(50):
        name = " ".join(form.get(f"name-{number}", "").split())
        email = form.get(f"email-{number}", "").strip()
        if name or email:
            role = LEAD if form.get(f"role-{number}") == LEAD else AGENT
            found.append(Row(name=name, email=email, team=form.get(f"team-{number}", ""), role=role))  # fmt: skip
    return found


def _errors(rows: Sequence[Row]) -> dict[str, str]:
    errors: dict[str, str] = {}
    teams = _teams()
    seen: set[str] = set()
    with get_service().database.reading() as connection:
        for number, row in enumerate(rows):
            if not row.name or len(row.name) > 120:
                errors[f"name-{number}"] = _("Write the name, up to 120 characters.")
            if not is_email(row.email) or not LOGIN.fullmatch(row.login):
                errors[f"email-{number}"] = _("This is not a mail address.")
            elif row.login in seen or user_by_login(connection, row.login) is not None:
                errors[f"email-{number}"] = _("“%(login)s” has an account already.", login=row.login)  # fmt: skip
            seen.add(row.login)
            if row.team and row.team not in teams:
                errors[f"team-{number}"] = _("Choose a team from the list.")
    return errors


def _invite(connection: Connection, row: Row, *, by_mail: bool) -> Invited:
    service, settings = get_service(), get_settings()
    me = visitor().user
    account = User(
        id=service.ids.new_id(),
        login=row.login,
        name=row.name,
        email=row.email,
        roles=frozenset({row.role, AGENT}),
        lang=lang(),
        zone=me.zone if me else settings.zone,
    )
    add_user(connection, account, now())
    if row.team:
        _join(connection, row.team, account.id, lead=row.role == LEAD)
    secret = service.ids.secret()
    make_link(connection, secret, "reset", now=now(), expires_at=now() + LINK_LIFE, user_id=account.id)  # fmt: skip
    link = settings.base_url.rstrip("/") + url_for("auth.password_link", secret=secret)
    if by_mail:
        _send(connection, account, link)
    return Invited(name=row.name, login=row.login, link="" if by_mail else link)


def _join(connection: Connection, team: str, user_id: str, *, lead: bool) -> None:
    present = [one for one in memberships(connection, team=team) if one.user_id != user_id]
    put_members(connection, team, [*present, Membership(team=team, user_id=user_id, is_lead=lead)])


def _send(connection: Connection, account: User, link: str) -> None:
    words = BODY.get(account.lang).format(name=account.name, login=account.login, link=link)
    job = NewJob(
        kind="mail",
        lane=Lane.URGENT,  # somebody waits for it
        key=f"web:{get_service().ids.new_id()}",
        payload={
            "to": account.email,
            "to_name": account.name,
            "kind": "user",
            "subject": SUBJECT.get(account.lang),
            "text": words,
            "lang": account.lang,
        },
        due_at=now(),
        created_at=now(),
    )
    add_jobs(connection, [job])
