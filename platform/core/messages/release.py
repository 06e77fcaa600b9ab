"""REL...: references across definitions, record types, teams, views."""

from __future__ import annotations

from .message import Message

RELEASE: dict[str, Message] = {}
