"""WFL...: workflows."""

from __future__ import annotations

from .message import Message

WORKFLOWS: dict[str, Message] = {}
