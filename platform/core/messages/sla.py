"""CAL...: calendars; SLA...: SLA policies."""

from __future__ import annotations

from .message import Message

SLA: dict[str, Message] = {}
