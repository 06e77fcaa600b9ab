"""What answers hold that they should not: secrets, what is internal, other people's words, anything that runs."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from flask import Flask
from sqlalchemy import select

from sopwith.store.tables import ApiTokenRow, CustomerRow, SecretLinkRow, SessionRow, UserRow
from sopwith.web.security import HEADERS
from tests.security.crawl import Seen
from tests.security.house import CUSTOMERS, INTERNAL, OF_ANN, OF_BOB, House

ARGON = re.compile(r"\$argon2\w*\$")
HASHED = re.compile(r"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")
FILES = ("files.download", "portal.file", "api.file_content")
MAY_BE_KEPT = ("look.brand_style", "static")


def test_the_walk_reaches_every_page_of_everybody(seen: list[Seen], standing: House) -> None:
    """Without this the other tests of this file would prove nothing."""
    reached = {one.endpoint for one in seen if one.status == 200}
    wanted = {
        route.endpoint
        for route in standing.app.url_map.iter_rules()
        if "GET" in (route.methods or ())
    }
    nothing_there = {
        "static",
        "health.metrics",  # nobody may read figures here
        "auth.link",
        "auth.password_link",
        "admin.job",
        "admin.organisation",
        "studio.import_report",
        "studio.open_definition",  # leads on
        "studio.outcome_page",  # only of a scenario that fails
        "studio.references_of",  # needs a question
    }
    assert wanted - reached - nothing_there == set()
    assert len(seen) > 400


def test_no_page_breaks(seen: list[Seen]) -> None:
    assert [(one.person, one.path) for one in seen if one.status >= 500] == []


def test_looking_changes_nothing(seen: list[Seen], standing: House) -> None:
    """A link in a mail, an image, a program that opens all links: none of it acts."""
    assert seen and standing.changed == []


def secrets_of(house: House) -> set[str]:
    """Return everything that proves who somebody is, and the hashes of it."""
    columns = (
        SessionRow.token_hash,
        SecretLinkRow.token_hash,
        ApiTokenRow.token_hash,
        UserRow.password_hash,
        CustomerRow.password_hash,
    )
    found = {"k" * 32, "s" * 48}
    with house.shop.database.reading() as connection:
        for column in columns:
            kept = connection.execute(select(column).where(column.is_not(None))).scalars()
            found |= {str(one) for one in kept}
    for browser in house.browsers.values():
        cookie = browser.client.get_cookie("sopwith")
        found |= {cookie.value} if cookie is not None else set()
    return found


def test_no_answer_holds_a_secret(seen: list[Seen], standing: House) -> None:
    secrets = secrets_of(standing)
    assert len(secrets) > 15
    found = [
        (one.person, one.path)
        for one in seen
        if ARGON.search(one.text) or any(secret in one.text for secret in secrets)
    ]
    assert found == []


def test_no_log_line_holds_a_secret(seen: list[Seen], standing: House, logged: list[str]) -> None:
    secrets = secrets_of(standing) | set(standing.facts.links.values())
    assert (
        seen
        and [line for line in logged if ARGON.search(line) or any(one in line for one in secrets)]
        == []
    )


@pytest.mark.parametrize("person", CUSTOMERS)
def test_customers_read_nothing_internal(seen: list[Seen], person: str) -> None:
    mine = [one for one in seen if one.person == person]
    assert any(OF_ANN in one.text for one in mine)  # by the link: the pages are not just empty
    found = [(one.path, word) for one in mine for word in INTERNAL if word in one.text]
    assert found == []


def test_internal_words_are_there_for_those_who_work(seen: list[Seen]) -> None:
    """The canaries sing where they should: else silence elsewhere would prove nothing."""
    sung = {word for one in seen if one.person == "admin" for word in INTERNAL if word in one.text}
    assert sung == set(INTERNAL)


def test_without_the_link_nobody_reads_anothers_request(seen: list[Seen], standing: House) -> None:
    links = tuple(standing.facts.links.values())
    for person, word in (("customer", OF_BOB), ("stranger", OF_ANN), ("anonymous", OF_ANN),
                         ("anonymous", OF_BOB), ("staff", OF_ANN), ("staff", OF_BOB)):  # fmt: skip
        found = [
            one.path
            for one in seen
            if one.person == person
            and word in one.text
            and not any(link in one.path for link in links)
        ]
        assert found == [], person


def test_lists_of_the_api_name_nothing_that_may_not_be_read(
    seen: list[Seen], standing: House
) -> None:
    foreign = {standing.facts.records[name] for name in ("ann", "bob", "checked", "fixed", "asked")}
    for one in seen:
        if one.person == "staff" and not one.path.startswith(("/r/", "/s/")) and one.status == 200:
            assert not any(record in one.text for record in foreign), one.path


def test_nothing_in_a_page_would_run(seen: list[Seen]) -> None:
    found = {(one.endpoint, what) for one in seen if one.page for what in one.page.running}
    assert found == set()


def test_every_answer_has_the_headers(seen: list[Seen]) -> None:
    wrong = []
    for one in seen:
        for name, value in HEADERS.items():
            if name == "Content-Security-Policy" and one.endpoint in FILES and one.status == 200:
                if one.headers[name] != "sandbox; default-src 'none'; style-src 'unsafe-inline'":
                    wrong.append((one.path, name))
            elif one.headers.getlist(name) != [value]:
                wrong.append((one.path, name))
        if (
            "no-store" not in one.headers.get("Cache-Control", "")
            and one.endpoint not in MAY_BE_KEPT
        ):
            wrong.append((one.path, "Cache-Control"))
        is_text = one.mimetype.startswith("text/") and one.endpoint not in FILES
        if is_text and "charset=utf-8" not in one.headers["Content-Type"].lower():
            wrong.append((one.path, "Content-Type"))
        if "Server" in one.headers or "X-Powered-By" in one.headers:
            wrong.append((one.path, "Server"))
    assert wrong == []


def test_answers_come_with_the_headers_we_promise() -> None:
    """The exact words, so that nobody loosens them by the way."""
    assert HEADERS["Content-Security-Policy"] == (
        "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'"
    )
    assert HEADERS["X-Content-Type-Options"] == "nosniff"
    assert HEADERS["X-Frame-Options"] == "DENY"
    assert HEADERS["Referrer-Policy"] == "same-origin"


def test_cookies_are_out_of_reach_of_scripts_and_other_sites(seen: list[Seen]) -> None:
    cookies = Counter(line for one in seen for line in one.headers.getlist("Set-Cookie"))
    for line in cookies:
        parts = [part.strip().lower() for part in line.split(";")]
        assert "httponly" in parts and "samesite=lax" in parts and "path=/" in parts, line
        assert not any(part.startswith("domain=") for part in parts), line
    assert cookies


def test_every_cookie_is_secure_behind_https(house: House) -> None:
    app: Flask = house.app_with(base_url="https://desk.test")
    client = app.test_client()
    lines: list[str] = []
    base = {"base_url": "https://desk.test", "headers": {"Referer": "https://desk.test/"}}
    page = client.get("/sign-in", base_url="https://desk.test")
    lines += page.headers.getlist("Set-Cookie")
    token = re.search(r'csrf_token" value="([^"]+)', page.get_data(as_text=True))
    assert token is not None
    for path, data in (
        ("/preferences", {"lang": "en", "theme": "dark"}),
        ("/sign-in", {"login": "lin", "password": "correct horse battery"}),
    ):
        answer = client.post(path, data={"csrf_token": token.group(1)} | data, **base)
        assert answer.status_code == 303
        assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000")
        lines += answer.headers.getlist("Set-Cookie")
    assert len(lines) >= 4
    for line in lines:
        assert "; Secure" in line and "Domain=" not in line, line
    assert sum(line.startswith("__Host-") for line in lines) >= 2


def test_a_wrong_address_is_told_from_nothing(seen: list[Seen]) -> None:
    """All pages that one may not see, and all that are not there, look the same to the same person."""
    for person in CUSTOMERS:
        bodies = {
            re.sub(
                r'value="[^"]*"|"X-CSRFToken": ?"[^"]*"|content="[^"]*"|href="[^"]*lang=[^"]*"',
                "",
                one.text,
            )
            for one in seen
            if one.person == person and one.status == 404 and one.mimetype == "text/html"
        }
        assert len(bodies) == 1, person
