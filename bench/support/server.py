"""One web server in a process of its own: what it costs, and its end."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

TICKS = os.sysconf("SC_CLK_TCK")
LONGEST_START = 120.0


def free_port() -> int:
    """Return a port on loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """A server and its children; stopped at the end of its ``with``."""

    def __init__(
        self,
        command: Sequence[str | Path],
        port: int,
        log: Path,
        *,
        environment: Mapping[str, str] | None = None,
        folder: Path | None = None,
        first_page: str = "/",
        patience: float = LONGEST_START,
    ) -> None:
        self.port, self.log = port, log
        self._first_page, self._patience = first_page, patience
        self._output = log.open("wb")
        self.started = time.perf_counter()
        self._process = subprocess.Popen(
            [str(part) for part in command],
            env={**os.environ, **(environment or {})},
            cwd=folder,
            stdout=self._output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def __enter__(self) -> Server:
        try:
            self.wait()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def wait(self) -> float:
        """Wait for the first page; return the seconds since the start."""
        while time.perf_counter() - self.started < self._patience:
            if self._process.poll() is not None:
                break
            with contextlib.suppress(OSError, urllib.error.URLError):
                address = f"http://127.0.0.1:{self.port}{self._first_page}"
                with urllib.request.urlopen(address, timeout=30) as page:
                    page.read()
                return time.perf_counter() - self.started
            time.sleep(0.05)
        raise SystemExit(
            f"the server did not come up:\n{self.log.read_text(errors='replace')[-3000:]}"
        )

    def cpu_seconds(self) -> float:
        """Return the CPU time that the server and its children have used so far."""
        return sum(float(stat[11]) + float(stat[12]) for stat in self._stats().values()) / TICKS

    def resident_megabytes(self) -> float:
        """Return the memory that the server and its children hold now, shared pages counted once."""
        found = 0
        for pid in self._pids():
            with contextlib.suppress(OSError):
                lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
                found += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
        return found * 1024 / 1e6

    def processes(self) -> int:
        """Return how many processes it is."""
        return len(self._pids())

    def stop(self) -> None:
        """End the server and its children."""
        for sign, patience in ((signal.SIGINT, 10), (signal.SIGKILL, 5)):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, sign)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(patience)
                break
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._output.close()

    def _pids(self) -> list[int]:
        return list(self._stats())

    def _stats(self) -> dict[int, list[str]]:
        """Return, by PID, the fields after the name in /proc/PID/stat of the server and all that came of it."""
        every: dict[int, list[str]] = {}
        for path in Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):
                every[int(path.parent.name)] = path.read_text().rpartition(")")[2].split()
        root = self._process.pid
        found = {pid: fields for pid, fields in every.items() if int(fields[2]) == root}
        count = 0
        while count != len(found):  # children may have groups of their own
            count = len(found)
            found |= {pid: one for pid, one in every.items() if int(one[1]) in found}
        return found
