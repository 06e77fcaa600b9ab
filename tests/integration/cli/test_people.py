"""Accounts and tokens from the command line, and what it says when something is wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sopwith.cli.main import main
from sopwith.runtime.clock import SystemClock
from sopwith.store.engine import open_database
from sopwith.store.people import memberships, user_by_login
from sopwith.store.tokens import find_token


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


def run(data: Path, *args: str) -> Result:
    return CliRunner().invoke(main, [*args, "--data", str(data)])


def add(data: Path, login: str = "wang", *more: str) -> Result:
    return run(data, "user", "add", login, "--name", "王芳", "--email", "wang@example.com", *more)


def test_an_account_is_made_with_teams_and_a_password_shown_once(data: Path) -> None:
    result = add(
        data, "wang", "--role", "agent", "--role", "lead", "--team", "desk", "--lead", "office"
    )
    assert result.exit_code == 0, result.output
    assert "Password, shown only now: " in result.output
    database = open_database(f"sqlite:///{data / 'sopwith.db'}")
    with database.reading() as connection:
        account = user_by_login(connection, "wang")
        assert account is not None
        assert account.roles == {"agent", "lead"}
        found = {(one.team, one.is_lead) for one in memberships(connection, user_id=account.id)}
    database.close()
    assert found == {("desk", False), ("office", True)}


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        pytest.param(("wang",), 1, "There is an account wang already.", id="twice"),
        pytest.param(("Wang Fang",), 2, "a login has small letters", id="bad login"),
        pytest.param(
            ("li", "--password", "short"), 2, "at least 8 characters", id="short password"
        ),
    ],
)
def test_a_refused_account_says_why(
    data: Path, args: tuple[str, ...], code: int, said: str
) -> None:
    add(data)
    result = add(data, *args)
    assert (result.exit_code, said in result.output) == (code, True), result.output


def test_accounts_are_listed_disabled_and_enabled(data: Path) -> None:
    add(data)
    run(data, "user", "disable", "wang")
    [row] = json.loads(run(data, "user", "list", "--json").output)
    assert (row["login"], row["active"]) == ("wang", False)
    run(data, "user", "enable", "wang")
    [row] = json.loads(run(data, "user", "list", "--json").output)
    assert row["active"] is True


def test_an_unknown_account_is_an_error(data: Path) -> None:
    result = run(data, "user", "disable", "nobody")
    assert result.exit_code == 1
    assert "There is no account nobody." in result.output


def test_a_token_works_until_it_is_revoked(data: Path) -> None:
    add(data)
    secret = run(
        data, "token", "add", "wang", "--name", "script", "--scope", "records:read"
    ).output.strip()
    now = SystemClock().now()
    database = open_database(f"sqlite:///{data / 'sopwith.db'}")
    with database.reading() as connection:
        token = find_token(connection, secret, now)
    assert token is not None
    assert token.id in run(data, "token", "list", "wang").output
    assert run(data, "token", "revoke", token.id).exit_code == 0
    with database.reading() as connection:
        assert find_token(connection, secret, SystemClock().now()) is None
    database.close()
    assert run(data, "token", "revoke", token.id).exit_code == 1


def test_wrong_settings_are_said_in_one_line(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOPWITH_ZONE", "Mars")
    result = run(data, "user", "list")
    assert result.exit_code == 1
    assert "not 'Mars'" in result.output
