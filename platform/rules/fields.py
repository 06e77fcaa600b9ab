"""What the checks ask of the fields of forms, which live on this floor too."""

from __future__ import annotations

from typing import Protocol

UNSETTABLE = frozenset({"computed", "heading"})
"""Types of fields that hold nothing a rule could write."""


class FieldLike(Protocol):
    """A field, as far as the checks look at it."""

    @property
    def type(self) -> str:
        """Return the type of the field."""
        ...
