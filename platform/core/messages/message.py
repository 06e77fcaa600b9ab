"""The form of one message."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Message:
    """The words of one code; ``{names}`` are filled from the finding's values."""

    en: str
    zh: str
    severity: Literal["error", "warning", "info"] = "error"
