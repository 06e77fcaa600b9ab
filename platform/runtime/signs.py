"""Signs of life in the data folder: what a health check on the same machine looks at, without the database."""

from __future__ import annotations

import os
import socket
import time
from contextlib import suppress
from pathlib import Path

FOLDER = "alive"
KEPT_SECONDS = 86_400.0
"""What a process left that was killed is swept away by the next that begins, a day later."""


class Sign:
    """The file of one process. Its time is when the process last told the database that it lives."""

    def __init__(self, data: Path, kind: str) -> None:
        """kind: web | dispatcher | worker."""
        self._path = data / FOLDER / f"{kind}@{socket.gethostname()}@{os.getpid()}"
        self._is_first = True

    def give(self) -> None:
        """Give one sign. A folder that cannot be written costs the health check, not the work."""
        with suppress(OSError):
            if self._is_first:
                self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                _sweep(self._path.parent)
                self._is_first = False
            self._path.touch(mode=0o600)

    def end(self) -> None:
        """Take the sign away: the process ends in order."""
        with suppress(OSError):
            self._path.unlink(missing_ok=True)


def living(data: Path, kind: str, within: float) -> list[str]:
    """Return the numbers of the processes of *kind* on this machine with a sign in the last *within* seconds."""
    since = time.time() - within
    found = []
    for path in (data / FOLDER).glob(f"{kind}@{socket.gethostname()}@*"):
        with suppress(OSError):
            if path.stat().st_mtime >= since:
                found.append(path.name.rpartition("@")[2])
    return sorted(found)


def _sweep(folder: Path) -> None:
    since = time.time() - KEPT_SECONDS
    for path in folder.iterdir():
        with suppress(OSError):
            if path.stat().st_mtime < since:
                path.unlink()
