"""Looks at the work: who does it, whether it is in time, what was given up, and whether the history holds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError, ProgrammingError

from ..store.chain import verify
from ..store.claims import database_now
from ..store.figures import (
    dead_by_kind,
    expired_leases,
    held_back,
    inbox_figures,
    lane_figures,
    last_backup,
    newest_records,
    switched_off,
)
from ..store.installation import Heartbeat, heartbeats
from ..store.releases import live_release
from .health_check import Check, Finding, finding
from .job_queue import mask
from .lanes import Lane
from .releases import NoReleaseError
from .service import Service
from .time_limit import time_limit

LATE_SECONDS = 60
STILL_SECONDS = 600
DEEP = 1_000
SILENT = timedelta(minutes=3)
GONE = timedelta(days=1)
AHEAD_SECONDS = 2.0
BACKUP_DAYS = 2
SAMPLE = 30
GRACE = timedelta(seconds=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkChecks:
    """The checks of the work. version: of this process. broker: whether workers are sent for."""

    service: Service
    version: str
    broker: bool = False

    def all(self) -> list[Check]:
        """Return the checks, in the order in which one would look."""
        looks: list[tuple[str, Callable[[Connection], Iterable[Finding]]]] = [
            ("processes", self._processes),
            ("timers", self._timers),
            ("jobs", self._jobs),
            ("webhooks", self._webhooks),
            ("destinations", self._destinations),
            ("inbox", self._inbox),
            ("release", self._release),
            ("history", self._history),
            ("backup", self._backup),
        ]
        return [Check(name=name, look=self._reading(look)) for name, look in looks]

    def _reading(
        self, look: Callable[[Connection], Iterable[Finding]]
    ) -> Callable[[], list[Finding]]:
        """Return *look* on a connection; without a database there is nothing to say here."""

        def looked() -> list[Finding]:
            try:
                with self.service.database.reading() as connection, time_limit(connection):
                    return list(look(connection))
            except (OperationalError, ProgrammingError):
                return []  # the checks of the database tell of it

        return looked

    def _now(self, connection: Connection) -> datetime:
        return database_now(connection) or self.service.clock.now()

    def _processes(self, connection: Connection) -> Iterator[Finding]:
        now = self._now(connection)
        beats = heartbeats(connection)
        fresh = [one for one in beats if now - one.at < _patience(one)]
        if not any(one.kind == "dispatcher" for one in fresh):
            yield finding("DOC062")
        if self.broker and not any(one.kind == "worker" for one in fresh):
            yield finding("DOC065")
        replaced = {(_host(one), one.kind) for one in fresh}
        for one in beats:
            if one in fresh:
                yield from self._of_living(one, now)
            elif now - one.at < GONE and (_host(one), one.kind) not in replaced:
                minutes = round((now - one.at).total_seconds() / 60)
                yield finding("DOC063", node=one.node, kind=one.kind, minutes=minutes)

    def _of_living(self, beat: Heartbeat, now: datetime) -> Iterator[Finding]:
        if beat.version and self.version and beat.version != self.version:
            yield finding(
                "DOC064", node=beat.node, kind=beat.kind, found=beat.version, wanted=self.version
            )
        ahead = _ahead(beat, now)
        if ahead > AHEAD_SECONDS:
            yield finding("DOC061", node=beat.node, seconds=round(ahead))

    def _timers(self, connection: Connection) -> Iterator[Finding]:
        now = self._now(connection)
        for one in lane_figures(connection, now, tuple(Lane)):
            lane = Lane(one.lane).name.lower()
            waits = (now - one.oldest).total_seconds() if one.oldest else 0.0
            if waits > STILL_SECONDS:
                yield finding("DOC071", lane=lane, minutes=round(waits / 60))
            elif waits > LATE_SECONDS:
                yield finding("DOC070", lane=lane, seconds=round(waits))
            if one.due > DEEP:
                yield finding("DOC072", lane=lane, count=one.due)

    def _jobs(self, connection: Connection) -> Iterator[Finding]:
        expired = expired_leases(connection, self._now(connection) - GRACE)
        if expired:
            yield finding("DOC073", count=expired)
        dead = dead_by_kind(connection)
        if dead:
            kinds = ", ".join(f"{kind} {count}" for kind, count in sorted(dead.items()))
            yield finding("DOC074", count=sum(dead.values()), kinds=kinds)

    def _webhooks(self, connection: Connection) -> Iterator[Finding]:
        for url in switched_off(connection)[:10]:
            yield finding("DOC075", host=urlsplit(url).hostname or "?")

    def _destinations(self, connection: Connection) -> Iterator[Finding]:
        now = self._now(connection)
        for one in held_back(connection)[:10]:
            minutes = round((now - one.since).total_seconds() / 60) if one.since else 0
            if one.state == "off":
                yield finding("DOC079", name=one.name, minutes=minutes)
            else:
                yield finding("DOC078", name=one.name, minutes=minutes, reason=mask(one.reason))

    def _inbox(self, connection: Connection) -> Iterator[Finding]:
        counts, oldest = inbox_figures(connection)
        if counts.get("failed"):
            yield finding("DOC076", count=counts["failed"])
        waits = (self._now(connection) - oldest).total_seconds() if oldest else 0.0
        if waits > 300:
            yield finding("DOC077", minutes=round(waits / 60))

    def _release(self, connection: Connection) -> Iterator[Finding]:
        """Compile what is in force: from its kept files, checked and hashed anew."""
        live = live_release(connection)
        if live is None:
            yield finding("DOC100")
            return
        try:
            release = self.service.releases.get(live.release, connection)
        except NoReleaseError as error:
            yield finding("DOC101", release=live.release[:8], reason=mask(str(error))[:200])
            return
        if release.hash != live.release:
            reason = f"its content has the hash {release.hash[:8]}"
            yield finding("DOC101", release=live.release[:8], reason=reason)

    def _history(self, connection: Connection) -> Iterator[Finding]:
        for record_id in newest_records(connection, SAMPLE):
            for broken in verify(connection, record_id):
                yield finding("DOC110", record=broken.record_id, seq=broken.seq)

    def _backup(self, connection: Connection) -> Iterator[Finding]:
        if live_release(connection) is None:
            return  # there is nothing to back up yet
        found = last_backup(connection)
        if found is None:
            yield finding("DOC120")
            return
        at, body = found
        days = (self._now(connection) - at).days
        if days >= BACKUP_DAYS:
            yield finding("DOC121", days=days)
        lacking = int(body.get("missing_files", 0)) + int(body.get("damaged_files", 0))
        if lacking:
            yield finding("DOC122", count=lacking)


def _patience(beat: Heartbeat) -> timedelta:
    """Return for how long a process may be silent: three of its own beats, and never less than a minute."""
    every = beat.detail.get("every")
    if isinstance(every, int | float) and every > 0:
        return max(timedelta(seconds=3 * every), timedelta(minutes=1))
    return SILENT


def _host(beat: Heartbeat) -> str:
    return beat.node.rpartition(":")[0]


def _ahead(beat: Heartbeat, now: datetime) -> float:
    """Return by how many seconds the clock of the process runs ahead."""
    own = _clock(beat.detail)
    return max((beat.at - now).total_seconds(), (own - beat.at).total_seconds() if own else 0.0)


def _clock(detail: Mapping[str, object]) -> datetime | None:
    try:
        return datetime.fromisoformat(str(detail["clock"]))
    except (KeyError, ValueError):
        return None
