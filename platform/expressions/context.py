"""What an evaluation may know besides the values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """The situation of one evaluation.

    now: an aware time. zone: decides on which day an instant falls. changed: the fields that
    this command changed. business_seconds: working time between two instants; without it
    working time is calendar time.
    """

    now: datetime | None = None
    zone: str = "UTC"
    changed: frozenset[str] = frozenset()
    business_seconds: Callable[[datetime, datetime], int] | None = None


EMPTY = Context()
