"""Made-up lives of records: people who do plausible things in a world of their own, decided by the real engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from ..core import commands as c
from ..core.decision import Effect
from ..core.directory import Person
from ..core.events import Actor, Event
from ..core.record import RecordState
from ..core.roles import AGENT, STAFF
from ..release.model import RecordType, Release
from .chance import Chance
from .life_deeds import Deeds
from .life_texts import Words, mark
from .life_values import Filler
from .office import next_office_time
from .people import Town
from .world import Done, World

MOST_DEEDS = 60
MOST_EVENTS = 80
REFUSALS = 6
AFTER = timedelta(days=30)
"""How long a settled record is looked at for what still comes: surveys, closing by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What customers have in common that decides about them. manager: the colleague who looks after them."""

    tier: str
    lang: str
    manager: str | None = None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Where lives take place. now: at which those that are still open stand."""

    release: Release
    people: Mapping[str, Person]
    leads: Mapping[str, str]
    rosters: Mapping[str, tuple[str, ...]]
    kinds: Sequence[Kind]
    zone: str
    now: datetime

    def types(self) -> list[RecordType]:
        """Return the record types that people open themselves."""
        return [kind for _, kind in sorted(self.release.record_types.items()) if kind.portal]


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """What happened to records that belong together, with marks for what differs from copy to copy.

    kind: of the customer, None where a colleague asked. marks: what each text mark stands for, in order.
    """

    scene: Scene
    kind: Kind | None
    lang: str
    marks: tuple[str, ...]
    done: tuple[Done, ...]
    records: tuple[RecordState, ...]
    events: Mapping[str, tuple[Event, ...]]
    timers: Mapping[tuple[str, str], datetime]
    waiting: tuple[Effect, ...]

    @property
    def is_open(self) -> bool:
        """Return whether the first record still needs somebody."""
        return self.records[0].is_open

    @property
    def taken_back(self) -> bool:
        """Return whether whoever asked took it back."""
        kind = self.scene.release.record_types[self.records[0].type]
        return self.records[0].state == self.scene.release.workflows[kind.workflow].cancelled

    @property
    def begins(self) -> datetime:
        """Return the instant of the first event."""
        return self.records[0].created_at

    @property
    def ends(self) -> datetime:
        """Return the instant of the last event."""
        return max(events[-1].at for events in self.events.values())

    @property
    def pending(self) -> list[datetime]:
        """Return when something will come by itself."""
        return [*self.timers.values(), *(one.due_at for one in self.waiting if one.due_at)]


@dataclass(slots=True, kw_only=True)
class Crowd(Town):
    """A town in which everybody has other work too. busy: how many records each owns elsewhere."""

    busy: dict[str, int] = field(default_factory=dict)

    def person(self, user_id: str) -> Person | None:
        """Return the colleague with all the work there is."""
        found = Town.person(self, user_id)
        return found and replace(found, load=found.load + self.busy.get(user_id, 0))


class Stage(World):
    """A world whose records have marks for ids and numbers."""

    def new_id(self) -> str:
        """Return the mark of the next record's id."""
        return mark("r", len(self.records))

    def number(self, record_type: str) -> str:
        """Return the mark of the next record's number."""
        return mark("n", len(self.records)).upper()


def live(
    scene: Scene, chance: Chance, *, is_open: bool, head_start: timedelta = timedelta(0)
) -> Life | None:
    """Return the life that *chance* makes, None when it did not become what was asked for.

    is_open: whether its record is to be unsettled at ``scene.now``, and nothing comes of itself within *head_start*
    from then; else everything has come to its end by then.
    """
    life = _Story(scene, chance, is_open=is_open).live()
    if life is None or life.is_open is not is_open or (not is_open and life.pending):
        return None
    if any(due < scene.now + head_start for due in life.pending):
        return None
    return life if sum(map(len, life.events.values())) <= MOST_EVENTS * len(life.records) else None


class _Story:
    """One life as it goes."""

    def __init__(self, scene: Scene, chance: Chance, *, is_open: bool) -> None:
        self.scene, self.chance = scene, chance
        self.kind_of_record = self.chance.choice(scene.types())
        self.kind = None if self._is_for_staff() else self.chance.choice(scene.kinds)
        staff = [one for one in scene.people.values() if STAFF in one.roles and one.manager]
        self.asker = (
            None if self.kind else self.chance.choice(sorted(staff, key=lambda one: one.id))
        )
        self.lang = self.kind.lang if self.kind else self.asker.lang if self.asker else "en"
        self.words = Words(self.chance, self.lang)
        town = Crowd(
            people=dict(scene.people),
            leads=dict(scene.leads),
            rosters=dict(scene.rosters),
            customers={facts["id"]: facts for facts in [_facts(self.kind)]} if self.kind else {},
            busy={name: self.chance.randrange(5) for name in sorted(scene.people)},
        )
        self.until = scene.now
        start = self._start(is_open=is_open)
        self.world = Stage(scene.release, town, start, zone=scene.zone)
        workers = sorted(one.id for one in scene.people.values() if AGENT in one.roles)
        self.filler = Filler(self.chance, self.words, town, workers, scene.zone)
        patience = self.chance.choice((1, 1, 2, 2, 3, 0, 0, 0)) if not is_open else 0
        self.deeds = Deeds(self.world, self.chance, self.words, self.filler, patience)

    def _is_for_staff(self) -> bool:
        """Return whether colleagues ask for this: their managers are asked to approve."""
        if not any(STAFF in one.roles and one.manager for one in self.scene.people.values()):
            return False
        states = self.scene.release.workflows[self.kind_of_record.workflow].states.values()
        approvers = [one for state in states if state.approval for one in state.approval.approvers]
        return any(one.manager_of for one in approvers)

    def _start(self, *, is_open: bool) -> datetime:
        if is_open:
            hours = min(self.chance.lognormvariate(3.2, 1.3), 24 * 45)
            return self.scene.now - timedelta(hours=hours)
        back = timedelta(days=self.chance.randint(42, 55), seconds=self.chance.randrange(86_400))
        start = self.scene.now - back
        if self.chance.random() < 0.85:
            start = next_office_time(start, self.scene.zone, self.chance)
        return start

    def live(self) -> Life | None:
        if not self._create():
            return None
        refused = 0
        for _ in range(MOST_DEEDS):
            deed = self.deeds.next()
            if deed is None:
                break
            at = self.world.now + deed.gap
            if deed.in_office:
                at = next_office_time(at, self.scene.zone, self.chance)
            if at >= self.until:
                break
            self.world.wait_until(at)
            refused = 0 if deed.do() else refused + 1
            if refused > REFUSALS:
                return None
        else:
            return None
        self.world.wait_until(self._end())
        return self._life()

    def _end(self) -> datetime:
        if any(one.is_open for one in self.world.records.values()):
            return self.until
        return min(self.until, self.world.now + AFTER)

    def _create(self) -> bool:
        kind, release = self.kind_of_record, self.scene.release
        customer = _facts(self.kind) if self.kind else None
        if customer:
            actor = Actor(
                "customer", customer["id"], frozenset({"customer"}), name=customer["name"]
            )
        else:
            assert self.asker is not None
            one = self.asker
            actor = Actor("user", one.id, one.roles, one.teams, one.name)
        values = self.filler.fill(
            release.forms[kind.intake], self.world.now, actor.roles, given=None
        )
        create = c.Create(
            actor=actor,
            record_id=self.world.new_id(),
            number=self.world.number(kind.id),
            type=kind.id,
            form=kind.intake,
            values=values,
            customer_id=customer["id"] if customer else None,
            channel=self.chance.choice(("portal", "portal", "mail", "phone", "chat")),
            lang=self.lang,
        )
        return self.world.handle(create).accepted

    def _life(self) -> Life:
        world = self.world
        return Life(
            scene=self.scene,
            kind=self.kind,
            lang=self.lang,
            marks=tuple(self.words.marks),
            done=tuple(world.done),
            records=tuple(world.records.values()),
            events={key: tuple(events) for key, events in world.events.items()},
            timers=dict(world.timers),
            waiting=tuple(world.waiting),
        )


def _facts(kind: Kind | None) -> dict[str, Any]:
    """Return a customer as the store tells of one, with marks for who it is."""
    assert kind is not None
    return {
        "id": mark("c", 0),
        "name": mark("c", 1),
        "email": mark("c", 2),
        "phone": mark("c", 3),
        "lang": kind.lang,
        "tier": kind.tier,
        "tags": list(kind.tags),
        "organisation": mark("c", 4),
        "manager": kind.manager,
    }
