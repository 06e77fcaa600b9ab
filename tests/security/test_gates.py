"""What a request may say about itself: forged forms, hosts, proxies, ways back, odd methods and paths."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.routing import Rule as Route

from sopwith.core import commands as c
from sopwith.store.tables import JobRow
from tests.integration.web.conftest import Browser
from tests.security.crawl import Seen, paths_of
from tests.security.house import House, rows
from tests.support.shop import PASSWORD

UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})
BASE = "http://desk.test"


def changing(house: House) -> list[tuple[str, str]]:
    """Return method and address of everything that changes something."""
    return [
        (method, path)
        for route in house.app.url_map.iter_rules()
        for method in sorted((route.methods or set()) & UNSAFE)
        for path in paths_of(house, route)[:1]
    ]


# --- T-CSRF ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("person", ["agent", "admin", "customer"])
def test_nothing_changes_by_a_page_of_somebody_else(house: House, person: str) -> None:
    """Everything another site can make a browser send: forms of all three kinds, with a token of its own."""
    browser, foreign = house.browser(person), house.browser("stranger")
    before = rows(house)
    for turn, (method, path) in enumerate(changing(house)):
        fields = {
            "csrf_token": foreign.token,
            "text": "x",
            "how": "take",
            "active": "0",
            "name": "x",
        }
        tries: list[dict[str, Any]] = [
            {"data": fields},
            {"data": fields, "content_type": "multipart/form-data"},
            {"data": json.dumps(fields), "content_type": "text/plain"},
            {"data": json.dumps(fields), "content_type": "application/json"},
            {"query_string": {"csrf_token": browser.token}},
            {"headers": {"Cookie2": f"csrf_token={browser.token}", "Origin": "https://evil.test"}},
        ]
        for more in tries if person == "admin" else tries[turn % 6 :][:1]:
            answer = browser.client.open(path, method=method, buffered=True, **more)
            assert answer.status_code in (400, 403), (method, path, more)
    assert rows(house) == before


def test_the_token_of_a_form_ends_with_the_session(house: House) -> None:
    browser = Browser(house.app)
    browser.get("/sign-in")
    before = browser.token
    browser.sign_in("lin")
    data = {"csrf_token": before, "lang": "zh-CN"}
    assert browser.client.post("/preferences", data=data).status_code == 400


def test_behind_https_the_page_must_be_ours(house: House) -> None:
    app = house.app_with(base_url="https://desk.test")
    client = app.test_client()
    page = client.get("/sign-in", base_url="https://desk.test").get_data(as_text=True)
    token = re.search(r'csrf_token" value="([^"]+)', page)
    assert token is not None
    data = {"csrf_token": token.group(1), "lang": "en"}
    for referer in ({}, {"Referer": "https://evil.test/"}, {"Referer": "https://desk.test.evil.test/"},
                    {"Referer": "http://desk.test/"}):  # fmt: skip
        answer = client.post(
            "/preferences", data=data, base_url="https://desk.test", headers=referer
        )
        assert answer.status_code == 400, referer


# --- T-HOST ---------------------------------------------------------------------------------------

FORGED: list[dict[str, str]] = [
    {"Host": "evil.test"},
    {"Host": "desk.test.evil.test"},
    {"Host": "evil.test:80"},
    {"Host": "desk.test", "X-Forwarded-Host": "evil.test"},
    {"Host": "desk.test", "X-Forwarded-Server": "evil.test"},
    {"Host": "desk.test", "Forwarded": "for=1.2.3.4;host=evil.test;proto=https"},
    {"Host": "desk.test", "X-Host": "evil.test"},
    {"Host": "desk.test", "X-Original-URL": "/admin/", "X-Rewrite-URL": "/admin/", "X-Original-Host": "evil.test"},
    {"Host": "desk.test", "X-Forwarded-Prefix": "/evil.test", "X-Script-Name": "/evil.test"},
    {"Host": "desk.test", "X-Forwarded-Proto": "javascript", "X-Forwarded-Port": "666"},
    {"Host": "desk.test", "Origin": "https://evil.test", "Referer": "https://evil.test/"},
]  # fmt: skip


@pytest.mark.parametrize("headers", FORGED, ids=lambda one: "+".join(sorted(one)) + one["Host"])
def test_no_link_follows_what_a_request_says_of_the_host(
    house: House, headers: dict[str, str]
) -> None:
    links, shop = house.facts.links, house.shop
    number = shop.state(house.facts.records["ann"]).number
    browser = Browser(house.app)
    texts = []
    for path in (
        "/",
        "/sign-in",
        f"/r/{links['portal']}",
        f"/s/{links['survey']}",
        "/new/wish",
        "/nothing",
        "/desk",
    ):
        answer = browser.get(path, headers=headers)
        texts += [answer.get_data(as_text=True), str(answer.headers)]
    for path, data in (
        ("/sign-in/link", {"email": "ann@example.test"}),
        ("/find", {"number": number, "email": "ann@example.test"}),
        (
            "/new/repair",
            {"title": "It broke", "contact-name": "N", "contact-email": "n@example.test"},
        ),
        ("/sign-in", {"login": "ada", "password": PASSWORD}),
    ):
        answer = browser.post(path, data, headers=headers)
        assert answer.status_code < 400, path
        texts += [answer.get_data(as_text=True), str(answer.headers)]
    browser.token = ""
    browser.get("/account", headers=headers)
    link = browser.post("/admin/users/lin/link", headers=headers).get_data(as_text=True)
    assert "http://desk.test/password/" in link
    shop.do(
        c.Comment(actor=shop.agent(), message=shop.service.message("Hi"), public=True),
        house.facts.records["ann"],
    )
    with shop.database.reading() as connection:
        payloads = [json.dumps(one) for one in connection.execute(select(JobRow.payload)).scalars()]
    assert not [one for one in [*texts, *payloads, link] if "evil.test" in one]
    found = [one for text in payloads for one in re.findall(r"https?://[^/\"\\ ]+", text)]
    assert found and set(found) == {BASE}


# --- T-PROXY --------------------------------------------------------------------------------------

CLAIMS = {
    "X-Forwarded-For": "127.0.0.1",
    "X-Real-IP": "127.0.0.1",
    "X-Client-IP": "127.0.0.1",
    "True-Client-IP": "127.0.0.1",
    "X-Remote-User": "ada",
    "Remote-User": "ada",
    "X-Forwarded-User": "ada",
    "X-Forwarded-Email": "ada@firm.test",
    "X-Auth-Request-User": "ada",
    "X-WebAuth-User": "ada",
    "REMOTE_USER": "ada",
    "X-HTTP-Method-Override": "DELETE",
    "X-Method-Override": "DELETE",
    "X-Original-URL": "/admin/",
    "X-Rewrite-URL": "/admin/",
    "X-Forwarded-Proto": "https",
    "X-Custom-IP-Authorization": "127.0.0.1",
}


@pytest.mark.parametrize("person", ["anonymous", "customer"])
def test_claims_in_headers_open_no_route(house: House, person: str) -> None:
    client = house.browser(person).client
    for route in house.app.url_map.iter_rules():
        if "GET" not in (route.methods or ()) or route.endpoint == "static":
            continue
        for path in paths_of(house, route)[:1]:
            plain = client.get(path, buffered=True)
            forged = client.get(path, headers=CLAIMS, buffered=True)
            told = [(one.status_code, one.headers.get("Location")) for one in (plain, forged)]
            assert told[0] == told[1], path


def test_a_session_notes_the_address_that_it_really_came_from(house: House) -> None:
    browser = Browser(house.app)
    browser.get("/sign-in")
    browser.post(
        "/sign-in",
        {"login": "lin", "password": PASSWORD},
        headers={"X-Forwarded-For": "203.0.113.9"},
    )
    assert "203.0.113.9" not in str(rows(house))


def test_a_trusted_proxy_says_only_as_much_as_was_agreed(house: House) -> None:
    """With one proxy the last entry counts, which that proxy wrote; what the caller put before it does not."""
    app = house.app_with(proxies=1)
    browser = Browser(app)
    browser.get("/sign-in")
    chain = {"X-Forwarded-For": "198.51.100.66, 203.0.113.9"}
    browser.post("/sign-in", {"login": "lin", "password": PASSWORD}, headers=chain)
    kept = str(rows(house)["session"])
    assert "203.0.113.9" in kept and "198.51.100.66" not in kept


# --- T-REDIRECT -----------------------------------------------------------------------------------

AWAY = (
    "//evil.test",
    "https://evil.test/",
    "/\\evil.test",
    "\\\\evil.test",
    "/\t/evil.test",
    "/%09/evil.test",
    "https:evil.test",
    "///evil.test",
    "/\n/evil.test",
    "javascript:alert(1)",
    "data:text/html,x",
    "http:/\\evil.test",
    "／／evil.test",
)
NAMES = ("next", "url", "return", "return_to", "redirect", "redirect_uri", "to", "back", "continue", "goto", "r", "u",
         "dest", "target", "view", "tab", "from", "referrer", "path", "after")  # fmt: skip


def stays(location: str) -> bool:
    """Return whether a browser that goes to *location* stays with us."""
    first = location.replace("\\", "/").replace("\t", "").replace("\n", "")
    return (
        first == ""
        or first.startswith(f"{BASE}/")
        or (first.startswith("/") and not first.startswith("//"))
    )


@pytest.mark.parametrize("person", ["anonymous", "admin"])
def test_no_address_leads_away(house: House, person: str) -> None:
    client = house.browser(person).client
    paths = [
        path
        for route in house.app.url_map.iter_rules()
        if "GET" in (route.methods or ()) and route.endpoint != "static"
        for path in paths_of(house, route)[:1]
    ]
    led = 0
    for turn, path in enumerate(paths):
        wish = AWAY[turn % len(AWAY)]
        answer = client.get(path, query_string=dict.fromkeys(NAMES, wish), buffered=True)
        assert stays(answer.headers.get("Location", "")), (path, wish)
        assert b'http-equiv="refresh"' not in answer.get_data()
        led += "Location" in answer.headers
    assert led or person == "admin"


@pytest.mark.parametrize("wish", AWAY)
def test_no_form_leads_away(house: House, wish: str) -> None:
    everything = dict.fromkeys(NAMES, wish)
    record = house.facts.records["ann"]
    for path, person, data in (
        ("/preferences", "anonymous", {"theme": "dark"}),
        ("/preferences", "agent", {"lang": "en"}),
        ("/find", "anonymous", {"number": "x", "email": "x@example.test"}),
        (f"/desk/records/{record}/follow", "agent", {"follow": "1"}),
        (f"/desk/records/{record}/tag", "agent", {"add": "x"}),
        ("/desk/notices/read", "agent", {}),
        ("/desk/bulk", "agent", {"do": "tag", "tags": "x", "ids": record}),
        ("/sign-in", "anonymous", {"login": "ann@example.test", "password": PASSWORD}),
    ):
        browser = house.browser(person) if path != "/sign-in" else Browser(house.app)
        given = {"csrf_token": browser.token, **everything, **data}
        for extra in ({}, {"HX-Request": "true"}):
            answer = browser.client.post(
                path, data=given, query_string=everything, headers=extra, buffered=True
            )
            for name in ("Location", "HX-Redirect", "HX-Location", "HX-Push-Url"):
                assert stays(answer.headers.get(name, "")), (path, name)
    browser = Browser(house.app)
    browser.get("/sign-in", query_string={"next": wish})
    answer = browser.post(
        "/sign-in", {"login": "lin", "password": PASSWORD}, query_string={"next": wish}
    )
    assert stays(answer.headers["Location"])


# --- methods, debugging, folders ------------------------------------------------------------------


def test_odd_methods_are_refused_everywhere(house: House) -> None:
    client = house.browser("admin").client
    routes: list[Route] = list(house.app.url_map.iter_rules())
    for route in routes:
        for path in paths_of(house, route)[:1]:
            for method in ("TRACE", "PROPFIND"):
                answer = client.open(path, method=method, buffered=True)
                assert answer.status_code == 405, (method, path)
                assert "X-Probe" not in answer.get_data(as_text=True)
            answer = client.open(path, method="OPTIONS", headers={"Origin": "https://evil.test"})
            assert answer.status_code in (200, 204, 303, 401, 404, 405), path
            assert not [name for name, _ in answer.headers if name.startswith("Access-Control-")], (
                path
            )
            assert "TRACE" not in answer.headers.get("Allow", "")


def test_nobody_may_read_answers_from_another_origin(seen: list[Seen]) -> None:
    assert not [
        one.path for one in seen for name, _ in one.headers if name.startswith("Access-Control-")
    ]


def test_debugging_is_off(house: House) -> None:
    app: Flask = house.app
    assert not app.debug and not app.testing and not app.config["PROPAGATE_EXCEPTIONS"]
    assert not app.jinja_env.auto_reload
    client = house.browser("admin").client
    for path in (
        "/console",
        "/?__debugger__=yes&cmd=resource&f=style.css",
        "/debug",
        "/_debug_toolbar/",
    ):
        text = client.get(path, buffered=True).get_data(as_text=True)
        assert "Werkzeug" not in text and "Traceback" not in text


@pytest.mark.parametrize(
    "path",
    [
        "/static/", "/static/css/", "/static/js", "/static/../settings.py", "/static/%2e%2e/settings.py",
        "/static/..%2fsettings.py", "/static/..%5csettings.py", "/static//etc/passwd", "/static/%2fetc/passwd",
        "/static/css/../../policy.py", "/files/../sopwith.db", "/files/..%2fsopwith.db", "/sopwith.db", "/.git/config",
        "/.env", "/templates/desk/list.html", "/static/css/tokens.css%00.html", "/static/....//settings.py",
        "/robots.txt~", "/server-status", "/metrics", "/static/js/", "/translations/",
    ],
)  # fmt: skip
def test_no_folder_is_listed_and_no_path_leads_out(house: House, path: str) -> None:
    answer = house.browser("admin").client.get(path, buffered=True, follow_redirects=True)
    assert answer.status_code in (400, 404), path
    assert "import" not in answer.get_data(as_text=True)
