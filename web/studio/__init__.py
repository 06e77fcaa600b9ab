"""The studio: where administrators change definitions, as drafts, and publish them."""

from __future__ import annotations

from . import arrivals as _arrivals
from . import completion as _completion
from . import conditions as _conditions
from . import coverage as _coverage
from . import coverage_canvas as _coverage_canvas
from . import define as _define
from . import drafts as _drafts
from . import editing as _editing
from . import form_import as _form_import
from . import form_preview as _form_preview
from . import making as _making
from . import moves as _moves
from . import publishing as _publishing
from . import refactoring as _refactoring
from . import removing as _removing
from . import trying as _trying
from . import versions as _versions
from . import workbench as _workbench
from . import workflow_gestures as _workflow_gestures
from . import written_languages as _written_languages
from .blueprint import blueprint as studio

__all__ = ["studio"]

_ = (
    _form_import,
    _form_preview,
    _arrivals,
    _completion,
    _conditions,
    _coverage,
    _coverage_canvas,
    _define,
    _drafts,
    _editing,
    _making,
    _moves,
    _publishing,
    _refactoring,
    _removing,
    _trying,
    _versions,
    _workbench,
    _workflow_gestures,
    _written_languages,
)  # each adds its pages
