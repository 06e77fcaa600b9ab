"""The files in which processes count: what one counted that is gone is kept, so that counters never go back."""

from __future__ import annotations

import fcntl
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from prometheus_client.mmap_dict import MmapedDict

_FILE = re.compile(r"(counter|histogram|gauge_\w+)_(\d+)\.db")
_ROOM = {
    "counter": 1 << 20,
    "histogram": 2 << 20,
    "gauge_livesum": 1 << 16,
    "gauge_liveall": 1 << 16,
}
"""Bytes that each file gets at its start: written through memory, a file without them kills the process on a full disk."""

GONE = "0"
"""The number under which the counts of processes that are gone are kept: no process has it."""


def pids_in(folder: Path) -> set[int]:
    """Return the numbers of the processes that count in *folder*."""
    found = (_FILE.fullmatch(path.name) for path in folder.glob("*.db"))
    return {int(match.group(2)) for match in found if match is not None} - {int(GONE)}


def fold_gone(folder: Path) -> int:
    """Add what processes counted that are gone to one file of each kind; return how many processes those were."""
    with _alone(folder) as free:
        if not free:
            return 0
        reserve(folder, GONE)
        gone = {pid for pid in pids_in(folder) if not _lives(pid)}
        for pid in gone:
            for path in folder.glob(f"*_{pid}.db"):
                match = _FILE.fullmatch(path.name)
                if match is not None and match.group(1) in ("counter", "histogram"):
                    _add(path, folder / f"{match.group(1)}_{GONE}.db")
                path.unlink()
        return len(gone)


def room_for(folder: Path) -> Callable[[], int]:
    """Return what tells the number of this process, and makes room for its files when it is new here (after a fork)."""
    known = 0

    def number() -> int:
        nonlocal known
        present = os.getpid()
        if present != known:
            reserve(folder, str(present))
            known = present
        return present

    return number


def reserve(folder: Path, number: str) -> None:
    """Take the room for the files of one process; raise OSError when the disk is full."""
    for kind, size in _ROOM.items():
        with (folder / f"{kind}_{number}.db").open("ab") as file:
            if os.fstat(file.fileno()).st_size < size:
                os.posix_fallocate(file.fileno(), 0, size)


@contextmanager
def reading(folder: Path) -> Iterator[None]:
    """Keep others from folding while the files are read: what is moved would be seen twice."""
    with (folder / "lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        yield


def _add(source: Path, target: Path) -> None:
    files: Any = MmapedDict  # the library has no types for it
    kept = files(str(target))
    try:
        for key, value, at, _ in files.read_all_values_from_file(str(source)):
            before, _at = kept.read_value(key)
            kept.write_value(key, before + value, at)
    finally:
        kept.close()


@contextmanager
def _alone(folder: Path) -> Iterator[bool]:
    """Tell whether no other process folds just now."""
    with (folder / "lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
        else:
            yield True


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
