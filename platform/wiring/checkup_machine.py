"""Looks at the machine: Python, packages, the data folder and its disk, keys, settings, time zone data."""

from __future__ import annotations

import os
import re
import shutil
import stat
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import metadata, resources
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ..runtime.health_check import Check, Finding, finding
from ..runtime.ports import Clock
from .settings import Settings

PYTHON = (3, 11)
MEGABYTE = 1024 * 1024
LITTLE_PERCENT, LITTLE_MEGABYTES, NOTHING_MEGABYTES = 10, 5_000, 300
KEYS = {"secret-key": "secret_key", "link-key": "link_key", "head-key": "head_key"}
LOCAL = ("127.0.0.1", "::1", "localhost")
_PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)([^\\]*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineChecks:
    """The checks of this machine. lock: the list of tested versions, None where there is none."""

    settings: Settings
    clock: Clock
    lock: Path | None = None

    def all(self) -> list[Check]:
        """Return the checks."""
        looks: list[tuple[str, Callable[[], Iterable[Finding]]]] = [
            ("python", self._python),
            ("packages", self._packages),
            ("disk", self._disk),
            ("folder", self._folder),
            ("keys", self._keys),
            ("settings", self._settings),
            ("zone", self._zone),
        ]
        return [Check(name=name, look=look) for name, look in looks]

    def _python(self) -> Iterator[Finding]:
        if sys.version_info[:2] < PYTHON:
            found = ".".join(map(str, sys.version_info[:3]))
            yield finding("DOC010", found=found, wanted=".".join(map(str, PYTHON)))

    def _packages(self) -> Iterator[Finding]:
        if self.lock is None or not self.lock.is_file():
            yield finding("DOC013")
            return
        for line in self.lock.read_text("utf-8").splitlines():
            pin = _PIN.match(line)
            if pin is None or ";" in pin[3]:  # what belongs to some machines only is left out
                continue
            name, wanted = pin[1], pin[2]
            try:
                found = metadata.version(name)
            except metadata.PackageNotFoundError:
                yield finding("DOC012", name=name)
                continue
            if found != wanted:
                yield finding("DOC011", name=name, found=found, wanted=wanted)

    def _disk(self) -> Iterator[Finding]:
        folder = _existing(self.settings.data)
        usage = shutil.disk_usage(folder)
        free, percent = usage.free // MEGABYTE, usage.free * 100 // max(1, usage.total)
        if free < NOTHING_MEGABYTES:
            yield finding("DOC041", path=str(folder), free=free)
        elif percent < LITTLE_PERCENT and free < LITTLE_MEGABYTES:
            yield finding("DOC040", path=str(folder), free=free, percent=percent)

    def _folder(self) -> Iterator[Finding]:
        data = self.settings.data
        if not data.is_dir():
            return  # nothing was ever started here, which the checks of the database tell
        for folder in (data, data / "files"):
            if folder.is_dir() and not os.access(folder, os.W_OK | os.X_OK):
                yield finding("DOC042", path=str(folder))
        mode = stat.S_IMODE(data.stat().st_mode)
        if mode & 0o007:
            yield finding("DOC043", path=str(data), mode=f"{mode:03o}")

    def _keys(self) -> Iterator[Finding]:
        if not self.settings.data.is_dir():
            return
        for name, setting in KEYS.items():
            if getattr(self.settings, setting):
                continue  # it does not lie in the folder
            path = self.settings.data / name
            if not path.is_file():
                yield finding("DOC045", path=str(path))
                continue
            mode = stat.S_IMODE(path.stat().st_mode)
            if mode & 0o077:
                yield finding("DOC044", path=str(path), mode=f"{mode:03o}")

    def _settings(self) -> Iterator[Finding]:
        settings = self.settings
        url = urlsplit(settings.address)
        is_open = settings.host not in LOCAL
        host = url.hostname or ""
        if host in LOCAL and is_open:
            yield finding("DOC090", url=settings.address)
        elif url.scheme == "http" and host not in LOCAL:
            yield finding("DOC091", url=settings.address)
        if settings.trusted_hosts and host and not _is_trusted(host, settings.trusted_hosts):
            yield finding("DOC095", host=host)
        elif not settings.trusted_hosts and (is_open or settings.base_url):
            yield finding("DOC092")
        if settings.demo:
            yield finding("DOC093")
        for name in ("webhook_loopback", "webhook_http"):
            if getattr(settings, name):
                yield finding("DOC094", name=name)
        if not settings.limits:
            yield finding("DOC094", name="limits")

    def _zone(self) -> Iterator[Finding]:
        name = self.settings.zone
        try:
            used = ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            yield finding("DOC130", zone=name)
            return
        packed = _packed(name)
        if packed is not None and not _agree(used, packed, self.clock.now()):
            yield finding("DOC131", zone=name, version=metadata.version("tzdata"))


def _is_trusted(host: str, trusted: tuple[str, ...]) -> bool:
    """Return whether pages for *host* are answered; a name with a dot in front stands for all below it."""
    return any(
        host == one or (one.startswith(".") and (host.endswith(one) or host == one[1:]))
        for one in trusted
    )


def _existing(folder: Path) -> Path:
    """Return the folder, or the nearest above it that is there."""
    path = folder.absolute()
    while not path.exists():
        path = path.parent
    return path


def _packed(name: str) -> ZoneInfo | None:
    """Return the zone as the package tzdata knows it."""
    try:
        place = resources.files("tzdata").joinpath("zoneinfo", *name.split("/"))
        with place.open("rb") as file:
            return ZoneInfo.from_file(file, key=name)
    except (OSError, ModuleNotFoundError, ValueError):
        return None


def _agree(one: ZoneInfo, other: ZoneInfo, now: datetime) -> bool:
    """Return whether both say the same for the coming two years, looked at each day."""
    days = (now + timedelta(days=number) for number in range(0, 731))
    return all(at.astimezone(one).utcoffset() == at.astimezone(other).utcoffset() for at in days)
