"""Run a scenario on the real engine under a clock that is told to move."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from ..core import commands as c
from ..core.decision import Decision, Effect, Problem
from ..core.directory import Person
from ..core.events import SYSTEM, Actor
from ..core.plain import instant_text
from ..core.record import Clock, RecordState
from ..core.span import Span
from ..release.model import Release
from ..sla.ticking import consumed
from .agreement import agrees
from .coverage import Move
from .people import Town
from .scenario import Scenario, Step, read_instant, wait_seconds
from .steps import command_of, tied_back
from .world import Done, World


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """One expectation that did not hold."""

    span: Span
    what: str
    expected: Any
    actual: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRun:
    """One step as it went: what it did, what followed, what failed. about: the type of the record that it is about."""

    step: Step
    at: datetime
    story: tuple[str, ...]
    problems: tuple[Problem, ...] = ()
    failures: tuple[Failure, ...] = ()
    done: tuple[Done, ...] = ()
    sent: tuple[Effect, ...] = ()
    sent_at: tuple[datetime, ...] = ()
    about: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioRun:
    """The whole run. walked, fired: the moves of its records and the rules that acted, for coverage."""

    scenario: Scenario
    steps: tuple[StepRun, ...]
    walked: frozenset[Move] = frozenset()
    fired: frozenset[str] = frozenset()

    @property
    def passed(self) -> bool:
        """Return whether everything held."""
        return not any(step.failures for step in self.steps)

    @property
    def visited(self) -> frozenset[str]:
        """Return the states that were entered."""
        return frozenset(one.to for one in self.walked)


def run_scenario(release: Release, scenario: Scenario) -> ScenarioRun:
    """Return how *scenario* goes on *release*; the first failed step ends it."""
    return Player(release, scenario).go()


@dataclass(slots=True)
class _Window:
    """What happened in one step."""

    decisions: int = 0
    sent: int = 0
    waiting: int = 0


class Player:
    """Plays the steps of one scenario in a world of its own."""

    def __init__(self, release: Release, scenario: Scenario) -> None:
        self.release, self.scenario = release, scenario
        town = Town(
            people={one.id: one for one in scenario.cast.people},
            leads=dict(scenario.cast.leads),
            rosters=dict(scenario.cast.on_call),
            teams=release.teams,
            customers={key: dict(value) for key, value in scenario.cast.customers.items()},
        )
        self.world = World(release, town, scenario.now, zone=scenario.zone)
        self.names: dict[str, str] = {}
        self.messages = 0
        self.window = _Window()

    def go(self) -> ScenarioRun:
        """Return how all steps go; the first failed one ends it."""
        runs: list[StepRun] = []
        for step in self.scenario.steps:
            run = self.step(step)
            runs.append(run)
            if run.failures:
                break
        return ScenarioRun(
            scenario=self.scenario,
            steps=tuple(runs),
            walked=self.walked(),
            fired=frozenset(
                why.id
                for done in self.world.done
                for why in done.decision.why
                if why.kind == "rule" and why.outcome == "fired"
            ),
        )

    def walked(self) -> frozenset[Move]:
        """Return each move so far."""
        found: set[Move] = set()
        for done in self.world.done:
            state = self.world.records.get(done.record)
            kind = self.release.record_types.get(state.type) if state else None
            for event in done.decision.events:
                if event.kind == "state" and kind is not None:
                    body = event.body
                    source, way = str(body.get("from") or ""), str(body.get("transition") or "")
                    found.add(Move(kind.workflow, source, str(body["to"]), way))
        return frozenset(found)

    # --- doing ------------------------------------------------------------------------------------

    def step(self, step: Step) -> StepRun:
        """Do one step; what fails is told, never raised."""
        world = self.world
        self.window = _Window(len(world.done), len(world.sent), len(world.waiting))
        at = world.now
        try:
            decision = self._do(step)
            problems = decision.problems if decision else ()
            failures = self._refusals(step, problems)
            if not failures and not step.refused:
                failures = self._expectations(step)
        except KeyError as missing:
            failure = Failure(
                span=step.span,
                what="name",
                expected="a record or person that exists",
                actual=str(missing),
            )
            return StepRun(step=step, at=at, story=(), failures=(failure,), about=self._about(step))
        return StepRun(
            step=step,
            at=at,
            story=self._story(),
            problems=problems,
            failures=tuple(failures),
            done=tuple(world.done[self.window.decisions :]),
            sent=tuple(world.sent[self.window.sent :]),
            sent_at=tuple(world.sent_at[self.window.sent :]),
            about=self._about(step),
        )

    def _about(self, step: Step) -> str:
        if step.verb == "create":
            return str(step.args.get("type", self.scenario.record_type))
        try:
            return self.world.records[self.record(step)].type
        except KeyError:
            return self.scenario.record_type

    def _do(self, step: Step) -> Decision | None:
        world, args = self.world, step.args
        if step.verb == "wait":
            world.wait_until(world.now + timedelta(seconds=wait_seconds(str(args["value"]))))
            return None
        if step.verb == "until":
            instant = read_instant(str(args["value"]), self.scenario.zone)
            world.wait_until(instant or world.now)
            return None
        if step.verb in ("away", "back"):
            world.away(str(args.get("person", args.get("value"))), step.verb == "away")
            return None
        if step.verb == "create":
            return self._create(step)
        record = self.record(step)
        decision = world.handle(self._command(step), record)
        if step.verb == "link" and decision.accepted:
            back = tied_back(step, self.actor(step), world.records[record])
            world.handle(back, self._target(step.args["other"]).id)
        return decision

    def _create(self, step: Step) -> Decision:
        args = step.args
        kind = self.release.record_types[args.get("type", self.scenario.record_type)]
        customer = args.get("customer")
        record = self.world.new_id()
        by = args.get("by")
        actor = self.user(by) if by else Actor("customer", customer, frozenset({"customer"}))
        self.names.setdefault(str(args.get("as", record)), record)
        return self.world.handle(
            c.Create(
                actor=actor,
                record_id=record,
                number=self.world.number(kind.id),
                type=kind.id,
                form=args.get("form", kind.intake),
                values=args.get("values", {}),
                customer_id=customer,
                channel=args.get("channel", "portal"),
                lang=args.get("lang", "en"),
            )
        )

    def record(self, step: Step) -> str:
        """Return the id of the record that *step* is about; raises KeyError for an unknown name."""
        if step.record:
            if step.record in self.names:
                return self.names[step.record]
            made = [one for one in self.world.records.values() if one.type == step.record]
            if made:
                return made[-1].id
            raise KeyError(step.record)
        if not self.names:
            raise KeyError("record")
        return next(iter(self.names.values()))

    def user(self, name: str) -> Actor:
        """Return a colleague of the cast as an actor; raises KeyError for an unknown one."""
        person: Person = self.world.town.people[name]
        return Actor("user", person.id, person.roles, person.teams, person.name)

    def actor(self, step: Step) -> Actor:
        """Return who does *step*: the person it names, else the record's customer."""
        name = step.args.get("as")
        if name:
            return self.user(name)
        state = self.world.records[self.record(step)]
        if state.customer_id:
            return Actor(
                "customer",
                state.customer_id,
                frozenset({"customer"}),
                name=str(state.customer.get("name", "")),
            )
        return SYSTEM

    def _say(self, text: Any, files: Any = ()) -> c.NewMessage:
        self.messages += 1
        return c.NewMessage(id=f"m{self.messages}", text=str(text or ""), files=tuple(files))

    def _command(self, step: Step) -> c.Command:
        return command_of(
            step,
            self.actor(step),
            self.world.records[self.record(step)],
            self.release,
            self._say,
            self._target,
        )

    def _target(self, name: str) -> RecordState:
        return self.world.records[self.record(Step(verb="", args={}, record=name))]

    # --- comparing --------------------------------------------------------------------------------

    def _refusals(self, step: Step, problems: tuple[Problem, ...]) -> list[Failure]:
        codes = sorted({problem.code for problem in problems})
        if step.refused:
            if sorted(set(step.refused)) != codes:
                return [
                    Failure(
                        span=step.span,
                        what="refused",
                        expected=sorted(set(step.refused)),
                        actual=codes,
                    )
                ]
            return []
        if problems:
            said = [
                f"{one.path + ': ' if one.path else ''}{one.code} {one.message('en')}"
                for one in problems
            ]
            return [Failure(span=step.span, what="refused", expected="accepted", actual=said)]
        return []

    def _expectations(self, step: Step) -> list[Failure]:
        failures: list[Failure] = []
        if not step.then:
            return failures
        state = self.world.records[self.record(step)]
        for key, expected in step.then.items():
            actual = self._actual(key, expected, state)
            if not agrees(expected, actual, key):
                failures.append(
                    Failure(
                        span=step.spans.get(key, step.span),
                        what=key,
                        expected=expected,
                        actual=actual,
                    )
                )
        return failures

    def _actual(self, key: str, expected: Any, state: RecordState) -> Any:
        if key == "values":
            return {name: state.values.get(name) for name in expected}
        if key == "priority":
            return state.values.get("priority")
        if key == "category":
            return state.category.value
        if key == "clocks":
            return {name: self._clock(state.clocks.get(name), expected[name]) for name in expected}
        if key == "due":
            return {name: self._clock_due(state.clocks.get(name)) for name in expected}
        if key in ("fired", "not_fired"):
            return self._fired()
        if key in ("mails", "notices", "webhooks", "created"):
            return self._outward(key)
        if key == "tasks":
            return {name: task.status for name, task in state.tasks.items()}
        if key == "approvers":
            return (
                [one.user for one in state.approval.votes if one.asked and not one.decision]
                if state.approval
                else []
            )
        if key == "surveys":
            return len(state.surveys)
        if key == "links":
            return [link.kind for link in state.links]
        if key == "tags":
            return list(state.tags)
        return getattr(state, key)

    def _clock(self, clock: Clock | None, asked: Any) -> Any:
        if clock is None:
            return None
        facts: dict[str, Any] = {
            "status": str(clock.status),
            "breached": clock.breached_at is not None,
            "target": clock.target,
            "policy": clock.policy,
            "warned": list(clock.warned),
        }
        working = self.release.working_time.get(clock.calendar) if clock.calendar else None
        facts["used"] = consumed(clock, self.world.now, working)
        facts["due"] = self._clock_due(clock)
        if not isinstance(asked, Mapping):
            return facts["status"]
        return {name: facts.get(name) for name in asked}

    def _clock_due(self, clock: Clock | None) -> str | None:
        if clock is None or clock.due_at is None:
            return None
        return clock.due_at.astimezone(ZoneInfo(self.scenario.zone)).strftime("%Y-%m-%d %H:%M:%S")

    def _fired(self) -> list[str]:
        names: list[str] = []
        for done in self.world.done[self.window.decisions :]:
            names += [
                why.id for why in done.decision.why if why.kind == "rule" and why.outcome == "fired"
            ]
        return names

    def _outward(self, key: str) -> Any:
        sent = self.world.sent[self.window.sent :]
        if key == "webhooks":
            return sum(1 for one in sent if one.kind == "webhook")
        if key == "mails":
            return [one.payload["template"] for one in sent if one.kind == "mail"]
        if key == "notices":
            return [one.payload["user"] for one in sent if one.kind == "notice"]
        return [one.payload["type"] for one in sent if one.kind == "create_record"]

    # --- telling ----------------------------------------------------------------------------------

    def _story(self) -> tuple[str, ...]:
        """Return what happened in this step, a line an event, for the trace of a failure."""
        lines: list[str] = []
        for done in self.world.done[self.window.decisions :]:
            for event in done.decision.events:
                cause = f" by {event.cause.kind} {event.cause.id}" if event.cause.id else ""
                lines.append(
                    f"{instant_text(event.at)} {done.record} {event.kind}: {_brief(event.body)}{cause}"
                )
        for effect in self.world.sent[self.window.sent :]:
            lines.append(
                f"{instant_text(self.world.now)} sent {effect.kind}: {_brief(effect.payload)}"
            )
        return tuple(lines)


def _brief(body: Mapping[str, Any]) -> str:
    parts = []
    for key, value in body.items():
        if key in ("html", "text", "clock", "customer", "release", "before"):
            continue
        text = str(value)
        parts.append(f"{key}={text if len(text) <= 80 else text[:79] + '…'}")
    return " ".join(parts)
