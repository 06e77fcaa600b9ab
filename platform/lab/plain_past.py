"""The past of an archive: the same definitions as they were before anybody promised, ruled or told anything."""

from __future__ import annotations

from dataclasses import replace

from ..release.model import RecordType, Release
from ..rules.match import RuleIndex
from ..rules.model import Rule
from ..workflows.model import State, Workflow


def without_promises(release: Release) -> Release:
    """Return *release* without promises, limits of states, routing, receipts and rules on events.

    Rules on time stay: what they would still do with a record of the past has to be over. The hash stays too, for
    records of the past belong to the release in force.
    """
    rules = {name: rule for name, rule in release.rules.items() if _waits(rule)}
    return replace(
        release,
        slas={},
        rules=rules,
        record_types={name: _quiet(kind) for name, kind in release.record_types.items()},
        workflows={name: _unlimited(flow) for name, flow in release.workflows.items()},
        rule_index={name: RuleIndex(rules.values(), name) for name in release.rule_index},
    )


def _waits(rule: Rule) -> bool:
    return any(trigger.kind in ("after", "at") for trigger in rule.triggers)


def _quiet(kind: RecordType) -> RecordType:
    return replace(kind, sla=None, ack=None, routing=None)


def _unlimited(flow: Workflow) -> Workflow:
    states: dict[str, State] = {
        name: replace(state, limit=None) for name, state in flow.states.items()
    }
    return replace(flow, states=states)
