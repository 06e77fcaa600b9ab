"""The steps of a trial in words: who did what, what followed, what went out, which timers fired, what no longer fits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sopwith.core.commands import RunRule, TimerFired
from sopwith.core.decision import Effect, Why
from sopwith.lab.run import StepRun
from sopwith.lab.trial import Played
from sopwith.lab.world import Done
from sopwith.release.model import Release
from sopwith.store.history import KeptEvent, KeptMessage

from ..desk.colleagues import Colleagues, Names
from ..desk.explain import Explained, Explainer
from ..desk.history import Line, Teller
from ..desk.words import clock_title, state_title, task_title, workflow_of
from ..languages import lang
from ..wording import gettext as _


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One mail, notice or call that would go out. text: as it would be read."""

    kind: str
    icon: str
    word: str
    to: str
    subject: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StepLine:
    """One step. number: from 1. misfit: why it does not fit the draft as it is now, empty when it does."""

    number: int
    icon: str
    words: str
    at: datetime
    lines: tuple[Line, ...]
    timers: tuple[str, ...]
    out: tuple[Outgoing, ...]
    misfit: str


@dataclass(slots=True)
class Storyteller:
    """Tells a trial, record by record."""

    played: Played
    people: Colleagues
    names: Names

    @property
    def release(self) -> Release:
        """Return the draft's release."""
        return self.played.player.release

    def steps(self) -> list[StepLine]:
        """Return every step, the first one first."""
        seen: dict[str, int] = {}
        return [
            self._step(number, kept, run, seen)
            for number, (kept, run) in enumerate(
                zip(self.played.trial.steps, self.played.runs, strict=False), 1
            )
        ]

    def _step(
        self, number: int, kept: Mapping[str, Any], run: StepRun, seen: dict[str, int]
    ) -> StepLine:
        lines: list[Line] = []
        timers: list[str] = []
        for done in run.done:
            lines += self._lines(done, seen)
            timers += self._timer(done)
        icon, words = self.words(kept)
        return StepLine(
            number=number,
            icon=icon,
            words=words,
            at=run.at,
            lines=tuple(one for one in lines if not one.quiet),
            timers=tuple(timers),
            out=tuple(
                outgoing(one, self.people, at)
                for one, at in zip(run.sent, run.sent_at, strict=True)
                if one.kind in _OUT
            ),
            misfit=misfit_of(run),
        )

    def _lines(self, done: Done, seen: dict[str, int]) -> Iterator[Line]:
        state = self.played.player.world.records.get(done.record)
        if state is None or not done.decision.events:
            return
        teller = Teller(self.release, state, self.people, self.names)
        for event in done.decision.events:
            seen[done.record] = seen.get(done.record, 0) + 1
            kept = KeptEvent(record_id=done.record, seq=seen[done.record], event=event, hash="")
            yield teller.line(kept)

    def _timer(self, done: Done) -> Iterator[str]:
        state = self.played.player.world.records.get(done.record)
        if state is None:
            return
        if isinstance(done.command, RunRule):
            rule = self.release.rules.get(done.command.rule)
            yield _("The rule “%(rule)s” looked at the record", rule=rule.title.get(lang()) if rule else done.command.rule)  # fmt: skip
        elif isinstance(done.command, TimerFired):
            kind, _sep, name = done.command.key.partition(":")
            if kind == "sla" and name in state.clocks:
                clock = clock_title(workflow_of(self.release, state), state, state.clocks[name])
                yield _("Clock: %(clock)s", clock=clock)
            elif kind == "rule" and name in self.release.rules:
                yield _("Rule: %(rule)s", rule=self.release.rules[name].title.get(lang()))
            elif kind in ("approval", "remind"):
                yield _("Answer to an approval is due") if kind == "approval" else _("Reminder of an approval")  # fmt: skip
            else:
                yield done.command.key

    # --- what a step is called --------------------------------------------------------------------

    def words(self, kept: Mapping[str, Any]) -> tuple[str, str]:
        """Return icon and words of a step as it is kept; ids stand for what the draft does not have any more."""
        verb = str(kept["do"])
        who = self._who(kept)
        icon, words = _WORDS.get(verb, ("circle", lambda: verb))
        said = words()
        detail = self._detail(verb, kept)
        line = f"{who}{_(': ')}{said}" if who else said
        return icon, f"{line} {detail}".strip()

    def _who(self, kept: Mapping[str, Any]) -> str:
        if kept["do"] in ("wait", "until", "away", "back"):
            return ""
        name = kept.get("by") if kept["do"] == "create" else kept.get("as")
        if name:
            return self.people.name(str(name))
        town = self.played.player.world.town
        customer = kept.get("customer")
        if customer is None and (state := self.played.record(str(kept.get("record", "")))):
            customer = state.customer_id
        return str(town.customers.get(str(customer), {}).get("name", "")) or _("Customer")

    def _detail(self, verb: str, kept: Mapping[str, Any]) -> str:
        if verb in ("wait", "until"):
            return str(kept.get("value", ""))
        if verb in ("away", "back"):
            return self.people.name(str(kept.get("value", "")))
        if verb == "go":
            return self._way(str(kept.get("to", "")), str(kept.get("record", "")))
        if verb == "assign" and kept.get("owner"):
            return "→ " + self.people.name(str(kept["owner"]))
        if verb == "check":
            return str(kept.get("item", ""))
        if verb == "finish":
            return self._task(kept)
        if verb == "tag":
            signed = (("+", kept.get("add", ())), ("-", kept.get("remove", ())))
            return " ".join(f"{sign}{one}" for sign, some in signed for one in some)
        if verb == "follow":
            return "" if kept.get("follow", True) else _("no longer")
        if verb in ("merge", "link"):
            into = self.played.record(str(kept.get("into") or kept.get("other") or ""))
            return f"→ {into.number}" if into else ""
        text = kept.get("text") or kept.get("note") or kept.get("reason") or ""
        line = " ".join(str(text).split())
        said = f"“{line if len(line) <= 60 else line[:59] + '…'}”" if line else ""
        return _(", ").join([*([said] if said else []), *map(str, kept.get("files", ()))])

    def _way(self, way: str, record: str) -> str:
        about = self.played.record(record)
        workflow = self.release.workflow_of(about.type if about else self.played.trial.record_type)
        if workflow is None:
            return way
        for state in workflow.states.values():
            for one in state.go:
                if one.id == way:
                    return f"“{one.title.get(lang()) or state_title(workflow, one.to)}”"
        return way

    def _task(self, kept: Mapping[str, Any]) -> str:
        state = self.played.record(str(kept.get("record", "")))
        task = state.tasks.get(str(kept.get("task", ""))) if state else None
        if state is None or task is None:
            return str(kept.get("task", ""))
        place = workflow_of(self.release, state).states.get(task.state)
        return f"“{task_title(self.release, place, task)}”"

    # --- one record -------------------------------------------------------------------------------

    def explained(self, record: str) -> list[Explained]:
        """Return the explanations of a record's commands, the newest first."""
        events = self.events(record)
        why: dict[int, tuple[Why, ...]] = {}
        seq = 0
        for done in self.played.player.world.done:
            if done.record == record:
                seq += len(done.decision.events)
                if done.decision.why and done.decision.events:
                    why[seq] = (*why.get(seq, ()), *done.decision.why)
        state = self.played.player.world.records[record]
        teller = Teller(self.release, state, self.people, self.names)
        return Explainer(self.release, self.people, events, why, teller).commands()

    def events(self, record: str) -> list[KeptEvent]:
        """Return the events of a record as they would be kept."""
        found = self.played.player.world.events.get(record, ())
        return [
            KeptEvent(record_id=record, seq=seq, event=event, hash="")
            for seq, event in enumerate(found, 1)
        ]

    def said(self, record: str, *, public_only: bool) -> list[KeptMessage]:
        """Return the conversation of a record."""
        found: list[KeptMessage] = []
        for done in self.played.player.world.done:
            if done.record != record or not done.decision.accepted:
                continue
            for message, public, author in done.decision.messages:
                if public or not public_only:
                    actor = done.command.actor
                    found.append(
                        KeptMessage(
                            id=message.id,
                            record_id=record,
                            seq=len(found) + 1,
                            public=public,
                            author_kind=author if author != "agent" else actor.kind,
                            author_id=actor.id,
                            author_name=actor.name,
                            text=message.text,
                            html="",
                            files=list(message.files),
                            created_at=done.at,
                        )
                    )
        return found


def misfit_of(run: StepRun) -> str:
    """Return why a step does not fit the draft as it is now, empty when it does."""
    if run.problems:
        return " ".join(one.message(lang()) for one in run.problems)
    if run.failures and run.failures[0].what == "step":
        return _("This cannot be played in a trial: too much follows from it, or it makes no sense here.")  # fmt: skip
    if run.failures:
        return _("What it names is not there: %(name)s", name=str(run.failures[0].actual))
    return ""


_OUT = ("mail", "notice", "webhook", "create_record")


def outgoing(effect: Effect, people: Colleagues, at: datetime) -> Outgoing:
    """Return what would go out, as it would be read."""
    payload = effect.payload
    text = str(payload.get("text_zh" if lang() == "zh-CN" else "text_en") or payload.get("text") or "")  # fmt: skip
    known = {
        "mail": ("mail", _("An e-mail"), str(payload.get("to_name") or payload.get("to", ""))),
        "notice": ("bell", _("Notice"), people.name(str(payload.get("user", "")))),
        "webhook": ("link", _("Call to another system"), str(payload.get("url", ""))),
        "create_record": ("plus", _("New record"), str(payload.get("type", ""))),
    }
    icon, word, to = known[effect.kind]
    return Outgoing(
        kind=effect.kind,
        icon=icon,
        word=word,
        to=to,
        subject=str(payload.get("subject", "")),
        text=text,
        at=at,
    )


_WORDS: Mapping[str, tuple[str, Any]] = {
    "create": ("plus", lambda: _("opened it")),
    "go": ("arrow-right", lambda: _("took the way")),
    "submit": ("file-check", lambda: _("saved the form")),
    "check": ("circle-check", lambda: _("ticked")),
    "finish": ("checklist", lambda: _("finished the task")),
    "approve": ("thumb-up", lambda: _("approved")),
    "reject": ("thumb-down", lambda: _("rejected")),
    "reply": ("send", lambda: _("replied")),
    "note": ("note", lambda: _("noted")),
    "message": ("message", lambda: _("wrote")),
    "assign": ("user-check", lambda: _("assigned it")),
    "solved": ("circle-check", lambda: _("answered whether it is solved")),
    "survey": ("star", lambda: _("answered the survey")),
    "cancel": ("ban", lambda: _("cancelled it")),
    "reopen": ("rotate", lambda: _("opened it again")),
    "add_approver": ("user-plus", lambda: _("asked somebody else to approve")),
    "tag": ("tag", lambda: _("changed the tags")),
    "link": ("link", lambda: _("linked it")),
    "follow": ("eye", lambda: _("follows it")),
    "merge": ("git-merge", lambda: _("merged it")),
    "wait": ("clock", lambda: _("Time passes:")),
    "until": ("clock", lambda: _("Time passes until")),
    "away": ("eye-off", lambda: _("Away from now on:")),
    "back": ("user-check", lambda: _("Back again:")),
}

__all__ = ["Outgoing", "StepLine", "Storyteller", "misfit_of", "outgoing"]
