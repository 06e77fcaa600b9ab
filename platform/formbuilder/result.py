"""What an evaluation answers, and what it may ask."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from ..core.decision import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldState:
    """How one field stands now.

    shown: by its own condition and that of its section. required, enabled: by their conditions.
    readable, writable: by the rights of the roles in this state. A page shows what is *shown*
    and *readable*, and lets people type where *enabled* and *writable* hold too.
    """

    id: str
    shown: bool = True
    required: bool = False
    enabled: bool = True
    readable: bool = True
    writable: bool = True

    @property
    def visible(self) -> bool:
        """Return whether the page shows the field."""
        return self.shown and self.readable

    @property
    def open(self) -> bool:
        """Return whether the person may type here."""
        return self.shown and self.enabled and self.writable


@dataclass(slots=True, kw_only=True)
class FormResult:
    """Everything one evaluation found out.

    values: clean values to store by field id; what is empty is not in it. changed: fields whose
    value differs from the present one; None where the person emptied one. removed: fields that
    had a value and lose it because they are hidden. problems: all of them, in the order of the
    form. states: by field id, cells of tables as ``items.2.price``. typed: what came in, for
    showing it again. unknown: keys that no field has; they were ignored.
    """

    values: dict[str, Any] = field(default_factory=dict)
    changed: dict[str, Any] = field(default_factory=dict)
    removed: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    states: dict[str, FieldState] = field(default_factory=dict)
    typed: Mapping[str, Any] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()

    @property
    def accepted(self) -> bool:
        """Return whether nothing is wrong."""
        return not self.problems


class Lookup(Protocol):
    """What only the store knows about ids that a person gave. Every answer is about this moment."""

    def file(self, file_id: str) -> Mapping[str, Any] | None:
        """Return ``name``, ``size`` (bytes) and ``type`` (media type) of a stored file, else None."""
        ...

    def user_exists(self, user_id: str) -> bool:
        """Return whether an active colleague has this id."""
        ...

    def is_member(self, user_id: str, team: str) -> bool:
        """Return whether this colleague belongs to *team*."""
        ...

    def team_exists(self, team_id: str) -> bool:
        """Return whether there is such a team."""
        ...

    def customer_exists(self, customer_id: str) -> bool:
        """Return whether there is such a customer."""
        ...
