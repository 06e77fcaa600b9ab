"""All pages of the administration: importing this puts them on the blueprint."""

from __future__ import annotations

from . import (
    customers,
    definitions,
    destinations,
    health,
    jobs,
    layout,
    mail,
    overview,
    people,
    personal,
    safety,
)
from .blueprint import blueprint

__all__ = ["blueprint", "customers", "definitions", "destinations", "health", "jobs", "layout", "mail", "overview", "people", "personal", "safety"]  # fmt: skip
