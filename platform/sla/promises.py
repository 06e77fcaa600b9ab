"""Which promise applies to a record, and in which time it is counted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..expressions import Context, Duration
from .model import Policy, Sla, Target


def policy_for(sla: Sla, scope: Mapping[str, Any], context: Context) -> Policy | None:
    """Return the first policy whose condition holds."""
    for policy in sla.policies:
        if policy.when is None or policy.when.holds(scope, context):
            return policy
    return None


def target_duration(sla: Sla, target: Target, scope: Mapping[str, Any]) -> Duration | None:
    """Return the promised duration of *target* for a record with these values, None if none is promised."""
    if target.cells:
        cell = target.cells.get(str(scope.get(sla.by)))
        return cell if cell is not None else target.duration
    return target.duration


def calendar_of(duration: Duration, calendar: str) -> str:
    """Return the calendar that counts a duration: none for plain time."""
    return calendar if duration.business or duration.days else ""
