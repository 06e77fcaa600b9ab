"""A world in memory: records, their timers and effects, and a clock that is told to move."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from ..core import commands as c
from ..core.decision import Decision, Effect, TimerChange
from ..core.events import SYSTEM, Event, EventKind
from ..core.links import other_end
from ..core.plain import instant, instant_text
from ..core.record import RecordState
from ..engine.decide import decide
from ..release.model import Release
from .people import Town
from .rounds import Rounds

MAX_STEPS = 10_000  # timers and effects that one wait may run through


@dataclass(slots=True, kw_only=True)
class Done:
    """One decision as it was taken, for the trace."""

    at: datetime
    record: str
    command: c.Command
    decision: Decision


@dataclass(slots=True)
class World:
    """What the runtime does with a database and workers, done in memory with the same engine.

    sent_at: when each of *sent* went out. most: decisions that may be taken in all, 0 for any number; one more
    raises RuntimeError.
    zone: in which rules that act in rounds have their times of day; without one no rounds are made.
    """

    release: Release
    town: Town
    now: datetime
    records: dict[str, RecordState] = field(default_factory=dict)
    events: dict[str, list[Event]] = field(default_factory=dict)
    timers: dict[tuple[str, str], datetime] = field(default_factory=dict)
    waiting: list[Effect] = field(default_factory=list)
    sent: list[Effect] = field(default_factory=list)
    sent_at: list[datetime] = field(default_factory=list)
    done: list[Done] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)
    zone: str = ""
    most: int = 0
    rounds: Rounds = field(init=False)

    def __post_init__(self) -> None:
        self.town.records = self.records
        self.rounds = Rounds(self.release, self.zone, self.now)

    def handle(self, command: c.Command, record: str | None = None) -> Decision:
        """Decide one command now and take over what it changes."""
        if isinstance(command, c.Create):
            record = command.record_id
        assert record is not None
        if self.most and len(self.done) >= self.most:
            raise RuntimeError(f"more than {self.most} decisions follow")
        state = self.records.get(record)
        decision = decide(self.release, state, command, self.now, self.town)
        self.done.append(Done(at=self.now, record=record, command=command, decision=decision))
        if decision.state is not None:
            self.records[record] = decision.state
            self.events.setdefault(record, []).extend(decision.events)
            self._note(record, decision)
        for effect in decision.effects:
            if effect.key not in self.keys:
                self.keys.add(effect.key)
                self.waiting.append(effect)
        self._set(record, decision.timers)
        self._carry_out()
        return decision

    def new_id(self) -> str:
        """Return the next record's id."""
        return f"r{len(self.records) + 1}"

    def number(self, record_type: str) -> str:
        """Return the next record's number."""
        return f"{record_type.upper()}-{len(self.records) + 1}"

    def _note(self, record: str, decision: Decision) -> None:
        state = self.records[record]
        for event in decision.events:
            if event.kind is EventKind.OWNER and event.body.get("owner"):
                self.town.given[event.body["owner"]] = event.at
            if (
                event.kind is EventKind.SURVEY
                and event.body["change"] == "asked"
                and (asked := state.customer_id or state.created_by)
            ):
                self.town.surveyed[asked] = event.at

    def _set(self, record: str, timers: tuple[TimerChange, ...]) -> None:
        for timer in timers:
            if timer.due_at is None:
                self.timers.pop((record, timer.key), None)
            else:
                self.timers[record, timer.key] = timer.due_at

    def _carry_out(self) -> None:
        """Do every effect that is due; some of them become commands."""
        while due := [one for one in self.waiting if one.due_at is None or one.due_at <= self.now]:
            self.waiting.remove(due[0])  # doing one may do others: look again each time
            self._do(due[0])

    def _do(self, effect: Effect) -> None:
        self.sent.append(effect)
        self.sent_at.append(self.now)
        payload = effect.payload
        if effect.kind == "create_record":
            self._create(payload)
        elif effect.kind == "command" and payload["command"] == "ask_survey":
            self.handle(
                c.AskSurvey(survey=payload["survey"], key=payload["key"]), payload["record"]
            )
        elif (
            effect.kind == "command"
            and payload["command"] == "absorb"
            and payload["record"] in self.records
        ):
            reply = payload["first_reply_at"]
            absorb = c.Absorb(
                record=payload["from"],
                number=payload["number"],
                created_at=instant(payload["created_at"]),
                first_reply_at=instant(reply) if reply else None,
            )
            self.handle(absorb, payload["record"])
        elif effect.kind == "command" and payload["command"] == "link_closed":
            closed = c.LinkClosed(
                kind=payload["kind"], record=payload["other"], state=payload["state"]
            )
            self.handle(closed, payload["record"])

    def _create(self, payload: Mapping[str, Any]) -> None:
        kind = self.release.record_types[payload["type"]]
        child, number = self.new_id(), self.number(kind.id)
        create = c.Create(
            actor=SYSTEM,
            record_id=child,
            number=number,
            type=kind.id,
            form=kind.intake,
            values=payload["values"],
            customer_id=payload["customer_id"],
            channel="automation",
            lang=payload["lang"],
            links=(
                (
                    payload["link"],
                    payload["parent"],
                    payload["parent_number"],
                    payload["parent_type"],
                ),
            ),
            not_user=payload.get("not_user"),
            generation=payload.get("generation", 0),
            team=payload.get("team"),
        )
        if self.handle(create).accepted:
            link = c.AddLink(
                kind=other_end(payload["link"]), record=child, number=number, type=kind.id
            )
            self.handle(link, payload["parent"])

    def wait_until(self, instant_: datetime) -> None:
        """Move the clock on, running every timer, effect and round on the way in the order they are due."""
        while (at := self.rounds.first()) is not None and at <= instant_:
            self._run_until(at)
            for rule, record in self.rounds.take(at, self.records.values(), self.town):
                self.handle(c.RunRule(rule=rule, round=instant_text(at)), record)
            if self.rounds.are_idle(self.records.values(), self.town):
                self.rounds.skip(min([*self._due(), instant_]))
        self._run_until(instant_)

    def next_due(self) -> datetime | None:
        """Return when something happens by itself next: a timer, a mail that waits, else a round of a rule."""
        return min(self._due(), default=None) or self.rounds.first()

    def _due(self) -> list[datetime]:
        """Return when timers and effects are due."""
        later = [one.due_at for one in self.waiting if one.due_at is not None]
        return [*self.timers.values(), *later]

    def _run_until(self, instant_: datetime) -> None:
        for _ in range(MAX_STEPS):
            first = min(self._due(), default=None)
            if first is None or first > instant_:
                break
            self.now = max(self.now, first)
            self._carry_out()
            due = [(at, record, key) for (record, key), at in self.timers.items() if at <= self.now]
            for at, record, key in sorted(due):
                if self.timers.get((record, key)) == at:
                    del self.timers[record, key]
                    self.handle(c.TimerFired(key=key, due_at=at), record)
        else:
            raise RuntimeError("timers set each other off without end")
        self.now = instant_

    def away(self, person: str, is_away: bool) -> None:
        """Send a colleague away, or bring them back."""
        self.town.people[person] = replace(self.town.people[person], present=not is_away)
