"""The state of a record as one text, and back; with a number that names its format."""

from __future__ import annotations

import json
from typing import Any

from ..core.plain import from_plain, to_plain
from ..core.record import RecordState
from .columns import dump_json

FORMAT = 1


def dump_state(state: RecordState) -> str:
    """Return *state* as JSON text; raises ValueError for numbers that JSON does not know."""
    return dump_json({"format": FORMAT, **to_plain(state)})


def load_state(text: str) -> RecordState:
    """Return the state that ``dump_state`` wrote; raises ValueError for a format of the future."""
    data: dict[str, Any] = json.loads(text)
    found = data.pop("format")
    if found != FORMAT:
        raise ValueError(f"this record was saved in format {found}; update Sopwith to read it")
    return from_plain(RecordState, data)
