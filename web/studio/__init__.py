"""The studio: where administrators change definitions, as drafts, and publish them."""

from __future__ import annotations

from . import define as _define
from . import drafts as _drafts
from . import editing as _editing
from . import making as _making
from . import publishing as _publishing
from . import workbench as _workbench
from .blueprint import blueprint as studio

__all__ = ["studio"]

_ = (_define, _drafts, _editing, _making, _publishing, _workbench)  # each adds its pages
