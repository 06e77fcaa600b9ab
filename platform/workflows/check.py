"""What a workflow means: names, duties, soundness."""

from __future__ import annotations

from collections.abc import Iterator

from ..core.diagnostics import Diagnostic
from ..core.record import Category
from ..core.span import Span
from ..definitions.references import References
from ..expressions import Duration
from .check_names import check_names
from .model import ApprovalRule, State, Workflow
from .soundness import check_soundness

MANY_STATES = 12
MANY_APPROVALS = 2
_UNSETTLED = frozenset({Category.OPEN, Category.WAITING})


def check_workflow(workflow: Workflow, references: References) -> tuple[Diagnostic, ...]:
    """Return every finding about names, duties and soundness, in source order.

    references: the ids of ``form team role routing calendar field``; also ``user`` and
    ``record_type`` where known, and ``entered_by_rule``: states that automation rules lead to.
    """
    found = [*check_names(workflow, references), *_check_workflow(workflow)]
    for state in workflow.states.values():
        found += _check_duties(workflow, state)
        if state.approval is not None:
            found += _check_approval(workflow, state, state.approval)
    found += _check_approval_chain(workflow)
    found += check_soundness(workflow, references.ids.get("entered_by_rule", frozenset()))
    return tuple(sorted(found, key=lambda item: (item.span.line, item.span.column)))


def _check_workflow(workflow: Workflow) -> Iterator[Diagnostic]:
    purpose = (("goal", workflow.goal), ("scope", workflow.scope))
    absent: dict[Span, list[str]] = {}  # both may be shown at one place: then it is one finding
    for key, text in purpose:
        if not text:
            absent.setdefault(workflow.place(key), []).append(key)
    for span, keys in absent.items():
        yield Diagnostic(span=span, code="WFL030", values={"key": ", ".join(keys)})
    if workflow.cancel_by and not workflow.cancelled:
        yield Diagnostic(span=workflow.place("cancel_by"), code="WFL040")
    count = len(
        workflow.states.keys() - {workflow.cancelled, workflow.merged}
    )  # every process has these two
    if count > MANY_STATES:
        values: dict[str, str | int] = {"count": count, "limit": MANY_STATES}
        yield Diagnostic(span=workflow.place("states"), code="WFL035", values=values)
    for key, name in (("cancelled", workflow.cancelled), ("merged", workflow.merged)):
        state = workflow.states.get(name or "")
        if state is not None and state.category is not Category.CLOSED:
            values = {"key": key, "state": state.id, "category": str(state.category)}
            yield Diagnostic(span=workflow.place(key), code="WFL038", values=values)
    for path, name in ((("start",), workflow.start), (("reopen", "to"), workflow.reopen_to)):
        state = workflow.states.get(name or "")
        if state is not None and state.category not in _UNSETTLED:
            values = {"state": state.id, "category": str(state.category)}
            yield Diagnostic(span=workflow.place(*path), code="WFL039", values=values)


def _check_duties(workflow: Workflow, state: State) -> Iterator[Diagnostic]:
    """No record without an owner and a next deadline; words for whoever sees the state."""
    missing = []
    if state.category in _UNSETTLED:
        if state.owner is None:
            missing.append(("owner", "WFL031"))
        if state.limit is None:
            missing.append(("limit", "WFL032"))
    if state.category is Category.WAITING and not state.waits_for:
        missing.append(("waits_for", "WFL033"))
    if state.customer_step and not state.customer_title:
        missing.append(("customer_title", "WFL034"))
    for key, code in missing:
        node = workflow.source.at(("states", state.id, key)) if workflow.source else None
        if node is None or node.value is None:  # a wrong value has its own finding
            span = workflow.place("states", state.id)
            yield Diagnostic(span=span, code=code, values={"state": state.id})


def _check_approval(workflow: Workflow, state: State, rule: ApprovalRule) -> Iterator[Diagnostic]:
    at = ("states", state.id)
    if rule.timeout_after is None:
        if not _is_written(workflow, *at, "timeout"):
            yield Diagnostic(span=workflow.place(*at), code="WFL060", values={"state": state.id})
    elif rule.timeout_to == "deputy":
        for number, approver in enumerate(rule.approvers):
            if approver.deputy is None:
                span = workflow.place(*at, "approvers", number)
                yield Diagnostic(span=span, code="WFL061")
    remind, after = rule.remind_after, rule.timeout_after
    if remind is not None and after is not None and _is_later(remind, after):
        values = {"remind": str(remind), "after": str(after)}
        span = workflow.place(*at, "remind")
        yield Diagnostic(span=span, code="WFL062", values=values)


def _is_written(workflow: Workflow, *path: str | int) -> bool:
    return workflow.source is not None and workflow.source.at(path) is not None


def _is_later(one: Duration, other: Duration) -> bool:
    """Return whether *one* is surely not shorter; different kinds of time do not compare."""
    if one.business != other.business or bool(one.days) != bool(other.days):
        return False
    return (one.days, one.seconds) >= (other.days, other.seconds)


def _check_approval_chain(workflow: Workflow) -> Iterator[Diagnostic]:
    """Warn where more than two people have to decide one after the other."""
    approvals = {s.id: s.approval for s in workflow.states.values() if s.approval is not None}
    followed = {rule.approved for rule in approvals.values()}
    for name in approvals:
        if name in followed and not _follows_itself(name, approvals):
            continue
        count, seen, here = 0, set[str](), name
        while here in approvals and here not in seen:
            seen.add(here)
            rule = approvals[here]
            count += len(rule.approvers) if rule.mode == "in_turn" else 1
            here = rule.approved
        if count > MANY_APPROVALS:
            span = workflow.place("states", name)
            values = {"count": count, "limit": MANY_APPROVALS}
            yield Diagnostic(span=span, code="WFL036", values=values)


def _follows_itself(name: str, approvals: dict[str, ApprovalRule]) -> bool:
    seen: set[str] = set()
    here = approvals[name].approved
    while here in approvals and here not in seen:
        if here == name:
            return True
        seen.add(here)
        here = approvals[here].approved
    return False
