"""What SLA policies refer to, and what they promise by mistake."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..calendars import Calendar
from ..core.diagnostics import Diagnostic
from ..definitions.references import References
from .model import Metric, Policy, Sla, Target


def check_sla(
    sla: Sla, references: References, fields: Mapping[str, Any], calendars: Mapping[str, Calendar]
) -> tuple[Diagnostic, ...]:
    """Return unknown calendars and roles, policies never reached, missing cells, and targets that contradict each other."""
    return tuple(_findings(sla, references, fields, calendars))


def _findings(
    sla: Sla, references: References, fields: Mapping[str, Any], calendars: Mapping[str, Calendar]
) -> Iterator[Diagnostic]:
    options = [option.id for option in fields[sla.by].options] if sla.by in fields else []
    closed_by: Policy | None = None
    seen: set[str] = set()
    for policy in sla.policies:
        if policy.id in seen:
            yield Diagnostic(span=policy.span, code="SLA007", values={"id": policy.id})
        seen.add(policy.id)
        if closed_by is not None:
            values: dict[str, str | int] = {"id": policy.id, "before": closed_by.id}
            yield Diagnostic(span=policy.span, code="SLA008", values=values)
        if policy.when is None and closed_by is None:
            closed_by = policy
        yield from _policy(policy, references, calendars, options)
    if closed_by is None:
        yield Diagnostic(span=sla.span, code="SLA009")


def _policy(
    policy: Policy, references: References, calendars: Mapping[str, Calendar], options: list[str]
) -> Iterator[Diagnostic]:
    targets = {target.metric: target for target in policy.targets}
    own = [(target.calendar, target.span) for target in policy.targets if target.calendar]
    for name, span in [(policy.calendar, policy.calendar_span), *own]:
        if not references.has("calendar", name):
            guess = references.guess("calendar", name)
            values: dict[str, str | int] = {"word": name, "guess": guess}
            yield Diagnostic(span=span, code="SLA010", values=values)
    for target in policy.targets:
        if target.role and not references.has("role", target.role):
            values = {"word": target.role, "guess": references.guess("role", target.role)}
            yield Diagnostic(span=target.span, code="SLA011", values=values)
        missing = [option for option in options if target.cells and option not in target.cells]
        if missing and target.metric in (Metric.FIRST_RESPONSE, Metric.RESOLUTION):
            values = {"metric": target.metric.value, "missing": ", ".join(missing)}
            yield Diagnostic(span=target.span, code="SLA012", values=values)
    first, resolution = targets.get(Metric.FIRST_RESPONSE), targets.get(Metric.RESOLUTION)
    if first and resolution:
        yield from _order(first, resolution)


def _order(first: Target, resolution: Target) -> Iterator[Diagnostic]:
    """Find promises to solve sooner than to answer, where both are of one kind of time."""
    cells = set(first.cells) | set(resolution.cells) | {""}
    for cell in sorted(cells):
        one = first.cells.get(cell, first.duration)
        two = resolution.cells.get(cell, resolution.duration)
        if (
            one
            and two
            and not one.days
            and not two.days
            and one.business == two.business
            and one.seconds > two.seconds
        ):
            yield Diagnostic(span=resolution.span, code="SLA013", values={"cell": cell or "*"})
