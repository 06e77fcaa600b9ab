"""Plans of kept views for tests."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any, cast

from sopwith.core.span import NOWHERE
from sopwith.core.text import Text
from sopwith.expressions import Schema, compile_expression
from sopwith.expressions.types import Type
from sopwith.release.model import Release, View
from sopwith.store.kept_views import ViewPlan, plan_of


def plan_with(
    view_id: str, when: str, types: Mapping[str, Type], *, title: Text | None = None
) -> ViewPlan:
    """Return the plan of a release with one view."""
    expression, found = compile_expression(when, Schema(fields=types), NOWHERE)
    assert expression is not None, found
    view = View(id=view_id, title=title or Text("A", "甲"), record_type="any", when=expression)
    release: Any = SimpleNamespace(views={view_id: view})
    return plan_of(cast(Release, release))
