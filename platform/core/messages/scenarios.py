"""SCN...: scenarios."""

from __future__ import annotations

from .message import Message

SCENARIOS: dict[str, Message] = {}
