"""``sopwith user`` and ``sopwith token``: accounts and tokens of an installation, from the command line."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import click

from ..core.roles import AGENT
from ..runtime.service import Service
from ..store.engine import DatabaseError
from ..store.people import (
    Membership,
    User,
    add_user,
    memberships,
    put_members,
    save_user,
    set_password,
    user_by_login,
    users,
)
from ..store.sessions import close_sessions
from ..store.tokens import SCOPES, add_token, revoke_token, tokens_of
from ..web.passwords import hash_password
from ..web.settings import PasswordCost
from ..wiring.build import open_service
from ..wiring.settings import SettingsError, read_settings

LOGIN = re.compile(r"[a-z0-9][a-z0-9._@-]{1,63}")
DATA = click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    help="The data folder; ./var by default.",
)


@contextmanager
def opened(data: Path | None) -> Iterator[Service]:
    """Open the installation in *data*; what is wrong with it is said in one line."""
    try:
        service = open_service(read_settings(data=data))
    except (SettingsError, DatabaseError) as error:
        raise click.ClickException(str(error)) from error
    try:
        yield service
    finally:
        service.database.close()


def _known(service: Service, login: str) -> User:
    with service.database.reading() as connection:
        found = user_by_login(connection, login)
    if found is None:
        raise click.ClickException(f"There is no account {login}.")
    return found


@click.group(name="user")
def user_group() -> None:
    """Accounts of colleagues."""


@user_group.command("add")
@click.argument("login")
@click.option("--name", required=True, help="As colleagues know them.")
@click.option("--email", required=True)
@click.option(
    "--role",
    "roles",
    multiple=True,
    default=[AGENT],
    show_default=True,
    help="May be given several times.",
)
@click.option("--team", "teams", multiple=True, help="May be given several times.")
@click.option("--lead", "leads", multiple=True, help="A team that the person leads.")
@click.option("--lang", type=click.Choice(["en", "zh-CN"]), default="zh-CN", show_default=True)
@click.option("--password", help="Without it one is made and shown once.")
@DATA
def add(
    login: str,
    name: str,
    email: str,
    roles: tuple[str, ...],
    teams: tuple[str, ...],
    leads: tuple[str, ...],
    lang: str,
    password: str | None,
    data: Path | None,
) -> None:
    """Make an account for LOGIN."""
    login = login.lower()
    if not LOGIN.fullmatch(login):
        raise click.BadParameter(
            "a login has small letters, digits, dots, dashes and underscores", param_hint="LOGIN"
        )
    given = password or secrets.token_urlsafe(12)
    if len(given) < 8:
        raise click.BadParameter("a password has at least 8 characters", param_hint="--password")
    with opened(data) as service, service.database.writing() as connection:
        if user_by_login(connection, login) is not None:
            raise click.ClickException(f"There is an account {login} already.")
        account = User(
            id=service.ids.new_id(),
            login=login,
            name=name,
            email=email,
            roles=frozenset(roles),
            lang=lang,
            zone=service.zone,
        )
        add_user(connection, account, service.clock.now(), hash_password(given, PasswordCost()))
        for team in dict.fromkeys([*teams, *leads]):
            present = list(memberships(connection, team=team))
            put_members(
                connection,
                team,
                [*present, Membership(team=team, user_id=account.id, is_lead=team in leads)],
            )
    click.echo(f"The account {login} is there.")
    if password is None:
        click.echo(f"Password, shown only now: {given}")


@user_group.command("list")
@click.option("--json", "json_out", is_flag=True)
@DATA
def list_(json_out: bool, data: Path | None) -> None:
    """List the accounts."""
    with opened(data) as service, service.database.reading() as connection:
        found = users(connection)
    if json_out:
        rows = [
            {"login": one.login, "name": one.name, "roles": sorted(one.roles), "active": one.active}
            for one in found
        ]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for one in found:
        click.echo(
            f"{one.login:20} {one.name:24} {', '.join(sorted(one.roles)):24} {'' if one.active else 'disabled'}"
        )


@user_group.command("password")
@click.argument("login")
@click.option("--password", prompt=True, hide_input=True, confirmation_prompt=True)
@DATA
def password_(login: str, password: str, data: Path | None) -> None:
    """Set the password of LOGIN and sign them out everywhere."""
    if len(password) < 8:
        raise click.BadParameter("a password has at least 8 characters", param_hint="--password")
    with opened(data) as service:
        account = _known(service, login)
        with service.database.writing() as connection:
            set_password(connection, account.id, hash_password(password, PasswordCost()))
            close_sessions(connection, service.clock.now(), user_id=account.id)
    click.echo(f"The password of {login} is set.")


@user_group.command("disable")
@click.argument("login")
@DATA
def disable(login: str, data: Path | None) -> None:
    """Disable LOGIN and sign them out everywhere; nothing they did is lost."""
    _switch(login, data, False)


@user_group.command("enable")
@click.argument("login")
@DATA
def enable(login: str, data: Path | None) -> None:
    """Let LOGIN sign in again."""
    _switch(login, data, True)


def _switch(login: str, data: Path | None, active: bool) -> None:
    with opened(data) as service:
        account = _known(service, login)
        with service.database.writing() as connection:
            save_user(connection, replace(account, active=active))
            if not active:
                close_sessions(connection, service.clock.now(), user_id=account.id)
    click.echo(f"{login} is {'enabled' if active else 'disabled'}.")


@click.group(name="token")
def token_group() -> None:
    """Tokens of the API."""


@token_group.command("add")
@click.argument("login")
@click.option("--name", required=True, help="What the token is for.")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=click.Choice(SCOPES),
    default=["records:read"],
    show_default=True,
)
@click.option("--days", type=click.IntRange(1, 3650), help="How long it lasts; for ever without.")
@DATA
def token_add(
    login: str, name: str, scopes: tuple[str, ...], days: int | None, data: Path | None
) -> None:
    """Make a token that acts as LOGIN; it is shown once."""
    with opened(data) as service:
        account = _known(service, login)
        now, secret = service.clock.now(), service.ids.secret()
        with service.database.writing() as connection:
            add_token(
                connection,
                secret,
                token_id=service.ids.new_id(),
                name=name,
                scopes=frozenset(scopes),
                user_id=account.id,
                now=now,
                expires_at=now + timedelta(days=days) if days else None,
            )
    click.echo(secret)


@token_group.command("list")
@click.argument("login")
@DATA
def token_list(login: str, data: Path | None) -> None:
    """List the tokens of LOGIN."""
    with opened(data) as service:
        account = _known(service, login)
        with service.database.reading() as connection:
            for one in tokens_of(connection, account.id, service.clock.now()):
                click.echo(f"{one.id} {one.name:24} {', '.join(sorted(one.scopes))}")


@token_group.command("revoke")
@click.argument("token_id")
@DATA
def token_revoke(token_id: str, data: Path | None) -> None:
    """End a token by its id."""
    with opened(data) as service, service.database.writing() as connection:
        if not revoke_token(connection, token_id, service.clock.now()):
            raise click.ClickException("There is no such token, or it ended before.")
    click.echo("The token is ended.")
