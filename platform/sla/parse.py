"""SLA policies: document to model."""

from __future__ import annotations

import re

from ..core.diagnostics import Diagnostic, has_errors
from ..definitions import Document, Node, Reader
from ..definitions.tree import short
from ..expressions import Duration, Expression, Schema, compile_expression, parse_duration
from ..expressions.types import DATE, DATETIME, ChoiceType
from .model import Metric, Policy, Sla, Target

METRICS = tuple(m.value for m in Metric if m not in (Metric.STATE_LIMIT, Metric.TASK))
REASONS = ("customer", "vendor", "colleague")
PAUSES = ("waiting", *(f"waiting:{reason}" for reason in REASONS))
_NEEDS = {
    Metric.ENGAGEMENT: ("role", "{role: lead, P0: 1h}"),
    Metric.PROMISE: ("field", "{field: promised_date}"),
}
_PERCENT = re.compile(r"[1-9][0-9]?")
_LONGEST = 3650  # days; a promise of more is a slip


def parse_sla(document: Document, schema: Schema) -> tuple[Sla | None, tuple[Diagnostic, ...]]:
    """Return the policies, None if they have errors, and every finding."""
    parsing = _Parsing(schema)
    r = Reader.of(document, parsing.found)
    title = r.label("title", required=True)
    record_type = r.identifier("record_type", required=True)
    by = r.text("by", "priority")
    if by not in schema.fields:
        node = r.node("by")
        if node is not None:
            r.unknown("SLA001", node, schema.fields)
        else:
            r.error("SLA001", word=by)
    sla = Sla(
        id=document.id,
        record_type=record_type,
        title=title,
        by=by,
        pause=parsing.pauses(r),
        warn=parsing.percents(r),
        reopen=r.choice("reopen", ("resume", "new_cycle", "ignore"), "resume"),
        retarget=r.choice("retarget", ("from_creation", "from_change"), "from_creation"),
        policies=tuple(parsing.policy(one, by) for one in r.readers("policies", required=True)),
        span=document.span,
    )
    r.done()
    return (None if has_errors(parsing.found) else sla), tuple(parsing.found)


class _Parsing:
    """The findings of one parse, and the names conditions may read."""

    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        self.found: list[Diagnostic] = []

    def pauses(self, r: Reader) -> frozenset[str]:
        if not r.has("pause"):
            r.node("pause")
            return frozenset({"waiting:customer"})
        for node in r.scalars("pause"):
            if node.words not in PAUSES:
                r.unknown("SLA002", node, PAUSES)
        return frozenset(r.texts("pause"))

    def percents(self, r: Reader) -> tuple[int, ...]:
        if not r.has("warn"):
            r.node("warn")
            return (50, 80)
        found: set[int] = set()
        for node in r.scalars("warn"):
            number = node.words.rstrip("%").strip()
            if _PERCENT.fullmatch(number):
                found.add(int(number))
            else:
                r.error("SLA003", "warn", span=node.span, word=short(node.words))
        return tuple(sorted(found))

    def policy(self, r: Reader, by: str) -> Policy:
        policy = Policy(
            id=r.identifier("id", required=True),
            title=r.label("title", required=True),
            when=self.condition(r),
            calendar=r.identifier("calendar", required=True),
            targets=self.targets(r, by),
            span=r.span,
            calendar_span=r.span_of("calendar"),
        )
        r.done()
        return policy

    def condition(self, r: Reader) -> Expression | None:
        text, node = r.raw_text("when"), r.node("when")
        if text is None or node is None:
            return None
        expression, found = compile_expression(text, self.schema, node.inside(0, len(text)))
        self.found.extend(found)
        return expression

    def targets(self, r: Reader, by: str) -> tuple[Target, ...]:
        targets: list[Target] = []
        for name, node in r.entries("targets", required=True):
            if name not in METRICS:
                inner = Reader(r.root.get("targets") or node, self.found)
                inner.error("SLA004", span=node.where, word=short(name), metrics=", ".join(METRICS))
                continue
            targets.append(self.target(Metric(name), node, by))
        return tuple(targets)

    def target(self, metric: Metric, node: Node, by: str) -> Target:
        needs = _NEEDS.get(metric)
        if node.kind == "scalar" and needs is None:
            return Target(metric=metric, duration=self.duration(node), span=node.span)
        if node.kind != "map":
            if needs is not None:
                self.add("SLA014", node, metric=metric.value, key=needs[0], example=needs[1])
            else:
                self.add("SLA006", node, word="…")
            return Target(metric=metric, span=node.span)
        if metric is Metric.PROMISE:
            return self.promise(node)
        return self.by_cells(metric, node, by)

    def promise(self, node: Node) -> Target:
        """Read the promise that stands in a field of the record."""
        r = Reader(node, self.found)
        field = r.text("field", required=True)
        place = r.node("field")
        if field and place is not None:
            if field not in self.schema.fields:
                r.unknown("SLA001", place, self.schema.fields)
            elif self.schema.fields[field] not in (DATE, DATETIME):
                self.add("SLA016", place, word=field)
        calendar = r.identifier("calendar") or None
        r.done()
        return Target(metric=Metric.PROMISE, date_field=field, calendar=calendar, span=node.span)

    def by_cells(self, metric: Metric, node: Node, by: str) -> Target:
        """Read one time for each value of the field *by*."""
        r = Reader(node, self.found)
        calendar = r.identifier("calendar") or None
        role = r.text("role", required=True) if metric is Metric.ENGAGEMENT else ""
        own = {"calendar", "role"} if metric is Metric.ENGAGEMENT else {"calendar"}
        cells: dict[str, Duration] = {}
        known = self.schema.fields.get(by)
        options = known.options if isinstance(known, ChoiceType) else None
        entries = [(key, child) for key, child in node.items() if key not in own]
        for key, child in entries:
            if options is not None and key not in options:
                values: dict[str, str | int] = {
                    "word": short(key),
                    "field": by,
                    "options": ", ".join(options),
                }
                self.found.append(Diagnostic(span=child.where, code="SLA005", values=values))
                continue
            duration = self.duration(child)
            if duration is not None:
                cells[key] = duration
        if not entries:
            self.add("SLA015", node, metric=metric.value)
        return Target(
            metric=metric, cells=cells, calendar=calendar, role=role or None, span=node.span
        )

    def duration(self, node: Node) -> Duration | None:
        duration = parse_duration(node.words) if node.kind == "scalar" else None
        if duration is None or not 0 < duration.days + duration.seconds / 86_400 <= _LONGEST:
            self.add("SLA006", node, word=short(node.words) if node.kind == "scalar" else "…")
            return None
        return duration

    def add(self, code: str, node: Node, **values: str | int) -> None:
        self.found.append(Diagnostic(span=node.span, code=code, values=values))
