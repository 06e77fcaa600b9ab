"""Commands that time, deliveries and other records bring."""

from __future__ import annotations

from ..core import commands as c
from ..core.events import Cause, EventKind
from ..rules.match import Happening
from .approvals import remind, time_out
from .calls import climb
from .draft import Draft
from .rounds import fire
from .timers import occasion, trigger_of, wanted


def timer_fired(draft: Draft, command: c.TimerFired) -> None:
    """Act on a timer that is still wanted; a stale one does nothing (clocks were caught up already)."""
    kind, _, name = command.key.partition(":")
    if kind == "sla":
        return
    due = wanted(draft.release, draft.record_type, draft.state).get(command.key)
    if due is None or due > draft.now:
        return
    rule = draft.place.approval
    if kind == "rule":
        _timed_rule(draft, name)
    elif kind == "approval" and rule is not None:
        time_out(draft, rule, int(name))
    elif kind == "remind":
        remind(draft, int(name))
    elif kind == "call":
        climb(draft, name)


def _timed_rule(draft: Draft, rule_id: str) -> None:
    rule = draft.release.rules.get(rule_id)
    trigger = trigger_of(rule, draft.state) if rule else None
    if rule is None or trigger is None:
        return
    happening = Happening(f"{trigger.kind}:{rule.id}", {"kind": trigger.kind})
    scope = {**draft.scope(), "event": happening.event}
    stamp = occasion(rule, trigger, draft.state)
    if rule.when is None or rule.when.holds(scope, draft.context()):
        fire(draft, rule, happening, scope, stamp)
    else:
        draft.emit(
            EventKind.RULE,
            {"rule": rule.id, "occasion": stamp, "outcome": "not_met"},
            Cause("timer", rule.id),
        )


def run_rule(draft: Draft, command: c.RunRule) -> None:
    """Let an ``every`` rule act on this record, once in each round."""
    rule = draft.release.rules.get(command.rule)
    if rule is None or rule.id in draft.record_type.without:
        return
    if draft.state.fired.get(rule.id) == command.round:
        return
    happening = Happening(f"every:{rule.id}", {"kind": "every"})
    scope = {**draft.scope(), "event": happening.event}
    if rule.when is None or rule.when.holds(scope, draft.context()):
        fire(draft, rule, happening, scope, command.round)


def delivered(draft: Draft, command: c.Delivered) -> None:
    """Note how a delivery ended."""
    draft.emit(
        EventKind.DELIVERED,
        {
            "key": command.key,
            "kind": command.kind,
            "target": command.target,
            "outcome": command.outcome,
            "error": command.error[:500],
        },
    )


def link_closed(draft: Draft, command: c.LinkClosed) -> None:
    """Let rules know that a record which came out of this one was closed."""
    if any(link.record == command.record for link in draft.state.links):
        draft.happen("link:closed", {"to": command.kind, "outcome": command.state})
