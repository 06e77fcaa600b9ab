from __future__ import annotations

import ssl
from pathlib import Path
from typing import Any

import pytest

from sopwith.connectors.mail_text import message_of
from sopwith.connectors.smtp import CatchingMailer, SmtpMailer, SmtpSettings, settings_of
from sopwith.runtime.ports import DeliveryError, OutMail
from sopwith.store.engine import open_database
from sopwith.store.schema import upgrade
from sopwith.store.traffic import caught_mails
from tests.support.clocks import FixedClock
from tests.support.samples import NOW
from tests.support.smtp import SmtpSink


def mail(**fields: Any) -> OutMail:
    given: dict[str, Any] = {
        "key": "mail:1",
        "to": (("王芳", "wang@example.test"),),
        "subject": "工单 T-2026-000001 已受理",
        "text": "您好，\n我们已受理。",
        "html": "<p>您好</p>",
        "at": NOW,
        "record_id": None,
    }
    return OutMail(**(given | fields))


def mailer(sink: SmtpSink) -> SmtpMailer:
    return SmtpMailer(settings=settings_of(sink.url, "客服 <help@ours.test>"), domain="ours.test")


def test_a_mail_arrives_in_both_forms_with_what_keeps_machines_quiet(smtp_sink: SmtpSink) -> None:
    mailer(smtp_sink).send(mail())
    (received,) = smtp_sink.wait_for(1)
    message = received.message
    assert (received.sender, received.recipients) == ("<>", ("wang@example.test",))
    assert message["Subject"] == "工单 T-2026-000001 已受理"
    assert message["To"].addresses[0].display_name == "王芳"
    assert message["From"].addresses[0].addr_spec == "help@ours.test"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Auto-Response-Suppress"] == "All"
    assert message["X-Loop"] == "ours.test"
    assert message["Date"].datetime == NOW
    kinds = {part.get_content_type(): part.get_content() for part in message.iter_parts()}
    assert kinds["text/plain"].strip().replace("\r", "") == "您好，\n我们已受理。"
    assert kinds["text/html"].strip() == "<p>您好</p>"


def test_every_try_has_the_same_message_id(smtp_sink: SmtpSink) -> None:
    for key in ("mail:1", "mail:1", "mail:2"):
        mailer(smtp_sink).send(mail(key=key))
    first, again, other = (one.message["Message-ID"] for one in smtp_sink.wait_for(3))
    assert first == again != other


def test_what_a_person_wrote_comes_from_somebody(smtp_sink: SmtpSink) -> None:
    mailer(smtp_sink).send(mail(auto=""))
    (received,) = smtp_sink.wait_for(1)
    assert received.sender == "help@ours.test"
    assert received.message["Auto-Submitted"] is None


BREAKS = ["\r\n", "\n", "\r", "\x00", "\x0b", "\x0c", "\x85", "\u2028", "\u2029"]


@pytest.mark.parametrize("sign", BREAKS)
def test_no_text_begins_a_header(smtp_sink: SmtpSink, sign: str) -> None:
    evil = f"a{sign}Bcc: victim@example.test{sign}{sign}body"
    sent = mail(
        subject=evil,
        to=((evil, "wang@example.test"),),
        record_number=evil,
        headers={"X-Ticket": evil, "Bcc": "victim@example.test", "X-A\r\nBcc": "v@example.test"},
    )
    mailer(smtp_sink).send(sent)
    (received,) = smtp_sink.wait_for(1)
    assert received.recipients == ("wang@example.test",)
    assert received.message["Bcc"] is None
    assert received.message.get_body(("plain",)) is not None
    smtp_sink.clear()


ADDRESSES = [
    "a@b.test\r\nBcc: v@b.test",
    "a@b.test, v@b.test",
    "a b@b.test",
    "<a@b.test>",
    "a@b.test\n",
    "@b.test",
    "a@",
    "",
    "a@b..test",
    "a@b.test>",
    'a"@b.test',
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_that_is_none_is_final(smtp_sink: SmtpSink, address: str) -> None:
    with pytest.raises(DeliveryError) as caught:
        mailer(smtp_sink).send(mail(to=(("", address),)))
    assert caught.value.is_final
    assert smtp_sink.mails == []


@pytest.mark.parametrize(
    ("answer", "is_final"),
    [("451 later", False), ("550 unknown", True), ("554 not you", False), ("452 full", False)],
)
def test_a_refusal_is_final_when_the_mail_is_at_fault(
    smtp_sink: SmtpSink, answer: str, is_final: bool
) -> None:
    smtp_sink.refuse(answer)
    with pytest.raises(DeliveryError) as caught:
        mailer(smtp_sink).send(mail())
    assert (caught.value.is_final, caught.value.status) == (is_final, int(answer[:3]))


def test_a_server_that_is_away_is_not_final() -> None:
    settings = SmtpSettings(host="127.0.0.1", port=1, security="none")
    with pytest.raises(DeliveryError) as caught:
        SmtpMailer(settings=settings, domain="ours.test").send(mail())
    assert not caught.value.is_final


def test_a_server_without_tls_gets_nothing_when_tls_was_asked_for(smtp_sink: SmtpSink) -> None:
    for security in ("starttls", "tls"):
        settings = SmtpSettings(host="127.0.0.1", port=smtp_sink.port, security=security)
        with pytest.raises(DeliveryError):
            SmtpMailer(settings=settings, domain="ours.test").send(mail())
    assert smtp_sink.mails == []
    assert ssl.create_default_context().verify_mode is ssl.CERT_REQUIRED


@pytest.mark.parametrize(
    ("url", "security", "port"),
    [
        ("smtps://u:p%40@mail.test", "tls", 465),
        ("smtp://mail.test", "starttls", 587),
        ("smtp://127.0.0.1:2525", "none", 2525),
        ("smtp://mail.test?security=none", "none", 25),
    ],
)
def test_settings(url: str, security: str, port: int) -> None:
    found = settings_of(url)
    assert (found.security, found.port) == (security, port)


@pytest.mark.parametrize(
    "url", ["http://x", "smtp://", "smtp://u:p@mail.test?security=none", "smtp://x?security=ssl3"]
)
def test_settings_that_would_be_unsafe_are_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        settings_of(url)


def test_without_a_server_mail_is_kept_once(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'a.db'}")
    upgrade(database)
    keeper = CatchingMailer(database=database, clock=FixedClock(), domain="ours.test")
    keeper.send(mail())
    keeper.send(mail())
    with database.reading() as connection:
        (kept,) = caught_mails(connection)
    assert (kept.subject, kept.recipients) == ("工单 T-2026-000001 已受理", ["wang@example.test"])
    assert kept.headers["X-Loop"] == "ours.test"
    database.close()


def test_a_mail_of_odd_text_can_be_made() -> None:
    odd = mail(subject="\ud800" * 400, text="\ud800\x00", html="", to=(("\ud800", "a@b.test"),))
    assert bytes(message_of(odd, "a@ours.test", "ours.test"))
