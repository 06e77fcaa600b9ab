"""Die on purpose at a named point, to prove that nothing is lost there."""

from __future__ import annotations

import os
import signal
import threading

POINTS = frozenset(
    {
        "api:written",
        "api:committed",
        "file:stored",
        "file:written",
        "handle:written",
        "handle:committed",
        "create:written",
        "create:committed",
        "publish:written",
        "publish:committed",
        "rollback:written",
        "rollback:committed",
        "move:planned",
        "move:listed",
        "move:written",
        "move:committed",
        "housekeeping:written",
        "beat:written",
        "backup:written",
        "restore:written",
        "erase:written",
        "claim:taken",
        "claim:committed",
        "job:started",
        "mail:before_call",
        "mail:after_call",
        "webhook:before_call",
        "webhook:after_call",
        "finish:deleted",
        "finish:committed",
        "notice:written",
        "sweep:written",
        "retry:written",
        "dead:written",
    }
)
"""Every place in which a server may be killed by a test."""

_lock = threading.Lock()
_passes = 0


def crash_point(name: str) -> None:
    """Kill this process with SIGKILL if ``SOPWITH_CRASH_AT`` is ``<name>@<n>`` and this is the nth pass.

    Without the variable, which only tests set, this does nothing.
    """
    wanted = os.environ.get("SOPWITH_CRASH_AT")
    if wanted is None:
        return
    place, _, count = wanted.rpartition("@")
    if place == name and _pass_number() == int(count):
        os.kill(os.getpid(), signal.SIGKILL)


def _pass_number() -> int:
    global _passes  # one process, one wanted point
    with _lock:
        _passes += 1
        return _passes
