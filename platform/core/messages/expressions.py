"""EXP...: the condition language."""

from __future__ import annotations

from .message import Message

EXPRESSIONS: dict[str, Message] = {}
