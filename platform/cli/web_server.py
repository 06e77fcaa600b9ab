"""The web server of one machine, kept going: when its process dies it is started again, soon at first and later then."""

from __future__ import annotations

import logging
import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

log = logging.getLogger(__name__)

PARENT = "_SOPWITH_WEB_PARENT"
"""The variable that names the process which waits to hear that the application is there."""

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 10.0
STEADY_SECONDS = 30.0
TICK_SECONDS = 0.1


class Serving(Protocol):
    """What serves: ``serve`` returns when it was asked to end, and raises SystemExit when its processes died."""

    interrupt_signal: bool

    def serve(self) -> None:
        """Serve until the end."""


@dataclass(slots=True, kw_only=True)
class Keeper:
    """Serves by the servers that *make* makes, one after the other.

    A server whose application never came up is not started again: the next would fail for the same reason.
    """

    make: Callable[[], Serving]
    _is_up: bool = field(default=False)

    def run(self) -> None:
        """Serve until SIGTERM or SIGINT; raises SystemExit when the application cannot start."""
        signal.signal(signal.SIGUSR1, self._hear)
        os.environ[PARENT] = str(os.getpid())
        deaths = 0
        while True:
            server, started = self.make(), time.monotonic()
            self._is_up = False
            try:
                server.serve()
            except SystemExit:
                if server.interrupt_signal or not self._is_up:
                    raise
            else:
                return
            deaths = 1 if time.monotonic() - started > STEADY_SECONDS else deaths + 1
            pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (deaths - 1))
            log.error("the web process ended and is started again in %s s", pause)
            if not _wait(server, pause):
                return

    def _hear(self, *_: object) -> None:
        self._is_up = True


def say_it_is_up() -> None:
    """Tell the process that keeps this one going that the application is there; without one say nothing."""
    if os.environ.get(PARENT) == str(os.getppid()):
        os.kill(os.getppid(), signal.SIGUSR1)


def _wait(server: Serving, seconds: float) -> bool:
    """Wait; return whether nobody asked for the end meanwhile, which the last server still hears."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if server.interrupt_signal:
            return False
        time.sleep(TICK_SECONDS)
    return not server.interrupt_signal
