"""A log line is one JSON object with what is known, no line can be forged, and no secret is in it."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from sopwith.core import commands as c
from sopwith.runtime.watching import count_queries, facts, known
from sopwith.store.jobs import JobClaim
from sopwith.web.app import create_app
from sopwith.wiring.logs import JsonLines, TextLines, clean, configure
from sopwith.wiring.settings import Settings
from tests.integration.web.conftest import Browser, settings_for
from tests.support.shop import Shop

EVIL = (
    'x"}\n{"level":"info","message":"forged"}',
    "line\r\nline",
    "\u2028split\u2029",
    "\x1b[31mred\x1b[0m",
    "\x00\x07",
    "right\u202eleft",
    "\x85next",
)


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """What is logged during the test, as JSON lines."""
    root, stream = logging.getLogger(), io.StringIO()
    before, level = list(root.handlers), root.level
    configure(Settings(data=Path("unused"), log_format="json"), stream)
    yield stream
    for handler in [one for one in root.handlers if one not in before]:
        root.removeHandler(handler)
    root.setLevel(level)


def read(stream: io.StringIO, logger: str = "") -> list[dict[str, Any]]:
    found = [json.loads(line) for line in stream.getvalue().splitlines()]
    return [one for one in found if not logger or one["logger"] == logger]


@pytest.fixture
def app(shop: Shop) -> Flask:
    count_queries(shop.database)
    return create_app(shop.service, settings_for(shop))


@pytest.mark.parametrize("text", EVIL)
@pytest.mark.parametrize("form", [JsonLines, TextLines])
def test_no_text_can_begin_a_line_of_its_own(text: str, form: type[logging.Formatter]) -> None:
    record = logging.LogRecord("x", logging.INFO, "f", 1, "said %s", (text,), None)
    record.facts = {"job_key": text, "rules": [text]}
    with facts(record=text):
        line = form().format(record)
    assert len(line.splitlines()) == 1
    assert not [one for one in line if ord(one) < 32 or one in "\u2028\u2029\u202e\x85\x1b"]
    if form is JsonLines:
        assert json.loads(line)["level"] == "info"


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("postgresql://sopwith:hunter2@db/x failed", "hunter2"),
        ("Authorization: Bearer abcdefgh12345678", "abcdefgh12345678"),
        ("password=geheim1", "geheim1"),
        ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "MfKQ9r8GKYqrTwjUPD8"),
        ("token Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6_x is bad", "Zm9vYmFy"),
        ("550 <wang.fang@example.com> unknown", "wang.fang"),
    ],
)
def test_secrets_and_addresses_are_masked(text: str, secret: str) -> None:
    assert secret not in clean(text)


@pytest.mark.parametrize(
    "secret",
    [
        "Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6",
        "whsec_Zm9vYmFy",
        "password:geheim1",
        "a@b.cn",
    ],
)
def test_facts_are_masked_too(secret: str) -> None:
    record = logging.LogRecord("x", logging.INFO, "f", 1, "said", (), None)
    record.facts = {"job_key": secret, "rules": [secret]}
    line = JsonLines().format(record)
    assert secret not in line and "Zm9v" not in line and "geheim" not in line


def test_a_release_hash_is_no_secret() -> None:
    assert clean("release " + "0a" * 32) == "release " + "0a" * 32


def test_an_error_tells_its_trace_without_values() -> None:
    try:
        raise ValueError(
            "[SQL: INSERT]\n[parameters: ('Wang Fang',)]\nDETAIL:  Key (email)=(a@b.cn) exists"
        )
    except ValueError:
        import sys

        record = logging.LogRecord("x", logging.ERROR, "f", 1, "failed", (), sys.exc_info())
    found = json.loads(JsonLines().format(record))
    assert found["error"] == "ValueError"
    assert any("INSERT" in line for line in found["trace"])
    assert "Wang Fang" not in json.dumps(found) and "a@b.cn" not in json.dumps(found)


def test_a_wrong_call_of_the_logger_loses_no_line() -> None:
    record = logging.LogRecord("x", logging.INFO, "f", 1, "only %s %s", ("one",), None)
    assert json.loads(JsonLines().format(record))["message"] == "only %s %s"


def test_a_request_is_told_once_with_what_it_cost(app: Flask, lines: io.StringIO) -> None:
    browser = Browser(app).sign_in("lin")
    answer = browser.get("/desk")
    told = [one for one in read(lines, "sopwith.access") if one["route"] == "/desk"]
    assert len(told) == 1
    line = told[0]
    assert line["request"] == answer.headers["X-Request-Id"]
    assert (line["status"], line["method"], line["user"]) == (200, "GET", "lin")
    assert line["queries"] > 1 and line["ms"] > 0 and line["cpu_ms"] >= 0
    assert line["time"].endswith("Z") and "Lin Yue" not in json.dumps(line)


def test_the_path_of_a_link_is_not_told(app: Flask, shop: Shop, lines: io.StringIO) -> None:
    link = shop.link(shop.wish())
    assert Browser(app).get(link).status_code == 200
    assert link.rsplit("/", 1)[1] not in lines.getvalue()
    assert read(lines, "sopwith.access")[-1]["route"] == "/r/<token>"


def test_a_command_is_told_with_record_release_and_what_fired(
    app: Flask, shop: Shop, lines: io.StringIO
) -> None:
    record = shop.wish()
    line = read(lines, "sopwith.command")[-1]
    assert (line["command"], line["outcome"], line["record"]) == ("create", "accepted", record)
    assert line["release"] == shop.state(record).release and line["events"] > 0
    assert "Where is my parcel" not in lines.getvalue() and "Ann Miller" not in lines.getvalue()


def test_a_refused_command_names_its_problems(shop: Shop, lines: io.StringIO) -> None:
    record = shop.wish()
    shop.service.handle(c.Transition(actor=shop.agent(), to="nowhere"), record)
    line = read(lines, "sopwith.command")[-1]
    assert line["outcome"] == "refused" and line["problems"]


def test_lines_of_a_request_share_its_id(app: Flask, shop: Shop, lines: io.StringIO) -> None:
    browser = Browser(app).sign_in("lin")
    record = shop.wish()
    browser.get(f"/desk/records/{record}")
    answer = browser.post(f"/desk/records/{record}/say", {"text": "Hello", "kind": "note"})
    assert answer.status_code == 303
    line = read(lines, "sopwith.command")[-1]
    assert line["request"] == answer.headers["X-Request-Id"]
    assert (line["user"], line["record"], line["route"]) == (
        "lin",
        record,
        "/desk/records/<record_id>/say",
    )
    assert known() == {}


def test_a_job_is_told_with_its_key(shop: Shop, lines: io.StringIO) -> None:
    from sopwith.runtime.watching import watched_job

    now = shop.clock.now()
    job = JobClaim(
        id=7, token="t", kind="mail", lane=1, key="mail:1", payload={}, record_id="r1",
        release="abc", due_at=now, attempt=2, max_attempts=3,
    )  # fmt: skip
    with watched_job(job, shop.clock.now):
        logging.getLogger("x").warning("inside")
    inside, end = read(lines, "x")[0], read(lines, "sopwith.job")[0]
    for line in (inside, end):
        assert (line["job"], line["job_key"], line["record"], line["release"]) == (
            7, "mail:1", "r1", "abc",
        )  # fmt: skip
    assert (end["outcome"], end["attempt"], end["late_ms"]) == ("done", 2, 0)


def test_a_stranger_cannot_choose_the_id_of_a_request(shop: Shop) -> None:
    headers = {"X-Request-Id": "chosen-by-me-123"}
    direct = create_app(shop.service, settings_for(shop)).test_client()
    assert direct.get("/healthz", headers=headers).headers["X-Request-Id"] != "chosen-by-me-123"
    behind = create_app(shop.service, settings_for(shop, proxies=1)).test_client()
    assert behind.get("/healthz", headers=headers).headers["X-Request-Id"] == "chosen-by-me-123"
    bad = {"X-Request-Id": 'x"}{"level": "forged'}
    assert "forged" not in behind.get("/healthz", headers=bad).headers["X-Request-Id"]
