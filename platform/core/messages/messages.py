"""MSG...: message templates; SVY...: surveys."""

from __future__ import annotations

from .message import Message

MESSAGE_TEMPLATES: dict[str, Message] = {}
