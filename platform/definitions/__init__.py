"""Floor 1: documents with positions, splicing edits, schemas, packs."""

from __future__ import annotations

from .document import Document
from .limits import LIMITS, Limits
from .node import Node
from .reader import IDENTIFIER, Reader
from .reading import read_text, tidy
from .source import Source, splice

__all__ = [
    "IDENTIFIER",
    "LIMITS",
    "Document",
    "Limits",
    "Node",
    "Reader",
    "Source",
    "read_text",
    "splice",
    "tidy",
]
