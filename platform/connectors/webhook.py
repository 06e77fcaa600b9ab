"""Webhooks out, as the Standard Webhooks describe them; guarded against calls into the own network."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import http.client
import io
import socket
import ssl
import time
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from urllib.parse import SplitResult, urlsplit

from ..runtime.ports import DeliveryError, OutHook
from ..store.canonical import canonical
from .addresses import Lookup, look_up, safe_address

TIMEOUT_SECONDS = 15.0
ANSWER_LIMIT = 1_048_576
PREFIX = "whsec_"
GONE = 410


def signature(secret: str, webhook_id: str, timestamp: int, body: bytes) -> str:
    """Return ``v1,<base 64>``: HMAC-SHA256 over id, timestamp and body. secret: ``whsec_<base 64>``, or any text."""
    signed = f"{webhook_id}.{timestamp}.".encode() + body
    mac = hmac.new(_key(secret), signed, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(mac).decode()}"


def _key(secret: str) -> bytes:
    if secret.startswith(PREFIX):
        try:
            return base64.b64decode(secret.removeprefix(PREFIX), validate=True)
        except binascii.Error:
            pass
    return secret.encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpWebhooks:
    """Calls webhooks. allow_http, allow_loopback: for tests and for receivers on this machine.

    context: how TLS is checked, None for the system's authorities.
    """

    allow_http: bool = False
    allow_loopback: bool = False
    timeout: float = TIMEOUT_SECONDS
    context: ssl.SSLContext | None = None
    lookup: Lookup = look_up

    def post(self, hook: OutHook) -> int:
        """Return the status, 200 to 299; raise DeliveryError for everything else, redirects included."""
        url = self._checked(hook.url)
        body = canonical(dict(hook.body)).encode()
        until = time.monotonic() + self.timeout
        try:
            connection = self._connect(url)
        except OSError as error:
            raise DeliveryError(f"{url.hostname} did not answer: {error}") from error
        try:
            status = _exchange(connection, url, self._headers(hook, url, body), body, until)
        except (OSError, http.client.HTTPException) as error:
            raise DeliveryError(f"{url.hostname} did not answer: {error!r}") from error
        finally:
            connection.close()
        if not 200 <= status < 300:
            raise DeliveryError(
                f"{url.hostname} answered {status}", status=status, is_final=status == GONE
            )
        return status

    def _checked(self, text: str) -> SplitResult:
        try:
            url = urlsplit(text)
            port = url.port
        except ValueError as error:
            raise DeliveryError(
                f"the webhook's address is wrong: {error}", is_final=True
            ) from error
        wrong = ""
        if url.scheme != "https" and not (url.scheme == "http" and self.allow_http):
            wrong = "it must begin with https://"
        elif not url.hostname or port == 0:
            wrong = "it names no server"
        elif url.username is not None or url.password is not None:
            wrong = "it must not hold a name or a password"
        elif any(ord(sign) <= 32 or ord(sign) == 127 for sign in text) or "\\" in text:
            wrong = "it holds a blank or a sign that may not be there"
        if wrong:
            raise DeliveryError(f"the webhook's address is wrong: {wrong}", is_final=True)
        return url

    def _headers(self, hook: OutHook, url: SplitResult, body: bytes) -> dict[str, str]:
        webhook_id = f"msg_{sha256(hook.key.encode()).hexdigest()[:40]}"
        timestamp = int(hook.at.timestamp())
        headers = {
            "Host": url.netloc.encode("idna").decode() if not url.netloc.isascii() else url.netloc,
            "Content-Type": "application/json; charset=utf-8",
            "Content-Length": str(len(body)),
            "User-Agent": "Sopwith-Webhooks/1",
            "Connection": "close",
            "webhook-id": webhook_id,
            "webhook-timestamp": str(timestamp),
        }
        signed = [signature(secret, webhook_id, timestamp, body) for secret in hook.secrets]
        if signed:
            headers["webhook-signature"] = " ".join(signed)
        return headers

    def _connect(self, url: SplitResult) -> socket.socket:
        """Connect to the address that was checked; TLS still checks the name."""
        host = url.hostname or ""
        port = url.port or (443 if url.scheme == "https" else 80)
        address = safe_address(host, port, lookup=self.lookup, allow_loopback=self.allow_loopback)
        plain = socket.create_connection((address, port), self.timeout)
        if url.scheme == "http":
            return plain
        context = self.context or ssl.create_default_context()
        try:
            return context.wrap_socket(plain, server_hostname=host)
        except BaseException:
            plain.close()
            raise


def _exchange(
    connection: socket.socket, url: SplitResult, headers: dict[str, str], body: bytes, until: float
) -> int:
    """Send the request and read the answer, at most so much of it and so long; return the status."""
    path = url.path or "/"
    target = f"{path}?{url.query}" if url.query else path
    lines = [f"POST {_quoted(target)} HTTP/1.1", *(f"{k}: {v}" for k, v in headers.items())]
    connection.sendall("\r\n".join([*lines, "", ""]).encode("ascii") + body)
    answer = http.client.HTTPResponse(_Patient(connection, until), method="POST")  # type: ignore[arg-type]  # it wants makefile only
    answer.begin()
    left = ANSWER_LIMIT
    while left > 0 and not answer.isclosed() and (piece := answer.read1(min(left, 65_536))):
        left -= len(piece)
    return answer.status


class _Patient(io.RawIOBase):
    """Reads from a connection until a point in time, however slowly the other side drips."""

    def __init__(self, connection: socket.socket, until: float) -> None:
        self._connection, self._until = connection, until

    def makefile(self, _mode: str) -> io.BufferedReader:
        """Return what ``http.client`` reads from."""
        return io.BufferedReader(self)

    def readable(self) -> bool:
        """Return that this can be read."""
        return True

    def readinto(self, buffer: Any, /) -> int:
        """Fill *buffer* as far as there is something; raise TimeoutError when time is up."""
        left = self._until - time.monotonic()
        if left <= 0:
            raise TimeoutError("the answer took too long")
        self._connection.settimeout(left)
        return self._connection.recv_into(buffer)


def _quoted(target: str) -> str:
    """Return *target* with everything beyond ASCII quoted."""
    return "".join(
        sign
        if sign.isascii()
        else "".join(f"%{byte:02X}" for byte in sign.encode(errors="replace"))
        for sign in target
    )
