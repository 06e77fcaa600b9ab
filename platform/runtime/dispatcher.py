"""The thread that finds due work and hands it on; it knows nothing of how work is carried out."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from ..core.events import SYSTEM
from ..store import audit
from ..store.claims import database_now, give_back_tokens
from ..store.engine import Database
from ..store.installation import Heartbeat, beat
from ..store.jobs import JobClaim, expire_all, give_back
from .crash import crash_point
from .hints import Listener
from .holders import Vigil
from .housekeeping import plan_housekeeping
from .job_queue import Failure, Lane, claim_batches, instant_of, settle_failure
from .ports import Clock, Ids
from .signs import Sign
from .watching import watched_step

log = logging.getLogger(__name__)

POLL_SECONDS = 0.5
BREATH_SECONDS = 0.05
"""Between two looks: under load each commit wakes the dispatcher, and one look for several costs what one does."""
BEAT_SECONDS = 60.0
RETRY_SECONDS = 2.0
JUMP = timedelta(seconds=30)
STOP_SECONDS = 6.0  # less than the web server waits for its worker: else nothing is given back


class Executor(Protocol):
    """Carries claimed jobs out, somewhere."""

    def room(self) -> Mapping[Lane, int]:
        """Return how many more jobs of each lane would soon be begun."""
        ...

    def submit(self, jobs: Sequence[JobClaim]) -> None:
        """Take over jobs of one batch, which share a token; return at once."""
        ...

    def fallen(self) -> Sequence[JobClaim]:
        """Return, once, the jobs that nothing could be noted about: the database was away."""
        ...

    def stop(self, seconds: float) -> Sequence[JobClaim]:
        """Begin nothing more, wait up to *seconds* for what runs; return what was not begun."""
        ...


@dataclass(slots=True, kw_only=True)
class Dispatcher:
    """Claims due jobs and hands them to *executor* until it is stopped.

    node: the name of this process. is_alone: no other process works on this database, so that
    leases found at the start are of one that died. grace: how long timers wait after the
    clock jumped forward, for an operator to look. version: shown on the health page. hints: tells at once
    of work that other processes wrote; without it the next look finds it. sign: for health checks on this machine.
    """

    database: Database
    clock: Clock
    ids: Ids
    executor: Executor
    node: str
    is_alone: bool = False
    grace: timedelta = timedelta(seconds=60)
    version: str = ""
    hints: Listener | None = None
    sign: Sign | None = None
    _wake: threading.Event = field(default_factory=threading.Event)
    _stopping: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None
    _watch: ClockWatch | None = None
    _held_until: float = 0.0
    _last_beat: float | None = None
    _vigil: Vigil | None = None
    _fallen: list[JobClaim] = field(default_factory=list)
    _doubtful: list[str] = field(default_factory=list)

    def start(self) -> None:
        """Start the thread. Call it after every fork, never at import."""
        self._thread = threading.Thread(target=self._run, name="sopwith-dispatcher", daemon=True)
        self._thread.start()
        if self.hints is not None:
            self.hints.start(self.wake)

    def wake(self) -> None:
        """Look for work now: something was just committed."""
        self._wake.set()

    def stop(self, seconds: float = STOP_SECONDS) -> None:
        """Stop in order: what runs may end within *seconds*, what was not begun is given back."""
        until = self.clock.monotonic() + seconds
        self._stopping.set()
        self._wake.set()
        if self.hints is not None:
            self.hints.stop()
        if self._thread is not None:
            self._thread.join(seconds)
        if self.sign is not None:
            self.sign.end()
        left = self.executor.stop(max(0.0, until - self.clock.monotonic()))
        if left:
            with self.database.writing() as connection:
                give_back(connection, left)

    def prepare(self) -> None:
        """Do what a start needs: take over from a process that died, plan the daily round."""
        if self.is_alone:
            with self.database.writing() as connection:
                expire_all(connection, self.clock.now())
        plan_housekeeping(self.database, self.clock.now())

    @watched_step
    def step(self) -> int:
        """Claim what is due and hand it on; return how many jobs that were."""
        self._look_at_clock()
        self._pick_up()
        self._free_what_the_dead_hold()
        room = dict(self.executor.room())
        if self.clock.monotonic() < self._held_until:
            room[Lane.INSIDE] = 0
        if not any(room.values()):
            return 0
        batches = self._claim(room)
        for batch in batches:
            self.executor.submit(batch)
        return sum(map(len, batches))

    def _claim(self, room: Mapping[Lane, int]) -> list[list[JobClaim]]:
        """Claim; what a claim took whose end nobody saw, when the database went away, is given back first."""
        if self._doubtful:
            with self.database.writing() as connection:
                give_back_tokens(connection, self._doubtful)
            self._doubtful = []
        noted = NotedIds(self.ids)
        try:
            return claim_batches(self.database, self.clock, noted, self.node, room)
        except Exception:
            self._doubtful = noted.secrets
            raise

    def _pick_up(self) -> None:
        """Let what fell while the database was away be tried again without waiting for the leases."""
        self._fallen += self.executor.fallen()
        if not self._fallen:
            return
        with self.database.writing() as connection:  # still away: they are kept for the next look
            for job in self._fallen:
                failure = Failure(error="The database could not be reached.")
                settle_failure(connection, job, failure, self.clock.now())
        self._fallen = []

    def _free_what_the_dead_hold(self) -> None:
        if self._vigil is None:
            self._vigil = Vigil(database=self.database, clock=self.clock)
        self._vigil.look()

    def _run(self) -> None:
        self._forever(self.prepare, once=True)
        self._forever(self._once, once=False)

    def _forever(self, work: Callable[[], None], *, once: bool) -> None:
        """Do *work* until it worked (once) or until the stop; a database that is away is waited for."""
        while not self._stopping.is_set():
            try:
                work()
            except Exception:
                log.exception("the dispatcher goes on in %s seconds", RETRY_SECONDS)
                self._stopping.wait(RETRY_SECONDS)
            else:
                if once:
                    return

    def _once(self) -> None:
        self._wake.clear()
        found = self.step()
        self._give_sign_of_life()
        if not found:
            self._wake.wait(POLL_SECONDS)
        self._stopping.wait(BREATH_SECONDS)

    def _look_at_clock(self) -> None:
        wall, steady = self._due_clock(), self.clock.monotonic()
        if self._watch is None:
            self._watch = ClockWatch(wall, steady)
            return
        jump = self._watch.jump(wall, steady)
        if jump > JUMP:
            self._held_until = steady + self.grace.total_seconds()
            log.warning("the clock jumped forward by %s; timers wait %s", jump, self.grace)
            with self.database.writing() as connection:
                body = {"seconds": round(jump.total_seconds())}
                audit.note(connection, SYSTEM, "clock.jumped", self.node, wall, body)

    def _due_clock(self) -> datetime:
        """Return the clock that says what is due: the database's own where it has one."""
        if instant_of(self.database, self.clock) is None:
            with self.database.reading() as connection:
                return database_now(connection) or self.clock.now()
        return self.clock.now()

    def _give_sign_of_life(self) -> None:
        steady = self.clock.monotonic()
        if self._last_beat is not None and steady - self._last_beat < BEAT_SECONDS:
            return
        self._last_beat = steady
        sign = Heartbeat(
            node=self.node, kind="dispatcher", at=self.clock.now(), version=self.version, detail={}
        )
        with self.database.writing() as connection:
            beat(connection, sign)
            crash_point("beat:written")
        if self.sign is not None:
            self.sign.give()


@dataclass(slots=True)
class ClockWatch:
    """Compares the wall clock with one that only ever goes forward evenly."""

    wall: datetime
    steady: float

    def jump(self, wall: datetime, steady: float) -> timedelta:
        """Return how far the wall clock ran ahead since the last look; negative when it fell back."""
        ahead = (wall - self.wall) - timedelta(seconds=steady - self.steady)
        self.wall, self.steady = wall, steady
        return ahead


@dataclass(slots=True)
class NotedIds:
    """Makes ids, and remembers the secrets among them."""

    ids: Ids
    secrets: list[str] = field(default_factory=list)

    def new_id(self) -> str:
        """Return a new id."""
        return self.ids.new_id()

    def secret(self) -> str:
        """Return a new secret, and note it."""
        self.secrets.append(self.ids.secret())
        return self.secrets[-1]
