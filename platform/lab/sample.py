"""A pack's sample data: its cast, and records with what happened to them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from ..core.diagnostics import Diagnostic
from ..core.plain import instant_text
from ..core.span import NOWHERE, Span
from ..definitions import Node, Reader
from .cast import Cast, read_cast
from .scenario import Step, read_step, wait_seconds

_AHEAD = re.compile(r"in (\d{1,3})d(?: at ([01]\d|2[0-3]):([0-5]\d))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleStep:
    """One step of a sample record. ago: seconds before now at which it happened."""

    ago: int
    step: Step


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleRecord:
    """One sample record: its first step creates it."""

    record_type: str
    steps: tuple[SampleStep, ...]
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Everything that comes with a demo."""

    cast: Cast = field(default_factory=Cast)
    records: tuple[SampleRecord, ...] = ()


def parse_sample(node: Node | None) -> tuple[Sample, tuple[Diagnostic, ...]]:
    """Return the sample data in *node* (None: there is none), and every finding."""
    found: list[Diagnostic] = []
    if node is None or node.kind != "map":
        return Sample(), ()
    r = Reader(node, found)
    cast = read_cast(r)
    records = tuple(_record(one) for one in r.readers("records"))
    r.done()
    return Sample(cast=cast, records=records), tuple(found)


def _record(r: Reader) -> SampleRecord:
    steps: list[SampleStep] = []
    record_type = r.identifier("type", required=True)
    for one in r.readers("steps", required=True):
        text = one.text("ago", required=True)
        step = read_step(one, "UTC")
        if not wait_seconds(text):
            one.error("SCN005", "ago")
        elif step is not None:
            steps.append(SampleStep(ago=wait_seconds(text), step=step))
    r.done()
    return SampleRecord(record_type=record_type, steps=tuple(steps), span=r.span)


def dated(value: Any, now: datetime, zone: str) -> Any:
    """Return *value* with each ``in 12d`` as the date so many days after *now*, each ``in 12d at 18:00`` as an instant.

    Sample data name no day themselves, so that they never age. Days begin in *zone*; lists and mappings are gone through.
    """
    if isinstance(value, dict):
        return {key: dated(item, now, zone) for key, item in value.items()}
    if isinstance(value, list):
        return [dated(item, now, zone) for item in value]
    found = _AHEAD.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        return value
    place = ZoneInfo(zone)
    day = now.astimezone(place).date() + timedelta(days=int(found[1]))
    if found[2] is None:
        return day.isoformat()
    at = datetime.combine(day, time(int(found[2]), int(found[3])), place)
    return instant_text(at.astimezone(UTC))  # as it is kept, which forms show again
