"""The decision in the making: events so far, the state they fold to, and what they set off."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ..calendars import WorkingTime
from ..core.commands import NewMessage
from ..core.decision import Decision, Effect, Problem, TimerChange, Value, Why
from ..core.directory import Directory, Person
from ..core.events import SYSTEM, Actor, Cause, Event, EventKind
from ..core.plain import to_plain
from ..core.record import RecordState
from ..expressions import Context
from ..release.model import RecordType, Release
from ..rules.match import Happening
from ..sla.clocks import policy_for
from ..workflows.model import State, Workflow
from .fold import apply, own_copy
from .happenings import happenings_of
from .scope import scope_of

HUMAN = ("user", "token")


class Draft:
    """Collects what one command does to one record.

    *pending* are the happenings that rules have not seen yet; *awaits_owner* is set when a state was
    entered whose owner is still to be found.
    """

    def __init__(
        self,
        release: Release,
        record_type: RecordType,
        state: RecordState | None,
        actor: Actor,
        now: datetime,
        directory: Directory,
    ) -> None:
        self.release, self.record_type, self.directory = release, record_type, directory
        self.workflow: Workflow = release.workflows[record_type.workflow]
        self.actor, self.now = actor, now
        self._state = own_copy(state) if state is not None else None
        self.was_open = state.is_open if state is not None else False
        self.events: list[Event] = []
        self.effects: list[Effect] = []
        self.messages: list[tuple[NewMessage, bool, str]] = []
        self.why: list[Why] = []
        self.problems: list[Problem] = []
        self.pending: list[Happening] = []
        self.changed: set[str] = set()
        self.awaits_owner = False
        self.owner_set = False
        self.reopened = False
        self._seen_by_clocks = 0
        self._scope: dict[str, Any] | None = None
        self._context: Context | None = None

    # --- reading ----------------------------------------------------------------------------------

    @property
    def state(self) -> RecordState:
        """Return the state as the events so far make it."""
        if self._state is None:
            raise ValueError("the record is not created yet")
        return self._state

    @property
    def place(self) -> State:
        """Return the workflow state that the record is in."""
        return self.workflow.states[self.state.state]

    def scope(self) -> dict[str, Any]:
        """Return the names that conditions may read, with their present values; nobody may change it."""
        if self._scope is None:
            self._scope = scope_of(self.state)
        return self._scope

    def context(self) -> Context:
        """Return what conditions may ask besides values."""
        if self._context is None:
            working = self.working()
            self._context = Context(
                now=self.now,
                zone=working.calendar.zone if working else self.zone(),
                changed=frozenset(self.changed),
                business_seconds=working.between if working else None,
            )
        return self._context

    def calendar(self) -> str:
        """Return the id of the calendar in force for this record; empty when it has no policy."""
        sla = self.release.slas.get(self.record_type.sla or "")
        if sla is None or self._state is None:
            return ""
        for clock in self.state.clocks.values():
            if clock.calendar:
                return clock.calendar
        policy = policy_for(sla, self.scope(), Context(now=self.now))
        return policy.calendar if policy else ""

    def zone(self) -> str:
        """Return the time zone of the record type's promises, UTC where it makes none."""
        sla = self.release.slas.get(self.record_type.sla or "")
        for policy in sla.policies if sla else ():
            calendar = self.release.calendars.get(policy.calendar)
            if calendar is not None:
                return calendar.zone
        return "UTC"

    def working(self, calendar: str | None = None) -> WorkingTime | None:
        """Return the working time of *calendar*, or of the calendar in force."""
        return self.release.working_time.get(calendar or self.calendar())

    def person(self, user: str | None) -> Person | None:
        """Return the colleague with this id."""
        return self.directory.person(user) if user else None

    # --- writing ----------------------------------------------------------------------------------

    def emit(
        self,
        kind: EventKind,
        body: Mapping[str, Any],
        cause: Cause = Cause(),
        *,
        at: datetime | None = None,
        actor: Actor | None = None,
        told: Mapping[str, Any] | None = None,
    ) -> Event:
        """Append one event, fold it, and note what it sets off.

        told: what rules may read of it although the event itself does not keep it.
        """
        if cause.kind != "command" and actor is None:
            actor = SYSTEM
        event = Event(kind, at or self.now, actor or self.actor, cause, body)
        before = self._state.is_open if self._state is not None else True
        self._state = apply(self._state, event)
        self._scope = self._context = None
        self.events.append(event)
        if kind is EventKind.VALUES:
            self.changed.update(body.get("changed", {}))
            self.changed.update(body.get("removed", ()))
        if kind is EventKind.STATE and not before and self._state.is_open:
            self.reopened = True
        self.pending.extend(happenings_of(event, self._state, told or {}))
        return event

    def happen(self, name: str, event: Mapping[str, Any] | None = None) -> None:
        """Note a happening that is no event of its own."""
        self.pending.append(Happening(name, {"kind": name.split(":")[0], **(event or {})}))

    def turn_to(self, release: Release, record_type: RecordType) -> None:
        """Go on by the definitions of another release."""
        self.release, self.record_type = release, record_type
        self.workflow = release.workflows[record_type.workflow]
        self._scope = self._context = None

    def take_pending(self) -> list[Happening]:
        """Return the happenings rules have not seen, and forget them."""
        taken, self.pending = self.pending, []
        return taken

    def since_clocks(self) -> list[Event]:
        """Return the events since the clocks were last set."""
        fresh = self.events[self._seen_by_clocks :]
        self._seen_by_clocks = len(self.events)
        return fresh

    def refuse(self, code: str, path: str = "", **values: Value) -> None:
        """Note why the command cannot be carried out."""
        self.problems.append(Problem(code=code, path=path, values=values))

    def explain(
        self, kind: str, name: str, outcome: str, code: str, parts: Any = (), **values: Value
    ) -> None:
        """Add one sentence to the explanation."""
        self.why.append(
            Why(
                kind=kind,
                id=name,
                outcome=outcome,
                code=code,
                values=values,
                parts=tuple(to_plain(list(parts))),
            )
        )

    def effect(
        self, kind: str, name: str, payload: Mapping[str, Any], due_at: datetime | None = None
    ) -> None:
        """Add an effect whose key is this record, its present version and *name*."""
        key = f"{kind}:{self.state.id}:{self.state.version}:{name}"
        self.effects.append(Effect(kind=kind, key=key, payload=payload, due_at=due_at))

    def decision(self, timers: tuple[TimerChange, ...]) -> Decision:
        """Return what was decided; with problems, nothing but them."""
        if self.problems:
            return Decision(problems=tuple(self.problems))
        return Decision(
            events=tuple(self.events),
            effects=tuple(self.effects),
            timers=timers,
            messages=tuple(self.messages),
            why=tuple(self.why),
            state=self._state if self.events else None,
        )
