"""The set-up's mail server, its sample tickets, and how few steps lead from nothing to the first ticket."""

from __future__ import annotations

import stat
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest
from flask import Flask

from sopwith.connectors.chosen_mailer import ChosenMailer
from sopwith.connectors.smtp import CatchingMailer
from sopwith.runtime.mail_server import FILE, chosen_server, password_of
from sopwith.runtime.run_job import JobRunner
from sopwith.runtime.secret_references import SecretError
from sopwith.store.installation import setting
from sopwith.store.records import load_record
from sopwith.store.traffic import Delivery
from sopwith.web.studio.shelf import RECOMMENDED
from sopwith.web.studio.wizard_mail import advice_on
from sopwith.wiring.checkup_outside import OutsideChecks
from sopwith.wiring.settings import Settings
from tests.integration.runtime.world import World
from tests.integration.web.conftest import Browser
from tests.support.runtimes import Outside
from tests.support.shop import Shop
from tests.support.smtp import SmtpSink

SECRET = "hunter2-of-the-mail-server"
STEP = "/studio/setup/mail"


@pytest.fixture
def ada(fresh_app: Flask) -> Browser:
    return Browser(fresh_app).sign_in("ada")


def text(browser: Browser, path: str) -> str:
    answer = browser.get(path)
    assert answer.status_code == 200, answer.get_data(as_text=True)[:2000]
    return str(answer.get_data(as_text=True))


def worked(fresh: Shop) -> None:
    """Carry out all jobs that are due, mails as an installation does."""
    service = fresh.service
    catching = CatchingMailer(database=fresh.database, clock=fresh.clock, domain="desk.test")
    mailer = ChosenMailer(catching=catching, data=fresh.data)
    World(
        service=service,
        clock=fresh.clock,  # type: ignore[arg-type]  # it tells the time, which is all that is asked
        outside=Outside(),
        runner=JobRunner(service=service, mailer=mailer, webhooks=Outside()),
    ).work()


def typed(sink: SmtpSink, **more: str) -> dict[str, str]:
    """Return the form with the test's mail server."""
    return {"host": "127.0.0.1", "port": str(sink.port), "security": "none", "user": "", "password": "", "sender": "desk@firm.test"} | more  # fmt: skip


def test_without_a_server_the_test_mail_is_kept_here(ada: Browser, fresh: Shop) -> None:
    assert ada.post(STEP, {"host": ""}).status_code == 303
    assert "The test mail is on its way." in text(ada, STEP)
    worked(fresh)
    assert "The test mail was kept here" in text(ada, STEP)


def test_a_server_that_is_typed_takes_the_next_mail(
    ada: Browser, fresh: Shop, smtp_sink: SmtpSink
) -> None:
    assert ada.post(STEP, typed(smtp_sink)).status_code == 303
    page = text(ada, STEP)
    assert 'hx-trigger="every 1s"' in page, "the answer comes by itself"
    worked(fresh)
    [mail] = smtp_sink.wait_for(1)
    assert mail.recipients == ("ada@firm.test",)
    assert "desk@firm.test" in str(mail.message["From"])
    page = text(ada, STEP)
    assert "The mail server has taken the test mail." in page
    assert 'hx-trigger="every 1s"' not in page
    assert ada.post(STEP, {"forget": "1"}).status_code == 303
    with fresh.database.reading() as connection:
        assert chosen_server(connection) is None


def test_the_doctor_looks_at_the_server_that_was_chosen(
    ada: Browser, fresh: Shop, smtp_sink: SmtpSink
) -> None:
    checks = OutsideChecks(settings=Settings(data=fresh.data), database=fresh.database)
    assert [one.code for one in checks.all()[0].look()] == ["DOC080"]
    ada.post(STEP, typed(smtp_sink))
    assert [one.code for one in checks.all()[0].look()] == []


def test_nothing_that_listens_is_said_in_words(ada: Browser, fresh: Shop) -> None:
    ada.post(STEP, {"host": "127.0.0.1", "port": "9", "security": "none"})
    worked(fresh)
    page = text(ada, STEP)
    assert "The test mail did not go out." in page
    assert "Nothing answers at this port of the server." in page


def test_the_password_lies_in_a_file_and_nowhere_else(
    ada: Browser, fresh: Shop, smtp_sink: SmtpSink
) -> None:
    ada.post(STEP, typed(smtp_sink, user="desk", password=SECRET))
    path = fresh.data / FILE
    assert path.read_text(encoding="utf-8") == SECRET
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert SECRET not in text(ada, STEP)
    assert "One is kept." in text(ada, STEP)
    others = [one for one in fresh.data.rglob("*") if one.is_file() and one != path]
    assert [one.name for one in others if SECRET.encode() in one.read_bytes()] == []
    with fresh.database.reading() as connection:
        server = chosen_server(connection)
    assert server is not None
    assert password_of(server, fresh.data) == SECRET
    ada.post(STEP, typed(smtp_sink, user="desk", sender="other@firm.test"))
    assert path.is_file(), "left empty, the password stays"
    path.unlink()
    with pytest.raises(SecretError):
        password_of(server, fresh.data)


@pytest.mark.parametrize("other", [{"host": "localhost"}, {"port": "2525"}, {"user": "else"}])
def test_a_password_is_sent_only_where_it_was_typed_for(
    ada: Browser, fresh: Shop, smtp_sink: SmtpSink, other: dict[str, str]
) -> None:
    ada.post(STEP, typed(smtp_sink, user="desk", password=SECRET))
    refused = ada.post(STEP, typed(smtp_sink, user="desk") | other)
    assert refused.status_code == 422
    assert "Type the password for this server and user." in refused.get_data(as_text=True)
    with fresh.database.reading() as connection:
        kept = chosen_server(connection)
    assert kept is not None
    assert (kept.host, kept.port, kept.user) == ("127.0.0.1", smtp_sink.port, "desk")
    ada.post(STEP, typed(smtp_sink) | {"host": "localhost", "user": ""})
    assert not (fresh.data / FILE).exists(), "no server needs it any more"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"host": "smtp://mail.example.com"}, "host"),
        ({"host": "mail.example.com\r\nX: y"}, "host"),
        ({"port": "0"}, "port"),
        ({"port": "many"}, "port"),
        ({"security": "none", "host": "mail.example.com", "user": "u", "password": "p"}, "security"),
        ({"security": "magic"}, "security"),
        ({"sender": "nowhere"}, "sender"),
        ({"user": "u"}, "password"),
    ],
)  # fmt: skip
def test_what_cannot_be_a_server_is_said_beside_it(
    ada: Browser, fresh: Shop, smtp_sink: SmtpSink, wrong: dict[str, str], field: str
) -> None:
    answer = ada.post(STEP, typed(smtp_sink) | wrong)
    assert answer.status_code == 422
    assert f'id="f-{field}-error"' in answer.get_data(as_text=True)
    with fresh.database.reading() as connection:
        assert chosen_server(connection) is None


@pytest.mark.parametrize(
    ("status", "error", "said"),
    [
        (535, "the mail server said 535 no", "did not accept user and password"),
        (553, "the mail server said 553 no", "look at the sender"),
        (451, "the mail server said 451 later", "tried again by itself"),
        (None, "the mail server did not answer: [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed", "certificate is not valid"),
        (None, "the mail server did not answer: [SSL: WRONG_VERSION_NUMBER] wrong version number", "Choose STARTTLS, or port 465"),
        (None, "the mail server did not answer: STARTTLS extension not supported by server.", "does not offer STARTTLS"),
        (None, "the mail server did not answer: [Errno -2] Name or service not known", "no server of this name"),
        (None, "the mail server did not answer: timed out", "Often a firewall"),
        (None, "the password of the mail server is missing: there is no such file", "Type it again"),
        (None, "the mail server did not answer: odd", "Look at host, port and encryption"),
    ],
)  # fmt: skip
def test_each_failure_is_explained(fresh_app: Flask, status: int | None, error: str, said: str) -> None:  # fmt: skip
    tried = Delivery(id=1, key="k", kind="mail", record_id=None, target="t", attempt=1, at=datetime(2026, 1, 1, tzinfo=UTC), outcome="failed", status=status, milliseconds=1, error=error)  # fmt: skip
    with fresh_app.test_request_context("/"):
        assert said in advice_on(tried)


def test_sample_tickets_come_marked_and_go_in_one_click(ada: Browser, fresh: Shop) -> None:
    ada.post("/studio/setup/process", {"pack": RECOMMENDED})
    assert ada.post("/studio/setup/finish", {"samples": "1"}).status_code == 303
    with fresh.database.reading() as connection:
        ids = (setting(connection, "sample_records") or {})["ids"]
        states = [load_record(connection, one) for one in ids]
    assert len(states) >= 3
    assert all(one is not None and "sample" in one.tags and one.is_open for one in states)
    assert not any((one.customer or {}).get("email") for one in states if one is not None)
    page = text(ada, "/studio/setup/finish")
    assert f"{len(ids)} sample tickets are open" in page
    assert ada.post("/studio/setup/finish", {"away": "1"}).status_code == 303
    with fresh.database.reading() as connection:
        after = [load_record(connection, one) for one in ids]
        assert setting(connection, "sample_records") is None
    assert not any(one is None or one.is_open for one in after)
    assert "Show me with sample tickets" in text(ada, "/studio/setup/finish")


# --- how far it is from nothing -------------------------------------------------------------------


class Form(HTMLParser):
    """The last form of a page's main part with an action of the set-up, as it would be sent untouched."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.fields: dict[str, str | list[str]] = {}
        self.required: list[str] = []
        self._is_ours, self._select = False, ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._is_ours = "/studio/setup/" in found.get("action", "") and not self.fields
        name = found.get("name", "")
        if not self._is_ours or not (name or tag == "option"):
            return
        if tag == "select":
            self._select = name
        elif tag == "option" and (self._select not in self.fields or "selected" in found):
            self.fields[self._select] = found.get("value", "")
        elif tag == "input":
            self._input(name, found)

    def _input(self, name: str, found: dict[str, str]) -> None:
        kind = found.get("type", "text")
        if "required" in found and not found.get("value") and kind != "radio":
            self.required.append(name)
        if kind == "checkbox" and "checked" in found:
            kept = self.fields.setdefault(name, [])
            assert isinstance(kept, list)
            kept.append(found.get("value", "on"))
        elif kind not in ("checkbox", "radio", "file") or "checked" in found:
            self.fields[name] = found.get("value", "")


def test_seven_presses_lead_from_nothing_to_the_first_ticket_on_the_desk(
    ada: Browser, fresh: Shop
) -> None:
    """Signed in, nothing need be typed: what each page proposes makes a working desk."""
    path, presses = "/studio/setup", 0
    visited = []
    for _step in range(6):
        page = text(ada, path)
        form = Form(page)
        assert form.required == [], f"{path}: {form.required} must be typed"
        visited.append(path.rpartition("/")[2])
        answer = ada.post(f"/studio/setup/{_shown(page)}", form.fields)
        presses += 1
        assert answer.status_code == 303, (path, answer.get_data(as_text=True)[:3000])
        path = str(answer.location)
        if path.endswith("/mail") and visited[-1] == "mail":
            worked(fresh)
            assert "The test mail was kept here" in text(ada, path)
            path = "/studio/setup/finish"  # "Go on"
            presses += 1
    page = text(ada, "/studio/setup/finish")
    assert "Your desk works" in page
    assert presses == 7
    with fresh.database.reading() as connection:
        record = str((setting(connection, "setup") or {})["record"])
    assert ada.get(f"/desk/records/{record}").status_code == 200


def _shown(page: str) -> str:
    """Return the step that a page is about."""
    return (
        page.partition('aria-current="step"')[0].rpartition("/studio/setup/")[2].partition('"')[0]
    )
