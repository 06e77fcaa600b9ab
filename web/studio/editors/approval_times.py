"""How long a new approval may take: a quarter of what is promised, so that asking never eats up the promise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sopwith.expressions import Duration
from sopwith.expressions.durations import parse_duration
from sopwith.release.model import Release
from sopwith.sla.model import Metric, Sla

Json = dict[str, Any]
USUAL = "1bd"
SOON = "2bh"
SHARE = 4
_DAY, _WORKING_DAY = 24 * 3600, 8 * 3600
_STEPS = ("15m", "30m", "1h", "2h", "4h", "8h", "12h")
_WORKING_STEPS = ("15bm", "30bm", "1bh", "2bh", "4bh")


def approval_limit(release: Release, record_type: str) -> Any:
    """Return the limit of a new approval as a definition states it: a time for each priority where promises call for it."""
    kind = release.record_types.get(record_type)
    sla = release.slas.get(kind.sla) if kind is not None and kind.sla else None
    field = kind.all_fields.get(sla.by) if kind is not None and sla is not None else None
    if sla is None or field is None:
        return USUAL
    cells = {one.id: _limit(sla, one.id) for one in field.options}
    if set(cells.values()) <= {USUAL}:
        return USUAL
    return cells if sla.by == "priority" else {"by": sla.by, "cells": cells}


def with_limit(operations: Sequence[Json], limit: Any) -> list[Json]:
    """Return *operations* with the *limit* in the approvals that they put in; where that hurries, the deputy is asked sooner, too."""
    if limit == USUAL:
        return list(operations)
    hurry = {"limit": limit, "timeout": {"after": SOON, "to": "deputy"}}
    return [
        {**one, "value": {**one["value"], **hurry}} if _is_approval(one.get("value")) else one
        for one in operations
    ]


def _is_approval(value: Any) -> bool:
    return isinstance(value, Mapping) and value.get("type") == "approval" and "limit" in value


def _limit(sla: Sla, value: str) -> str:
    """Return the longest usual time that is within the share of the strictest promise for a *value*."""
    promised = [
        duration
        for policy in sla.policies
        for target in policy.targets
        if target.metric is Metric.RESOLUTION
        and (duration := target.cells.get(value, target.duration)) is not None
    ]
    if not promised:
        return USUAL
    strictest = min(promised, key=_seconds)
    share = _seconds(strictest) // SHARE
    if share >= (_WORKING_DAY if strictest.business else _DAY):
        return USUAL
    steps = _WORKING_STEPS if strictest.business else _STEPS
    fit = [one for one in steps if (time := parse_duration(one)) and time.seconds <= share]
    return fit[-1] if fit else steps[0]


def _seconds(duration: Duration) -> int:
    return duration.days * _WORKING_DAY + duration.seconds
