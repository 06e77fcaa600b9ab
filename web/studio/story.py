"""A pack tried in memory: one of its scenarios, or a ticket that somebody filled in, told step by step."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sopwith.core.decision import Effect, Problem
from sopwith.core.record import Clock, ClockStatus, RecordState
from sopwith.lab.run import Player, StepRun
from sopwith.lab.scenario import Scenario, Step, wait_seconds
from sopwith.release.model import Release

from ..desk.words import clock_title, comma, workflow_of
from ..flowchart import brief_span
from ..languages import lang
from ..wording import gettext as _
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
    sign, words = _words(pack, player, step)
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


def _words(pack: Opened, player: Player, step: Step) -> tuple[str, str]:
    """Return the icon and the words for what is done in a step."""
    args = step.args
    who = _person(player, str(args.get("as") or args.get("by") or args.get("customer") or ""))
    who = who or _("The customer")
    match step.verb:
        case "create":
            return "ticket", _("%(name)s sends the form “%(form)s”.", name=who, form=_form(pack, player, args))  # fmt: skip
        case "wait":
            return "clock", _("%(time)s go by.", time=brief_span(wait_seconds(str(args["value"]))))
        case "until":
            return "clock", _("Time goes by.")
        case "reply":
            return "message", _("%(name)s answers the customer.", name=who)
        case "message":
            return "message-circle", _("The customer writes.")
        case "note":
            return "note", _("%(name)s writes an internal note.", name=who)
        case "go":
            return "arrow-right", _("%(name)s moves it to “%(state)s”.", name=who, state=_state(pack, player, step, str(args.get("to", ""))))  # fmt: skip
        case "submit":
            return "clipboard-check", _("%(name)s fills in the form of this step.", name=who)
        case "approve":
            return "thumb-up", _("%(name)s approves.", name=who)
        case "reject":
            return "thumb-down", _("%(name)s rejects.", name=who)
        case "finish":
            return "checks", _("%(name)s finishes a task.", name=who)
        case "assign":
            return "user-check", _("It is assigned to %(name)s.", name=_person(player, str(args.get("owner") or "")) or str(args.get("team") or ""))  # fmt: skip
        case "check":
            return "checklist", _("%(name)s ticks a point of the checklist.", name=who)
        case "solved":
            yes = args.get("answer") in (True, "yes")
            return ("mood-smile", _("The customer says that it is solved.")) if yes else ("mood-sad", _("The customer says that it is not solved."))  # fmt: skip
        case "survey":
            return "star", _("The customer answers the survey: %(score)s.", score=args.get("score"))
        case "cancel":
            return "ban", _("It is cancelled.")
        case "reopen":
            return "rotate", _("It is opened again.")
        case "away":
            return "user-question", _("%(name)s is away.", name=_person(player, str(args.get("person", args.get("value")))))  # fmt: skip
        case "back":
            return "user", _("%(name)s is back.", name=_person(player, str(args.get("person", args.get("value")))))  # fmt: skip
        case "tag":
            return "tag", _("Tags are changed.")
        case "merge":
            return "git-merge", _("It is merged with another one.")
        case _:
            return "user-plus", _("Another approver is asked.")


def _form(pack: Opened, player: Player, args: Mapping[str, Any]) -> str:
    kind = pack.release.record_types[args.get("type", player.scenario.record_type)]
    form = pack.release.forms.get(str(args.get("form", kind.intake)))
    return (form.title.get(lang()) if form else "") or kind.title.get(lang())


def _person(player: Player, name: str) -> str:
    known = player.world.town.people.get(name)
    if known is not None:
        return known.name
    customer = player.world.town.customers.get(name)
    return str(customer["name"]) if customer else name


def _state(pack: Opened, player: Player, step: Step, name: str) -> str:
    record = player.world.records.get(player.record(step))
    flow = workflow_of(pack.release, record) if record else None
    found = flow.states.get(name) if flow else None
    return found.title.get(lang()) if found else name


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
