"""Floor 1: documents with positions, splicing edits, schemas, packs."""

from __future__ import annotations

from .blocks import Expansion, Use, expand
from .document import Document
from .folders import FolderError, read_folder
from .kinds import KINDS
from .limits import LIMITS, Limits
from .node import Node
from .packs import Pack, duplicates, expand_pack, load_pack, required_packs
from .reader import IDENTIFIER, NAME, Reader
from .reading import read_nodes, read_text, tidy
from .settling import settle
from .shapes import schema_findings, schema_for, schemas, without_echoes
from .source import Source, splice

__all__ = [
    "IDENTIFIER",
    "KINDS",
    "LIMITS",
    "NAME",
    "Document",
    "Expansion",
    "FolderError",
    "Limits",
    "Node",
    "Pack",
    "Reader",
    "Source",
    "Use",
    "duplicates",
    "expand",
    "expand_pack",
    "load_pack",
    "read_folder",
    "read_nodes",
    "read_text",
    "required_packs",
    "schema_findings",
    "schema_for",
    "schemas",
    "settle",
    "splice",
    "tidy",
    "without_echoes",
]
