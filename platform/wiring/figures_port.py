"""Figures of a machine without a web process: a dispatcher or worker answers Prometheus by itself."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from .figures_door import FIGURES, FiguresDoor

log = logging.getLogger(__name__)

LOOPBACK = "127.0.0.1"
AGAIN_SECONDS = 5.0
"""Between two tries for a port that another process of this machine has: it answers for all of them."""

PATIENCE_SECONDS = 5.0
"""How long whoever asks may take for the request."""


def open_port(bind: str, door: FiguresDoor, *, again: float = AGAIN_SECONDS) -> Callable[[], None]:
    """Answer ``/metrics`` at *bind* in a thread to whom *door* lets in; return what ends it.

    bind: ``host:port``, or a port alone for this machine only. Of several processes that are given one port the
    first has it; the others try *again* after so many seconds: somebody answers as long as one of them lives.
    """
    host, _, port = bind.rpartition(":")
    place = (host.strip("[]") or LOOPBACK, int(port))
    stopping = threading.Event()
    served: list[ThreadingHTTPServer] = []

    def run() -> None:
        is_told = False
        while not stopping.is_set():
            try:
                server = _server(place, door)
            except OSError as error:
                if not is_told:
                    log.warning("figures cannot be read at %s: %s; it is tried again", bind, error)
                is_told = True
                stopping.wait(again)
                continue
            served.append(server)
            with server:
                server.serve_forever(poll_interval=0.5)
            return

    def end() -> None:
        stopping.set()
        for server in served:
            server.shutdown()

    threading.Thread(target=run, name="sopwith-figures", daemon=True).start()
    return end


def _server(place: tuple[str, int], door: FiguresDoor) -> ThreadingHTTPServer:
    class Answer(BaseHTTPRequestHandler):
        timeout = PATIENCE_SECONDS
        server_version, sys_version = "Sopwith", ""

        def do_GET(self) -> None:
            allowed = door.lets_in(self.headers.get("Authorization", ""), self.client_address[0])
            if self.path.partition("?")[0] != "/metrics" or not allowed:
                self._say(404, b"", "text/plain")
                return
            self._say(200, door.text(), FIGURES)

        def _say(self, status: int, body: bytes, kind: str) -> None:
            with suppress(OSError):  # who asked is gone
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - of the library
            log.debug(format, *arguments)

    class Server(ThreadingHTTPServer):
        address_family = socket.AF_INET6 if ":" in place[0] else socket.AF_INET

    return Server(place, Answer)
