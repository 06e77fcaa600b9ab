"""Calling who is on call: one after the other, until somebody answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from ..core import commands as c
from ..core.directory import Person
from ..core.events import Cause, Event, EventKind
from ..core.plain import to_plain
from ..core.record import Call
from ..core.text import Text
from ..expressions.durations import print_seconds
from ..rules.model import DEFAULT_ESCALATION
from .draft import HUMAN, Draft
from .notices import asker, lead_of, notify

_TAKES = frozenset({EventKind.OWNER, EventKind.STATE})
_NO_WORK = frozenset({EventKind.FOLLOWERS, EventKind.CUSTOMER, EventKind.CLOCK})


def call(draft: Draft, team: str, template: str, cause: Cause, told: Mapping[str, Any]) -> None:
    """Call the first who is on call for *team*; the next ones follow while nobody answers.

    While a call is open, another one reaches those who were called already. Who caused it and is the
    first to be called knows already, and is asked no further.
    """
    known = draft.state.calls.get(team)
    if known is not None:
        notify(draft, [f"user:{one}" for one in known.rung], template, "both", cause, told)
        return
    everybody = tuple(_ladder(draft, team))
    if everybody and everybody[0].id == draft.actor.id and draft.actor.kind in HUMAN:
        return
    fresh = Call(team=team, template=template, rule=cause.id, rung=(), rung_at=draft.now)
    _ring(draft, fresh, everybody, told)


def climb(draft: Draft, team: str) -> None:
    """Call the next one, because nobody answered in time."""
    known = draft.state.calls[team]
    left = tuple(one for one in _ladder(draft, team) if one.id not in known.rung)
    draft.explain("call", team, "unanswered", "ENG601", after=_words(_patience(draft, team)))
    if left:
        _ring(draft, known, left, {"event": {}, "percent": None, "metric": None, "comment": None})
        return
    _note(draft, replace(known, next_at=None))
    draft.explain("call", team, "nobody", "ENG604", team=_title(draft, team))


def answer(draft: Draft, command: c.Command) -> None:
    """End the calls that this command answers.

    Whoever was called answers by working on the record, and anybody else by taking it, giving it to
    somebody, moving it on or replying; who asked does not answer.
    """
    actor = draft.actor
    if actor.kind not in HUMAN or not draft.state.calls or actor.id == asker(draft):
        return
    took = isinstance(command, c.Assign) and command.owner == actor.id
    acts = [one for one in draft.events if one.actor == actor and one.kind not in _NO_WORK]
    for team, known in list(draft.state.calls.items()):
        if took or (acts and actor.id in known.rung) or any(_takes_up(one) for one in acts):
            draft.emit(
                EventKind.CALL, {"team": team, "change": "answered", "call": to_plain(known)}
            )
            draft.explain("call", team, "answered", "ENG605", person=actor.name or actor.id or "")


def _takes_up(event: Event) -> bool:
    if event.kind is EventKind.COMMENT:
        return bool(event.body["public"]) and event.body["author"] == "agent"
    return event.kind in _TAKES


def _ladder(draft: Draft, team: str) -> Iterator[Person]:
    """Yield who is called in which order: the roster of this moment, and the team's lead at last, each once."""
    roster = draft.directory.on_call(team, draft.now)
    yield from roster
    people = (draft.person(one) for one in lead_of(draft, team))
    yield from (one for one in people if one is not None and one not in roster)


def _ring(draft: Draft, known: Call, left: tuple[Person, ...], told: Mapping[str, Any]) -> None:
    """Call the first of *left*, and wait for an answer if there are more."""
    if not left:
        draft.explain("call", known.team, "nobody", "ENG604", team=_title(draft, known.team))
        return
    person, patience = left[0], _patience(draft, known.team)
    notify(draft, [f"user:{person.id}"], known.template, "both", Cause("rule", known.rule), told)
    rung = replace(
        known,
        rung=(*known.rung, person.id),
        rung_at=draft.now,
        next_at=draft.now + patience if left[1:] else None,
    )
    _note(draft, rung)
    words: dict[str, Any] = {"person": person.name, "team": _title(draft, known.team)}
    if left[1:]:
        words |= {"after": _words(patience), "next": left[1].name}
    draft.explain("call", known.team, "rung", "ENG602" if left[1:] else "ENG603", **words)


def _note(draft: Draft, known: Call) -> None:
    body = {"team": known.team, "change": "rung", "call": to_plain(known)}
    draft.emit(EventKind.CALL, body, Cause("rule", known.rule))


def _patience(draft: Draft, team: str) -> timedelta:
    known = draft.release.teams.get(team)
    return known.escalate_after if known else DEFAULT_ESCALATION


def _title(draft: Draft, team: str) -> Text | str:
    known = draft.release.teams.get(team)
    return known.title if known else team


def _words(patience: timedelta) -> str:
    """Return a duration as definitions write it: the pages tell it in words."""
    return print_seconds(int(patience.total_seconds()))
