"""Clients that do not give up: each asks with the same key until it is answered, and notes what it was promised."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Protocol

from .promises import Journal, Kind, Promise
from .world import CHILD, PARENT, SECRET

PATIENCE = 120.0
PAUSE = 0.1
API = "/api/v1"
_REFUSED = range(400, 500)
_LATER = frozenset({409, 429})


class AwayError(ConnectionError):
    """The server is not there, or died before it answered."""


class WrongAnswerError(AssertionError):
    """An answer that no fault of ours explains."""


class Line(Protocol):
    """The way to a server."""

    def call(
        self, method: str, path: str, body: bytes, headers: Mapping[str, str]
    ) -> tuple[int, Any]:
        """Return status and JSON of the answer; raise AwayError when there is none."""
        ...


@dataclass(slots=True, kw_only=True)
class Clients:
    """Asks over *line*; threads may share it. troubles: how often which answer had to be asked for again.

    said: those answers with their words.
    """

    line: Line
    journal: Journal
    patience: float = PATIENCE
    troubles: Counter[str] = field(default_factory=Counter)
    said: Counter[str] = field(default_factory=Counter)
    longest: float = 0.0
    _given_up: threading.Event = field(default_factory=threading.Event)

    def give_up(self) -> None:
        """Let everybody who still waits for an answer end with an error."""
        self._given_up.set()

    def open(self, key: str) -> Promise:
        """Open one ticket, once."""
        body = {
            "type": "ticket",
            "values": {"title": key},
            "customer": {"name": "Wang Fang", "email": f"{key}@example.test"},
        }
        found = self._until_answered("POST", "/records", key, _json(body))
        return self._note(Kind.TICKET, key, found["id"], found["number"], key)

    def reply(self, ticket: Promise, key: str) -> Promise:
        """Answer the customer, once."""
        path = f"/records/{ticket.record_id}/comments"
        self._until_answered("POST", path, key, _json({"text": key, "public": True}))
        return self._note(Kind.REPLY, key, ticket.record_id, ticket.number, key)

    def move(self, ticket: Promise, key: str) -> Promise:
        """Finish the ticket, once."""
        path = f"/records/{ticket.record_id}/transitions"
        self._until_answered("POST", path, key, _json({"to": "done"}))
        return self._note(Kind.MOVE, key, ticket.record_id, ticket.number, "done")

    def tag(self, ticket: Promise, tag: str, key: str) -> None:
        """Tag the ticket."""
        path = f"/records/{ticket.record_id}/tags"
        self._until_answered("POST", path, key, _json({"add": [tag]}))
        if tag == PARENT:
            self._note(Kind.CHILD, key, ticket.record_id, ticket.number, CHILD)

    def upload(self, key: str, size: int = 2000) -> Promise:
        """Send a file; asked again it may be there twice, but what was answered stays."""
        content = (f"{key} " * size)[:size].encode()
        edge = "faults-edge"
        head = f'Content-Disposition: form-data; name="file"; filename="{key}.txt"'
        body = f"--{edge}\r\n{head}\r\nContent-Type: text/plain\r\n\r\n".encode()
        body += content + f"\r\n--{edge}--\r\n".encode()
        kind = f"multipart/form-data; boundary={edge}"
        found = self._until_answered("POST", "/files", "", body, kind)
        return self._note(Kind.FILE, key, found["id"], "", sha256(content).hexdigest())

    def _note(self, kind: Kind, key: str, record_id: str, number: str, said: str) -> Promise:
        promise = Promise(kind=kind, key=key, record_id=record_id, number=number, said=said)
        self.journal.note(promise)
        return promise

    def _until_answered(
        self, method: str, path: str, key: str, body: bytes, kind: str = "application/json"
    ) -> Any:
        headers = {"Authorization": f"Bearer {SECRET}", "Content-Type": kind}
        if key:
            headers["Idempotency-Key"] = key
        started = time.monotonic()
        said = "nothing"
        while time.monotonic() - started < self.patience and not self._given_up.is_set():
            try:
                status, answer = self.line.call(method, API + path, body, headers)
            except AwayError:
                said = "away"
            else:
                if status in (200, 201):
                    self.longest = max(self.longest, time.monotonic() - started)
                    return answer
                if status in _REFUSED and status not in _LATER:
                    raise WrongAnswerError(f"{method} {path} {key}: {status} {answer}")
                said = f"{status}"
                self.said[f"{status} {str(answer)[:300]}"] += 1
            self.troubles[said] += 1
            self._given_up.wait(PAUSE)
        raise WrongAnswerError(
            f"{method} {path} {key}: no answer in {self.patience} s, last: {said}"
        )


def _json(body: Mapping[str, Any]) -> bytes:
    return json.dumps(body).encode()


@dataclass(slots=True, kw_only=True)
class Load:
    """Tickets opened by several clients at once, and worked on: every third answered, every fourth finished."""

    clients: Clients
    prefix: str
    pool: ThreadPoolExecutor
    uploads: bool = True
    _waiting: list[Any] = field(default_factory=list)

    def start(self, numbers: Iterable[int]) -> None:
        """Let the clients do their work for each of *numbers*."""
        self._waiting += [self.pool.submit(self._one, number) for number in numbers]

    def do(self, act: Callable[[], Any]) -> None:
        """Let one client do *act*."""
        self._waiting.append(self.pool.submit(act))

    def finish(self) -> None:
        """Wait until everything was answered; raise what went wrong."""
        for one in self._waiting:
            one.result()
        self._waiting.clear()

    @property
    def left(self) -> int:
        """Return how much is not answered yet."""
        return sum(not one.done() for one in self._waiting)

    def _one(self, number: int) -> None:
        clients, key = self.clients, f"{self.prefix}-{number}"
        ticket = clients.open(key)
        if number % 3 == 0:
            clients.reply(ticket, f"{key}-reply")
        if number % 4 == 0:
            clients.move(ticket, f"{key}-move")
        if number % 10 == 5 and self.uploads:
            clients.upload(f"{key}-file")
        if number % 25 == 1:
            clients.tag(ticket, PARENT, f"{key}-tag")
