"""Random definitions under random commands: nothing raises, nothing hangs, nothing is nobody's, everything replays."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sopwith.core import commands as c
from sopwith.core.decision import Decision
from sopwith.core.diagnostics import Diagnostic, has_errors
from sopwith.core.directory import Person
from sopwith.core.events import SYSTEM
from sopwith.core.record import Category, ClockStatus, RecordState
from sopwith.definitions import read_text
from sopwith.engine.fold import fold
from sopwith.engine.timers import wanted
from sopwith.lab.people import Town
from sopwith.release.compile import compile_release
from sopwith.release.model import Release
from sopwith.store.record_json import dump_state, load_state

from .random_fields import AREAS, Chance, Document
from .random_mutations import mutated
from .random_packs import ROLES, TEAMS, random_pack
from .random_world import START, CheckedWorld, RandomWorld

FULL = bool(os.environ.get("SOPWITH_FULL"))
PACKS, PATHS = (5000, 3) if FULL else (60, 1)
STEPS = 30
MUTATIONS = 2000 if FULL else 300
MOST_EVENTS = 400  # that one command may bring about, whatever the rules
MOST_DECISIONS = 5_000  # in one run, whatever follows from what
MOST_RECORDS = 500
LONG = 100  # events
FIRST_TRIES = 3
BEST_ACCEPTED = 0.6


def compiled(documents: list[Document]) -> tuple[Release | None, tuple[Diagnostic, ...]]:
    """Return what a pack compiles to; its documents are written in the part of YAML that is JSON."""
    text = "\n---\n".join(json.dumps(one, ensure_ascii=False) for one in documents)
    read, found = read_text(text.encode(), "random.yaml")
    if has_errors(found):
        return None, found
    release, more = compile_release(read)
    return release, (*found, *more)


@cache
def release_of(seed: int) -> Release | None:
    return compiled(random_pack(seed))[0]


def random_town(chance: Chance, release: Release) -> Town:
    """Return some colleagues, among them an admin, and some customers; teams may be empty, and without a lead."""
    teams = [name for name in TEAMS if name in release.teams]
    people: dict[str, Person] = {}
    count = chance.whole(1, 6)
    for number in range(count):
        name = f"p{number}"
        roles = chance.some(ROLES, 1, 2) if number else ["admin"]
        people[name] = Person(
            id=name,
            name=name.upper(),
            roles=frozenset(roles),
            teams=frozenset(chance.some(teams)),
            skills=frozenset(chance.some(AREAS)),
            present=chance.often(0.8),
            capacity=chance.one([None, None, 1, 3]),
            deputy=chance.one([None, f"p{chance.whole(0, count)}"]),
            manager=chance.one([None, f"p{chance.whole(0, count)}"]),
            email=chance.one(["", f"{name}@example.com"]),
            lang=chance.one(["en", "zh-CN"]),
            zone=chance.one(["", "Europe/Berlin"]),
        )
    leads = {team: chance.one(people) for team in teams if chance.often(0.6)}
    on_call = {team: tuple(chance.some(people)) for team in teams if chance.often(0.4)}
    customers: dict[str, dict[str, Any]] = {}
    for number in range(chance.whole(0, 3)):
        name = f"k{number}"
        tier = chance.one(["standard", "vip", "enterprise"])
        customers[name] = {"id": name, "name": name, "email": f"{name}@example.org", "tier": tier, "lang": "en",
                           "tags": [], "manager": chance.one([None, "p0"])}  # fmt: skip
    return Town(people=people, leads=leads, rosters=on_call, customers=customers)


class StrictWorld(CheckedWorld):
    """Looks harder: refusals, bounds, codecs, and what may not run on."""

    def __init__(self, *args: Any, **more: Any) -> None:
        self.saved: dict[str, str] = {}
        CheckedWorld.__init__(self, *args, **more)

    def handle(self, command: c.Command, record: str | None = None) -> Decision:
        """Decide and carry out, and see that a refusal is one and that all this ends."""
        known = record if not isinstance(command, c.Create) else command.record_id
        done = CheckedWorld.handle(self, command, record)
        assert len(self.done) < MOST_DECISIONS, "it does not end"
        assert len(self.records) < MOST_RECORDS, "records breed"
        assert len(done.events) <= MOST_EVENTS, f"{command}: {len(done.events)} events"
        if done.problems:
            assert not (done.events or done.effects or done.timers or done.messages)
            state = self.records.get(known or "")
            assert state is None or dump_state(state) == self.saved[state.id], f"{command}: changed"
            for problem in done.problems:
                assert problem.message("en") and problem.message("zh-CN")
        for event in done.events:
            assert event.at <= self.now
            assert json.loads(json.dumps(event.body)) == event.body
        for effect in done.effects:
            json.dumps(effect.payload)
        return done

    def look_at_history(self, state: RecordState) -> None:
        """Replay a long history now and then only; at the end all of them are."""
        if state.version < LONG or not len(self.done) % 20:
            CheckedWorld.look_at_history(self, state)

    def is_somebodys(self, state: RecordState) -> bool:
        """Return whether a colleague or a team has it: who leads the team is data of the installation."""
        return state.owner in self.town.people or state.team in self.release.teams

    def look_at(self, state: RecordState) -> None:
        """Check what must hold for a record at any time."""
        CheckedWorld.look_at(self, state)
        self.saved[state.id] = dump_state(state)
        assert load_state(self.saved[state.id]) == state
        for clock in state.clocks.values():
            elapsed = (max(self.now, clock.started_at) - clock.started_at).total_seconds()
            assert clock.used <= elapsed, f"{clock.id}: used {clock.used} s of {elapsed} s"
        resolution = state.clocks.get("resolution")
        if not state.is_open and resolution is not None:
            assert resolution.status is not ClockStatus.RUNNING, "settled, and still to be resolved"
        if state.category is Category.CLOSED:
            running = [
                one
                for one in state.clocks.values()
                if one.status is ClockStatus.RUNNING and one.metric != "task"
            ]
            assert not running, f"closed, and still running: {running}"

    def wait_until(self, instant_: datetime) -> None:
        """Wait, and see that nothing is left that should have happened."""
        CheckedWorld.wait_until(self, instant_)
        assert self.now == instant_
        assert all(at > self.now for at in self.timers.values()), self.timers
        for state in self.records.values():
            kind = self.release.record_types[state.type]
            assert all(at > self.now for at in wanted(self.release, kind, state).values())
        assert all(one.due_at is not None and one.due_at > self.now for one in self.waiting)


class DefinedWorld(RandomWorld):
    """Random days with a random release."""

    def __init__(self, release: Release, seed: int) -> None:
        chance = Chance(seed)
        self.chance, self.release = chance.source, release
        self.town = random_town(chance, release)
        self.world = StrictWorld(release, self.town, START, zone="Asia/Shanghai")
        self.story: list[str] = []
        self.count = self.tried = 0

    def create(self) -> None:
        """Open a record; where the form does not want these values the house opens one itself."""
        self.tried += 1
        if self.world.records or self.tried < FIRST_TRIES:
            RandomWorld.create(self)
        else:
            kind = self.release.record_types[self.pick(self.release.record_types)]
            self.do(
                c.Create(record_id=self.world.new_id(), number="N-1", type=kind.id, form=kind.intake, values={},
                         customer_id=self.pick(self.town.customers))
            )  # fmt: skip

    def hopeless(self) -> None:
        """Ask for what cannot be, or hardly."""
        state = self.record()
        chance, actor = self.chance, self.worker(state)
        name = chance.choice(["", "nothing", "s1", "done", "priority", "ünïcode", "x" * 300])
        orders: list[c.Command] = [
            c.Transition(actor=actor, to=name, values={name: name}),
            c.Submit(actor=actor, form=name, values={}, task=name),
            c.Submit(actor=actor, form=chance.choice(sorted(self.release.forms)), values={name: [name], "f0_0_number": {}}),
            c.Assign(actor=actor, owner=name, team=name, task=name),
            c.Decide(actor=actor, decision=name),
            c.Decide(actor=actor, decision="approve"),
            c.AddApprover(actor=actor, user=name),
            c.FinishTask(actor=actor, task=name, values={}),
            c.AnswerSurvey(actor=actor, ask=name, score=-7),
            c.SetDue(actor=actor, clock=name, due_at=self.world.now, reason=""),
            c.Comment(actor=actor, message=c.NewMessage(id="m", text="  "), public=True),
            c.Cancel(actor=actor), c.Reopen(actor=actor), c.Check(actor=actor, item=name),
            c.Merge(actor=actor, into=state.id), c.Merge(actor=actor, into="r999"),
            c.Tag(actor=actor, expected_version=state.version + 1, add=("late",)),
            c.TimerFired(key=name, due_at=self.world.now), c.RunRule(rule=name, round="x"),
            c.LinkClosed(kind="has_callback", record="r1", state="done"),
            c.AddLink(kind="blocks", record=chance.choice(["r1", "r2", "r77"])),
            c.AskSurvey(survey=chance.choice(["csat", "none"]), key=f"csat:{state.version}"),
            c.Absorb(record="r2", number="2", created_at=self.world.now - timedelta(days=chance.randint(0, 400))),
            c.Create(actor=actor, record_id="r500", number="5", type=name, form=name, values={}),
        ]  # fmt: skip
        order = chance.choice(orders)
        self.do(order, None if isinstance(order, c.Create) else state.id)

    def early(self) -> None:
        """Let a timer, or a round, come at the wrong moment."""
        state = self.record()
        mine = sorted(key for record, key in self.world.timers if record == state.id)
        if mine:
            self.do(c.TimerFired(key=self.chance.choice(mine), due_at=self.world.now), state.id)
        rule = self.pick(self.release.rules)
        if rule is not None and self.release.rules[rule].record_type in ("any", state.type):
            self.do(c.RunRule(actor=SYSTEM, rule=rule, round=f"{self.world.now:%d%H%M}"), state.id)

    deeds: tuple[Callable[[Any], None], ...] = (*RandomWorld.deeds, hopeless, hopeless, early)


def live(release: Release, seed: int, steps: int) -> DefinedWorld:
    """Return a world after *steps* random things; says what was done when something does not hold."""
    day = DefinedWorld(release, seed)
    try:
        day.run(steps)
        day.world.wait_until(day.world.now + timedelta(days=2))
        day.world.look_at_timers()
        for state in day.world.records.values():
            CheckedWorld.look_at_history(day.world, state)
    except Exception as error:
        story = "\n".join(day.story)
        raise AssertionError(f"seed {seed}:\n{story}\n{error!r}") from error
    return day


def test_most_random_packs_compile_and_every_record_of_theirs_is_somebodys_and_due() -> None:
    accepted, kinds = 0, set()
    for seed in range(PACKS):
        release = release_of(seed)
        if release is None:
            continue
        accepted += 1
        for path in range(PATHS):
            day = live(release, seed * PATHS + path, STEPS)
            kinds |= {type(one.command) for one in day.world.done}
    assert accepted >= BEST_ACCEPTED * PACKS, f"only {accepted} of {PACKS} compile"
    assert len(kinds) >= 24, f"commands of few kinds: {kinds}"


def test_wrong_packs_are_refused_or_still_sound() -> None:
    refused = 0
    for seed in range(MUTATIONS):
        documents = mutated(random_pack(seed % PACKS), Chance(seed))
        release, found = compiled(documents)
        if release is None:
            refused += 1
            assert has_errors(found)
            assert all(
                one.span.line >= 1 and one.render("en") and one.render("zh-CN") for one in found
            )
        elif seed % 4 == 0 or FULL:
            live(release, seed, 8)
    assert refused >= MUTATIONS // 2, f"only {refused} of {MUTATIONS} refused"


def test_a_random_pack_is_the_same_again() -> None:
    assert random_pack(7) == random_pack(7)
    assert random_pack(7) != random_pack(8)


def test_the_state_is_what_the_events_are_after_a_round_trip_of_each() -> None:
    release = next(found for seed in range(20) if (found := release_of(seed)) is not None)
    day = live(release, 1, STEPS)
    for name, state in day.world.records.items():
        events = [
            type(one)(one.kind, one.at, one.actor, one.cause, json.loads(json.dumps(one.body)))
            for one in day.world.events[name]
        ]
        assert fold(None, events) == state
