"""Rules that act in rounds (``every``): which records each round is for, a page at a time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, or_

from ..core.plain import instant_text
from ..expressions import EMPTY
from ..release.model import Release
from ..rules.model import Rule, Trigger
from ..rules.sweeps import looks_at_settled, round_of
from ..rules.timers import next_sweep
from ..store.jobs import JobClaim, add_jobs, cancel, queued_keys
from ..store.kept_views import is_of_record_alone
from ..store.lists import OPEN_CATEGORIES, RecordFilter, ids_by_creation, ids_of
from ..store.tables import RecordRow
from ..store.worklists import of_view
from .job_queue import due_of, new_job
from .service import Service

PAGE = 500
LOOKED_AT = 500
"""Records of one page of a rule whose condition the database can tell: few of them become a command.

A page is read where its jobs are written, so that on SQLite others wait for it: 5 to 25 ms.
"""


def sweep(connection: Connection, service: Service, job: JobClaim, now: datetime) -> None:
    """Enqueue the rule for one page of records; then the next page, or the next round.

    A rule that is not in force any more, or has no rounds now, ends here.
    """
    release = service.releases.live(connection)
    rule = release.rules.get(job.payload["rule"])
    trigger = round_of(rule)
    if rule is None or trigger is None:
        return
    round_at = job.payload.get("round") or instant_text(due_of(job))
    wanted, condition = _wanted(release, rule), _condition(connection, release, rule)
    size = PAGE if condition is None else LOOKED_AT
    after = job.payload.get("after", "")
    looked_at, place = ids_by_creation(connection, wanted, after=after, limit=size)
    ids = looked_at if condition is None else _fitting(connection, looked_at, condition)
    add_jobs(
        connection,
        [
            new_job(
                "command",
                f"rule:{rule.id}:{round_at}:{record_id}",
                {"command": "run_rule", "record": record_id, "rule": rule.id, "round": round_at},
                now,
                record_id=record_id,
            )
            for record_id in ids
        ],
    )
    if len(looked_at) == size:
        key = f"sweep:{rule.id}:{round_at}:{looked_at[-1]}"
        payload = {"rule": rule.id, "round": round_at, "after": place}
        add_jobs(connection, [new_job("sweep", key, payload, now)])
    if "after" not in job.payload:
        _plan(connection, release, rule, trigger, now, service.zone)


def plan_sweeps(connection: Connection, release: Release, now: datetime, zone: str) -> None:
    """Make the jobs of the rounds agree with *release*: call it when a release comes into force."""
    planned = queued_keys(connection, "sweep")
    wanted = {rule.id: rule for rule in release.rules.values() if round_of(rule) and rule.enabled}
    for key in planned:
        if key.count(":") == 1 and key.partition(":")[2] not in wanted:
            cancel(connection, key)
    for rule in wanted.values():
        trigger = round_of(rule)
        if trigger is not None:
            _plan(connection, release, rule, trigger, now, zone)


def _plan(
    connection: Connection,
    release: Release,
    rule: Rule,
    trigger: Trigger,
    now: datetime,
    zone: str,
) -> None:
    working = release.working_time.get(trigger.calendar) if trigger.calendar else None
    due = next_sweep(trigger, now, zone, working)
    if due is not None:
        job = new_job("sweep", f"sweep:{rule.id}", {"rule": rule.id}, now, due_at=due)
        add_jobs(connection, [job])


def _wanted(release: Release, rule: Rule) -> RecordFilter:
    """Return the records to look at: open ones, unless the rule itself speaks of where they stand."""
    types: frozenset[str] | None = None
    if rule.record_type != "any":
        types = frozenset({rule.record_type})
    elif any(rule.id in kind.without for kind in release.record_types.values()):
        kinds = release.record_types.values()
        types = frozenset(kind.id for kind in kinds if rule.id not in kind.without)
    categories = None if looks_at_settled(rule) else OPEN_CATEGORIES
    return RecordFilter(types=types, categories=categories)


def _condition(connection: Connection, release: Release, rule: Rule) -> ColumnElement[bool] | None:
    """Return what the records have in common that the rule can act on, None when the database cannot tell.

    A record of another release has a rule of its own, which is asked when its command is carried out.
    """
    when = rule.when
    if when is None or not is_of_record_alone(when):
        return None
    if any(name.partition(".")[0] == "event" for name in when.names):
        return None
    fits = of_view(connection, "any", when, EMPTY)
    return None if fits is None else or_(RecordRow.release != release.hash, fits)


def _fitting(
    connection: Connection, ids: Sequence[str], condition: ColumnElement[bool]
) -> list[str]:
    """Return those of *ids* that fit."""
    wanted = RecordFilter(ids=frozenset(ids), where=condition)
    return ids_of(connection, wanted, limit=len(ids)) if ids else []
