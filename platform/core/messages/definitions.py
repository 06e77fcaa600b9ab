"""YAML...: reading documents; DEF...: their shape; PCK...: packs."""

from __future__ import annotations

from .message import Message

DEFINITIONS: dict[str, Message] = {}
