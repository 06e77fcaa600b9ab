"""A clock and ids that tests set themselves."""

from __future__ import annotations

from datetime import datetime, timedelta

from tests.support.samples import NOW


class FixedClock:
    """Stands still until it is moved."""

    def __init__(self, at: datetime = NOW) -> None:
        self.at = at
        self.steady = 1000.0

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.steady

    def move(self, **amount: float) -> None:
        """Let time pass."""
        step = timedelta(**amount)
        self.at += step
        self.steady += step.total_seconds()


class CountingIds:
    """Ids that can be foretold."""

    def __init__(self) -> None:
        self.count = 0

    def new_id(self) -> str:
        self.count += 1
        return f"{self.count:032x}"

    def secret(self) -> str:
        self.count += 1
        return f"secret-{self.count}"
