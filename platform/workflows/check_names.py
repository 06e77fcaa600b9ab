"""Whether everything a workflow names exists."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..core.diagnostics import Diagnostic, Fix
from ..core.guess import guess
from ..core.roles import BUILT_IN_ROLES
from ..core.span import Span
from ..definitions.references import References
from .graph import PREVIOUS
from .model import Limit, Owner, State, Workflow

_CODES = {
    "state": "WFL020",
    "form": "WFL021",
    "team": "WFL022",
    "role": "WFL023",
    "routing": "WFL024",
    "calendar": "WFL025",
    "field": "WFL026",
    "user": "WFL027",
    "record_type": "WFL028",
}
_OPTIONAL = frozenset({"user", "record_type"})  # checked only where the caller knows them
_ALWAYS_THERE = {
    "role": BUILT_IN_ROLES,
    "field": frozenset({"title", "description", "priority"}),
}
Path = tuple[str | int, ...]
Mention = tuple[str, str | None, Path]  # kind, id, where it is written


def check_names(workflow: Workflow, references: References) -> Iterator[Diagnostic]:
    """Yield a finding, with a guess, for every name that stands for nothing."""
    states = frozenset(workflow.states)
    for kind, name, path in _mentions(workflow):
        if not name:
            continue
        if kind in _OPTIONAL and kind not in references.ids:
            continue
        known = references.ids.get(kind, frozenset()) | _ALWAYS_THERE.get(kind, frozenset())
        if kind == "state":
            known = states
        if name not in known:
            yield _unknown(_CODES[kind], workflow.place(*path), name, sorted(known))


def _unknown(code: str, span: Span, name: str, known: Iterable[str]) -> Diagnostic:
    values: dict[str, str | int] = {"word": name}
    meant = guess(name, known)
    if meant is None:
        return Diagnostic(span=span, code=code, values=values)
    values["guess"] = meant
    plain = span.end_line == span.line and span.end_column - span.column == len(name)
    fix = Fix(span=span, text=meant) if plain else None
    return Diagnostic(span=span, code=code, values=values, fix=fix)


def _mentions(workflow: Workflow) -> Iterator[Mention]:
    """Yield every name in the workflow."""
    yield "record_type", workflow.record_type, ("record_type",)
    yield "state", workflow.start, ("start",)
    yield "state", workflow.solved_state, ("solved",)
    yield "state", workflow.reopen_to, ("reopen", "to")
    yield "state", workflow.cancelled, ("cancelled",)
    yield "state", workflow.merged, ("merged",)
    yield from _each("role", workflow.cancel_by, ("cancel_by",), workflow)
    for name in workflow.pins:
        yield "state", name, ("layout", name)
    for state in workflow.states.values():
        yield from _in_state(workflow, state, ("states", state.id))


def _in_state(workflow: Workflow, state: State, at: Path) -> Iterator[Mention]:
    yield "form", state.form, (*at, "form")
    yield from _in_owner(state.owner, (*at, "owner"))
    yield from _in_limit(state.limit, (*at, "limit"))
    if state.on_customer_reply != PREVIOUS:
        yield "state", state.on_customer_reply, (*at, "on_customer_reply")
    for number, way in enumerate(state.go):
        place = (*at, "go", number)
        yield "state", way.to, (*place, "to")
        yield from _each("role", way.by, (*place, "by"), workflow)
        yield from _each("field", way.ask, (*place, "ask"), workflow)
    yield from _in_approval(state, at)
    for number, branch in enumerate(state.parallel.branches if state.parallel else ()):
        place = (*at, "branches", number)
        yield "form", branch.form, (*place, "form")
        yield from _in_owner(branch.owner, (*place, "owner"))
        yield from _in_limit(branch.limit, (*place, "limit"))
    if state.parallel is not None:
        yield "state", state.parallel.then, (*at, "then")


def _in_approval(state: State, at: Path) -> Iterator[Mention]:
    rule = state.approval
    if rule is None:
        return
    for number, approver in enumerate(rule.approvers):
        place = (*at, "approvers", number)
        yield "role", approver.role, (*place, "role")
        yield "user", approver.user, (*place, "user")
        yield "team", approver.team, (*place, "team")
        yield "field", approver.user_field, (*place, "user_field")
        yield "role", approver.deputy, (*place, "deputy")
    yield "state", rule.approved, (*at, "approved")
    yield "state", rule.rejected, (*at, "rejected")


def _in_owner(owner: Owner | None, at: Path) -> Iterator[Mention]:
    if owner is not None:
        yield "routing", owner.routing, (*at, "routing")
        yield "team", owner.team, (*at, "team")
        yield "field", owner.user_field, (*at, "user_field")
        yield "role", owner.role, (*at, "role")


def _in_limit(limit: Limit | None, at: Path) -> Iterator[Mention]:
    if limit is not None:
        yield "calendar", limit.calendar, (*at, "calendar")


def _each(kind: str, names: Iterable[str], at: Path, workflow: Workflow) -> Iterator[Mention]:
    """Yield each name of a list with its own place in the list as it is written."""
    node = workflow.source.at(at) if workflow.source is not None else None
    written = [child.words for child in node.children] if node and node.kind == "list" else []
    for name in sorted(names):
        yield kind, name, (*at, written.index(name)) if name in written else at
