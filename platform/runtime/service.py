"""The one door: every change of a record is a command handled here, in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from ..core import commands as c
from ..core.decision import Decision, Problem
from ..core.events import Actor, EventKind
from ..core.record import RecordState
from ..engine.decide import decide
from ..engine.migration import migrate
from ..release.model import Release
from ..rules.model import Team
from ..store.engine import Database
from ..store.jobs import JobClaim, NewJob, add_jobs, cancel_all, finish, put_timers
from ..store.kept_views import ViewPlan
from ..store.numbers import next_number
from ..store.people import note_given
from ..store.records import Change, ConflictError, append, load_record
from .crash import crash_point
from .directory import LiveDirectory
from .lanes import Lane, lane_of
from .links import Links
from .ports import Clock, Ids
from .releases import NoReleaseError, Releases
from .sharing import Sharing
from .watching import carried, step, watched_command

MAX_ATTEMPTS = 12
CONFLICT_TRIES = 3


class LeaseLostError(Exception):
    """The job that led to this command is in other hands by now; nothing was changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of a command. record_id None: nothing was created; *problems* say why."""

    record_id: str | None
    state: RecordState | None
    decision: Decision
    release: Release | None = None

    @property
    def accepted(self) -> bool:
        """Return whether the command was carried out."""
        return self.decision.accepted

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Return why it was refused."""
        return self.decision.problems

    @property
    def number(self) -> str:
        """Return the record's number, empty without a record."""
        return self.state.number if self.state else ""


@dataclass(slots=True, kw_only=True)
class Service:
    """What web, connectors and jobs need of the runtime. wake: called after each commit with new work.

    files: where attached files lie, None where nobody deletes any. head_key: signs the daily heads.
    """

    database: Database
    releases: Releases
    clock: Clock
    ids: Ids
    links: Links
    zone: str = "Asia/Shanghai"
    files: Path | None = None
    head_key: bytes = b""
    wake: Callable[[], None] = field(default=lambda: None)

    def handle(
        self, command: c.Command, record_id: str | None = None, *, job: JobClaim | None = None
    ) -> Outcome:
        """Carry out *command* on the record, all of it or nothing, and return what came of it.

        job: finished in the same transaction; raises LeaseLostError when it is no longer this worker's.
        A conflict with somebody else's change is tried again, unless the command expects a version.
        """
        for attempt in range(CONFLICT_TRIES):
            try:
                with self.database.writing() as connection:
                    # First the job's end: the command may set the very timer again that led to it.
                    if job is not None and not finish(connection, job):
                        raise LeaseLostError(job.key)
                    outcome = self.handle_within(connection, command, record_id)
                    crash_point("handle:written")
                crash_point("handle:committed")
                break
            except ConflictError:
                if command.expected_version is not None:
                    return Outcome(
                        record_id=record_id,
                        state=None,
                        decision=Decision(problems=(Problem(code="ENG001"),)),
                    )
                if attempt == CONFLICT_TRIES - 1:
                    raise
        if outcome.decision.effects or outcome.decision.timers:
            self.wake()
        return outcome

    @watched_command
    def handle_within(
        self,
        connection: Connection,
        command: c.Command,
        record_id: str | None,
        shared: Sharing | None = None,
    ) -> Outcome:
        """Carry out *command* in a transaction of the caller's, who commits.

        shared: with the other commands of that transaction.
        """
        now = self.clock.now()
        if isinstance(command, c.TimerFired):
            now = max(now, command.due_at)  # it is due, whatever the clock of this machine says
        live: Release | None = None
        if isinstance(command, c.Create):
            release, state = self.releases.live(connection), None
            live = release
            command = self._numbered(connection, release, command, now)
            record_id = command.record_id
        else:
            state = (
                shared.state(record_id or "")
                if shared is not None
                else load_record(connection, record_id or "")
            )
            if state is None:
                return Outcome(
                    record_id=None,
                    state=None,
                    decision=Decision(problems=(Problem(code="ENG005"),)),
                )
            release = self.releases.get(state.release, connection)
        with step("decide"):
            if isinstance(command, c.Migrate) and state is not None:
                new = self.releases.get(command.to, connection)
                directory = self._directory(connection, new, now, shared)
                decision = migrate(release, new, state, command, now, directory)
                release = new if decision.state is not None else release
            else:
                directory = self._directory(
                    connection, release, now, shared, is_live=live is not None
                )
                decision = decide(release, state, command, now, directory)
        after = decision.state
        if after is None:
            self._set_timers(connection, decision, record_id or "", release.hash, now)
            return Outcome(
                record_id=record_id if state else None,
                state=state,
                decision=decision,
                release=release,
            )
        append(
            connection,
            Change(
                before=state.version if state else 0,
                events=decision.events,
                after=after,
                messages=decision.messages,
                why=decision.why,
                priority=_priority(release, after),
                plan=self.releases.plan(live) if live else self._plan(connection, shared),
            ),
        )
        self._write_work(connection, decision, after, now)
        for event in decision.events:
            if event.kind is EventKind.OWNER and event.body.get("owner"):
                note_given(connection, event.body["owner"], now)
        if shared is not None:
            shared.keep(after, decision.events)
        return Outcome(record_id=after.id, state=after, decision=decision, release=release)

    def _plan(self, connection: Connection, shared: Sharing | None) -> ViewPlan:
        if shared is None:
            return self.releases.view_plan(connection)
        return shared.plan(lambda: self.releases.view_plan(connection))

    def _directory(
        self,
        connection: Connection,
        release: Release,
        now: datetime,
        shared: Sharing | None,
        *,
        is_live: bool = False,
    ) -> LiveDirectory:
        if shared is None:
            return self.directory(connection, release, now, is_live=is_live)
        return shared.directory(release.hash, lambda: self.directory(connection, release, now))

    def _numbered(
        self, connection: Connection, release: Release, command: c.Create, now: datetime
    ) -> c.Create:
        kind = release.record_types.get(command.type)
        if kind is None or command.number:
            return command
        number = next_number(connection, kind.number, now.astimezone(ZoneInfo(self.zone)))
        return replace(command, number=number, record_id=command.record_id or self.ids.new_id())

    def _write_work(
        self, connection: Connection, decision: Decision, state: RecordState, now: datetime
    ) -> None:
        add_jobs(
            connection,
            [
                NewJob(
                    kind=effect.kind,
                    lane=lane_of(effect.kind, effect.payload),
                    key=effect.key,
                    payload=carried(effect.payload),
                    due_at=effect.due_at or now,
                    created_at=now,
                    record_id=state.id,
                    release=state.release,
                    max_attempts=MAX_ATTEMPTS,
                )
                for effect in decision.effects
            ],
        )
        self._set_timers(connection, decision, state.id, state.release, now)

    def _set_timers(
        self,
        connection: Connection,
        decision: Decision,
        record_id: str,
        release: str,
        now: datetime,
    ) -> None:
        of_record = f"timer:{record_id}:"
        gone = [of_record + one.key for one in decision.timers if one.due_at is None]
        cancel_all(connection, gone)
        put_timers(
            connection,
            [
                NewJob(
                    kind="timer",
                    lane=Lane.INSIDE,
                    key=of_record + timer.key,
                    payload={"key": timer.key},
                    due_at=timer.due_at,
                    created_at=now,
                    record_id=record_id,
                    release=release,
                    max_attempts=MAX_ATTEMPTS,
                )
                for timer in decision.timers
                if timer.due_at is not None
            ],
        )

    def directory(
        self,
        connection: Connection,
        release: Release | None = None,
        now: datetime | None = None,
        *,
        of_draft: bool = False,
        is_live: bool = False,
    ) -> LiveDirectory:
        """Return the directory of one transaction.

        of_draft: *release* was not published, its shifts count. is_live: it was just found to be the one in force.
        """
        known = release or self.releases.live(connection)
        return LiveDirectory(
            connection,
            now or self.clock.now(),
            self.links,
            known.teams,
            lambda: (
                known.teams if release is None or of_draft or is_live else self._rosters(connection)
            ),
        )

    def _rosters(self, connection: Connection) -> Mapping[str, Team]:
        """Return the teams of the release in force: a shift that changed counts for every record at once."""
        try:
            return self.releases.live(connection).teams
        except NoReleaseError:
            return {}

    def create(
        self,
        *,
        type: str,  # noqa: A002 - the record type, as everywhere
        values: Mapping[str, Any],
        actor: Actor,
        form: str | None = None,
        customer_id: str | None = None,
        channel: str = "portal",
        lang: str = "en",
        tags: tuple[str, ...] = (),
    ) -> Outcome:
        """Open a record from a filled form; id and number are made here."""
        return self.handle(
            c.Create(
                actor=actor,
                record_id=self.ids.new_id(),
                number="",
                type=type,
                form=form or "",
                values=values,
                customer_id=customer_id,
                channel=channel,
                lang=lang,
                tags=tags,
            )
        )

    def message(self, text: str, html: str = "", files: tuple[str, ...] = ()) -> c.NewMessage:
        """Return a message with a new id, to be said by a command."""
        return c.NewMessage(id=self.ids.new_id(), text=text, html=html, files=files)

    def has_release(self) -> bool:
        """Return whether anything was published yet."""
        try:
            self.releases.live()
        except NoReleaseError:
            return False
        return True


def _priority(release: Release, state: RecordState) -> str | None:
    kind = release.record_types.get(state.type)
    value = state.values.get(kind.priority_field) if kind else None
    return value if isinstance(value, str) else None
