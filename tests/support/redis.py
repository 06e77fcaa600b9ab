"""A throwaway Redis of the system's package, that forgets everything when it is killed."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import redis

from tests.support.missing import or_skip

START_SECONDS = 20.0
WHY = "Redis is not here: install Debian's redis-server, or run `make system`"


class RedisError(RuntimeError):
    """The server cannot be started."""


def free_port() -> int:
    """Return a port of this machine on which nothing listens now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(slots=True, kw_only=True)
class RedisServer:
    """One server on a port of its own, without persistence: what it held is gone after a stop."""

    folder: Path
    binary: str
    port: int
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @property
    def url(self) -> str:
        """Return the address for SOPWITH_BROKER_URL."""
        return f"redis://127.0.0.1:{self.port}/0"

    @property
    def is_running(self) -> bool:
        """Whether the server's process is alive."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start, and return when commands are taken."""
        if self.is_running:
            return
        place = ("--bind", "127.0.0.1", "--port", str(self.port), "--dir", str(self.folder))
        memory = ("--save", "", "--appendonly", "no", "--maxmemory", "100mb")
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [self.binary, *place, *memory],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder,
            )
        self._wait_until_ready()

    def stop(self) -> None:
        """Stop in order; connections are cut."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """Stop with SIGKILL."""
        self._end(signal.SIGKILL)

    def restart(self) -> None:
        """Stop in order and start again, empty."""
        self.stop()
        self.start()

    def flush(self) -> None:
        """Forget everything, as FLUSHALL does."""
        with self._client() as client:
            client.flushall()

    def waiting(self, queue: str) -> int:
        """Return how many messages wait in *queue*."""
        with self._client() as client:
            return int(client.llen(queue))

    def _client(self) -> redis.Redis:
        return redis.Redis(port=self.port, socket_timeout=5)

    def _wait_until_ready(self) -> None:
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until and self.is_running:
            with suppress(redis.exceptions.RedisError), self._client() as client:
                client.ping()
                return
            time.sleep(0.02)
        self._end(signal.SIGKILL)
        log = (self.folder / "log").read_text(errors="replace")
        raise RedisError(f"Redis did not start:\n{log}")

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            with suppress(ProcessLookupError):
                self._process.send_signal(how)
            self._process.wait(timeout=START_SECONDS)
            self._process = None


@contextmanager
def throwaway_redis() -> Iterator[RedisServer]:
    """Start a server in a new folder; stop it and remove the folder at the end."""
    binary = or_skip(shutil.which("redis-server"), WHY)
    folder = Path(tempfile.mkdtemp(prefix="sopwith-redis-"))
    server = RedisServer(folder=folder, binary=binary, port=free_port())
    try:
        server.start()
        yield server
    finally:
        server.kill()
        shutil.rmtree(folder, ignore_errors=True)
