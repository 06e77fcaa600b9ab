"""Which rules were looked at in one command, which acted, and on which clause the others did not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..core.events import Event, EventKind
from ..core.record import RecordState
from ..expressions import Context, Trace
from ..release.model import Release
from ..rules.match import Happening
from ..rules.model import Rule
from .fold import apply, own_copy
from .happenings import happenings_of
from .scope import scope_of

MOST = 200  # rules that one explanation lists


@dataclass(frozen=True, slots=True, kw_only=True)
class Considered:
    """One rule that listened. failing: the innermost clauses that kept it from acting."""

    rule: Rule
    on: str
    fired: bool
    trace: Trace | None
    failing: tuple[Trace, ...] = ()


def considered(
    release: Release, before: RecordState | None, events: Sequence[Event], fired: frozenset[str]
) -> tuple[Considered, ...]:
    """Return every rule that listened to what *events* (those of one command, after *before*) brought about.

    fired: the rules that acted, as the command's explanation has them. A rule that did not act is
    explained on the values as they were once the person's own change was made.
    """
    state = own_copy(before) if before is not None else None
    found: dict[str, Considered] = {}
    snapshot: dict[str, Any] = {}
    pending: list[Happening] = []
    for event in events:
        state = apply(state, event)
        pending += happenings_of(event, state, {})
        if not snapshot and event.cause.kind != "command" and event.kind is not EventKind.STATE:
            snapshot = scope_of(state)
    if state is None:
        return ()
    scope = snapshot or scope_of(state)
    context = Context(now=events[-1].at if events else None, changed=_changed(events))
    index = release.rule_index.get(state.type)
    for happening in pending if index is not None else ():
        for rule in index.listening(happening.name) if index is not None else ():
            if rule.id in found or len(found) >= MOST:
                continue
            values = {**scope, "event": happening.event}
            trace = rule.when.explain(values, context) if rule.when is not None else None
            acted = rule.id in fired
            failing = trace.failing() if trace is not None and not acted else ()
            found[rule.id] = Considered(
                rule=rule, on=happening.name, fired=acted, trace=trace, failing=failing
            )
    return tuple(found.values())


def _changed(events: Sequence[Event]) -> frozenset[str]:
    names: set[str] = set()
    for event in events:
        if event.kind is EventKind.VALUES:
            names.update(event.body.get("changed", {}))
    return frozenset(names)
