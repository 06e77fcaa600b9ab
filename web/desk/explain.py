"""Why a record is as it is: command by command, sentence by sentence, down to the clauses."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sopwith.core.decision import Why, sentence
from sopwith.core.messages import MESSAGES
from sopwith.core.plain import to_plain
from sopwith.core.record import RecordState
from sopwith.engine.considered import considered
from sopwith.engine.fold import fold
from sopwith.expressions import Expression, Labels, Trace
from sopwith.expressions.durations import parse_duration
from sopwith.release.model import RecordType, Release
from sopwith.store.history import KeptEvent

from ..flowchart import brief_span
from ..languages import lang
from ..wording import gettext as _
from .colleagues import Colleagues
from .history import Teller
from .rule_deeds import Deed, deeds_of
from .words import kind_of, labels_of, plain_value, text_of

MOST_COMMANDS = 12
MOST_FOLDED = 2_000
"""Of a record with more events those before its last commands are not read again and again."""
LONGEST_COMMAND = 60
"""How many events of one command are looked at then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """One clause of a condition. result: true | false | missing. saw: the values it read, as words."""

    words: str
    result: str
    saw: tuple[tuple[str, str], ...]
    inner: tuple[Clause, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One link of a routing chain."""

    words: str
    outcome: str
    candidates: tuple[tuple[str, str, str], ...]  # name, open records, verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One sentence of the explanation with what is behind it."""

    icon: str
    title: str
    words: str
    outcome: str
    clauses: tuple[Clause, ...] = ()
    steps: tuple[Step, ...] = ()
    deeds: tuple[Deed, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """One command: who, when, what followed and why, and the rules that did not act."""

    seq: int
    at: datetime
    who: str
    reasons: tuple[Reason, ...]
    idle: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Explainer:
    """Explains the commands of one record.

    kind: of a record of which *events* are only those of the commands: what stood before them is not known
    then, and with it not which rules listened and did not act.
    """

    release: Release
    people: Colleagues
    events: Sequence[KeptEvent]
    why: Mapping[int, tuple[Why, ...]]
    teller: Teller
    kind: RecordType | None = None

    def commands(self) -> list[Explained]:
        """Return the last commands that have an explanation, the newest first."""
        if not self.events:
            return []
        newest = sorted(self.why)[-MOST_COMMANDS:]
        found, state, known = [], None, 0
        for (
            seq
        ) in newest:  # in their order: the state before each goes on from the one before the last
            first, last = self._places(seq)
            if first > known and self.kind is None:
                state = fold(state, [one.event for one in self.events[known:first]])
                known = first
            found.append(self._command(seq, first, last, state))
        return found[::-1]

    def _labels(self) -> Labels:
        if self.kind is not None:
            return labels_of(self.release, self.kind)
        opened = fold(None, [self.events[0].event])
        return labels_of(self.release, kind_of(self.release, opened))

    def _places(self, seq: int) -> tuple[int, int]:
        """Return where the events of the command that led to version *seq* begin and end."""
        last = bisect_left(self.events, seq, key=lambda one: one.seq)
        first = last
        at = self.events[last].event.at
        while (
            first > 0
            and self.events[first - 1].event.at == at
            and self.events[first - 1].seq == self.events[first].seq - 1
            and self.events[first - 1].seq not in self.why
        ):
            first -= 1
        return first, last

    def _command(self, seq: int, first: int, last: int, before: RecordState | None) -> Explained:
        at, labels = self.events[last].event.at, self._labels()
        whys = self.why[seq]
        people_first = next(
            (e.event for e in self.events[first : last + 1] if e.event.actor.kind != "system"), None
        )
        actor = (people_first or self.events[last].event).actor
        return Explained(
            seq=seq,
            at=at,
            who=self.people.actor(actor),
            reasons=tuple(self._reason(one, labels, self.events[first : last + 1]) for one in whys),
            idle=tuple(self._idle(before, self.events[first : last + 1], whys, labels))
            if self.kind is None
            else (),
        )

    def _reason(self, why: Why, labels: Labels, events: Sequence[KeptEvent]) -> Reason:
        values = dict(why.values)
        if why.kind == "routing":
            values["via"] = strategy_word(str(values.get("via", "")))
        if why.code == "ENG101":
            values["on"] = happening_word(str(values.get("on", "")), labels)
        if why.kind == "call" and "after" in values:
            values["after"] = length_words(str(values["after"]))
        words = sentence(why.code, values, lang()) if why.code in MESSAGES else why.outcome
        rule = self.release.rules.get(why.id) if why.kind == "rule" else None
        clauses: tuple[Clause, ...] = ()
        if why.kind in ("rule", "approval") and why.parts:
            when = rule.when if rule else None
            clauses = tuple(clause(when, part, labels) for part in why.parts)
        steps = tuple(self._step(part) for part in why.parts) if why.kind == "routing" else ()
        return Reason(
            icon=_ICONS.get(why.kind, "circle"),
            title=self._title(why),
            words=words,
            outcome=why.outcome,
            clauses=clauses,
            steps=steps,
            deeds=tuple(deeds_of(why.id, events, self.teller)) if why.kind == "rule" else (),
        )

    def _title(self, why: Why) -> str:
        known: Mapping[str, Mapping[str, Any]] = {
            "routing": self.release.routings,
            "table": self.release.tables,
        }
        found = known.get(why.kind, {}).get(why.id)
        title = getattr(found, "title", None)
        return text_of(title) if title else ""

    def _step(self, part: Mapping[str, Any]) -> Step:
        values = dict(part.get("values", {}))
        if "team" in values:
            values["team"] = self.people.team(str(values["team"]))
        code = str(part.get("code", ""))
        words = sentence(code, values, lang()) if code in MESSAGES else str(part.get("outcome", ""))
        candidates = tuple(
            (
                str(one.get("name", "")),
                str(one.get("load", "")),
                verdict_word(str(one.get("verdict", ""))),
            )
            for one in part.get("candidates", ())
        )
        return Step(words=words, outcome=str(part.get("outcome", "")), candidates=candidates)

    def _idle(
        self,
        before: RecordState | None,
        events: Sequence[KeptEvent],
        whys: Sequence[Why],
        labels: Labels,
    ) -> Iterator[Reason]:
        """Yield the rules that listened and did not act, with the clauses that kept them."""
        happened = [one.event for one in events]
        fired = frozenset(one.id for one in whys if one.kind == "rule" and one.outcome == "fired")
        for one in considered(self.release, before, happened, fired):
            if one.fired:
                continue
            clauses = tuple(
                clause(None, to_plain(part), labels)
                for part in self._again(one.rule.when, one.failing, labels)
            )
            words = _("Listened to: %(on)s. Did not act.", on=happening_word(one.on, labels))
            yield Reason(
                icon="minus",
                title=text_of(one.rule.title) or one.rule.id,
                words=words,
                outcome="idle",
                clauses=clauses,
            )

    def _again(
        self, when: Expression | None, failing: Sequence[Trace], labels: Labels
    ) -> Iterator[Trace]:
        """Yield the failing clauses again, with the titles that people know."""
        for one in failing:
            if when is None:
                yield one
                continue
            whole = when.explain(nested(one.values), labels=labels)
            yield _with_words(one, whole)


def length_words(written: str) -> str:
    """Return a length of time by the clock, as definitions write it, for people."""
    found = parse_duration(written)
    return brief_span(found.seconds) if found is not None else written


def _with_words(one: Trace, whole: Trace) -> Trace:
    """Return the clause with the words of the same clause in *whole*."""
    for found in _walk(whole):
        if (found.start, found.end) == (one.start, one.end):
            return Trace(
                text=one.text,
                words=found.words,
                result=one.result,
                values=one.values,
                start=one.start,
                end=one.end,
            )
    return one


def _walk(trace: Trace) -> Iterator[Trace]:
    yield trace
    for inner in trace.clauses:
        yield from _walk(inner)


def clause(when: Expression | None, part: Mapping[str, Any], labels: Labels) -> Clause:
    """Return a stored trace with words of the definitions where the condition is known."""
    words: dict[tuple[int, int], str] = {}
    if when is not None:
        whole = when.explain(nested(part.get("values", {})), labels=labels)
        words = {(one.start, one.end): one.words.get(lang()) for one in _walk(whole)}
    return _clause(part, words, labels)


def _clause(
    part: Mapping[str, Any], words: Mapping[tuple[int, int], str], labels: Labels
) -> Clause:
    place = (int(part.get("start", 0)), int(part.get("end", 0)))
    result = part.get("result")
    saw = []
    for name, value in part.get("values", {}).items():
        title = labels.fields.get(name)
        options = labels.options.get(name, {})
        shown = (
            options[value].get(lang())
            if isinstance(value, str) and value in options
            else plain_value(value)
        )
        saw.append((title.get(lang()) if title else name, shown))
    return Clause(
        words=words.get(place) or text_of(part.get("words")) or str(part.get("text", "")),
        result="true" if result is True else "missing" if result is None else "false",
        saw=tuple(saw),
        inner=tuple(_clause(one, words, labels) for one in part.get("clauses", ())),
    )


def nested(flat: Mapping[str, Any]) -> dict[str, Any]:
    """Return values by dotted path as nested ones."""
    found: dict[str, Any] = {}
    for path, value in flat.items():
        *above, last = path.split(".")
        place = found
        for key in above:
            inner = place.setdefault(key, {})
            if not isinstance(inner, dict):
                break
            place = inner
        else:
            place[last] = value
    return found


_ICONS = {
    "rule": "bolt",
    "routing": "route",
    "sla": "clock",
    "workflow": "git-branch",
    "table": "table",
    "approval": "user-question",
    "survey": "star",
    "call": "phone-call",
}


def strategy_word(via: str) -> str:
    """Return how somebody was found, in words."""
    known = {
        "on_call": _("on call"),
        "dedicated": _("dedicated manager"),
        "last_agent": _("last agent"),
        "skill": _("skill"),
        "least_loaded": _("fewest open records"),
        "round_robin": _("in turn"),
        "user": _("named person"),
        "queue": _("queue"),
    }
    return known.get(via, via)


def verdict_word(verdict: str) -> str:
    """Return why somebody was chosen or passed over."""
    known = {
        "chosen": _("chosen"),
        "free": _("free"),
        "away": _("away"),
        "off_shift": _("not on shift"),
        "full": _("full"),
        "excluded": _("excluded"),
        "unskilled": _("lacks the skill"),
        "outside": _("not in the team"),
    }
    return known.get(verdict, verdict)


def happening_word(name: str, labels: Labels) -> str:
    """Return what a rule listens to, in words."""
    kind, _sep, rest = name.partition(":")
    if kind in ("entered", "left"):
        title = labels.options.get("state", {}).get(rest)
        state = title.get(lang()) if title else rest
        return (
            _("entering “%(state)s”", state=state)
            if kind == "entered"
            else _("leaving “%(state)s”", state=state)
        )
    if kind == "changed":
        title = labels.fields.get(rest)
        return _("a change of “%(field)s”", field=title.get(lang()) if title else rest)
    if kind == "clock":
        change, _colon, percent = rest.partition(":")
        return (
            _("%(percent)s %% of a clock", percent=percent)
            if change == "warned"
            else _("a broken promise")
        )
    known = {
        "created": _("opening"),
        "assigned": _("an assignment"),
        "reopened": _("reopening"),
        "comment:customer": _("a message of the customer"),
        "comment:agent": _("a reply"),
        "note": _("an internal note"),
        "tagged": _("a tag"),
        "task:done": _("a finished task"),
        "approval:opened": _("an opened approval"),
        "approval:approved": _("an approval"),
        "approval:rejected": _("a rejection"),
        "solved:yes": _("“solved” from the customer"),
        "solved:no": _("“not solved” from the customer"),
        "survey": _("an answered survey"),
        "every": _("the time of day"),
        "after": _("time that passed"),
        "at": _("a date that came"),
    }
    return known.get(name) or known.get(kind) or name
