"""A trial of a draft in a request: its cast, the world after all steps, and whoever is pretended to be."""

from __future__ import annotations

import json
import re
import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from sopwith.core.directory import Person
from sopwith.core.record import RecordState
from sopwith.core.roles import ADMIN
from sopwith.lab.cast import Cast
from sopwith.lab.sample import parse_sample
from sopwith.lab.stand_ins import complete
from sopwith.lab.trial import Played, Trial, play
from sopwith.release.model import Release
from sopwith.runtime.releases import hash_of

from ..desk.colleagues import Colleagues, Names
from ..desk.words import comma
from ..forms import Picks
from ..languages import lang
from ..rendering import role_word, tier_word
from ..stand_in import StandIn, colleague, customer, user_of
from ..visitor import Visitor
from .bench import Bench

MOST_KEPT = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """One of those whom a trial can act as. key: ``user:<id>`` or ``customer:<id>``."""

    key: str
    name: str
    words: str

    @property
    def id(self) -> str:
        """Return the id of the person or customer."""
        return self.key.partition(":")[2]

    @property
    def is_customer(self) -> bool:
        """Return whether it is a customer."""
        return self.key.startswith("customer:")


def home_of(bench: Bench, record_type: str) -> str:
    """Return the folder of the pack that has the record type, empty for an unknown one."""
    found = (one for one in bench.documents if one.key == ("record_type", record_type))
    return next((one.path.partition("/")[0] for one in found), "")


def sample_of(bench: Bench, folder: str) -> Cast:
    """Return the people of the pack's sample data."""
    for pack in bench.bundle.packs:
        if folder and any(one.path.startswith(f"{folder}/") for one in pack.documents):
            return parse_sample(pack.sample)[0].cast
    return Cast()


_TWO_NAMES = re.compile(r"([\u3400-\u9fff·]+) +([A-Z][A-Za-z .'-]*)")


def readable(name: str) -> str:
    """Return a name that is written twice, as 王芳 Wang Fang, with the letters of the reader's language first."""
    found = _TWO_NAMES.fullmatch(name)
    return f"{found[2]} {found[1]}" if found and lang() != "zh-CN" else name


def cast_of(bench: Bench, release: Release, record_type: str) -> Cast:
    """Return who is there in a trial of the record type: the pack's sample people, and whoever is missing."""
    return complete(sample_of(bench, home_of(bench, record_type)), release)


@dataclass(slots=True)
class _Kept:
    """Somebody's trial of a draft as it was played last, for one request at a time. key: of what was played."""

    key: str = ""
    played: Played | None = None
    lock: threading.RLock = field(default_factory=threading.RLock)


_kept: OrderedDict[str, _Kept] = OrderedDict()
_lock = threading.Lock()


def _entry(owner: str) -> _Kept:
    with _lock:
        found = _kept.setdefault(owner, _Kept())
        _kept.move_to_end(owner)
        while len(_kept) > MOST_KEPT:
            _kept.popitem(last=False)
    return found


def _key(files: Mapping[str, str], trial: Trial) -> str:
    plain = [trial.record_type, trial.now, trial.zone, [dict(one) for one in trial.steps]]
    return f"{hash_of(files)} {json.dumps(plain, sort_keys=True)}"


@contextmanager
def playing(
    owner: str, files: Mapping[str, str], bench: Bench, release: Release, trial: Trial
) -> Iterator[Played]:
    """Hold the trial as it goes on the draft's release: as it was played last, or played anew."""
    entry, key = _entry(owner), _key(files, trial)
    with entry.lock:
        if entry.played is None or entry.key != key:
            entry.played = play(release, trial, cast_of(bench, release, trial.record_type))
            entry.key = key
        entry.played = replace(entry.played, trial=trial)  # files may have come
        yield entry.played


def went_on(owner: str, files: Mapping[str, str], after: Played | None) -> None:
    """Note that the world took a step: it is that of *after* now, or of no trial when the step was refused."""
    entry = _entry(owner)
    with entry.lock:
        entry.played = after
        entry.key = "" if after is None else _key(files, after.trial)


def everybody(release: Release, cast: Cast) -> list[Who]:
    """Return the customers and colleagues whom one can act as."""
    found = [
        Who(key=f"customer:{key}", name=readable(str(one["name"])), words=_customer_words(one))
        for key, one in cast.customers.items()
    ]
    return found + [
        Who(key=f"user:{one.id}", name=readable(one.name), words=_words(release, one))
        for one in cast.people
    ]


def _customer_words(one: Mapping[str, Any]) -> str:
    said = (str(one.get("organisation") or ""), tier_word(str(one.get("tier") or "")))
    return comma().join(filter(None, said))


def _words(release: Release, person: Person) -> str:
    teams = [release.teams[team].title for team in sorted(person.teams) if team in release.teams]
    roles = [role_word(one) for one in sorted(person.roles)]
    return comma().join([*roles, *(one.get(lang()) for one in teams)])


def world_of(played: Played) -> StandIn:
    """Return the world of the trial as pages ask it."""
    world = played.player.world
    return StandIn(directory=world.town, at=world.now, known=dict(played.trial.files))


def visitor_of(played: Played, who: str) -> Visitor:
    """Return somebody of the trial as a visitor."""
    town = played.player.world.town
    kind, _, key = who.partition(":")
    if kind == "customer":
        return customer(key, dict(town.customers.get(key, {})))
    return colleague(town.people[key])


def people_of(played: Played) -> Colleagues:
    """Return the colleagues of the trial as pages know them."""
    town = played.player.world.town
    return Colleagues(
        played.player.release,
        {key: user_of(replace(one, name=readable(one.name))) for key, one in town.people.items()},
    )


def names_of(played: Played) -> Names:
    """Return the names for the fields of a trial's record."""
    return Names(people_of(played), Picks(played.player.release, True))


def wished(played: Played, state: RecordState | None, wish: str) -> str:
    """Return as whom to act: as wished if there is such a one, else whoever the record waits for."""
    town = played.player.world.town
    kind, _, key = wish.partition(":")
    if (kind == "customer" and key in town.customers) or (kind == "user" and key in town.people):
        return wish
    return waits_for(played, state)


def waits_for(played: Played, state: RecordState | None) -> str:
    """Return who can go on: an approver who is asked, the owner, a member of the team, the customer."""
    town = played.player.world.town
    people = town.people
    if state is not None:
        votes = state.approval.votes if state.approval is not None else ()
        asked = [one.user for one in votes if one.asked and not one.decision]
        tasks = [one.owner for one in state.tasks.values() if one.status == "open" and one.owner]
        team = [one.id for one in town.members(state.team)] if state.team else []
        settled = not state.is_open and state.customer_id in town.customers
        if settled:
            return f"customer:{state.customer_id}"
        for name in (*asked, *([state.owner] if state.owner else []), *tasks, *team):
            if name in people:
                return f"user:{name}"
    admins = [one.id for one in people.values() if ADMIN in one.roles]
    return f"user:{next(iter((*admins, *people)), '')}"
