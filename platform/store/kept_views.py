"""The saved views whose members are kept: those whose condition depends on nothing but the record."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import Protocol

from sqlalchemy import Connection

from ..core.record import RecordState
from ..engine.scope import scope_of
from ..expressions import Expression
from ..expressions.tree import Name, walk
from ..release.model import Release, View

_BY_ZONE = frozenset({"date", "days_between"})
ANY_TYPE = "any"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptView:
    """One view whose members are marked. view: its id. name: with a digest of its condition, so that a new one begins anew."""

    view: str
    name: str
    record_type: str
    when: Expression | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewPlan:
    """The kept views of one release. id: the same for the same views, empty when there are none."""

    id: str
    views: tuple[KeptView, ...]

    def names_for(self, state: RecordState) -> tuple[str, ...]:
        """Return the names of the views that the record is in."""
        fitting = [one for one in self.views if one.record_type in (ANY_TYPE, state.type)]
        if not fitting:
            return ()
        scope = scope_of(state)
        return tuple(one.name for one in fitting if one.when is None or one.when.holds(scope))


class ViewPlans(Protocol):
    """Knows the plan of each release."""

    def plan(self, release_hash: str, connection: Connection | None = None) -> ViewPlan:
        """Return the kept views of the release."""


NO_VIEWS = ViewPlan(id="0", views=())


def plan_of(release: Release) -> ViewPlan:
    """Return which views of *release* are kept."""
    views = tuple(
        KeptView(view=one.id, name=kept_name(one), record_type=one.record_type, when=one.when)
        for one in sorted(release.views.values(), key=lambda one: one.id)
        if is_kept(one)
    )
    if not views:
        return NO_VIEWS
    text = "\n".join(one.name for one in views)
    return ViewPlan(id=sha256(text.encode()).hexdigest()[:16], views=views)


def is_kept(view: View) -> bool:
    """Return whether the members of *view* change only when the record does, the same for every reader."""
    return view.when is None or is_of_record_alone(view.when)


def is_of_record_alone(when: Expression) -> bool:
    """Return whether a condition says the same of a record at any time and in any zone."""
    if when.reads_time or when.functions & (_BY_ZONE | {"changed"}):
        return False
    return not any(
        isinstance(node, Name) and node.type.kind == "datetime" for node in walk(when.tree)
    )


def kept_name(view: View) -> str:
    """Return the name under which the members of *view* are marked."""
    said = f"{view.record_type}\n{view.when.to_text() if view.when else ''}"
    return f"view:{view.id}:{sha256(said.encode()).hexdigest()[:12]}"
