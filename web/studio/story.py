"""A pack tried in memory: one of its scenarios, or a ticket that somebody filled in, told step by step."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sopwith.core.decision import Effect, Problem
from sopwith.core.record import Clock, ClockStatus, RecordState
from sopwith.lab.run import Player, StepRun
from sopwith.lab.scenario import Scenario
from sopwith.release.model import Release

from ..admin.titles import Names
from ..desk.words import clock_title, comma, workflow_of
from ..languages import lang
from .deeds import deed_of, person_name
from .shelf import Opened

MOST_WORDS = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """Mails and notices that would go out with the same words. kinds: mail, notice, or both. text: of the mail."""

    kinds: frozenset[str]
    to: str
    subject: str
    text: str

    @property
    def is_mail(self) -> bool:
        """Return whether there is a text to read."""
        return "mail" in self.kinds


@dataclass(frozen=True, slots=True, kw_only=True)
class Promised:
    """One clock of a ticket."""

    title: str
    clock: Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """Where a ticket stands after a step."""

    number: str
    state: str
    category: str
    owner: str
    team: str
    priority: str | None
    promises: tuple[Promised, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """One step of a story. said: the words of somebody. acted: the rules that acted by themselves."""

    at: datetime
    sign: str
    words: str
    said: str = ""
    problems: tuple[Problem, ...] = ()
    stand: Stand | None = None
    acted: tuple[str, ...] = ()
    sendings: tuple[Sending, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """Everything that happened. workflow, present, past: for the flow chart of the first ticket."""

    chapters: tuple[Chapter, ...]
    workflow: str
    present: str | None
    past: frozenset[str]


def tell(pack: Opened, scenario: Scenario) -> Story:
    """Return how *scenario* goes on the definitions of *pack*; nothing is written anywhere."""
    player = Player(pack.release, scenario)
    chapters: list[Chapter] = []
    for step in scenario.steps:
        run = player.step(step)
        if run.failures and not run.problems:
            break
        chapters.append(_chapter(pack, player, run))
    first = next(iter(player.world.records.values()), None)
    kind = pack.release.record_types[scenario.record_type]
    return Story(
        chapters=tuple(chapters),
        workflow=kind.workflow,
        present=first.state if first else None,
        past=frozenset(one.to for one in player.walked() if one.workflow == kind.workflow),
    )


def _chapter(pack: Opened, player: Player, run: StepRun) -> Chapter:
    step = run.step
    try:
        state = player.world.records.get(player.record(step))
    except (KeyError, StopIteration):
        state = None
    about = Names.of(pack.release, run.about or player.scenario.record_type)
    sign, words = deed_of(about, player.scenario.cast, step)
    args = step.args
    said = args.get("text") or args.get("note") or args.get("comment")
    return Chapter(
        at=player.world.now,
        sign=sign,
        words=words,
        said=str(said)[:MOST_WORDS] if said else "",
        problems=run.problems,
        stand=_stand(pack, player, state) if state is not None and not run.problems else None,
        acted=tuple(_acted(pack.release, run)),
        sendings=tuple(_sendings(player, run.sent)),
    )


def _person(player: Player, name: str) -> str:
    return person_name(player.scenario.cast, name)


def _stand(pack: Opened, player: Player, state: RecordState) -> Stand:
    flow = workflow_of(pack.release, state)
    place = flow.states.get(state.state)
    team = pack.release.teams.get(state.team or "")
    waiting = (ClockStatus.RUNNING, ClockStatus.PAUSED)
    clocks = [one for one in state.clocks.values() if one.due_at is not None or one.status not in waiting]  # fmt: skip
    priority = state.values.get("priority")
    return Stand(
        number=state.number,
        state=place.title.get(lang()) if place else state.state,
        category=str(state.category),
        owner=_person(player, state.owner or ""),
        team=team.title.get(lang()) if team else "",
        priority=priority if isinstance(priority, str) else None,
        promises=tuple(Promised(title=clock_title(flow, state, one), clock=one) for one in clocks),
    )


def _acted(release: Release, run: StepRun) -> Iterator[str]:
    names = dict.fromkeys(
        why.id
        for done in run.done
        for why in done.decision.why
        if why.kind == "rule" and why.outcome == "fired"
    )
    for name in names:
        rule = release.rules.get(name)
        yield (rule.title.get(lang()) if rule else "") or name


def _sendings(player: Player, sent: Iterable[Effect]) -> Iterator[Sending]:
    """Yield what goes out: what says the same is one, with everybody whom it reaches."""
    found: dict[str, list[Effect]] = {}
    for one in sent:
        if one.kind in ("mail", "notice"):
            words = one.payload.get("subject") or one.payload.get("text") or ""
            found.setdefault(str(words), []).append(one)
    for subject, some in found.items():
        names = dict.fromkeys(_reached(player, one) for one in some)
        mail = next((one.payload for one in some if one.kind == "mail"), {})
        yield Sending(
            kinds=frozenset(one.kind for one in some),
            to=comma().join(names),
            subject=subject,
            text=str(mail.get("text", "")),
        )


def _reached(player: Player, one: Effect) -> str:
    if one.kind == "mail":
        return str(one.payload.get("to_name") or one.payload.get("to") or "")
    return _person(player, str(one.payload.get("user", "")))
