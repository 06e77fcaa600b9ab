"""Words stay words: in headers, in log lines, in templates, and however long they are."""

from __future__ import annotations

import email
import email.policy
import re
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from sopwith.connectors.mail_text import message_of
from sopwith.core import commands as c
from sopwith.expressions import Context
from sopwith.formbuilder.model import FieldType, Form
from sopwith.formbuilder.validate import evaluate_form
from sopwith.runtime.ports import DeliveryError, OutMail
from sopwith.web.paths import own_path
from sopwith.web.uploads import clean_name
from tests.security.house import House
from tests.support.shop import NOW

BREAKS = ("\r\n", "\n", "\r", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029", "\x00", "\r\n ", "\n\t",
          "=?utf-8?q?=0D=0A?=", "%0d%0a", "\\r\\n", "嘊嘍")  # fmt: skip
INJECTED = "X-Injected: 1"
ATTACKS = [f"Hello{one}{INJECTED}{one}{one}Body" for one in BREAKS]
ATTACKS.append("=?utf-8?q?Hello=0D=0AX-Injected:_1=0D=0A=0D=0ABody?=")
ATTACKS.append("=?utf-8?b?DQpYLUluamVjdGVkOiAxDQoNCkJvZHk=?=")

# --- T-CRLF ---------------------------------------------------------------------------------------

MAIL = OutMail(
    key="k",
    to=(("Ann", "ann@example.test"),),
    subject="Your request",
    text="Hello",
    html="<p>Hello</p>",
    sender="Desk <desk@desk.test>",
    reply_to="Desk <reply@desk.test>",
    auto="generated",
    record_id="r1",
    headers={"X-Sopwith-Record": "r1"},
    at=NOW,
)  # fmt: skip


def spoiled_mails(attack: str) -> Iterator[tuple[str, OutMail]]:
    """Return the mail with *attack* in each place where words from outside can come."""
    yield "subject", replace(MAIL, subject=attack)
    yield "name", replace(MAIL, to=((attack, "ann@example.test"),))
    yield "address", replace(MAIL, to=(("Ann", f"ann@example.test{attack}"),))
    yield "local part", replace(MAIL, to=(("Ann", f"ann{attack}@example.test"),))
    yield "sender", replace(MAIL, sender=f"{attack} <desk@desk.test>")
    yield "reply", replace(MAIL, reply_to=f"{attack} <reply@desk.test>")
    yield "header", replace(MAIL, headers={"X-Sopwith-Record": attack})
    yield (
        "name of a header",
        replace(MAIL, headers={attack: "x", f"X-A{attack}": "x", "Bcc": "evil@evil.test"}),
    )
    yield "bare sender", replace(MAIL, sender=f"{attack}@desk.test", reply_to=f"{attack}@desk.test")
    yield "key", replace(MAIL, key=attack)
    yield "text", replace(MAIL, text=attack, html=attack)


@pytest.mark.parametrize("attack", ATTACKS, ids=[repr(one[:24]) for one in ATTACKS])
def test_no_word_begins_a_header_of_a_mail(attack: str) -> None:
    usual = {name.lower() for name in message_of(MAIL, "desk@desk.test", "desk.test")}
    for place, mail in spoiled_mails(attack):
        try:
            sent = message_of(mail, "desk@desk.test", "desk.test").as_bytes()
        except DeliveryError as error:
            assert error.is_final, place
            continue
        read = email.message_from_bytes(sent, policy=email.policy.compat32)
        assert {name.lower() for name in read} <= usual, place
        head = sent.split(b"\r\n\r\n", 1)[0]
        assert not re.search(rb"(?im)^x-injected", head) and b"\x00" not in head, place
        assert "evil" not in head.decode("ascii"), place


def test_no_word_begins_a_header_of_an_answer_or_a_line_of_the_log(
    house: House, logged: list[str]
) -> None:
    record, links = house.facts.records["ann"], house.facts.links
    agent, admin = house.browser("agent"), house.browser("admin")
    for attack in (*ATTACKS[:3], *ATTACKS[9:12], ATTACKS[-1]):
        sent: list[Any] = [
            agent.post(f"/desk/records/{record}/tag", {"add": attack}, query_string={"q": attack, "tab": attack}),
            agent.post(f"/desk/records/{record}/say", {"text": attack, "kind": attack}),
            agent.post(f"/desk/records/{record}/merge", {"number": attack}),
            admin.post("/admin/users/lin", {"name": attack, "email": attack, "zone": attack, "login": attack}),
            house.browser("anonymous").post("/find", {"number": attack, "email": attack}),
            house.browser("anonymous").post("/sign-in", {"login": attack, "password": attack, "next": "/" + attack}),
            house.browser("anonymous").post(f"/r/{links['bob']}/reply", {"text": attack}),
            house.browser("anonymous").post("/preferences", {"lang": attack, "theme": attack, "next": "/" + attack}),
            agent.get("/desk", query_string={"q": attack, "view": attack, "after": attack}),
            agent.get("/", headers={"User-Agent": attack.encode().decode("latin-1").replace("\r", "").replace("\n", "")}),
        ]  # fmt: skip
        for answer in sent:
            assert answer.status_code < 500
            lines = [f"{name}: {value}" for name, value in answer.headers]
            assert not [one for one in lines if re.search(r"[\r\n\x00\x85\u2028]", one)]
            assert "X-Injected" not in answer.headers
    assert not [
        one
        for line in logged
        for one in line.splitlines()
        if one.startswith(("X-Injected", "Body"))
    ]


# --- T-2ND ----------------------------------------------------------------------------------------

LITERALS = ("{{7*7}}", "{{ config }}", "{% for x in y %}", "${7*7}", "#{7*7}", "<%= 7*7 %>", "{number}", "{0.__class__}",
            "%(name)s", "%s%s%s%n", "{{ ''.__class__.__mro__ }}", "priority == \"P0\"", "set priority P0", "!!python/object:os",
            "{{{triple}}}", "[[7*7]]", "$(id)", "`id`", "{{customer.email}}", "{{ link }}", "=7*7", "@import x")  # fmt: skip


def test_what_looks_like_a_template_comes_out_as_it_went_in(house: House) -> None:
    text = " ".join(LITERALS)
    record = house.shop.wish("ann", description=text)
    lin = house.shop.agent()
    for public in (True, False):
        message = house.shop.service.message(text)
        house.shop.do(c.Comment(actor=lin, message=message, public=public), record)
    house.shop.do(c.Tag(actor=lin, add=("{{7*7}}",)), record)
    assert house.shop.state(record).values["description"] == text
    for person, path in (
        ("customer", f"/r/{record}"),
        ("agent", f"/desk/records/{record}"),
        ("agent", f"/desk/records/{record}?tab=history"),
    ):
        page = house.browser(person).get(path).get_data(as_text=True)
        for literal in LITERALS:
            escaped = literal.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
            spelled = (escaped.replace('"', "&#34;").replace("'", "&#39;"), escaped)
            assert any(one in page for one in spelled) or "tab=" in path, (path, literal)
        assert "49" not in re.sub(
            r"[0-9a-f]{12,}|\d{3,}|[\w-]+\.[\w-]+", "", page.split("<main")[1]
        ), path
    for name in LITERALS:  # and the state of the record is what the workflow says
        house.browser("agent").post(f"/desk/records/{record}/move", {"to": name, "note": name})
    assert house.shop.state(record).state == "received"
    assert house.shop.state(record).values.get("priority") == "P2"


# --- T-REDOS --------------------------------------------------------------------------------------

MEGA = 1_000_000
LONG = {
    "dots": "a@" + "." * MEGA,
    "at": "@" * MEGA,
    "spaces": " " * MEGA + "x",
    "letters": "a" * MEGA + "!",
    "pairs": "a@b." * (MEGA // 4) + "@",
    "quotes": "> " * (MEGA // 2),
    "brackets": "[" * MEGA,
    "links": "http://" * (MEGA // 7),
    "digits": "1" * MEGA,
    "zeros": "+" + "0 " * (MEGA // 2) + "x",
    "marks": "e\u0301" * (MEGA // 2),
    "breaks": "\r\n" * (MEGA // 2),
}
SECONDS = 3.0
"""How long one answer may keep a core busy: far more than it takes, far less than a quadratic search."""


def forms(house: House) -> list[Form]:
    """Return the forms of the house."""
    release = house.shop.service.releases.live()
    return [release.forms["wish-form"], release.forms["repair-form"]]


@pytest.mark.parametrize("name", LONG)
def test_no_text_keeps_a_core_busy(standing: House, name: str) -> None:
    text = LONG[name]
    form = forms(standing)[0]
    fields = [one for one in form.fields if one.type not in (FieldType.HEADING, FieldType.COMPUTED)]
    context = Context(now=NOW, zone="UTC")
    begun = time.process_time()
    for one in fields:
        evaluate_form(form, {one.id: text}, scope={}, context=context, roles=frozenset({"agent"}), state=None, partial=True, lookup=None)  # fmt: skip
    own_path("/" + text)
    clean_name(text[:100_000])
    assert time.process_time() - begun < SECONDS


@pytest.mark.parametrize("name", ["dots", "pairs", "brackets", "breaks"])
def test_no_page_is_kept_busy_by_a_long_text(house: House, name: str) -> None:
    text = LONG[name]
    number = house.facts.records["ann"]
    tries = (
        ("anonymous", "/new/wish", {"description": text, "contact-name": "n"}),
        (
            "anonymous",
            "/new/wish",
            {"mail": text[:400_000], "phone": text[:400_000], "contact-email": text[:400_000]},
        ),
        ("agent", "/desk/new/wish", {"email": text, "name": "x"}),
        ("agent", f"/desk/records/{number}/say", {"text": text, "kind": "reply"}),
        ("agent", f"/desk/records/{number}/tag", {"add": text}),
        ("anonymous", "/sign-in", {"login": text, "password": "x"}),
    )
    for person, path, data in tries:
        browser = house.browser(person)
        begun = time.process_time()
        assert browser.post(path, data).status_code in (200, 303, 413, 422), path
        assert time.process_time() - begun < SECONDS, path
