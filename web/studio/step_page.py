"""What a step of the set-up answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Facts = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """How a step went. errors: by field; facts: for its page, when it shall be shown again. notes: to be kept. then: the step to go to."""

    errors: Mapping[str, str] = field(default_factory=dict)
    facts: Facts = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)
    then: str = ""
