"""All operations of the API, in the order of the document: importing this adds them to the blueprint."""

from __future__ import annotations

from . import definitions, documents, history, records, tokens, uploads, work
from .blueprint import api

__all__ = ["api", "definitions", "documents", "history", "records", "tokens", "uploads", "work"]
