"""The two kinds of database a benchmark runs on, each fresh for every installation."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.postgres import PostgresServer, find_binaries

WANTED = os.environ.get("BENCH_DATABASES", "sqlite,postgresql").split(",")


@dataclass(slots=True, kw_only=True)
class Kind:
    """One kind of database. A throwaway PostgreSQL keeps fsync on: what it says is kept is kept."""

    name: str
    server: PostgresServer | None = None
    made: int = 0

    def fresh(self) -> str:
        """Return the address of a new database, empty for SQLite, which makes its own file."""
        if self.server is None:
            return ""
        self.made += 1
        return self.server.create_database(f"bench{self.made}").replace("+psycopg", "")

    def for_helpdesk(self) -> str:
        """Make the peer's database; return the folder of the socket, empty for SQLite."""
        if self.server is None:
            return ""
        self.server.drop_database("helpdesk")
        self.server.create_database("helpdesk")
        return str(self.server.folder)

    def cpu_seconds(self) -> float:
        """Return the CPU time that the database's own processes have used; SQLite has none of its own."""
        if self.server is None:
            return 0.0
        return sum(_cpu(pid) for pid in _family(self.server._pid))


def _family(root: int) -> list[int]:
    """Return the process *root* and its children."""
    found = [root]
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == root:
            found.append(int(path.parent.name))
    return found


def _cpu(pid: int) -> float:
    """Return CPU seconds of a process, with those of its children that have ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(float(fields[at]) for at in (11, 12, 13, 14)) / os.sysconf("SC_CLK_TCK")


@contextmanager
def kinds() -> Iterator[list[Kind]]:
    """Yield the kinds that ``BENCH_DATABASES`` names, both by default."""
    found = [Kind(name="sqlite")] if "sqlite" in WANTED else []
    if "postgresql" not in WANTED:
        yield found
        return
    with tempfile.TemporaryDirectory(
        prefix="bench-postgres-", ignore_cleanup_errors=True
    ) as folder:
        server = PostgresServer(folder=Path(folder), binaries=find_binaries(), durable=True)
        server.prepare()
        server.start()
        try:
            yield [*found, Kind(name="postgresql", server=server)]
        finally:
            server.stop()
