"""ENG...: why a command was refused, and incidents of automation."""

from __future__ import annotations

from .message import Message

ENGINE: dict[str, Message] = {}
