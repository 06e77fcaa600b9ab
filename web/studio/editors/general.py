"""The editor of every kind that has none of its own: all that the kind's schema knows, as controls."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .controls import controls_at
from .subject import Subject


def view(subject: Subject) -> Mapping[str, Any]:
    """Return the controls of the whole definition."""
    controls = controls_at(subject.document.kind, subject.doc, (), without=("id",))
    return {
        "present": [one for one in controls if one.value is not None or one.required],
        "absent": [one for one in controls if one.value is None and not one.required],
    }
