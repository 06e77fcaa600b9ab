"""Rules, workflow and clocks until nothing more follows, within a budget."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import repeat
from typing import Any

from ..core.events import Cause, Event, EventKind
from ..core.plain import to_plain
from ..expressions import Duration
from ..rules.match import Happening
from ..rules.model import Rule
from ..sla.clocks import ClockChange, Facts, Limits, Times, advance, due_changes
from ..sla.ticking import seconds_of
from ..workflows.step import limit_for
from .actions import act
from .draft import HUMAN, Draft
from .moves import move_on
from .owners import own_state

MAX_FIRINGS = 25  # rules that one command may set off
MAX_MOVES = 10  # steps that the workflow may take by itself for one command


@dataclass(slots=True)
class _Budget:
    """What automation has used up in this decision."""

    firings: int = 0
    moves: int = 0
    chain: list[str] = field(default_factory=list)


def catch_up(draft: Draft) -> None:
    """Write down the warnings and breaches that came due before this command, each at its own instant."""
    times = Times(by_id=draft.release.working_time)
    write_clocks(draft, due_changes(draft.state.clocks, draft.now, times))


def settle(draft: Draft) -> None:
    """Let everything follow that follows: rules in rounds, the workflow's own steps, the owner, the clocks."""
    budget = _Budget()
    while True:
        if draft.pending:
            if not _round(draft, budget):
                draft.take_pending()
                break
        elif budget.moves < MAX_MOVES and move_on(draft):
            budget.moves += 1
        elif draft.awaits_owner:
            own_state(draft, Cause("workflow", draft.state.state))
        elif not _set_clocks(draft):
            break
    if budget.moves >= MAX_MOVES:
        _stop(draft, "ENG111", draft.place.title.en or draft.state.state)
    if draft.awaits_owner:
        own_state(draft, Cause("workflow", draft.state.state))
    _set_clocks(draft)
    draft.take_pending()


def _round(draft: Draft, budget: _Budget) -> bool:
    """Run the rules on what is pending, all on one snapshot; False when the budget is used up."""
    pending = draft.take_pending()
    scope, context = draft.scope(), draft.context()
    index = draft.release.rule_index[draft.record_type.id]
    done: set[str] = set()
    if len(pending) == 1:
        [one] = pending
        found: Iterable[tuple[Rule, Happening]] = zip(
            index.rules_for(one, scope, context), repeat(one)
        )
    else:
        found = index.matching(pending, scope, context)
    for rule, happening in found:
        if rule.id in done or (rule.once and rule.id in draft.state.fired):
            continue
        if not _recently(draft, rule):
            continue
        if budget.firings >= MAX_FIRINGS:
            _stop(draft, "ENG110", _cycle(budget.chain))
            return False
        done.add(rule.id)
        budget.firings += 1
        budget.chain.append(rule.id)
        fire(draft, rule, happening, {**scope, "event": happening.event})
    return True


def fire(
    draft: Draft, rule: Rule, happening: Happening, scope: Mapping[str, Any], occasion: str = ""
) -> None:
    """Let one rule act, and explain on which clauses it fired."""
    cause = Cause("rule", rule.id)
    trace = rule.when.explain(scope, draft.context()) if rule.when is not None else None
    draft.explain(
        "rule",
        rule.id,
        "fired",
        "ENG101",
        [trace] if trace else [],
        rule=rule.title or rule.id,
        on=happening.name,
    )
    if rule.once or occasion:
        draft.emit(EventKind.RULE, {"rule": rule.id, "occasion": occasion or "once"}, cause)
    for action in rule.then:
        act(draft, rule, action, scope, cause)


def _recently(draft: Draft, rule: Rule) -> bool:
    recent = rule.recent
    if recent is None:
        return True
    scope = draft.scope()
    same = {
        name: draft.state.customer_id if name in ("customer", "customer_id") else scope.get(name)
        for name in recent.same
    }
    if any(value is None for value in same.values()):
        return False
    since = draft.now - timedelta(seconds=seconds_of(recent.within, None))
    found = draft.directory.count_records(recent.record_type, since, same, recent.when)
    if (
        draft.events
        and draft.events[0].kind is EventKind.CREATED
        and recent.record_type == draft.state.type
    ):
        found += recent.when is None or recent.when.holds(scope, draft.context())
    return found >= recent.at_least


def _stop(draft: Draft, code: str, what: str) -> None:
    """Stop automation, keep what the person did, and raise an incident that names the cause."""
    draft.explain("rule", "budget", "stopped", code, what=what)
    draft.emit(
        EventKind.INCIDENT, {"code": code, "values": {"what": what}}, Cause("rule", "budget")
    )
    draft.pending.clear()


def _cycle(chain: list[str]) -> str:
    """Return the rules that fired most, in the order they followed each other, as a cycle."""
    often = Counter(chain)
    most = often.most_common(1)[0][1]
    members = [rule for rule in dict.fromkeys(chain) if often[rule] >= max(2, most - 1)] or chain[
        -3:
    ]
    return " -> ".join([*members, members[0]])


def _set_clocks(draft: Draft) -> bool:
    """Bring the clocks in line with what happened since they were last set; True if rules have to look again."""
    fresh = draft.since_clocks()
    if not fresh:
        return False
    found = advance(
        draft.release.slas.get(draft.record_type.sla or ""),
        draft.state,
        facts_of(fresh),
        limits_of(draft),
        draft.now,
        scope=draft.scope(),
        context=draft.context(),
        times=Times(by_id=draft.release.working_time),
    )
    write_clocks(draft, found)
    draft.since_clocks()
    return bool(draft.pending)


def write_clocks(draft: Draft, found: tuple[ClockChange, ...]) -> None:
    """Append one event for each change of a clock."""
    for change in found:
        draft.emit(
            EventKind.CLOCK,
            {
                "id": change.clock.id,
                "change": change.change,
                "percent": change.percent,
                "clock": to_plain(change.clock),
            },
            Cause("sla", change.clock.policy),
            at=change.at,
        )


def facts_of(events: list[Event]) -> Facts:
    """Return what these events mean to clocks."""
    comments = [event.body for event in events if event.kind is EventKind.COMMENT]
    states = [event.body for event in events if event.kind is EventKind.STATE]
    roles: set[str] = set()
    put_to_wait = False
    for event in events:
        if event.actor.kind in HUMAN and event.kind is not EventKind.CUSTOMER:
            roles |= event.actor.roles
        if event.kind is EventKind.STATE:
            put_to_wait = True
        elif event.kind is EventKind.COMMENT and event.body["author"] == "customer":
            put_to_wait = False
    return Facts(
        created=any(event.kind is EventKind.CREATED for event in events),
        state_changed=bool(states),
        human_reply=any(
            body["public"] and body.get("human") and body["author"] == "agent" for body in comments
        ),
        customer_message=any(body["author"] == "customer" for body in comments),
        put_to_wait=put_to_wait,
        reopened=any(body.get("reopened") for body in states),
        absorbed=any(
            event.kind is EventKind.MERGED and "absorbed" in event.body for event in events
        ),
        acted_roles=frozenset(roles),
    )


def limits_of(draft: Draft) -> Limits:
    """Return the limits of the present state and of its open tasks."""
    place, scope = draft.place, draft.scope()
    tasks: dict[str, Any] = {}
    branches = {branch.id: branch for branch in place.parallel.branches} if place.parallel else {}
    for task in draft.state.tasks.values():
        branch = branches.get(task.branch)
        duration = limit_for(branch.limit, scope) if branch else None
        if duration is not None and branch is not None and branch.limit is not None:
            tasks[task.id] = (duration, branch.limit.calendar)
        elif branch is None and task.due_at is not None:
            seconds = max(1, int((task.due_at - task.opened_at).total_seconds()))
            tasks[task.id] = (Duration(seconds=seconds), None)
    return Limits(
        state=limit_for(place.limit, scope),
        state_calendar=place.limit.calendar if place.limit else None,
        waits_for=place.waits_for,
        tasks=tasks,
    )
