"""FRM...: form definitions; VAL...: what a person filled in."""

from __future__ import annotations

from .message import Message

FORMS: dict[str, Message] = {}
