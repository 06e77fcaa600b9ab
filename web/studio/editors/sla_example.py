"""A worked example of SLA policies: what is due when for a record that comes at some instant."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sopwith.calendars import WorkingTime
from sopwith.calendars.breakdown import Slice
from sopwith.core.record import Clock
from sopwith.expressions import Duration, parse_duration
from sopwith.release.model import Release
from sopwith.sla.promises import calendar_of
from sopwith.sla.ticking import instant_of, resume, seconds_of

from ...admin.rule_words import duration_words
from ...admin.titles import Names
from ...admin.wording import metric_word
from ...desk.clock_facts import reason_word
from ...languages import lang
from ...visitor import now
from ...wording import gettext as _
from .lenient import label, mapping, sequence, several, words
from .moments import moment_words, zone_named
from .place import Place

GRID = ("first_response", "next_reply", "next_update", "resolution", "engagement")
MOST_SLICES = 12
Facts = dict[str, Any]


def example(release: Release, doc: Mapping[str, Any], place: Place, values: list[tuple[str, str]], names: Names) -> Facts:  # fmt: skip
    """Return what one policy promises for one value of the field, and the instants that come of it."""
    policies = [mapping(one) for one in sequence(doc.get("policies"))]
    index = _chosen(place, len(policies))
    keys = [key for key, _title in values]
    value = place.asked.get("cell", keys[0] if keys else "")
    policy = policies[index] if policies else {}
    calendar = release.calendars.get(words(policy.get("calendar")))
    zone = zone_named(calendar.zone if calendar else "")
    start = _start(place, zone)
    warn = _percents(doc)
    lines = [
        one for metric in GRID
        if (one := _line(release, policy, metric, value, start, zone, warn)) is not None
    ]  # fmt: skip
    return {
        "policy": index,
        "policies": [(n, label(one.get("title"), words(one.get("id")))) for n, one in enumerate(policies)],
        "value": value,
        "from": start.astimezone(zone).strftime("%Y-%m-%dT%H:%M"),
        "start": moment_words(start, zone),
        "zone": zone.key,
        "lines": lines,
        "told": _told(lines, names, doc, value, moment_words(start, zone)),
    }  # fmt: skip


def _told(lines: list[Facts], names: Names, doc: Mapping[str, Any], value: str, start: str) -> str:
    """Return the example as one sentence."""
    if not lines:
        return ""
    by = words(doc.get("by")) or "priority"
    due = next((one for one in lines if one["metric"] == "resolution"), lines[0])
    return _(
        "Sent on %(start)s with %(field)s %(value)s: %(metric)s is due on %(due)s.",
        start=start, field=names.field(by), value=names.value(by, value), metric=due["words"], due=due["due"],
    )  # fmt: skip


def _chosen(place: Place, count: int) -> int:
    selected = place.index(1) if place.first == "policies" else None
    asked = place.asked.get("policy", "")
    if asked.isascii() and asked.isdigit() and int(asked) < count:
        return int(asked)
    return selected if selected is not None and selected < count else max(count - 1, 0)


def _start(place: Place, zone: ZoneInfo) -> datetime:
    try:
        asked = datetime.fromisoformat(place.asked.get("from", ""))
    except ValueError:
        return now().replace(second=0, microsecond=0)
    inside = 1971 < asked.year < 2190
    local = asked if asked.tzinfo else asked.replace(tzinfo=zone)
    return local.astimezone(UTC) if inside else now().replace(second=0, microsecond=0)


def _percents(doc: Mapping[str, Any]) -> tuple[int, ...]:
    given = several(doc["warn"]) if "warn" in doc else ["50%", "80%"]
    found = (words(one).strip().removesuffix("%").strip() for one in given)
    return tuple(sorted({int(one) for one in found if one.isascii() and one.isdigit() and 0 < int(one) < 100}))  # fmt: skip


def _line(
    release: Release, policy: Mapping[str, Any], metric: str, value: str, start: datetime, zone: ZoneInfo, warn: tuple[int, ...]
) -> Facts | None:  # fmt: skip
    target = mapping(policy.get("targets")).get(metric)
    held = mapping(target)
    written = words(held.get(value) if held else target)
    duration = parse_duration(written) if written else None
    if duration is None:
        return None
    name = words(held.get("calendar")) or words(policy.get("calendar"))
    counted = calendar_of(duration, name)
    working = release.working_time.get(counted)
    if counted and working is None:
        return None
    clock = _clock(metric, duration, counted, working, start, warn)
    if clock.due_at is None:
        return None
    return {
        "metric": metric,
        "words": metric_word(metric),
        "time": duration_words(duration),
        "due": moment_words(clock.due_at, zone),
        "warnings": [(percent, moment_words(at, zone)) for percent in warn if (at := instant_of(clock, percent, working)) is not None],
        "slices": _slices(working, start, clock.due_at, zone),
        "plain": working is None,
    }  # fmt: skip


def _clock(metric: str, duration: Duration, calendar: str, working: WorkingTime | None, start: datetime, warn: tuple[int, ...]) -> Clock:  # fmt: skip
    fresh = Clock(id=metric, metric=metric, policy="", calendar=calendar, target=seconds_of(duration, working), started_at=start, warn=warn)  # fmt: skip
    return resume(fresh, start, working)


def _slices(working: WorkingTime | None, start: datetime, due: datetime, zone: ZoneInfo) -> list[Facts]:  # fmt: skip
    if working is None:
        return []
    found = working.breakdown(start, due)
    return [_slice(one, zone) for one in found[:MOST_SLICES]]


def _slice(one: Slice, zone: ZoneInfo) -> Facts:
    title = one.title.get(lang()) if one.title else ""
    return {
        "from": moment_words(one.start, zone),
        "to": moment_words(one.end, zone),
        "counts": one.seconds > 0,
        "time": duration_words(Duration(seconds=one.seconds, business=True)) if one.seconds else "",
        "why": title or reason_word(one.reason),
    }
