"""Keeps the processes of one machine going: starts them, starts again what dies, stops them in order."""

from __future__ import annotations

import ctypes
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

log = logging.getLogger(__name__)

TICK_SECONDS = 0.2
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 10.0
STEADY_SECONDS = 30.0
STOP_SECONDS = 9.0
_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of prctl(2)


@dataclass(slots=True, kw_only=True)
class Child:
    """One process to keep going, and how often it died lately."""

    name: str
    command: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    deaths: int = 0
    next_start: float = 0.0

    @property
    def is_running(self) -> bool:
        """Whether its process is alive."""
        return self.process is not None and self.process.poll() is None


@dataclass(slots=True, kw_only=True)
class Supervisor:
    """Runs *children* until it is asked to stop. Stopped are they in their order, together within ten seconds.

    environment: of every child. A child that dies is started again, at once at first and later after
    pauses of up to ten seconds; what it started itself is killed before.
    """

    children: Sequence[Child]
    environment: Mapping[str, str]
    _stopping: bool = field(default=False)

    def run(self) -> None:
        """Start everything, and return when it was stopped by SIGTERM or SIGINT."""
        for one in (signal.SIGTERM, signal.SIGINT):
            signal.signal(one, self._ask_to_stop)
        while not self._stopping:
            for child in self.children:
                self._look_after(child)
            time.sleep(TICK_SECONDS)
        self._stop()

    def _ask_to_stop(self, *_: object) -> None:
        self._stopping = True

    def _look_after(self, child: Child) -> None:
        now = time.monotonic()
        if child.is_running or self._stopping:
            return
        if child.process is not None:
            self._bury(child, now)
        if now >= child.next_start:
            self._start(child, now)

    def _bury(self, child: Child, now: float) -> None:
        assert child.process is not None
        lasted = now - child.started
        child.deaths = 1 if lasted > STEADY_SECONDS else child.deaths + 1
        pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (child.deaths - 1))
        code = child.process.returncode
        log.error("%s ended (%s) and is started again in %s s", child.name, code, pause)
        _kill_group(child.process.pid)
        child.process, child.next_start = None, now + pause

    def _start(self, child: Child, now: float) -> None:
        child.started = now
        child.process = subprocess.Popen(  # noqa: S603 - our own command
            child.command,
            env=dict(self.environment),
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=_die_with_parent,  # this process has one thread
        )
        log.info("%s runs as process %s", child.name, child.process.pid)

    def _stop(self) -> None:
        """Ask all to stop, the first of the list first; kill what is left after nine seconds."""
        until = time.monotonic() + STOP_SECONDS
        for child in self.children:
            if child.is_running and child.process is not None:
                child.process.terminate()
        for child in self.children:
            if child.process is None:
                continue
            try:
                child.process.wait(max(0.0, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                log.warning("%s did not stop in time and is killed", child.name)
            _kill_group(child.process.pid)
            child.process.wait()


def our_command(*arguments: str) -> list[str]:
    """Return the command line of another ``sopwith`` process, of this very Python."""
    return [sys.executable, "-m", "sopwith", *arguments]


def _kill_group(leader: int) -> None:
    """Kill what the leader of a group left behind."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)


def _die_with_parent() -> None:
    """Let the system stop this process when its parent dies; only Linux can."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_DEATH_SIGNAL, signal.SIGTERM)
