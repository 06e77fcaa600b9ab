"""What runs is watched here: facts for log lines, figures and spans. Without anybody watching it costs next to nothing.

``facts`` are kept in a context variable: at each request, at the service's door and at each job. Whoever counts
(``Meters``) and whoever draws spans (``Spans``) is put in by the floor above.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar, Token
from dataclasses import dataclass, field
from datetime import datetime
from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, Protocol, TypeVar

from sqlalchemy import Connection, event

from ..core.commands import Command
from ..core.events import EventKind
from ..store.engine import Database
from ..store.jobs import JobClaim, NewDelivery
from ..store.records import ConflictError

if TYPE_CHECKING:
    from .service import Outcome

P = ParamSpec("P")
Self = TypeVar("Self")
Fact = str | int | float | bool | list[str]
Facts = Mapping[str, Fact]
NO_FACTS: Facts = {}
TRACE = "trace"
"""The key in a job's payload under which the trace of the request that caused it is kept."""

commands = logging.getLogger("sopwith.command")
work = logging.getLogger("sopwith.job")
_FACTS: ContextVar[Facts] = ContextVar("sopwith_facts", default=NO_FACTS)
_QUERIES: ContextVar[list[int] | None] = ContextVar("sopwith_queries", default=None)


class Meters(Protocol):
    """Counts what happens."""

    def request(self, route: str, method: str, status: int, seconds: float, cpu: float) -> None:
        """Count one request that was answered."""
        ...

    def command(self, kind: str, outcome: str, seconds: float) -> None:
        """Count one command: accepted, refused, conflict or failed."""
        ...

    def event(self, kind: str, detail: str) -> None:
        """Count one event; *detail* names the clock of one that was breached."""
        ...

    def job(self, kind: str, lane: int, outcome: str, late: float, seconds: float) -> None:
        """Count one job that ended: done, failed, dead, held or lost; *late* after it was due."""
        ...

    def delivery(self, kind: str, outcome: str) -> None:
        """Count one try to bring something out."""
        ...

    def poll(self, claimed: int) -> None:
        """Count one look of the dispatcher, which claimed so many jobs."""
        ...


class Spans(Protocol):
    """Draws what happens as spans of a trace."""

    def step(self, name: str, known: Facts) -> AbstractContextManager[object]:
        """Return a span that lasts as long as the block."""
        ...

    def carried(self) -> str:
        """Return the present trace as a ``traceparent``, the empty string without one."""
        ...

    def following(self, carried: str) -> AbstractContextManager[object]:
        """Let what happens in the block hang on the trace *carried*."""
        ...


class _Nobody:
    """Counts nothing."""

    def request(self, route: str, method: str, status: int, seconds: float, cpu: float) -> None: ...
    def command(self, kind: str, outcome: str, seconds: float) -> None: ...
    def event(self, kind: str, detail: str) -> None: ...
    def job(self, kind: str, lane: int, outcome: str, late: float, seconds: float) -> None: ...
    def delivery(self, kind: str, outcome: str) -> None: ...
    def poll(self, claimed: int) -> None: ...


@dataclass(slots=True)
class Watch:
    """Who watches this process."""

    meters: Meters = field(default_factory=_Nobody)
    spans: Spans | None = None


WATCH = Watch()
_NOTHING: AbstractContextManager[object] = nullcontext()


# --- facts ------------------------------------------------------------------------------------------


def known() -> Facts:
    """Return what is known of what runs just now."""
    return _FACTS.get()


def learn(**more: Fact) -> Token[Facts]:
    """Add to what is known, until the token is given to ``forget``."""
    return _FACTS.set({**_FACTS.get(), **more})


def forget(token: Token[Facts]) -> None:
    """Know again what was known before."""
    _FACTS.reset(token)


@contextmanager
def facts(**more: Fact) -> Iterator[None]:
    """Know *more* within the block."""
    token = learn(**more)
    try:
        yield
    finally:
        forget(token)


# --- spans ------------------------------------------------------------------------------------------


def step(name: str, **more: Fact) -> AbstractContextManager[object]:
    """Return a span named *name* around a block, which costs nothing when nobody draws spans."""
    return _NOTHING if WATCH.spans is None else WATCH.spans.step(name, {**_FACTS.get(), **more})


def carried(payload: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the payload of a job, with the present trace where there is one."""
    if WATCH.spans is None:
        return payload
    trace = WATCH.spans.carried()
    return {**payload, TRACE: trace} if trace else payload


# --- queries ----------------------------------------------------------------------------------------


def count_queries(database: Database) -> None:
    """Count the statements of *database* for whoever asks by ``queries``."""
    for engine in (database.write, database.read):
        event.listen(engine, "before_cursor_execute", _count)


def _count(_connection: object, _cursor: object, *_more: object) -> None:
    counter = _QUERIES.get()
    if counter is not None:
        counter[0] += 1


def begin_counting() -> tuple[list[int], Token[list[int] | None]]:
    """Count statements from now on, in a list of one number; until the token is given to ``end_counting``."""
    counter = [0]
    return counter, _QUERIES.set(counter)


def end_counting(token: Token[list[int] | None]) -> None:
    """Count for whoever counted before."""
    _QUERIES.reset(token)


# --- commands ---------------------------------------------------------------------------------------


def watched_command(
    handle: Callable[Concatenate[Self, Connection, Command, str | None, P], Outcome],
) -> Callable[Concatenate[Self, Connection, Command, str | None, P], Outcome]:
    """Return *handle*, which carries out one command in a transaction, watched."""

    @wraps(handle)
    def watched(
        service: Self,
        connection: Connection,
        command: Command,
        record_id: str | None,
        /,
        *more: P.args,
        **named: P.kwargs,
    ) -> Outcome:
        kind = _name_of(type(command))
        token = learn(command=kind, **({"record": record_id} if record_id else {}))
        started = time.perf_counter()
        try:
            with step("command"):
                outcome = handle(service, connection, command, record_id, *more, **named)
        except Exception as error:
            ended = "conflict" if isinstance(error, ConflictError) else "failed"
            WATCH.meters.command(kind, ended, time.perf_counter() - started)
            raise
        else:
            _tell_command(kind, outcome, time.perf_counter() - started)
            return outcome
        finally:
            forget(token)

    return watched


def _tell_command(kind: str, outcome: Outcome, seconds: float) -> None:
    decision, meters = outcome.decision, WATCH.meters
    ended = "refused" if decision.problems else "accepted"
    meters.command(kind, ended, seconds)
    rules: list[str] = []
    for one in decision.events:
        breached = one.kind is EventKind.CLOCK and one.body.get("change") == "breached"
        meters.event(one.kind.value, str(one.body.get("id", "")) if breached else "")
        if one.cause.kind == "rule" and one.cause.id not in rules:
            rules.append(one.cause.id)
    if commands.isEnabledFor(logging.INFO):
        more: dict[str, Fact] = {"outcome": ended, "ms": round(seconds * 1000, 1)}
        if outcome.record_id:
            more["record"] = outcome.record_id
        if outcome.release is not None:
            more["release"] = outcome.release.hash
        more["events"] = len(decision.events)
        if rules:
            more["rules"] = rules
        if decision.problems:
            more["problems"] = [one.code for one in decision.problems]
        commands.info("command %s", ended, extra={"facts": more})


def _name_of(kind: type[Command], found: dict[type[Command], str] = {}) -> str:  # noqa: B006 - a cache
    name = found.get(kind)
    if name is None:
        name = "".join("_" + one.lower() if one.isupper() else one for one in kind.__name__)
        found[kind] = name = name.lstrip("_")
    return name


# --- jobs -------------------------------------------------------------------------------------------


@dataclass(slots=True)
class JobWatch:
    """How a job goes. outcome: done until something else is said."""

    kind: str
    outcome: str = "done"


_JOB: ContextVar[JobWatch | None] = ContextVar("sopwith_job", default=None)


@contextmanager
def watched_job(job: JobClaim, now: Callable[[], datetime]) -> Iterator[JobWatch]:
    """Watch one job that is carried out in the block."""
    late = max(0.0, (now() - job.due_at).total_seconds())
    seen = JobWatch(job.kind)
    known_of: dict[str, Fact] = {"job": job.id, "job_key": job.key, "job_kind": job.kind}
    if job.record_id:
        known_of["record"] = job.record_id
    if job.release:
        known_of["release"] = job.release
    token, of_job = learn(**known_of), _JOB.set(seen)
    started = time.perf_counter()
    try:
        with _following(job), step("job " + job.kind):
            yield seen
    except BaseException:
        if seen.outcome == "done":  # else whoever raised said more of it
            seen.outcome = "failed"
        raise
    finally:
        seconds = time.perf_counter() - started
        WATCH.meters.job(job.kind, job.lane, seen.outcome, late, seconds)
        if work.isEnabledFor(logging.INFO):
            more: dict[str, Fact] = {
                "outcome": seen.outcome,
                "attempt": job.attempt,
                "late_ms": round(late * 1000),
                "ms": round(seconds * 1000, 1),
            }
            work.info("job %s", seen.outcome, extra={"facts": more})
        _JOB.reset(of_job)
        forget(token)


def _following(job: JobClaim) -> AbstractContextManager[object]:
    trace = job.payload.get(TRACE)
    if WATCH.spans is None or not isinstance(trace, str):
        return _NOTHING
    return WATCH.spans.following(trace)


def job_ended(outcome: str) -> None:
    """Say how the job that is carried out just now ended, when it is not simply done."""
    seen = _JOB.get()
    if seen is not None:
        seen.outcome = outcome


def watched_step(dispatch: Callable[[Self], int]) -> Callable[[Self], int]:
    """Return the dispatcher's *dispatch*, which claims what is due, watched."""

    @wraps(dispatch)
    def watched(dispatcher: Self) -> int:
        claimed = dispatch(dispatcher)
        WATCH.meters.poll(claimed)
        return claimed

    return watched


def watched_delivery(
    make: Callable[Concatenate[Self, P], NewDelivery],
) -> Callable[Concatenate[Self, P], NewDelivery]:
    """Return *make*, which notes one try of the present job to bring something out, watched."""

    @wraps(make)
    def watched(jobs: Self, /, *args: P.args, **kwargs: P.kwargs) -> NewDelivery:
        delivery = make(jobs, *args, **kwargs)
        seen = _JOB.get()
        if seen is not None:
            WATCH.meters.delivery(seen.kind, delivery.outcome)
            if delivery.outcome == "failed":
                seen.outcome = "failed"
        return delivery

    return watched
