"""The real clock, and new ids."""

from __future__ import annotations

import secrets
import threading
import time
from datetime import UTC, datetime


class SystemClock:
    """The clock of this machine. Beside a database with a clock of its own, that one says what is due."""

    is_of_machine = True

    def now(self) -> datetime:
        """Return the present instant in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Return seconds that only ever go forward."""
        return time.monotonic()


class RandomIds:
    """UUIDv7 ids that never go backwards within this process, and secrets of the system's generator."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = 0

    def new_id(self) -> str:
        """Return 48 bits of milliseconds, then a counter in the fraction's place, then 62 random bits."""
        return uuid7(self._tick(), secrets.randbits(62))

    def secret(self) -> str:
        """Return 32 random bytes in URL-safe base 64."""
        return secrets.token_urlsafe(32)

    def _tick(self) -> int:
        """Return the time in 4096ths of a millisecond, always later than the last."""
        now = time.time_ns() * 4096 // 1_000_000
        with self._lock:
            self._last = max(now, self._last + 1)
            return self._last


def uuid7(tick: int, noise: int) -> str:
    """Return the UUIDv7 of *tick* (4096ths of a millisecond since 1970) and 62 bits of *noise*."""
    milliseconds, fraction = divmod(tick, 4096)
    value = (milliseconds & (1 << 48) - 1) << 80 | 0x7 << 76 | fraction << 64 | 0b10 << 62 | noise
    return f"{value:032x}"
