"""The lanes in which jobs wait: none can hold up another, and what hurries has one of its own."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from enum import IntEnum
from typing import Any

from ..store.claims import BULK, INSIDE, MAIL, URGENT, WEB


class Lane(IntEnum):
    """Jobs that wait for the same thing share a lane; each lane has its own hands."""

    INSIDE = INSIDE  # timers, commands, notices: our own database only
    MAIL = MAIL  # mails that nobody waits for by the minute
    WEB = WEB  # webhooks
    URGENT = URGENT  # mails about promises, escalations and passwords
    BULK = BULK  # rounds over many records, housekeeping: our own database, behind all else


IN_DATABASE = frozenset({Lane.INSIDE, Lane.BULK})
"""Lanes whose jobs touch nothing but our own database: those claimed together are done together."""

LEASE = timedelta(seconds=60)
"""How long a claim holds before the job is begun."""

LEASES: Mapping[Lane, timedelta] = {
    Lane.INSIDE: LEASE,
    Lane.MAIL: timedelta(minutes=5),
    Lane.WEB: timedelta(seconds=90),
    Lane.URGENT: timedelta(minutes=5),
    Lane.BULK: LEASE,
}
"""How long it holds from then on: longer than the slowest call can take."""

_INSIDE_WAITS = (1, 5, 15, 60, 120, 300, 600, 1800, 3600)
_MAIL_WAITS = (10, 60, 300, 900, 1800, 3600, 7200, 14_400, 28_800)
_WEB_WAITS = (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
WAITS: Mapping[Lane, tuple[int, ...]] = {
    Lane.INSIDE: _INSIDE_WAITS,
    Lane.MAIL: _MAIL_WAITS,
    Lane.WEB: _WEB_WAITS,
    Lane.URGENT: _MAIL_WAITS,
    Lane.BULK: _INSIDE_WAITS,
}
"""Seconds until a job is tried again, after its first try, its second, and so on."""

_URGENT = frozenset({"due_soon", "breached", "escalated"})
_BEHIND = frozenset(
    {"sweep", "housekeeping", "search", "erase", "retention", "seal", "remark", "move", "move_one"}
)


def lane_of(kind: str, payload: Mapping[str, Any] | None = None) -> Lane:
    """Return the lane in which a job of *kind* waits. payload: says more, such as what a mail is about."""
    if kind in ("mail", "digest"):
        return Lane.URGENT if payload and payload.get("about") in _URGENT else Lane.MAIL
    if kind == "webhook":
        return Lane.WEB
    if kind in _BEHIND:
        return Lane.BULK
    if kind == "command" and payload and payload.get("command") == "run_rule":
        return Lane.BULK
    return Lane.INSIDE
