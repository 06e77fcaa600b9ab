"""Signing in and out: who gets in, for how long, and what the answers give away."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from sopwith.store.customers import Customer, add_customer, customer_of, save_customer
from sopwith.store.people import save_user, user
from sopwith.store.tables import JobRow, SecretLinkRow, SessionRow
from sopwith.web.app import create_app
from sopwith.web.passwords import hash_password, is_right
from sopwith.web.paths import own_path
from tests.integration.web.conftest import Browser, NewBrowser, settings_for
from tests.support.shop import CHEAP, PASSWORD, Shop


def words(browser: Browser, path: str) -> str:
    return browser.get(path).get_data(as_text=True)


def mails(shop: Shop) -> list[dict[str, str]]:
    with shop.database.reading() as connection:
        found = connection.execute(select(JobRow.payload).where(JobRow.kind == "mail")).scalars()
        return [dict(payload) for payload in found]


@pytest.mark.parametrize("login", ["lin", " LIN ", "ann@example.test"])
def test_colleagues_and_customers_sign_in_by_password(visitor: Browser, login: str) -> None:
    visitor.sign_in(login)
    assert visitor.get("/account").status_code == 200


@pytest.mark.parametrize(
    ("login", "password"),
    [
        ("lin", "wrong"),
        ("nobody", PASSWORD),
        ("gone", PASSWORD),
        ("wei@example.test", PASSWORD),
        ("", ""),
        ("lin", ""),
        ("lin' or 1=1 --", "x"),
    ],
)
def test_every_refusal_says_the_same(visitor: Browser, login: str, password: str) -> None:
    response = visitor.post("/sign-in", {"login": login, "password": password})
    assert response.status_code == 422
    text = response.get_data(as_text=True)
    assert "Name or password is not right." in text
    assert visitor.get("/account").status_code == 303


def test_unknown_names_cost_the_same_work() -> None:
    kept = hash_password(PASSWORD, CHEAP)
    assert is_right(PASSWORD, kept, CHEAP)
    assert not is_right("the password of nobody", None, CHEAP)
    assert not is_right(PASSWORD, None, CHEAP)
    assert not is_right(PASSWORD, "rubbish", CHEAP)


def test_too_many_tries_close_the_door_even_for_the_right_password(
    visitor: Browser, shop: Shop
) -> None:
    for _ in range(10):
        visitor.post("/sign-in", {"login": "lin", "password": "wrong"})
    assert visitor.post("/sign-in", {"login": "lin", "password": PASSWORD}).status_code == 422
    shop.clock.forward(minutes=16)
    assert visitor.post("/sign-in", {"login": "lin", "password": PASSWORD}).status_code == 303


def test_the_rate_limit_answers_429_with_a_time(shop: Shop) -> None:
    browser = Browser(create_app(shop.service, settings_for(shop, limits=True)))
    answers = [browser.post("/sign-in", {"login": "x", "password": "y"}) for _ in range(11)]
    assert [one.status_code for one in answers[:10]] == [422] * 10
    assert answers[10].status_code == 429
    assert int(answers[10].headers["Retry-After"]) > 0
    assert "too fast" in answers[10].get_data(as_text=True)


def test_signing_in_makes_a_new_session_and_ends_the_one_before(
    visitor: Browser, shop: Shop
) -> None:
    visitor.sign_in("lin")
    first = visitor.client.get_cookie("sopwith")
    visitor.sign_in("lea")
    second = visitor.client.get_cookie("sopwith")
    assert first is not None and second is not None and first.value != second.value
    other = Browser(visitor.client.application)
    other.client.set_cookie("sopwith", first.value)
    assert other.get("/account").status_code == 303


def test_a_cookie_from_outside_is_not_taken_over(visitor: Browser) -> None:
    visitor.client.set_cookie("sopwith", "chosen-by-an-attacker")
    visitor.sign_in("lin")
    cookie = visitor.client.get_cookie("sopwith")
    assert (
        cookie is not None and cookie.value != "chosen-by-an-attacker" and len(cookie.value) >= 43
    )
    assert cookie.http_only and cookie.same_site == "Lax" and cookie.path == "/"


def test_only_the_hash_of_a_session_is_kept(visitor: Browser, shop: Shop) -> None:
    visitor.sign_in("lin")
    cookie = visitor.client.get_cookie("sopwith")
    with shop.database.reading() as connection:
        kept = connection.execute(select(SessionRow.token_hash)).scalars().all()
    assert cookie is not None and cookie.value not in kept and len(kept) == 1


def test_cookies_are_secure_and_bound_to_the_host_with_https(shop: Shop) -> None:
    app = create_app(shop.service, settings_for(shop, base_url="https://desk.test"))
    browser = Browser(app)
    base: dict[str, Any] = {
        "base_url": "https://desk.test",
        "headers": {"Referer": "https://desk.test/sign-in"},
    }
    browser.get("/sign-in", base_url="https://desk.test")
    response = browser.post("/sign-in", {"login": "lin", "password": PASSWORD}, **base)
    set_cookies = response.headers.getlist("Set-Cookie")
    mine = next(one for one in set_cookies if one.startswith("__Host-sopwith="))
    assert "Secure" in mine and "HttpOnly" in mine and "SameSite=Lax" in mine and "Path=/" in mine
    assert response.headers["Strict-Transport-Security"]


def test_a_session_ends_after_twelve_idle_hours(visitor: Browser, shop: Shop) -> None:
    visitor.sign_in("lin")
    shop.clock.forward(hours=11)
    assert visitor.get("/account").status_code == 200
    shop.clock.forward(hours=11)
    assert visitor.get("/account").status_code == 200
    shop.clock.forward(hours=12, minutes=1)
    assert visitor.get("/account").status_code == 303


def test_a_session_ends_after_seven_days_whatever_happens(visitor: Browser, shop: Shop) -> None:
    visitor.sign_in("lin")
    for _ in range(15):
        shop.clock.forward(hours=11)
        visitor.get("/account")
    assert visitor.get("/account").status_code == 200
    shop.clock.forward(hours=4)
    assert visitor.get("/account").status_code == 303


def test_the_sessions_of_a_disabled_account_die_at_once(visitor: Browser, shop: Shop) -> None:
    visitor.sign_in("lin")
    with shop.database.writing() as connection:
        account = user(connection, "lin")
        assert account is not None
        save_user(connection, replace(account, active=False))
    assert visitor.get("/account").status_code == 303


def test_one_sees_and_ends_ones_own_sessions_only(browser_of: NewBrowser, shop: Shop) -> None:
    here, there, other = (browser_of().sign_in(name) for name in ("lin", "lin", "kim"))
    page = words(here, "/account")
    ends = re.findall(r"/account/sessions/(\w+)/end", page)
    assert len(ends) == 1 and "this browser" in page
    assert words(other, "/account").count("/end") == 1  # only "everywhere"
    other.get("/account")
    assert other.post(f"/account/sessions/{ends[0]}/end").status_code == 404
    assert here.post(f"/account/sessions/{ends[0]}/end").status_code == 303
    assert there.get("/account").status_code == 303
    assert here.get("/account").status_code == 200


def test_signing_out_everywhere_ends_all(browser_of: NewBrowser) -> None:
    here, there = browser_of().sign_in("lin"), browser_of().sign_in("lin")
    here.get("/account")
    assert here.post("/account/sessions/end").status_code == 303
    assert here.get("/account").status_code == there.get("/account").status_code == 303


def test_signing_out_ends_the_session_itself(visitor: Browser) -> None:
    visitor.sign_in("lin")
    cookie = visitor.client.get_cookie("sopwith")
    visitor.get("/account")
    assert visitor.post("/sign-out").status_code == 303
    assert visitor.client.get_cookie("sopwith") is None
    assert cookie is not None
    visitor.client.set_cookie("sopwith", cookie.value)
    assert visitor.get("/account").status_code == 303


def test_a_new_password_needs_the_old_one_and_ends_other_sessions(browser_of: NewBrowser) -> None:
    here, there = browser_of().sign_in("lin"), browser_of().sign_in("lin")
    here.get("/account")
    new = {"old": "wrong", "new": "short", "again": "other"}
    text = here.post("/account/password", new).get_data(as_text=True)
    assert "This is not your present password." in text and "at least 10 characters" in text
    fresh = "a much better one"
    differ = here.post("/account/password", {"old": PASSWORD, "new": fresh, "again": "x"})
    assert "not the same" in differ.get_data(as_text=True)
    good = here.post("/account/password", {"old": PASSWORD, "new": fresh, "again": fresh})
    assert good.status_code == 303
    assert here.get("/account").status_code == 200 and there.get("/account").status_code == 303
    browser_of().sign_in("lin", fresh)


def test_a_link_by_mail_signs_a_customer_in_once(browser_of: NewBrowser, shop: Shop) -> None:
    asking = browser_of()
    asking.post("/sign-in/link", {"email": "WEI@example.test"})
    mail = mails(shop)[0]
    assert mail["to"] == "wei@example.test" and "登录链接" in mail["subject"] and shop.woken
    link = re.search(r"http://desk\.test(/sign-in/link/\S+)", mail["text"])
    assert link is not None
    browser = browser_of()
    assert browser.get(link.group(1)).status_code == 200
    assert browser.get("/mine").status_code == 303  # looking is not signing in
    assert browser.get(link.group(1)).status_code == 200
    assert browser.post(link.group(1)).status_code == 303
    assert browser.get("/mine").status_code == 200
    again = browser_of()
    assert again.get(link.group(1)).status_code == 404
    assert again.post(link.group(1)).status_code == 404


def test_a_link_by_mail_ends_after_half_an_hour(visitor: Browser, shop: Shop) -> None:
    visitor.post("/sign-in/link", {"email": "ann@example.test"})
    path = mails(shop)[0]["text"].split("http://desk.test")[1].split()[0]
    shop.clock.forward(minutes=31)
    assert visitor.get(path).status_code == visitor.post(path).status_code == 404


@pytest.mark.parametrize(
    "secret", ["x", "0", "null", "%20", "undefined", "a" * 43, "a" * 3000, "%00", "..%2f"]
)
def test_every_wrong_link_answers_the_same_404(visitor: Browser, secret: str) -> None:
    response = visitor.get(f"/sign-in/link/{secret}")
    assert response.status_code == 404
    assert "cannot find this page" in response.get_data(as_text=True)


def test_asking_for_a_link_does_not_tell_who_is_known(app: Flask, shop: Shop) -> None:
    def answer(email: str) -> str:
        page = Browser(app).post("/sign-in/link", {"email": email}).get_data(as_text=True)
        return re.sub(r"ImY?[\w.\-]+|value=\"[^\"]*\"|X-CSRFToken[^}]*", "", page)

    assert answer("ann@example.test") == answer("nobody@example.test") == answer("not an address")
    assert len(mails(shop)) == 1


def test_an_address_is_sent_five_links_an_hour_at_most(visitor: Browser, shop: Shop) -> None:
    for _ in range(8):
        visitor.post("/sign-in/link", {"email": "ann@example.test"})
    assert len(mails(shop)) == 5


def test_the_secret_of_a_link_is_kept_as_its_hash_only(visitor: Browser, shop: Shop) -> None:
    visitor.post("/sign-in/link", {"email": "ann@example.test"})
    secret = mails(shop)[0]["text"].split("/sign-in/link/")[1].split()[0]
    with shop.database.reading() as connection:
        assert secret not in connection.execute(select(SecretLinkRow.token_hash)).scalars().all()
    assert len(secret) >= 43


@pytest.mark.parametrize(
    ("wish", "leads"),
    [
        ("/mine?after=x", "/mine?after=x"),
        ("//evil.test/", ""),
        ("https://evil.test/", ""),
        ("/\\evil.test", ""),
        ("javascript:alert(1)", ""),
        ("/a\r\nSet-Cookie: x=1", ""),
        ("", ""),
        ("\t//evil.test", ""),
    ],
)
def test_signing_in_never_leads_elsewhere(visitor: Browser, wish: str, leads: str) -> None:
    assert own_path(wish) == leads
    response = visitor.post(
        "/sign-in", {"login": "ann@example.test", "password": PASSWORD, "next": wish}
    )
    assert response.headers["Location"] == (leads or "/mine")


def test_the_sample_accounts_are_offered_in_the_demonstration_only(
    shop: Shop, visitor: Browser
) -> None:
    assert "Sample accounts" not in words(visitor, "/sign-in")
    demo = Browser(create_app(shop.service, settings_for(shop, demo=True)))
    page = words(demo, "/sign-in")
    assert "Sign in as Lin Yue (agent)" in page and "Sign in as Ada Yue (administrator)" in page
    assert "Gone Yue" not in page


@pytest.mark.parametrize(
    ("login", "leads"),
    [("lin", "/desk"), ("ada", "/desk"), ("sam", "/mine"), ("ann@example.test", "/mine")],
)
def test_everybody_lands_where_they_work(visitor: Browser, login: str, leads: str) -> None:
    response = visitor.post("/sign-in", {"login": login, "password": PASSWORD})
    assert response.headers["Location"] == leads


def test_a_customer_who_came_by_a_link_chooses_a_password(visitor: Browser, shop: Shop) -> None:
    visitor.post("/sign-in/link", {"email": "wei@example.test"})
    path = mails(shop)[0]["text"].split("http://desk.test")[1].split()[0]
    visitor.get(path)
    visitor.post(path)
    page = words(visitor, "/account")
    assert 'id="new"' in page and 'id="old"' not in page
    fresh = "eine ganz neue"
    assert visitor.post("/account/password", {"new": fresh, "again": fresh}).status_code == 303
    assert 'id="old"' in words(visitor, "/account")
    Browser(visitor.client.application).sign_in("wei@example.test", fresh)


def test_a_link_proves_the_address_and_is_void_for_a_closed_account(
    browser_of: NewBrowser, shop: Shop
) -> None:
    with shop.database.writing() as connection:
        rita = Customer(id="rita", name="Rita", email="rita@example.test")
        add_customer(connection, rita, shop.clock.now())
    paths = []
    for _ in range(2):
        browser_of().post("/sign-in/link", {"email": "rita@example.test"})
        paths.append(mails(shop)[-1]["text"].split("http://desk.test")[1].split()[0])
    browser_of().post(paths[0])
    with shop.database.writing() as connection:
        known = customer_of(connection, "rita")
        assert known is not None and known.verified
        save_customer(connection, replace(known, active=False))
    late = browser_of()
    assert late.get(paths[1]).status_code == late.post(paths[1]).status_code == 404
