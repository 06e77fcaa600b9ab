"""Open records that go over to the release in force: looked at before, then moved one by one as jobs.

A job for a page of records makes a job for each of them; both can be done twice without harm, since a
record that runs on the release already stays as it is. What changed meanwhile is decided anew for each.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from ..core.commands import Migrate
from ..core.decision import Problem
from ..core.events import SYSTEM, Actor
from ..core.plain import instant, instant_text
from ..core.record import RecordState
from ..engine.migration import fit, migrate
from ..release.model import Release
from ..store.installation import put_setting, setting
from ..store.jobs import JobClaim, add_jobs
from ..store.open_records import (
    OpenRecord,
    Places,
    Standing,
    count_queued,
    ids_elsewhere,
    open_elsewhere,
    standing_elsewhere,
)
from ..store.releases import live_hash
from .crash import crash_point
from .job_queue import new_job
from .releases import NoReleaseError
from .service import Service

PAGE_KIND, ONE_KIND, SETTING = "move", "move_one", "moves"
A_PAGE, MOST_KEPT = 100, 20
States = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Which open records shall move. types: by record type the new state for each old one that is gone.

    only: by record type the states from which they go; for a type that is not in it, from all.
    """

    id: str
    types: Mapping[str, States]
    user_id: str | None
    user_name: str = ""
    only: Places = field(default_factory=dict)

    @property
    def places(self) -> Places:
        """Return where the records stand that shall move."""
        return _places(self.types, self.only)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitting:
    """How one open record would stand. verdict: stays | enters | unmapped | cannot. problems: why it cannot."""

    record: OpenRecord
    target: str
    verdict: str
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One move as it was begun. totals: open records by type when it was."""

    id: str
    release: str
    at: datetime
    author: str | None
    types: Mapping[str, States]
    totals: Mapping[str, int]
    only: Places = field(default_factory=dict)

    @property
    def places(self) -> Places:
        """Return where the records stood that were to move."""
        return _places(self.types, self.only)


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a move is. left: open records by type that run on other releases still. dead: jobs that were given up."""

    move: Move
    waiting: int
    dead: int
    left: Mapping[str, int] = field(default_factory=dict)
    is_in_force: bool = True

    @property
    def total(self) -> int:
        """Return how many records were to be moved."""
        return sum(self.move.totals.values())

    @property
    def done(self) -> int:
        """Return how many of them are not where they were any more: moved, settled, or gone on meanwhile."""
        return max(0, self.total - sum(self.left.values()))

    @property
    def is_over(self) -> bool:
        """Return whether nothing of it is still to be done."""
        return self.waiting == 0


def _places(types: Mapping[str, States], only: Places) -> Places:
    return {kind: only.get(kind, ()) for kind in types}


def is_among(places: Places, record_type: str, state: str) -> bool:
    """Return whether *places* mean records of the type that stand in *state*."""
    states = places.get(record_type)
    return states is not None and (not states or state in states)


# --- before ---------------------------------------------------------------------------------------


def standing(connection: Connection, release: str = "") -> list[Standing]:
    """Return where open records stand that do not run on *release*."""
    return standing_elsewhere(connection, release)


def preview(
    connection: Connection,
    service: Service,
    new: Release,
    record_type: str,
    states: States,
    *,
    only: Collection[str] = (),
    after: str = "",
    limit: int = 25,
) -> tuple[list[Fitting], str]:
    """Return how a page of open records of the type would stand under *new*, and after which id it goes on.

    only: the states in which they stand now, none for all.
    """
    places = {record_type: only}
    found = open_elsewhere(connection, places, new.hash, after=after, limit=limit + 1)
    page = found[:limit]
    more = page[-1].state.id if len(found) > limit else ""
    return [_fitting(connection, service, new, one, states) for one in page], more


def _fitting(
    connection: Connection, service: Service, new: Release, record: OpenRecord, states: States
) -> Fitting:
    state = record.state
    found = fit(new, state, states)
    if state.type in new.record_types and not found.target:
        return Fitting(record=record, target="", verdict="unmapped")
    try:
        old = service.releases.get(state.release, connection)
    except NoReleaseError:
        return Fitting(record=record, target=found.target, verdict="cannot")
    directory = service.directory(connection, new)
    command = Migrate(states=states, to=new.hash)
    decision = migrate(old, new, state, command, service.clock.now(), directory)
    if decision.problems:
        return Fitting(
            record=record, target=found.target, verdict="cannot", problems=decision.problems
        )
    return Fitting(record=record, target=found.target, verdict="stays" if found.stays else "enters")


def unmapped(
    found: Sequence[Standing],
    new: Release,
    wish: Mapping[str, States],
    only: Places | None = None,
) -> list[Standing]:
    """Return where records stand that *wish* moves, in states that *new* does not have and nothing maps."""
    missing = []
    places = _places(wish, only or {})
    for one in found:
        kind = new.record_types.get(one.type)
        if kind is None or not is_among(places, one.type, one.state):
            continue
        known = new.workflows[kind.workflow].states
        if wish[one.type].get(one.state, one.state) not in known:
            missing.append(one)
    return missing


# --- carrying it out ------------------------------------------------------------------------------


def plan_move(connection: Connection, wish: Wish, release: str, now: datetime) -> None:
    """Plan the move in the transaction that puts *release* in force: both are there after a crash, or neither."""
    totals = _counted(connection, wish.places, release)
    kept = setting(connection, SETTING) or {}
    entry = {
        "id": wish.id,
        "release": release,
        "at": instant_text(now),
        "author": wish.user_id,
        "types": {kind: dict(states) for kind, states in wish.types.items()},
        "only": {kind: sorted(states) for kind, states in wish.only.items()},
        "totals": totals,
    }
    put_setting(connection, SETTING, {"moves": [entry, *kept.get("moves", ())][:MOST_KEPT]}, now)
    payload = entry | {"name": wish.user_name}
    add_jobs(connection, [new_job(PAGE_KIND, f"{PAGE_KIND}:{wish.id}:", payload, now)])


def move_now(service: Service, wish: Wish) -> int:
    """Plan the move of records that stayed behind to the release in force, and return how many they are."""
    now = service.clock.now()
    with service.database.writing() as connection:
        release = live_hash(connection)
        if release is None:
            raise NoReleaseError
        count = sum(_counted(connection, wish.places, release).values())
        if count:
            plan_move(connection, wish, release, now)
        crash_point("move:planned")
    service.wake()
    return count


def _counted(connection: Connection, places: Places, release: str) -> dict[str, int]:
    """Return how many open records in *places* run on other releases than *release*, by type."""
    found = dict.fromkeys(places, 0)
    for one in standing_elsewhere(connection, release):
        if is_among(places, one.type, one.state):
            found[one.type] += one.count
    return found


def move_page(connection: Connection, job: JobClaim, now: datetime) -> None:
    """Make a job for each record of one page, and one for the next page; nothing once another release is in force."""
    payload = job.payload
    release, places = payload["release"], _places(payload["types"], payload["only"])
    if live_hash(connection) != release:
        return
    after = payload.get("after", "")
    ids = ids_elsewhere(connection, places, release, after=after, limit=A_PAGE)
    one = {name: payload[name] for name in ("id", "release", "types", "only", "author", "name")}
    add_jobs(
        connection,
        [
            new_job(ONE_KIND, f"{ONE_KIND}:{payload['id']}:{record}", one, now, record_id=record)
            for record in ids
        ],
    )
    if len(ids) == A_PAGE:
        key = f"{PAGE_KIND}:{payload['id']}:{ids[-1]}"
        add_jobs(connection, [new_job(PAGE_KIND, key, {**payload, "after": ids[-1]}, now)])
    crash_point("move:listed")


def command_for(connection: Connection, job: JobClaim, record: RecordState) -> Migrate | None:
    """Return the command that moves the job's *record*, None when it shall not move any more."""
    payload = job.payload
    places = _places(payload["types"], payload["only"])
    if not is_among(places, record.type, record.state):
        return None
    if live_hash(connection) != payload["release"]:
        return None
    states = payload["types"][record.type]
    author = payload.get("author")
    actor = Actor("user", author, name=str(payload.get("name", ""))) if author else SYSTEM
    return Migrate(actor=actor, states=states, to=payload["release"])


# --- afterwards -----------------------------------------------------------------------------------


def moves(connection: Connection) -> list[Move]:
    """Return the last moves, the newest first."""
    kept: Mapping[str, Any] = setting(connection, SETTING) or {}
    return [
        Move(
            id=one["id"],
            release=one["release"],
            at=instant(one["at"]),
            author=one.get("author"),
            types=one["types"],
            totals=one["totals"],
            only=one["only"],
        )
        for one in kept.get("moves", ())
    ]


def progress(connection: Connection, move: Move) -> Progress:
    """Return how far a move is."""
    waiting = dead = 0
    for kind in (PAGE_KIND, ONE_KIND):
        for state, count in count_queued(connection, kind, f"{kind}:{move.id}:").items():
            if state == "dead":
                dead += count
            else:
                waiting += count
    left = _counted(connection, move.places, move.release)
    in_force = live_hash(connection) == move.release
    return Progress(move=move, waiting=waiting, dead=dead, left=left, is_in_force=in_force)
