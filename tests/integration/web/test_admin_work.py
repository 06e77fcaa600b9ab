"""Dead letters and destinations, as administrators see and mend them."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from sopwith.store import audit
from sopwith.store.claims import claim
from sopwith.store.destinations import destination, note_failed
from sopwith.store.inspection import job_of
from sopwith.store.jobs import NewJob, add_jobs, dead_jobs, write_off
from tests.integration.web.conftest import Browser
from tests.integration.web.test_admin import text
from tests.integration.web.test_admin_writes import admin as admin
from tests.support.shop import NOW, Shop

PAYLOADS: dict[str, dict[str, Any]] = {
    "mail": {"to": "ann@example.test", "subject": "Hi", "text": "words", "html": "<p>words</p>"},
    "webhook": {"url": "https://a.example.test/in", "body": {"n": 1}, "secret": "whsec_x"},
    "command": {"command": "run_rule", "record": "r1", "rule": "one", "round": "1"},
    "notice": {"user": "lin", "text": "see"},
    "timer": {"key": "sla:1"},
}


def dead(shop: Shop, kind: str, count: int = 1) -> list[int]:
    """Return the numbers of new jobs of *kind* that were given up."""
    with shop.database.writing() as connection:
        jobs = [
            NewJob(kind=kind, lane=0, key=f"{kind}-{n}", payload=PAYLOADS[kind], due_at=NOW, created_at=NOW)
            for n in range(count)
        ]  # fmt: skip
        add_jobs(connection, jobs)
        for one in claim(connection, 0, 100, now=NOW, lease=timedelta(minutes=1), token="t", node="n"):  # fmt: skip
            write_off(connection, one, "no")
        return [one.id for one in dead_jobs(connection) if one.kind == kind]


def payload(shop: Shop, number: int) -> Any:
    with shop.database.reading() as connection:
        found = job_of(connection, number)
    assert found is not None
    return found.payload


def test_a_mail_gets_another_text_under_its_old_key(admin: Browser, shop: Shop) -> None:
    (number,) = dead(shop, "mail")
    page = text(admin, f"/admin/jobs/{number}")
    assert "Mail address" in page
    typed = {"to": "new@example.test", "subject": "Hello\r\n you", "text": "other words"}
    assert admin.post(f"/admin/jobs/{number}", typed).status_code == 303
    assert payload(shop, number) == {"to": "new@example.test", "subject": "Hello you", "text": "other words", "html": ""}  # fmt: skip
    with shop.database.reading() as connection:
        found = job_of(connection, number)
        line = audit.entries(connection)[0]
    assert found is not None
    assert (found.key, found.state, found.attempts) == ("mail-0", "ready", 0)
    assert line.action == "job.change"
    assert line.body["changed"] == ["html", "subject", "text", "to"]
    assert line.body["before"] != line.body["after"]
    kept = json.dumps(line.body)
    assert "example.test" not in kept and "other words" not in kept and str(PAYLOADS["mail"]["text"]) not in kept  # fmt: skip


def test_a_webhook_goes_elsewhere_and_its_secret_stays_out_of_the_audit(
    admin: Browser, shop: Shop
) -> None:
    (number,) = dead(shop, "webhook")
    assert admin.post(f"/admin/jobs/{number}", {"url": "https://b.example.test/", "body": '{"n": 2}'}).status_code == 303  # fmt: skip
    assert payload(shop, number)["body"] == {"n": 2}
    with shop.database.reading() as connection:
        assert "whsec_x" not in json.dumps(audit.entries(connection)[0].body)


@pytest.mark.parametrize(
    ("kind", "typed", "said"),
    [
        ("mail", {"to": "nobody"}, "not a mail address"),
        ("webhook", {"url": "ftp://x"}, "begins with https"),
        ("webhook", {"url": "https://a.test", "body": "{"}, "not JSON"),
        ("webhook", {"url": "https://a.test", "body": "[1]"}, "one JSON object"),
        ("command", {"payload": '{"command": "run_rule", "record": "r2", "rule": "one", "round": "1"}'}, "must stay"),
        ("command", {"payload": '{"command": "run_rule", "record": "r1", "rule": "one"}'}, "missing"),
        ("notice", {"payload": '{"text": "x"}'}, "missing"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_said_and_changes_nothing(
    admin: Browser, shop: Shop, kind: str, typed: dict[str, str], said: str
) -> None:
    (number,) = dead(shop, kind)
    answer = admin.post(f"/admin/jobs/{number}", typed)
    assert answer.status_code == 422
    assert said in answer.get_data(as_text=True)
    assert payload(shop, number) == PAYLOADS[kind]


def test_a_timer_cannot_be_changed(admin: Browser, shop: Shop) -> None:
    (number,) = dead(shop, "timer")
    assert admin.post(f"/admin/jobs/{number}", {"payload": "{}"}).status_code == 404


def test_all_of_a_kind_are_tried_again(admin: Browser, shop: Shop) -> None:
    dead(shop, "mail", 3)
    notice = dead(shop, "notice")
    assert "Try all again: Mail" in text(admin, "/admin/jobs?state=dead")
    assert admin.post("/admin/jobs/retry-all", {"kind": "nonsense"}).status_code == 404
    assert admin.post("/admin/jobs/retry-all", {"kind": "mail"}).status_code == 303
    with shop.database.reading() as connection:
        assert [one.id for one in dead_jobs(connection)] == notice
        assert audit.entries(connection)[0].body == {"count": 3}
    assert shop.woken


def test_a_destination_is_shown_tried_and_switched(admin: Browser, shop: Shop) -> None:
    with shop.database.writing() as connection:
        for _ in range(5):
            note_failed(connection, "web:hooks.example.test", NOW, "connection refused")
    page = text(admin, "/admin/destinations")
    assert "hooks.example.test" in page
    assert "connection refused" in page
    assert "Does not work, waiting" in page
    assert "(60 unless changed)" in page
    address = "/admin/destinations/web:hooks.example.test"
    assert admin.post(f"{address}/try").status_code == 303
    assert admin.post(f"{address}/switch", {"on": "0"}).status_code == 303
    with shop.database.reading() as connection:
        found = destination(connection, "web:hooks.example.test")
    assert found is not None
    assert found.next_try_at == shop.clock.now()
    assert found.off_at is not None
    assert "Switched off" in text(admin, "/admin/destinations")
    assert admin.post(f"{address}/switch", {"on": "1"}).status_code == 303
    assert admin.post("/admin/destinations/web:unknown.test/switch", {"on": "0"}).status_code == 404
    assert admin.post("/admin/destinations/mail/try").status_code == 404


def test_a_budget_is_checked_and_kept(admin: Browser, shop: Shop) -> None:
    wrong = admin.post("/admin/destinations/mail/budget", {"at_once": "0", "a_minute": "x"})
    assert wrong.status_code == 422
    assert 'value="x"' in wrong.get_data(as_text=True)
    assert admin.post("/admin/destinations/mail/budget", {"at_once": "2", "a_minute": ""}).status_code == 303  # fmt: skip
    with shop.database.reading() as connection:
        found = destination(connection, "mail")
    assert found is not None
    assert (found.budget.at_once, found.budget.a_minute) == (2, 3_000)
