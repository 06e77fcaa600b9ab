"""The servers that other tests lean on do what they say."""

from __future__ import annotations

import smtplib
import urllib.error
import urllib.request
from email.message import EmailMessage
from http.client import HTTPConnection

import psycopg
import pytest
from playwright.sync_api import Page
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from tests.support.browser import violations
from tests.support.postgres import PostgresServer, throwaway_server
from tests.support.smtp import SmtpSink
from tests.support.webhook import Answer, WebhookSink

GOOD_PAGE = """<!doctype html><html lang="zh-CN"><head><title>工单</title></head>
<body><main><h1>三楼打印机不能用</h1><img src="data:," alt="照片"></main></body></html>"""


def mail(subject: str) -> EmailMessage:
    message = EmailMessage()
    message["From"] = "wang@example.test"
    message["To"] = "support@example.test"
    message["Subject"] = subject
    message.set_content("你好，请帮忙看一下。\n")
    return message


def send(sink: SmtpSink, message: EmailMessage) -> None:
    with smtplib.SMTP("127.0.0.1", sink.port, timeout=10) as client:
        client.send_message(message)


def post(url: str, body: bytes = b"{}", timeout: float = 10) -> int:
    headers = {"Content-Type": "application/json", "X-Kind": "test"}
    request = urllib.request.Request(url, data=body, headers=headers)  # noqa: S310
    with urllib.request.urlopen(request, timeout=timeout) as answer:  # noqa: S310
        return int(answer.status)


def test_postgres_url_is_a_working_unicode_database(postgres_url: str) -> None:
    engine = create_engine(postgres_url, poolclass=NullPool)
    with engine.connect() as connection:
        assert connection.scalar(text("select lower('ÄBC') || '工单'")) == "äbc工单"


def test_databases_do_not_see_each_other(postgres_server: PostgresServer) -> None:
    postgres_server.create_database("base")
    with psycopg.connect(postgres_server.conninfo("base")) as connection:
        connection.execute("create table kept (id int)")
    postgres_server.create_database("copied", template="base")
    postgres_server.create_database("fresh")
    try:
        assert tables(postgres_server, "copied") == {"kept"}
        assert tables(postgres_server, "fresh") == set()
    finally:
        for name in ("base", "copied", "fresh"):
            postgres_server.drop_database(name)


def tables(server: PostgresServer, database: str) -> set[str]:
    with psycopg.connect(server.conninfo(database)) as connection:
        rows = connection.execute("select tablename from pg_tables where schemaname = 'public'")
        return {name for (name,) in rows}


@pytest.mark.postgres
def test_what_was_committed_survives_a_killed_server() -> None:
    with throwaway_server(durable=True) as server:
        with psycopg.connect(server.conninfo()) as connection:
            connection.execute("create table kept as select generate_series(1, 1000) as id")
        server.kill()
        assert not server.is_running
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(server.conninfo())
        server.start()
        with psycopg.connect(server.conninfo()) as connection:
            assert connection.execute("select count(*) from kept").fetchone() == (1000,)
        server.restart()
        assert tables(server, "postgres") == {"kept"}


def test_smtp_sink_keeps_mail_as_it_came(smtp_sink: SmtpSink) -> None:
    send(smtp_sink, mail("打印机坏了"))
    (received,) = smtp_sink.wait_for(1)
    assert received.sender == "wang@example.test"
    assert received.recipients == ("support@example.test",)
    assert received.message["Subject"] == "打印机坏了"
    assert "你好" in received.message.get_content()


def test_smtp_sink_refuses_when_told_and_then_accepts(smtp_sink: SmtpSink) -> None:
    smtp_sink.refuse("451 4.3.0 try later")
    with pytest.raises(smtplib.SMTPDataError, match="try later"):
        send(smtp_sink, mail("first"))
    send(smtp_sink, mail("second"))
    assert [m.message["Subject"] for m in smtp_sink.wait_for(1)] == ["second"]


def test_webhook_sink_keeps_requests(webhook_sink: WebhookSink) -> None:
    assert post(webhook_sink.url("/hook?a=1"), '{"标题": "工单"}'.encode()) == 200
    (request,) = webhook_sink.wait_for(1)
    assert (request.method, request.path) == ("POST", "/hook?a=1")
    assert request.headers["x-kind"] == "test"
    assert request.json() == {"标题": "工单"}


def test_webhook_sink_fails_and_redirects_when_told(webhook_sink: WebhookSink) -> None:
    webhook_sink.answer(Answer(status=503, body=b"busy"), Answer.redirect("/elsewhere"))
    with pytest.raises(urllib.error.HTTPError, match="503") as failure:
        post(webhook_sink.url())
    failure.value.close()
    connection = HTTPConnection("127.0.0.1", webhook_sink.port, timeout=10)
    connection.request("GET", "/here")
    assert connection.getresponse().getheader("Location") == "/elsewhere"
    connection.close()


def test_webhook_sink_hangs_until_the_caller_gives_up(webhook_sink: WebhookSink) -> None:
    webhook_sink.answer(Answer(hangs=True))
    with pytest.raises(TimeoutError):
        post(webhook_sink.url(), timeout=0.2)
    assert len(webhook_sink.wait_for(1)) == 1


def test_axe_finds_nothing_on_a_good_page(page: Page) -> None:
    page.set_content(GOOD_PAGE)
    assert page.inner_text("h1") == "三楼打印机不能用"
    assert violations(page) == []


def test_axe_finds_a_picture_without_words(page: Page) -> None:
    page.set_content(GOOD_PAGE.replace(' alt="照片"', ""))
    assert [found.rule for found in violations(page)] == ["image-alt"]
