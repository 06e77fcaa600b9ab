"""RUL...: rules; TBL...: decision tables; RTE...: routing; ACT...: actions; ACC...: rights."""

from __future__ import annotations

from .message import Message

RULES: dict[str, Message] = {}
