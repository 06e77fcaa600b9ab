"""A throwaway RabbitMQ of the system's package, as a node of its own that can be killed."""

from __future__ import annotations

import os
import pwd
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

from tests.support.missing import or_skip
from tests.support.redis import free_port

START_SECONDS = 120.0
STOP_SECONDS = 30.0
GREETING = b"AMQP\x00\x00\x09\x01"
WHY = "RabbitMQ is not here: install Debian's rabbitmq-server, or run `make system`"
HOMES = (Path("/usr/lib/rabbitmq/bin"), Path("/usr/local/sbin"))


class RabbitError(RuntimeError):
    """The server cannot be started."""


def find_binary() -> Path | None:
    """Return the start script of the server: the plain one, not Debian's wrapper that changes the user."""
    return next((place for home in HOMES if (place := home / "rabbitmq-server").exists()), None)


@dataclass(slots=True, kw_only=True)
class RabbitServer:
    """One node with its own name, folder, ports and port mapper; nothing of the system's node is touched.

    Started by root it runs as the package's user. Queues that are not durable are gone after a stop.
    """

    folder: Path
    binary: Path
    port: int
    mapper_port: int
    node_port: int
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False)
    _mapper: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @property
    def url(self) -> str:
        """Return the address for SOPWITH_BROKER_URL."""
        return f"amqp://guest:guest@127.0.0.1:{self.port}//"

    @property
    def is_running(self) -> bool:
        """Whether the server's process is alive."""
        return self._process is not None and self._process.poll() is None

    def prepare(self) -> None:
        """Make the folder its user's, and start the port mapper of this node alone."""
        self.folder.chmod(0o711)
        (self.folder / "plugins").write_text("[].\n", encoding="ascii")
        if self._user is not None:
            for place in (self.folder, self.folder / "plugins"):
                os.chown(place, self._user.pw_uid, self._user.pw_gid)
        mapper = or_skip(shutil.which("epmd"), WHY)
        self._mapper = self._spawn([mapper, "-port", str(self.mapper_port)])

    def start(self) -> None:
        """Start, and return when connections are taken; takes about ten seconds."""
        if not self.is_running:
            self._process = self._spawn([str(self.binary)])
            self._wait_until_ready()

    def stop(self) -> None:
        """Stop in order; connections are cut."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """Stop with SIGKILL, the processes that it started included."""
        self._end(signal.SIGKILL)

    def restart(self) -> None:
        """Stop in order and start again."""
        self.stop()
        self.start()

    def leave(self) -> None:
        """Leave no process behind."""
        self.kill()
        if self._mapper is not None:
            self._mapper.kill()
            self._mapper.wait(STOP_SECONDS)
            self._mapper = None

    @property
    def _user(self) -> pwd.struct_passwd | None:
        return pwd.getpwnam("rabbitmq") if os.geteuid() == 0 else None

    @property
    def _environment(self) -> dict[str, str]:
        return {
            "PATH": os.environ.get("PATH", "/usr/sbin:/usr/bin:/sbin:/bin"),
            "HOME": str(self.folder),
            "LANG": "C.UTF-8",
            "ERL_EPMD_PORT": str(self.mapper_port),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODENAME": f"sopwith{self.port}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(self.node_port),
            "RABBITMQ_MNESIA_BASE": str(self.folder / "data"),
            "RABBITMQ_LOG_BASE": str(self.folder / "log"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.folder / "plugins"),
            "RABBITMQ_CONF_ENV_FILE": str(self.folder / "none"),
            "RABBITMQ_CONFIG_FILE": str(self.folder / "none"),
            "RABBITMQ_PID_FILE": str(self.folder / "pid"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
        }

    def _spawn(self, command: list[str]) -> subprocess.Popen[bytes]:
        with (self.folder / "output").open("ab") as output:
            return subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=self.folder,
                env=self._environment,
                start_new_session=True,
                user=self._user.pw_uid if self._user else None,
                group=self._user.pw_gid if self._user else None,
                extra_groups=[] if self._user else None,
            )

    def _wait_until_ready(self) -> None:
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until and self.is_running:
            with (
                suppress(OSError),
                socket.create_connection(("127.0.0.1", self.port), timeout=5) as probe,
            ):
                probe.sendall(GREETING)
                if probe.recv(7)[:3] == b"\x01\x00\x00":  # its first word: a method of channel 0
                    return
            time.sleep(0.1)
        self.kill()
        words = (self.folder / "output").read_text(errors="replace")[-4000:]
        raise RabbitError(f"RabbitMQ did not start:\n{words}")

    def _end(self, how: signal.Signals) -> None:
        if self._process is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, how)
        self._process.wait(timeout=STOP_SECONDS)
        self._process = None


@contextmanager
def throwaway_rabbit() -> Iterator[RabbitServer]:
    """Start a node in a new folder; stop it and remove the folder at the end."""
    binary = or_skip(find_binary(), WHY)
    folder = Path(tempfile.mkdtemp(prefix="sopwith-rabbit-"))
    server = RabbitServer(
        folder=folder,
        binary=binary,
        port=free_port(),
        mapper_port=free_port(),
        node_port=free_port(),
    )
    try:
        server.prepare()
        server.start()
        yield server
    finally:
        server.leave()
        shutil.rmtree(folder, ignore_errors=True)
