"""A world in which people do random things with the shipped packs, and what must hold after each of them."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from sopwith.core import commands as c
from sopwith.core.decision import Decision
from sopwith.core.events import SYSTEM, Actor
from sopwith.core.record import ClockStatus, RecordState
from sopwith.engine.decide import decide
from sopwith.engine.fold import fold
from sopwith.engine.timers import wanted
from sopwith.formbuilder.model import Field, FieldType
from sopwith.lab.cast import Cast
from sopwith.lab.people import Town
from sopwith.lab.sample import parse_sample
from sopwith.lab.world import World
from sopwith.release.model import Release
from sopwith.runtime.releases import compile_files, read_bundle

CATALOG = Path(__file__).parents[3] / "catalog" / "sop-templates"
PACKS = sorted(one.name for one in CATALOG.iterdir() if (one / "sample.yaml").is_file())
START = datetime(2026, 11, 16, 1, tzinfo=UTC)
WAITS = (1, 4, 16, 61, 300, 1500, 6000)
FEW = 4


@cache
def shipped(pack: str) -> tuple[Release, Cast]:
    """Return the release that the base pack and one more make, and the people who come with it."""
    files = {
        str(path.relative_to(CATALOG)): path.read_text("utf-8")
        for name in ("base", pack)
        for path in (CATALOG / name).rglob("*")
        if path.suffix in (".yaml", ".md")
    }
    release, found = compile_files(files)
    assert release is not None, "\n".join(one.render("en") for one in found)
    bundle = read_bundle(files)
    sample, _ = parse_sample(next(one.sample for one in bundle.packs if one.sample is not None))
    return release, sample.cast


class CheckedWorld(World):
    """Takes every decision three times and demands the same, then looks at the record."""

    def handle(self, command: c.Command, record: str | None = None) -> Decision:
        """Decide, compare, carry out, and look at what came of it."""
        known = record if not isinstance(command, c.Create) else command.record_id
        state = self.records.get(known or "")
        one, two = (decide(self.release, state, command, self.now, self.town) for _ in range(2))
        assert one == two, f"{command}: two decisions"
        done = World.handle(self, command, record)
        assert done == one, f"{command}: another decision when it was carried out"
        folded = fold(state, done.events) if done.events else None
        assert done.state == folded, (
            f"{command}: the decision's state is not what its events add up to"
        )
        if known in self.records:
            self.look_at(self.records[known])
        return done

    def look_at(self, state: RecordState) -> None:
        """Check what must hold for a record at any time."""
        self.look_at_history(state)
        assert state.version == len(self.events[state.id])
        kind = self.release.record_types[state.type]
        assert self.release.workflows[kind.workflow].states[state.state].category is state.category
        for clock in state.clocks.values():
            running = clock.status is ClockStatus.RUNNING
            assert (clock.since is not None) == running, clock
            assert (clock.ended_at is None) == (clock.status in ("running", "paused")), clock
            assert clock.used >= 0, clock
            assert clock.status is not ClockStatus.MET or clock.breached_at is None, clock
        if state.is_open:
            assert self.is_somebodys(state), f"{state.id} in {state.state}: nobody's"
            runs = any(one.status is ClockStatus.RUNNING for one in state.clocks.values())
            assert runs or wanted(self.release, kind, state), (
                f"{state.id} in {state.state}: no deadline"
            )

    def look_at_history(self, state: RecordState) -> None:
        """Check that the record is what its events add up to."""
        assert fold(None, self.events[state.id]) == state, (
            f"{state.id}: not what its events add up to"
        )

    def is_somebodys(self, state: RecordState) -> bool:
        """Return whether a colleague has it, or a queue that somebody answers for."""
        return state.owner in self.town.people or state.team in self.town.leads

    def look_at_timers(self) -> None:
        """Check that the timers set are those that every record wants."""
        for state in self.records.values():
            kind = self.release.record_types[state.type]
            mine = {key: at for (record, key), at in self.timers.items() if record == state.id}
            assert mine == wanted(self.release, kind, state), state.id


class RandomWorld:
    """One run: *story* keeps what was done, for whoever has to read a failure."""

    def __init__(self, pack: str, seed: int) -> None:
        self.chance = random.Random(seed)
        self.release, cast = shipped(pack)
        self.town = Town(
            people={one.id: one for one in cast.people},
            leads=dict(cast.leads),
            rosters=dict(cast.on_call),
            customers={key: dict(value) for key, value in cast.customers.items()},
        )
        self.world = CheckedWorld(self.release, self.town, START)
        self.story: list[str] = []
        self.count = 0

    def run(self, steps: int) -> None:
        """Do *steps* things."""
        self.create()
        for _ in range(steps):
            self.chance.choice(self.deeds)(self)
            self.world.look_at_timers()

    # --- people and values

    def pick(self, items: Any) -> Any:
        found = sorted(items)
        return self.chance.choice(found) if found else None

    def colleague(self, name: str | None = None) -> Actor:
        one = self.town.people[name if name in self.town.people else self.pick(self.town.people)]
        return Actor("user", one.id, one.roles, one.teams, one.name)

    def admin(self) -> Actor:
        return next(
            self.colleague(one.id) for one in self.town.people.values() if "admin" in one.roles
        )

    def worker(self, state: RecordState) -> Actor:
        """Return who probably may: the owner, an admin, anybody."""
        return self.chance.choice([self.colleague(state.owner), self.admin(), self.colleague()])

    def customer(self, state: RecordState) -> Actor:
        """Return the customer of the record; in a house without customers the colleague who asked."""
        name = state.customer_id or self.pick(self.town.customers)
        if name is None:
            return self.colleague(state.created_by)
        return Actor("customer", name, frozenset({"customer"}))

    def record(self) -> RecordState:
        return self.world.records[self.pick(self.world.records)]

    def said(self) -> c.NewMessage:
        self.count += 1
        return c.NewMessage(id=f"m{self.count}", text=f"Something is said, {self.count}.")

    def values(self, fields: Mapping[str, Field]) -> dict[str, Any]:
        """Return values for fields, mostly right ones."""
        return {
            name: value for name, one in fields.items() if (value := self.value(one)) is not None
        }

    def value(self, field: Field) -> Any:
        if self.chance.random() < 0.03:
            return self.chance.choice(["", "nonsense", -1, [], {}, "2026-02-30", 10**12])
        maker = _MAKERS.get(field.type)
        return maker(self, field) if maker else None

    def do(self, command: c.Command, record: str | None = None) -> None:
        self.story.append(f"{self.world.now:%m-%d %H:%M} {record} {command}")
        self.world.handle(command, record)

    # --- deeds

    def create(self) -> None:
        if len(self.world.records) >= FEW:
            return
        kind = self.release.record_types[self.pick(self.release.record_types)]
        customer = self.pick(self.town.customers)
        asks = (
            Actor("customer", customer, frozenset({"customer"})) if customer else self.colleague()
        )
        self.do(
            c.Create(
                actor=self.chance.choice([asks, asks, self.admin(), SYSTEM]),
                record_id=self.world.new_id(),
                number=self.world.number(kind.id),
                type=kind.id,
                form=kind.intake,
                values=self.values(self.release.forms[kind.intake].by_id),
                customer_id=customer,
                channel=self.chance.choice(["portal", "mail", "phone", "chat", "proactive"]),
                lang=self.chance.choice(["en", "zh-CN"]),
            )
        )
        if not self.world.records:
            self.create()

    def go(self) -> None:
        state = self.record()
        kind = self.release.record_types[state.type]
        place = self.release.workflows[kind.workflow].states[state.state]
        if not place.go:
            return
        way = self.chance.choice(place.go)
        fields = dict(self.release.forms[place.form].by_id) if place.form else {}
        fields |= {name: kind.all_fields[name] for name in way.ask if name in kind.all_fields}
        for item in place.checklist:
            self.do(c.Check(actor=self.worker(state), item=item.id), state.id)
        self.do(
            c.Transition(
                actor=self.worker(state), to=way.id, values=self.values(fields), note=self.said()
            ),
            state.id,
        )

    def reply(self) -> None:
        state = self.record()
        public = self.chance.random() < 0.8
        self.do(c.Comment(actor=self.worker(state), message=self.said(), public=public), state.id)

    def ask(self) -> None:
        state = self.record()
        actor = self.customer(state)
        self.do(
            c.Comment(actor=actor, message=self.said(), public=True, author="customer"), state.id
        )

    def submit(self) -> None:
        state = self.record()
        kind = self.release.record_types[state.type]
        if kind.forms:
            form = self.pick(kind.forms)
            values = self.values(self.release.forms[form].by_id)
            self.do(c.Submit(actor=self.worker(state), form=form, values=values), state.id)

    def assign(self) -> None:
        state = self.record()
        owner = self.chance.choice([None, self.pick(self.town.people), "nobody"])
        team = self.chance.choice([None, self.pick(self.release.teams)])
        task = self.pick(state.tasks) if state.tasks and self.chance.random() < 0.3 else None
        self.do(c.Assign(actor=self.worker(state), owner=owner, team=team, task=task), state.id)

    def decide(self) -> None:
        state = self.record()
        if state.approval is None:
            return
        vote = self.chance.choice(state.approval.votes)
        verdict = self.chance.choice(["approve", "approve", "reject"])
        self.do(
            c.Decide(actor=self.colleague(vote.user), decision=verdict, note="So be it."), state.id
        )
        if self.chance.random() < 0.3:
            other = c.AddApprover(
                actor=self.colleague(vote.user),
                user=self.pick(self.town.people),
                instead=self.chance.random() < 0.5,
            )
            self.do(other, state.id)

    def finish(self) -> None:
        state = self.record()
        task = self.pick(state.tasks)
        if task is not None:
            form = state.tasks[task].form
            fields = self.release.forms[form].by_id if form else {}
            self.do(
                c.FinishTask(actor=self.worker(state), task=task, values=self.values(fields)),
                state.id,
            )

    def settle(self) -> None:
        state = self.record()
        actor = self.chance.choice([self.customer(state), self.worker(state)])
        self.do(
            self.chance.choice(
                [
                    c.AnswerSolved(actor=actor, solved=self.chance.random() < 0.5),
                    c.Reopen(actor=actor, message=self.said()),
                    c.Cancel(actor=actor, reason="By mistake."),
                    c.Tag(actor=actor, add=("a", "b"), remove=("b",)),
                    c.Follow(actor=actor, user=self.pick(self.town.people)),
                ]
            ),
            state.id,
        )

    def merge(self) -> None:
        state, into = self.record(), self.record()
        if self.chance.random() < 0.4:
            self.do(
                c.Merge(actor=self.worker(state), into=into.id, into_number=into.number), state.id
            )

    def set_due(self) -> None:
        state = self.record()
        clock = self.pick(state.clocks)
        if clock is not None:
            due = self.world.now + timedelta(minutes=self.chance.choice([-5, 1, 90, 3000, 10**9]))
            self.do(
                c.SetDue(actor=self.admin(), clock=clock, due_at=due, reason="As agreed."), state.id
            )

    def survey(self) -> None:
        state = self.record()
        ask = self.pick(state.surveys)
        if ask is not None:
            score = self.chance.randint(-1, 11)
            self.do(c.AnswerSurvey(actor=self.customer(state), ask=ask, score=score), state.id)

    def sweep(self) -> None:
        state = self.record()
        rule = self.pick(self.release.rules)
        if rule is not None and any(
            one.kind == "every" for one in self.release.rules[rule].triggers
        ):
            self.do(c.RunRule(rule=rule, round=f"{self.world.now:%m%d%H}"), state.id)
        self.do(c.TimerFired(key=self.chance.choice(["sla:resolution", "rule:none", "approval:9", "x"]),
                             due_at=self.world.now), state.id)  # fmt: skip
        self.do(c.Delivered(key="k", kind="mail", target="x@example.com", outcome="dead"), state.id)

    def people_change(self) -> None:
        person = self.pick(self.town.people)
        self.world.away(person, self.town.people[person].present)
        tier = self.chance.choice(["standard", "vip", "enterprise"])
        for facts in list(self.town.customers.values())[:1]:
            facts["tier"] = tier

    def wait(self) -> None:
        self.story.append("wait")
        self.world.wait_until(self.world.now + timedelta(minutes=self.chance.choice(WAITS)))

    deeds: tuple[Callable[[Any], None], ...] = (
        create, go, go, go, go, go, reply, reply, ask, ask, submit, assign, decide, decide, finish, finish,
        settle, merge, set_due, survey, sweep, people_change, wait, wait, wait,
    )  # fmt: skip


def _leaf(world: RandomWorld, field: Field) -> Any:
    return world.chance.choice(field.options).id if field.options else None


_MAKERS: dict[FieldType, Callable[[RandomWorld, Field], Any]] = {
    FieldType.TEXT: lambda w, f: "Some words",
    FieldType.LONG_TEXT: lambda w, f: "Some more words about it.",
    FieldType.NUMBER: lambda w, f: w.chance.choice([1, 3, 20]),
    FieldType.MONEY: lambda w, f: w.chance.choice([1, 250, 8000]),
    FieldType.CHOICE: _leaf,
    FieldType.TREE_CHOICE: _leaf,
    FieldType.MULTI_CHOICE: lambda w, f: [_leaf(w, f)],
    FieldType.YES_NO: lambda w, f: w.chance.random() < 0.5,
    FieldType.DATE: lambda w, f: (
        (w.world.now + timedelta(days=w.chance.randint(0, 9))).date().isoformat()
    ),
    FieldType.DATE_TIME: lambda w, f: (
        w.world.now + timedelta(hours=w.chance.randint(1, 90))
    ).isoformat(),
    FieldType.DURATION: lambda w, f: "2h",
    FieldType.EMAIL: lambda w, f: "somebody@example.com",
    FieldType.PHONE: lambda w, f: "+86 138 0013 8000",
    FieldType.URL: lambda w, f: "https://example.com/x",
    FieldType.FILES: lambda w, f: ["f1"],
    FieldType.USER: lambda w, f: w.pick(w.town.people),
    FieldType.TEAM: lambda w, f: w.pick(w.release.teams),
    FieldType.CUSTOMER: lambda w, f: w.pick(w.town.customers),
    FieldType.TABLE: lambda w, f: [w.values({one.id: one for one in f.columns})],
}
