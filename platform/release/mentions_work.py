"""What forms and workflows name."""

from __future__ import annotations

from collections.abc import Iterator

from ..core.span import Span
from ..core.text import Text
from ..formbuilder.model import Form
from ..workflows.model import ApprovalRule, Limit, Owner, State, Workflow
from .mentions import Mention, named, of_field, of_type, reads


def of_form(form: Form) -> Iterator[Mention]:
    """Yield what a form names."""
    yield from of_type(form.record_type, form.span)
    for section in form.sections:
        yield from reads(section.show, "show", section.title)
        for field in section.fields:
            yield from of_field(field)


def of_workflow(workflow: Workflow) -> Iterator[Mention]:
    """Yield what a workflow names."""
    yield from of_type(workflow.record_type, workflow.span)
    for role in sorted(workflow.cancel_by):
        yield Mention("role", role, "cancel", span=workflow.span)
    ends = (
        (workflow.start, "start"),
        (workflow.solved_state, "solved"),
        (workflow.reopen_to, "reopen"),
        (workflow.cancelled, "cancelled"),
        (workflow.merged, "merged"),
    )
    for state, how in ends:
        yield from named([("state", state)], how, Text(), workflow.span)
    for one in workflow.states.values():
        yield from _of_state(one)


def _of_state(state: State) -> Iterator[Mention]:
    part = state.title or Text(state.id, state.id)
    yield from of_owner(state.owner, part, state.span)
    yield from of_limit(state.limit, part, state.span)
    yield from named([("form", state.form)], "form", part, state.span)
    for item in state.checklist:
        yield from reads(item.required_when, "checklist", part)
    for way in state.go:
        yield from reads(way.when, "condition", part)
        yield from named([("state", way.to)], "way", part, way.span)
        yield from named((("field", name) for name in way.ask), "ask", part, way.span)
        yield from named((("role", role) for role in sorted(way.by)), "way", part, way.span)
    yield from named([("state", state.on_customer_reply)], "reply", part, state.span)
    if state.approval is not None:
        yield from _of_approval(state.approval, part, state.span)
    if state.parallel is not None:
        yield from named([("state", state.parallel.then)], "way", part, state.span)
        for branch in state.parallel.branches:
            yield from of_owner(branch.owner, branch.title, branch.span)
            yield from of_limit(branch.limit, branch.title, branch.span)
            yield from named([("form", branch.form)], "task", branch.title, branch.span)
            yield from reads(branch.when, "condition", branch.title)


def _of_approval(rule: ApprovalRule, part: Text, span: Span) -> Iterator[Mention]:
    yield from reads(rule.skip_when, "condition", part)
    yield from named([("state", rule.approved), ("state", rule.rejected)], "way", part, span)
    for approver in rule.approvers:
        yield from reads(approver.when, "condition", part)
        pairs = (
            ("role", approver.role),
            ("role", approver.deputy),
            ("team", approver.team),
            ("field", approver.user_field),
        )
        yield from named(pairs, "approver", part, approver.span)


def of_owner(owner: Owner | None, part: Text, span: Span) -> Iterator[Mention]:
    """Yield what an owner is named by."""
    if owner is None:
        return
    pairs = (
        ("routing", owner.routing),
        ("team", owner.team),
        ("field", owner.user_field),
        ("role", owner.role),
    )
    yield from named(pairs, "owner", part, span)


def of_limit(limit: Limit | None, part: Text, span: Span) -> Iterator[Mention]:
    """Yield what a limit is counted by."""
    if limit is None:
        return
    yield from named([("calendar", limit.calendar)], "limit", part, span)
    if limit.cells:
        yield Mention("field", limit.by, "limit", part, span)
