from __future__ import annotations

import base64
import hashlib
import hmac
import ipaddress
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from sopwith.connectors.addresses import is_open, safe_address
from sopwith.connectors.webhook import HttpWebhooks, signature
from sopwith.runtime.ports import DeliveryError, OutHook
from tests.support.samples import NOW
from tests.support.webhook import Answer, WebhookSink

SECRET = "whsec_" + base64.b64encode(b"0123456789abcdef0123456789abcdef").decode()
OPEN = HttpWebhooks(allow_http=True, allow_loopback=True, timeout=5)


def hook(url: str, **fields: Any) -> OutHook:
    given: dict[str, Any] = {"key": "webhook:1", "body": {"b": 1, "a": "工单"}, "at": NOW}
    return OutHook(url=url, **(given | fields))


def test_the_receiver_can_check_who_called(webhook_sink: WebhookSink) -> None:
    other = "whsec_" + base64.b64encode(b"another").decode()
    assert OPEN.post(hook(webhook_sink.url("/in?x=1&y=é"), secrets=(SECRET, other))) == 200
    (request,) = webhook_sink.wait_for(1)
    assert request.path == "/in?x=1&y=%C3%A9"
    assert request.json() == {"a": "工单", "b": 1}
    sent, stamp = request.headers["webhook-id"], request.headers["webhook-timestamp"]
    assert int(stamp) == int(NOW.timestamp())
    signed = f"{sent}.{stamp}.".encode() + request.body
    for secret, found in zip(
        (SECRET, other), request.headers["webhook-signature"].split(), strict=True
    ):
        key = base64.b64decode(secret.removeprefix("whsec_"))
        mac = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
        assert found == f"v1,{mac}"


def test_the_published_test_vector_of_standard_webhooks_holds() -> None:
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    found = signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert found == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_every_try_has_the_same_id(webhook_sink: WebhookSink) -> None:
    for key in ("webhook:1", "webhook:1", "webhook:2"):
        OPEN.post(hook(webhook_sink.url(), key=key))
    first, again, other = (one.headers["webhook-id"] for one in webhook_sink.wait_for(3))
    assert first == again != other


@pytest.mark.parametrize(
    ("answer", "is_final"),
    [
        pytest.param(Answer(status=500), False, id="500"),
        pytest.param(Answer(status=404), False, id="404"),
        pytest.param(Answer(status=410), True, id="410"),
        pytest.param(Answer.redirect("http://127.0.0.1:1/"), False, id="redirect"),
        pytest.param(Answer.redirect("/elsewhere", 307), False, id="redirect that keeps the body"),
    ],
)
def test_everything_but_2xx_is_a_failure(
    webhook_sink: WebhookSink, answer: Answer, is_final: bool
) -> None:
    webhook_sink.answer(answer)
    with pytest.raises(DeliveryError) as caught:
        OPEN.post(hook(webhook_sink.url()))
    assert (caught.value.status, caught.value.is_final) == (answer.status, is_final)
    assert len(webhook_sink.requests) == 1, "redirects are not followed"


def test_a_receiver_that_says_nothing_is_given_up(webhook_sink: WebhookSink) -> None:
    webhook_sink.answer(Answer(hangs=True))
    quick = HttpWebhooks(allow_http=True, allow_loopback=True, timeout=0.2)
    with pytest.raises(DeliveryError, match="did not answer"):
        quick.post(hook(webhook_sink.url()))


def test_a_receiver_that_drips_is_given_up() -> None:
    quick = HttpWebhooks(allow_http=True, allow_loopback=True, timeout=0.4)
    with _listener(drip=b"X") as (port, _), pytest.raises(DeliveryError, match="did not answer"):
        started = time.monotonic()
        try:
            quick.post(hook(f"http://127.0.0.1:{port}/"))
        finally:
            assert time.monotonic() - started < 3


def test_a_huge_answer_is_not_read_to_its_end(webhook_sink: WebhookSink) -> None:
    webhook_sink.answer(Answer(body=b"x" * 5_000_000))
    assert OPEN.post(hook(webhook_sink.url())) == 200


def test_a_server_that_speaks_no_tls_or_cannot_prove_its_name_gets_nothing(
    webhook_sink: WebhookSink,
) -> None:
    guarded = HttpWebhooks(allow_loopback=True, timeout=3)
    with pytest.raises(DeliveryError):
        guarded.post(hook(webhook_sink.url().replace("http:", "https:")))
    assert webhook_sink.requests == []


WRONG = [
    "http://example.test/",
    "ftp://example.test/",
    "file:///etc/passwd",
    "gopher://127.0.0.1/",
    "https://",
    "https:///x",
    "https://user:secret@example.test/",
    "https://user@example.test/",
    "https://example.test:99999/",
    "https://example.test:0/",
    "https://example.test/ x",
    "https://example.test/\r\nHost: x",
    "https://example.test\\@127.0.0.1/",
    "",
    "//127.0.0.1/",
]


@pytest.mark.parametrize("url", WRONG)
def test_an_address_that_is_wrong_is_final(url: str) -> None:
    def lookup(host: str, port: int) -> list[str]:
        raise AssertionError(f"{host}:{port} must not even be looked up")

    with pytest.raises(DeliveryError) as caught:
        HttpWebhooks(lookup=lookup).post(hook(url))
    assert caught.value.is_final


# Spellings of this machine, of inner networks and of the cloud's metadata service.
INNER = [
    "127.0.0.1",
    "127.1",
    "127.0.1",
    "127.127.127.127",
    "2130706433",
    "017700000001",
    "0177.0.0.1",
    "0177.0.0.0x1",
    "0x7f.0.0.1",
    "0x7f000001",
    "0x7f.1",
    "0",
    "0.0.0.0",  # noqa: S104
    "localhost",
    "LOCALHOST",
    "localhost.",
    "localhost6",
    "ip6-localhost",
    "ip6-loopback",
    "127.0.0.1.",
    "[::1]",
    "[0:0:0:0:0:0:0:1]",
    "[0000::1]",
    "[::]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[0:0:0:0:0:ffff:127.0.0.1]",
    "[::127.0.0.1]",
    "[64:ff9b::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[64:ff9b:1::1]",
    "[2002:7f00:1::]",
    "[2002:7f00:1::1]",
    "[2001:0:4136:e378:8000:63bf:3fff:fdd2]",
    "[fe80::1]",
    "[fe80::1%25lo]",
    "[fc00::1]",
    "[fd00:ec2::254]",
    "[fec0::1]",
    "[ff02::1]",
    "[2001:db8::1]",
    "[100::1]",
    "[::ffff:10.0.0.1]",
    "[::ffff:169.254.169.254]",
    "10.0.0.1",
    "10.1",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.0.1",
    "192.168.1",
    "3232235521",
    "169.254.169.254",
    "2852039166",
    "0xa9fea9fe",
    "0251.0376.0251.0376",
    "100.64.0.1",
    "100.127.255.255",
    "192.0.0.1",
    "192.0.2.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "①②⑦.0.0.1",
    "127。0。0。1",
    "１２７.0.0.1",
    "loca\u00adlhost",
]


@contextmanager
def _listener(drip: bytes = b"") -> Iterator[tuple[int, list[Any]]]:
    """Listen on every address of this machine; note who connects."""
    server = socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=True)
    seen: list[Any] = []
    ended = threading.Event()

    def accept() -> None:
        while True:
            try:
                connection, peer = server.accept()
            except OSError:
                return
            seen.append(peer)
            while drip and not ended.wait(0.05):
                try:
                    connection.sendall(drip)
                except OSError:
                    break
            connection.close()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield server.getsockname()[1], seen
    finally:
        ended.set()
        server.shutdown(socket.SHUT_RDWR)
        server.close()
        thread.join(5)


@pytest.fixture(scope="module")
def canary() -> Iterator[tuple[int, list[Any]]]:
    with _listener() as found:
        yield found


def test_the_canary_sees_who_comes(canary: tuple[int, list[Any]]) -> None:
    port, seen = canary
    with pytest.raises(DeliveryError):
        OPEN.post(hook(f"http://127.0.0.1:{port}/"))
    assert len(seen) == 1
    seen.clear()


@pytest.mark.parametrize("host", INNER)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_no_spelling_of_an_inner_address_is_called(
    canary: tuple[int, list[Any]], scheme: str, host: str
) -> None:
    port, seen = canary
    with pytest.raises(DeliveryError):
        HttpWebhooks(allow_http=True, timeout=2).post(hook(f"{scheme}://{host}:{port}/"))
    assert seen == []


def test_a_name_that_answers_differently_the_second_time_gains_nothing(
    canary: tuple[int, list[Any]],
) -> None:
    port, seen = canary
    answers = [["127.0.0.1"], ["93.184.216.34"]]
    asked: list[str] = []

    def lookup(host: str, _port: int) -> list[str]:
        asked.append(host)
        return answers.pop(0)

    with pytest.raises(DeliveryError, match="open internet"):
        HttpWebhooks(allow_http=True, lookup=lookup).post(hook(f"http://evil.test:{port}/"))
    assert asked == ["evil.test"]
    assert seen == []


def test_one_closed_address_among_open_ones_closes_the_name() -> None:
    def lookup(_host: str, _port: int) -> list[str]:
        return ["93.184.216.34", "10.0.0.1"]

    with pytest.raises(DeliveryError, match=r"10\.0\.0\.1"):
        safe_address("mixed.test", 443, lookup=lookup)


def test_the_address_that_was_checked_is_the_one_that_is_called(webhook_sink: WebhookSink) -> None:
    def lookup(host: str, _port: int) -> list[str]:
        assert host == "name.test"
        return ["127.0.0.1"]

    caller = HttpWebhooks(allow_http=True, allow_loopback=True, lookup=lookup)
    assert caller.post(hook(f"http://name.test:{webhook_sink.port}/")) == 200
    assert webhook_sink.requests[0].headers["host"] == f"name.test:{webhook_sink.port}"


@pytest.mark.parametrize("address", ["93.184.216.34", "1.1.1.1", "2606:4700:4700::1111"])
def test_the_open_internet_is_open(address: str) -> None:
    assert is_open(ipaddress.ip_address(address))
