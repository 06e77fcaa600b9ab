"""When people work, for made-up lives."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from .chance import Chance

OPENS, CLOSES = 9, 18
SATURDAY = 5


def next_office_time(at: datetime, zone: str, chance: Chance) -> datetime:
    """Return *at* if somebody is in the office then, else some minutes after the next morning's opening."""
    local = at.astimezone(ZoneInfo(zone))
    if local.hour >= CLOSES:
        local = _morning(local + timedelta(days=1), chance)
    elif local.hour < OPENS:
        local = _morning(local, chance)
    while local.weekday() >= SATURDAY and chance.random() < 0.95:
        local = _morning(local + timedelta(days=1), chance)
    return max(at, local.astimezone(at.tzinfo))


def _morning(local: datetime, chance: Chance) -> datetime:
    return local.replace(hour=OPENS, minute=0, second=0, microsecond=0) + timedelta(
        seconds=chance.randrange(3600)
    )
