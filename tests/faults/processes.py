"""Servers that are killed and started again, and the way to each of them."""

from __future__ import annotations

import http.client
import itertools
import json
import multiprocessing
import os
import pickle
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from . import server
from .clients import AwayError

ROOT = Path(__file__).resolve().parents[2]
CERTIFICATE = Path(__file__).resolve().parent / "sink.pem"
"""Of the webhook's sink, with its key: of use to nobody else."""
START_SECONDS = 60.0
ANSWER_SECONDS = 20.0


def environment_of(url: str, data: Path, smtp: str, **more: str) -> dict[str, str]:
    """Return the environment of one process of the installation."""
    found = {key: one for key, one in os.environ.items() if not key.startswith("SOPWITH_")}
    return found | {
        "SOPWITH_DATABASE_URL": url,
        "SOPWITH_DATA": str(data),
        "SOPWITH_SMTP_URL": smtp,
        "SOPWITH_WEBHOOK_LOOPBACK": "1",
        "SOPWITH_LIMITS": "0",
        "SOPWITH_LOG": "ERROR",
        "SSL_CERT_FILE": str(CERTIFICATE),
        **more,
    }


_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["pytest", "tests.faults.server"])


@dataclass(slots=True, kw_only=True)
class SmallServer:
    """The product in one process without a socket (``server``). kills: how often it died by SIGKILL."""

    environment: Mapping[str, str]
    hook: str
    log: Path
    kills: int = 0
    _process: BaseProcess | None = None
    _pipe: Connection | None = None
    _reader: threading.Thread | None = None
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _answers: dict[int, tuple[int, Any]] = field(default_factory=dict)
    _counter: itertools.count[int] = field(default_factory=lambda: itertools.count(1))
    _fetching: threading.Lock = field(default_factory=threading.Lock)

    def start(self, crash_at: str | None = None) -> None:
        """Start it; with *crash_at* it will kill itself there. Does not wait."""
        environment = dict(self.environment)
        if crash_at is not None:
            environment["SOPWITH_CRASH_AT"] = crash_at
        ours, theirs = multiprocessing.Pipe()
        given = (theirs, environment, self.hook, self.log)
        process = _FORKS.Process(target=server.main, args=given)
        process.start()
        theirs.close()
        with self._changed:
            self._process, self._pipe = process, ours
            self._answers.clear()
        self._reader = threading.Thread(target=self._read, args=(ours,), daemon=True)
        self._reader.start()

    def _read(self, pipe: Connection) -> None:
        # What a killed server had half written cannot be read.
        with suppress(EOFError, OSError, pickle.UnpicklingError):
            while True:
                request, status, body = pipe.recv()
                with self._changed:
                    self._answers[request] = (status, body)
                    self._changed.notify_all()
        with self._changed:
            self._changed.notify_all()

    @property
    def is_alive(self) -> bool:
        """Whether it runs."""
        # Two threads that fetch the end of a process at once would take it from each other.
        with self._fetching:
            return self._process is not None and self._process.is_alive()

    def _wait_for_end(self, seconds: float) -> int | None:
        """Return how it ended, None when it still runs after *seconds*."""
        assert self._process is not None
        until = time.monotonic() + seconds
        while self.is_alive:
            if time.monotonic() > until:
                return None
            time.sleep(0.01)
        return self._process.exitcode

    @property
    def pid(self) -> int:
        """The id of the process."""
        assert self._process is not None
        assert self._process.pid is not None
        return self._process.pid

    def wait_until_ready(self) -> bool:
        """Wait until it answers or died; return whether it answers."""
        return self._wait_for(0, START_SECONDS)

    def _wait_for(self, request: int, seconds: float) -> bool:
        """Wait until *request* is answered, the server died, or time is up; return whether it is answered."""
        until = time.monotonic() + seconds
        with self._changed:
            while request not in self._answers:
                if time.monotonic() > until or not self.is_alive:
                    break
                self._changed.wait(0.2)
            return request in self._answers

    def wait_until_dead(self, seconds: float) -> bool:
        """Wait until it died of itself by SIGKILL; return whether it did. Anything else is a fault."""
        code = self._wait_for_end(seconds)
        if code is None:
            return False
        if code != -signal.SIGKILL:
            raise AssertionError(f"the server ended by itself: {code}; see {self.log}")
        self.kills += 1
        self._clear_away()
        return True

    def kill(self) -> None:
        """Kill it with SIGKILL, and see to it that it is gone."""
        if self._process is not None and self.is_alive:
            self._process.kill()
            self._wait_for_end(START_SECONDS)
            self.kills += 1
            self._clear_away()

    def send(self, how: signal.Signals) -> None:
        """Send it a signal."""
        os.kill(self.pid, how)

    def stop(self) -> int:
        """End it in order; return its exit code."""
        if self._process is None:
            return 0
        self._clear_away()
        code = self._wait_for_end(START_SECONDS)
        if code is None:
            raise TimeoutError(f"the server did not end in {START_SECONDS} s")
        return code

    def _clear_away(self) -> None:
        if self._pipe is not None:
            # The reader may wait in it: this wakes it.
            with suppress(OSError), socket.socket(fileno=os.dup(self._pipe.fileno())) as line:
                line.shutdown(socket.SHUT_RDWR)
        if self._reader is not None:
            self._reader.join(10)
        if self._pipe is not None:
            self._pipe.close()

    def act(self, name: str, about: str = "") -> Any:
        """Have an act done that people do by other ways; raise AwayError when it is not known whether it was."""
        status, body = self._ask({"act": name, "about": about})
        if status != 200:
            raise AwayError(str(body))
        return body

    def call(
        self, method: str, path: str, body: bytes, headers: Mapping[str, str]
    ) -> tuple[int, Any]:
        """Return status and JSON of the answer; raise AwayError when there is none."""
        return self._ask({"method": method, "path": path, "headers": dict(headers), "body": body})

    def _ask(self, asked: Mapping[str, Any]) -> tuple[int, Any]:
        with self._changed:
            pipe, mine = self._pipe, next(self._counter)
            if pipe is None or not self.is_alive:
                raise AwayError("it is not there")
            try:
                pipe.send({"id": mine, **asked})
            except (OSError, ValueError) as error:
                raise AwayError(repr(error)) from error
        if not self._wait_for(mine, ANSWER_SECONDS):
            raise AwayError("it died, or did not answer")
        with self._changed:
            found = self._answers.pop(mine, None)
        if found is None:
            raise AwayError("it was started again meanwhile")
        return found


@dataclass(slots=True, kw_only=True)
class WebServer:
    """``sopwith up`` as people start it: the web server's process and its worker, with real sockets."""

    environment: Mapping[str, str]
    log: Path
    port: int
    arguments: tuple[str, ...] = ()
    kills: int = 0
    _process: subprocess.Popen[bytes] | None = None
    _local: threading.local = field(default_factory=threading.local)

    def start(self) -> None:
        """Start it; does not wait."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "sopwith",
                    "up",
                    "--bind",
                    f"127.0.0.1:{self.port}",
                    *self.arguments,
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=ROOT,
                env=dict(self.environment),
                start_new_session=True,
            )

    @property
    def is_alive(self) -> bool:
        """Whether its first process runs."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        """The id of its first process."""
        assert self._process is not None
        return self._process.pid

    def workers(self) -> list[int]:
        """Return the ids of the processes that it started."""
        path = Path(f"/proc/{self.pid}/task/{self.pid}/children")
        try:
            return [int(one) for one in path.read_text().split()]
        except FileNotFoundError:
            return []

    def is_ready(self) -> bool:
        """Return whether it says that it can work."""
        try:
            return self.call("GET", "/readyz", b"", {})[0] == 200
        except AwayError:
            return False

    def wait_until_ready(self, seconds: float = START_SECONDS) -> bool:
        """Wait until it can work; return whether it can."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if self.is_ready():
                return True
            time.sleep(0.05)
        return False

    def kill_worker(self) -> bool:
        """Kill one of the processes that do the work; return whether there was one."""
        for pid in self.workers():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
                self.kills += 1
                return True
        return False

    def kill(self) -> None:
        """Kill all of it at once, as a power cut would."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)
                self.kills += 1
            self._process.wait()
            self._wait_for_the_port()

    def stop(self, seconds: float = 30.0) -> tuple[int, float]:
        """Ask it to end; return its exit code and how many seconds it took."""
        assert self._process is not None
        started = time.monotonic()
        self._process.terminate()
        code = self._process.wait(seconds)
        return code, time.monotonic() - started

    def leave(self) -> None:
        """See to it that nothing of it is left."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)
            self._process.wait()

    def _wait_for_the_port(self) -> None:
        until = time.monotonic() + 10
        while time.monotonic() < until:
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                with suppress(OSError):
                    probe.bind(("127.0.0.1", self.port))
                    return
            time.sleep(0.02)

    def call(
        self, method: str, path: str, body: bytes, headers: Mapping[str, str]
    ) -> tuple[int, Any]:
        """Return status and JSON of the answer; raise AwayError when there is none."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=ANSWER_SECONDS)
        try:
            connection.request(method, path, body, dict(headers))
            response = connection.getresponse()
            said = response.read()
            status = response.status
        except (OSError, http.client.HTTPException) as error:
            raise AwayError(repr(error)) from error
        finally:
            connection.close()
        try:
            return status, json.loads(said)
        except ValueError:
            return status, said.decode(errors="replace")


def free_port() -> int:
    """Return a port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        found: int = probe.getsockname()[1]
        return found
