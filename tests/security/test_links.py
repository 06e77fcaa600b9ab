"""Whatever proves a right by itself: wrong, spent and late ones, those of closed accounts, and what answers tell."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from urllib.parse import quote

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from sopwith.store.customers import customer_of, save_customer
from sopwith.store.people import save_user, user
from sopwith.store.tables import JobRow, UserRow
from sopwith.store.tokens import make_link
from tests.integration.web.conftest import Browser
from tests.security.house import House
from tests.support.api import Caller, give_token
from tests.support.shop import NOW, PASSWORD

LATER = NOW.replace(year=2027)
ROUTES = {
    "portal": ("/r/{}", "/r/{}/received", "/r/{}/files/file-public"),
    "survey": ("/s/{}",),
    "sign-in": ("/sign-in/link/{}",),
    "reset": ("/password/{}",),
}
"""Every address that a secret opens, by the kind of the secret."""
POSTS = {
    "portal": ("/r/{}/reply", "/r/{}/solved", "/r/{}/reopen", "/r/{}/cancel"),
    "survey": ("/s/{}",),
    "sign-in": ("/sign-in/link/{}",),
    "reset": ("/password/{}",),
}


def secret(
    house: House, kind: str, *, owner: str = "ann", used: bool = False, ended: bool = False
) -> str:
    """Return a new secret of *kind*."""
    if kind in ("portal", "survey"):
        return house.facts.links["solved" if kind == "portal" else "survey"]
    made = f"{kind}-{owner}-{used}-{ended}-" + "Q" * 30
    who = {"customer_id": owner} if kind == "sign-in" else {"user_id": "lin"}
    ends = NOW if ended else LATER
    with house.shop.database.writing() as connection:
        make_link(connection, made, kind, now=NOW, expires_at=ends, **who)
    if used:
        browser = Browser(house.app)
        browser.get("/sign-in")
        fresh = {"new": "a new long one", "again": "a new long one"}
        path = POSTS[kind][0].format(made)
        assert browser.post(path, fresh).status_code == 303
    return made


def bad_forms(good: str, others: list[str]) -> Iterator[str]:
    """Return everything that somebody might try instead of *good*."""
    yield from (
        "%20",
        "0",
        "1",
        "null",
        "None",
        "undefined",
        "[]",
        "{}",
        "true",
        "-1",
        "*",
        "%25",
        "..%2F..",
    )
    yield from (
        "%00",
        "%0d%0a",
        "%ff%fe",
        "%EF%BC%91",
        ".",
        "..%00",
        ".." + "%2e" * 3,
        "' or 1=1 --",
        "x" * 5000,
    )
    yield from (
        good.upper(),
        good.lower(),
        good.swapcase(),
        good[:-1],
        good[1:],
        good + "A",
        good + "=",
    )
    yield from (
        good + "%00",
        "%20" + good,
        good + "%20",
        good[: len(good) // 2],
        good[::-1],
        good + good,
    )
    yield from (good + "%0a", good.replace(".", "%EF%BC%8E") + "x", quote("＿" + good))
    head, dot, tail = good.partition(".")
    if dot:
        yield from (
            head,
            head + ".",
            "." + tail,
            f"{head}.{'A' * len(tail)}",
            f"{tail}.{head}",
            f"{head}..{tail}",
        )
        yield from (other.partition(".")[0] + "." + tail for other in others if "." in other)
    yield from others


def shape(response: TestResponse) -> tuple[int, str]:
    """Return what a stranger could tell two answers apart by."""
    text = response.get_data(as_text=True)
    text = re.sub(
        r'(value|content|href|action|hx-\w+|src)="[^"]*"|"X-CSRFToken":\s*"[^"]*"', "", text
    )
    names = sorted({name for name, _ in response.headers} - {"Set-Cookie", "Content-Length"})
    return response.status_code, text + str(names)


@pytest.mark.parametrize("kind", ROUTES)
def test_every_wrong_secret_gets_the_same_answer(house: House, kind: str) -> None:
    good = secret(house, kind)
    others = [secret(house, one) for one in ROUTES if one != kind]
    if kind in ("sign-in", "reset"):
        others += [secret(house, kind, used=True), secret(house, kind, ended=True)]
    browser = Browser(house.app)
    browser.get("/sign-in")
    nothing = shape(browser.get("/nothing-here"))
    tried = [one for one in dict.fromkeys(bad_forms(good, others)) if one != good]
    assert len(tried) > 40
    for one in tried:
        for path in ROUTES[kind]:
            assert shape(browser.get(path.format(one))) == nothing, (path, one)
        for path in POSTS[kind]:
            sent = {"score": "5", "text": "x", "solved": "yes", "new": "n" * 12, "again": "n" * 12}
            assert browser.post(path.format(one), sent).status_code == 404, (path, one)
    assert browser.get("/account").status_code == 303  # none of it signed anybody in
    opened = Browser(house.app).get(ROUTES[kind][0].format(good)).status_code
    assert opened == (404 if kind == "reset" else 200)  # a reset that was used ends all others


def test_empty_secrets_find_nothing(house: House) -> None:
    browser = house.browser("anonymous")
    for path in ("/r/", "/s/", "/sign-in/link/", "/password/", "/r/%20/received", "/files/"):
        assert browser.get(path).status_code == 404, path


def test_every_wrong_token_of_the_api_gets_the_same_answer(house: House) -> None:
    good = give_token(house.shop, "lin")
    gone = give_token(house.shop, "lin", name="ended", expires_at=NOW)
    closed = give_token(house.shop, "gone")
    links = [secret(house, kind) for kind in ROUTES]
    session = house.browser("agent").client.get_cookie("sopwith")
    assert session is not None
    client = house.app.test_client()
    for one in {*bad_forms(good, [gone, closed, *links, session.value])} - {
        good,
        f"{good}%20",
        f"%20{good}",
    }:
        if not one.isprintable() or not one.isascii():
            continue
        for scheme in ("Bearer", "bearer", "Basic", "Token"):
            answer = client.get("/api/v1/me", headers={"Authorization": f"{scheme} {one}"})
            told = answer.get_json()
            assert (answer.status_code, told["code"]) == (401, "API001"), one
    assert Caller(house.app, good).get("/me").status_code == 200


# --- closed accounts ------------------------------------------------------------------------------


def close(house: House, *, active: bool) -> None:
    """Close the accounts of ann and lin, or open them."""
    with house.shop.database.writing() as connection:
        ann, lin = customer_of(connection, "ann"), user(connection, "lin")
        assert ann is not None and lin is not None
        save_customer(connection, replace(ann, active=active))
        save_user(connection, replace(lin, active=active))


def password_works(house: House, login: str) -> bool:
    browser = Browser(house.app)
    answer = browser.post("/sign-in", {"login": login, "password": PASSWORD})
    return answer.status_code == 303


WAYS_IN: dict[str, Callable[[House], Callable[[], bool]]] = {
    "portal link": lambda house: lambda: Browser(house.app).get(f"/r/{house.facts.links['solved']}").status_code == 200,
    "portal link, to act": lambda house: lambda: Browser(house.app).post(f"/r/{house.facts.links['solved']}/reply", {"text": "Hello"}).status_code == 303,
    "survey link": lambda house: lambda: Browser(house.app).post(f"/s/{house.facts.links['survey']}", {"score": "4"}).status_code == 303,
    "session of a customer": lambda house: _session(house, "customer"),
    "session of a colleague": lambda house: _session(house, "agent"),
    "password of a customer": lambda house: lambda: password_works(house, "ann@example.test"),
    "password of a colleague": lambda house: lambda: password_works(house, "lin"),
    "token of the API": lambda house: _token(house),
    "link to sign in": lambda house: _link(house, "sign-in"),
    "link to set a password": lambda house: _link(house, "reset"),
}  # fmt: skip


def _session(house: House, person: str) -> Callable[[], bool]:
    browser = house.browser(person)
    return lambda: browser.get("/account").status_code == 200


def _token(house: House) -> Callable[[], bool]:
    caller = Caller(house.app, give_token(house.shop, "lin"))
    return lambda: caller.get("/me").status_code == 200


def _link(house: House, kind: str) -> Callable[[], bool]:
    path = POSTS[kind][0].format(secret(house, kind))
    fresh = {"new": "a new long one", "again": "a new long one"}
    return lambda: Browser(house.app).post(path, fresh).status_code == 303


@pytest.mark.parametrize("way", WAYS_IN)
@pytest.mark.parametrize("active", [True, False])
def test_no_way_leads_into_a_closed_account(house: House, way: str, active: bool) -> None:
    enters = WAYS_IN[way](house)
    close(house, active=active)
    assert enters() is active
    with house.shop.database.reading() as connection:  # and none opens it again
        ann, lin = customer_of(connection, "ann"), user(connection, "lin")
        assert ann is not None and ann.active is active
        assert lin is not None and lin.active is active


def test_a_closed_account_is_sent_no_link(house: House) -> None:
    close(house, active=False)
    Browser(house.app).post("/sign-in/link", {"email": "ann@example.test"})
    with house.shop.database.reading() as connection:
        mails = connection.execute(select(JobRow.payload).where(JobRow.kind == "mail")).scalars()
        assert not [one for one in mails if "/sign-in/link/" in one.get("text", "")]


# --- what answers tell ----------------------------------------------------------------------------


def answers_of(app: Flask, path: str, given: list[dict[str, str]]) -> list[tuple[int, str]]:
    """Return the shapes of the answers to *given*, each from a browser of its own."""
    found = []
    for data in given:
        browser = Browser(app)
        browser.get("/sign-in")
        answer = browser.post(path, data)
        status, text = shape(answer)
        seen = text + answer.headers.get("Location", "") + shape(browser.get("/"))[1]
        found.append((status, seen))
    return found


def test_no_answer_tells_who_has_an_account(house: House) -> None:
    with house.shop.database.writing() as connection:
        wei = customer_of(connection, "wei")
        assert wei is not None
        save_customer(connection, replace(wei, active=False))
    number = house.shop.state(house.facts.records["ann"]).number
    logins = (
        "lin",
        "gone",
        "nobody",
        "ann@example.test",
        "wei@example.test",
        "no@example.test",
        "x" * 300,
    )
    mails = (
        "ann@example.test",
        "wei@example.test",
        "lin@firm.test",
        "no@example.test",
        "rubbish",
        "x" * 320,
    )
    asked: dict[str, list[dict[str, str]]] = {
        "/sign-in": [{"login": one, "password": "wrong and long"} for one in logins],
        "/sign-in/link": [{"email": one} for one in mails],
        "/find": [
            {"number": one, "email": mail}
            for one in (number, "W-2026-999999", "x")
            for mail in ("ann@example.test", "bob@example.test", "no@example.test")
        ],
        "/new/repair": [
            {"title": "It broke", "contact-name": "Some One", "contact-email": one}
            for one in mails[:4]
        ],
    }
    for path, given in asked.items():
        told = answers_of(house.app, path, given)
        if path == "/new/repair":
            told = [(status, "") for status, _ in told]  # each leads to its own record
        assert len(set(told)) == 1, path


# --- how often ------------------------------------------------------------------------------------

LIMITED = {
    "/sign-in": ({"login": "x", "password": "y"}, 10),
    "/sign-in/link": ({"email": "x@example.test"}, 10),
    "/password/unknown": ({"new": "x"}, 60),
    "/find": ({"number": "x", "email": "x@example.test"}, 20),
    "/new/repair": ({"title": ""}, 20),
    "/r/unknown/reply": ({"text": "x"}, 60),
    "/s/unknown": ({"score": "1"}, 60),
    "/files": ({}, 30),
}
"""What strangers may send, with what, and how often in a minute at most."""


@pytest.mark.parametrize("path", LIMITED)
def test_strangers_are_slowed_down_whatever_they_say_of_themselves(house: House, path: str) -> None:
    data, most = LIMITED[path]
    app = house.app_with(limits=True)
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    answers = [
        client.post(path, data=data, headers={"X-Forwarded-For": f"203.0.113.{turn}", "X-Real-IP": f"203.0.113.{turn}"})
        for turn in range(most + 1)
    ]  # fmt: skip
    statuses = [one.status_code for one in answers]
    assert 429 not in statuses[:most], statuses
    assert statuses[most] == 429, statuses
    assert int(answers[most].headers["Retry-After"]) > 0


def test_secrets_in_addresses_cannot_be_tried_quickly(house: House) -> None:
    for path in ("/r/x{}", "/s/x{}", "/sign-in/link/x{}", "/password/x{}"):
        client = house.app_with(limits=True).test_client()
        statuses = [client.get(path.format(turn)).status_code for turn in range(61)]
        assert statuses[:60] == [404] * 60 and statuses[60] == 429, path


def test_a_reset_leaves_no_password_behind_that_was_there_before(house: House) -> None:
    admin = house.browser("admin")
    assert admin.post("/admin/users/lin/link").status_code == 200
    with house.shop.database.reading() as connection:
        kept = connection.execute(select(UserRow.password_hash).where(UserRow.id == "lin"))
        assert kept.scalar_one() is None
    assert not password_works(house, "lin")
