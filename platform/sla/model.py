"""SLA policies as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from ..core.span import NOWHERE, Span
from ..core.text import Text
from ..expressions import Duration, Expression


class Metric(StrEnum):
    """What a clock measures. Start, stop and pause of each: kpis-and-channels, section 3."""

    FIRST_RESPONSE = "first_response"
    NEXT_REPLY = "next_reply"
    NEXT_UPDATE = "next_update"
    ENGAGEMENT = "engagement"
    RESOLUTION = "resolution"
    STATE_LIMIT = "state_limit"
    TASK = "task"
    PROMISE = "promise"


METRIC_TITLES: Mapping[str, Text] = {
    Metric.FIRST_RESPONSE: Text("first response", "首次响应"),
    Metric.NEXT_REPLY: Text("next reply", "下次回复"),
    Metric.NEXT_UPDATE: Text("next update", "进展更新"),
    Metric.ENGAGEMENT: Text("engagement", "专家介入"),
    Metric.RESOLUTION: Text("resolution", "解决"),
    Metric.STATE_LIMIT: Text("the present step", "当前步骤"),
    Metric.TASK: Text("a task", "任务"),
    Metric.PROMISE: Text("the promised date", "承诺日期"),
}
"""What people call each metric."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The promise of one metric: one duration, or one for each value of the policy's *by* field.

    calendar: overrides the policy's. role: for engagement, whose action counts. field: for promise, the date field.
    """

    metric: Metric
    duration: Duration | None = None
    cells: Mapping[str, Duration] = field(default_factory=dict)
    calendar: str | None = None
    role: str | None = None
    date_field: str | None = None
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """One row: the first policy whose condition holds applies."""

    id: str
    title: Text
    when: Expression | None
    calendar: str
    targets: tuple[Target, ...]
    span: Span = NOWHERE
    calendar_span: Span = NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class Sla:
    """The ordered policies of one record type, with what all of them share.

    pause: state categories (or waiting reasons as ``waiting:customer``) that pause resolution.
    warn: percents. reopen: resume | new_cycle | ignore. retarget: from_creation | from_change.
    """

    id: str
    record_type: str
    title: Text
    by: str = "priority"
    policies: tuple[Policy, ...] = ()
    pause: frozenset[str] = frozenset({"waiting:customer"})
    warn: tuple[int, ...] = (50, 80)
    reopen: str = "resume"
    retarget: str = "from_creation"
    span: Span = NOWHERE
