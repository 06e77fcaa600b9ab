"""A web server that keeps every request, and answers as it is told to."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

WAIT_SECONDS = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedRequest:
    """One request; the names of headers are in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """Return the body, read as JSON."""
        return json.loads(self.body)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What to send back. hangs: say nothing until the sink is released or closed."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    hangs: bool = False

    @classmethod
    def redirect(cls, location: str, status: int = 302) -> Answer:
        """Send the caller elsewhere."""
        return cls(status=status, headers={"Location": location})


@dataclass(slots=True, kw_only=True)
class WebhookSink:
    """What came in so far, and what to answer. Thread-safe."""

    port: int = 0
    scheme: str = "http"
    requests: list[ReceivedRequest] = field(default_factory=list)
    _answers: list[Answer] = field(default_factory=list)
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _released: threading.Event = field(default_factory=threading.Event)

    def url(self, path: str = "/") -> str:
        """Return the address of *path* on this server."""
        return f"{self.scheme}://127.0.0.1:{self.port}{path}"

    def answer(self, *answers: Answer) -> None:
        """Give *answers* to the next requests, one each; then 200 with no body again."""
        with self._changed:
            self._answers.extend(answers)

    def release(self) -> None:
        """Let every request that hangs go on."""
        self._released.set()

    def clear(self) -> None:
        """Forget what came in, and every answer still waiting; what hangs goes on."""
        self.release()
        with self._changed:
            self.requests.clear()
            self._answers.clear()
            self._released = threading.Event()

    def wait_for(self, count: int, timeout: float = WAIT_SECONDS) -> list[ReceivedRequest]:
        """Return the requests as soon as there are *count*; else raise TimeoutError."""
        with self._changed:
            if not self._changed.wait_for(lambda: len(self.requests) >= count, timeout):
                raise TimeoutError(f"{len(self.requests)} of {count} requests came in {timeout} s")
            return list(self.requests)

    def take(self, request: ReceivedRequest) -> Answer:
        """Keep *request*; return its answer, late if it is to hang."""
        with self._changed:
            self.requests.append(request)
            answer = self._answers.pop(0) if self._answers else Answer()
            released = self._released
            self._changed.notify_all()
        if answer.hangs:
            released.wait()
        return answer


def _handler(sink: WebhookSink) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = WAIT_SECONDS

        def handle_any(self) -> None:
            size = int(self.headers.get("Content-Length") or 0)
            answer = sink.take(
                ReceivedRequest(
                    method=self.command,
                    path=self.path,
                    headers={k.lower(): v for k, v in self.headers.items()},
                    body=self.rfile.read(size),
                )
            )
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body)))
            self.send_header("Connection", "close")
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(answer.body)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = handle_any  # noqa: N815

        def log_message(self, *_arguments: object) -> None:
            """Keep the output of the tests clean."""

    return Handler


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, *_arguments: object) -> None:
        """A caller that gave up waiting is no error here."""


@contextmanager
def webhook_server(certificate: Path | None = None) -> Iterator[WebhookSink]:
    """Serve a sink on a free port of this machine until the block ends; over TLS with *certificate* and its key."""
    sink = WebhookSink()
    server = _Server(("127.0.0.1", 0), _handler(sink))
    if certificate is not None:
        sink.scheme = "https"
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        # A caller that dies while it greets must hold up nobody else: each greets in its own thread.
        server.socket = context.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
    sink.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), name="webhook-sink")
    thread.start()
    try:
        yield sink
    finally:
        sink.release()
        server.shutdown()
        thread.join(WAIT_SECONDS)
        server.server_close()
