"""One definition as it stands in a file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..core.span import Span
from .node import Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One definition: a mapping with a kind and an id; both are empty text when missing."""

    path: str
    node: Node
    kind: str
    id: str

    @property
    def key(self) -> tuple[str, str]:
        """Return kind and id, by which everything else refers to this document."""
        return (self.kind, self.id)

    @property
    def span(self) -> Span:
        """Return where the document stands in its file."""
        return self.node.span

    @property
    def value(self) -> dict[str, Any]:
        """Return the document as a plain JSON value."""
        value: dict[str, Any] = self.node.value
        return value

    @property
    def text(self) -> str:
        """Return the source text of the document, from its first key to its last value."""
        return self.node.raw
