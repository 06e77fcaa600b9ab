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
from ..core.plain import instant
from ..core.record import RecordState
from ..engine.decide import decide
from ..engine.fold import fold
from ..release.model import Release
from .people import Town

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
    """What the runtime does with a database and workers, done in memory with the same engine."""

    release: Release
    town: Town
    now: datetime
    records: dict[str, RecordState] = field(default_factory=dict)
    events: dict[str, list[Event]] = field(default_factory=dict)
    timers: dict[tuple[str, str], datetime] = field(default_factory=dict)
    waiting: list[Effect] = field(default_factory=list)
    sent: list[Effect] = field(default_factory=list)
    done: list[Done] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.town.records = self.records

    def handle(self, command: c.Command, record: str | None = None) -> Decision:
        """Decide one command now and take over what it changes."""
        if isinstance(command, c.Create):
            record = command.record_id
        assert record is not None
        state = self.records.get(record)
        decision = decide(self.release, state, command, self.now, self.town)
        self.done.append(Done(at=self.now, record=record, command=command, decision=decision))
        if decision.events:
            self.records[record] = fold(state, decision.events)
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
            team=payload.get("team"),
        )
        if self.handle(create).accepted:
            link = c.AddLink(
                kind=other_end(payload["link"]), record=child, number=number, type=kind.id
            )
            self.handle(link, payload["parent"])

    def wait_until(self, instant_: datetime) -> None:
        """Move the clock on, running every timer and effect on the way in the order they are due."""
        for _ in range(MAX_STEPS):
            due = [(at, record, key) for (record, key), at in self.timers.items() if at <= instant_]
            later = [
                one.due_at
                for one in self.waiting
                if one.due_at is not None and one.due_at <= instant_
            ]
            first = min([at for at, _, _ in due] + later, default=None)
            if first is None:
                break
            self.now = max(self.now, first)
            self._carry_out()
            for at, record, key in sorted(due):
                if at <= self.now and self.timers.get((record, key)) == at:
                    del self.timers[record, key]
                    self.handle(c.TimerFired(key=key, due_at=at), record)
        else:
            raise RuntimeError("timers set each other off without end")
        self.now = instant_

    def away(self, person: str, is_away: bool) -> None:
        """Send a colleague away, or bring them back."""
        self.town.people[person] = replace(self.town.people[person], present=not is_away)
