"""What happened to a record, event by event, in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sopwith.core.decision import sentence
from sopwith.core.events import Cause, Event, EventKind
from sopwith.core.messages import MESSAGES
from sopwith.core.plain import from_plain
from sopwith.core.record import Call, Clock, RecordState, Task
from sopwith.release.model import Release
from sopwith.store.history import KeptEvent

from ..languages import lang
from ..wording import gettext as _
from .colleagues import Colleagues, Names
from .words import (
    channel_word,
    clock_title,
    colon,
    comma,
    field_title,
    kind_of,
    may_read,
    shown_value,
    state_title,
    task_title,
    text_of,
    workflow_of,
)

QUIET = frozenset(
    {
        EventKind.CLOCK,
        EventKind.CUSTOMER,
        EventKind.NOTIFIED,
        EventKind.DELIVERED,
        EventKind.RULE,
        EventKind.RELEASE,
    }
)
"""Kinds of events that nobody did: they make no conflict, and the short history leaves them out."""
_HARMLESS = QUIET | {
    EventKind.ESCALATED,
    EventKind.TAGS,
    EventKind.FOLLOWERS,
    EventKind.SURVEY,
}
_TOLD = frozenset({"breached", "warned"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One event in words. cause: why it happened, when no person did it."""

    seq: int
    at: datetime
    icon: str
    words: str
    who: str
    cause: str
    quiet: bool


def is_conflict(event: Event) -> bool:
    """Return whether somebody who was typing meanwhile has to know of *event* before they go on.

    A tick or an answered call overwrites nothing that is typed, and a way out that needs a tick asks for it anew.
    """
    if event.kind in QUIET or event.kind in (EventKind.CHECKLIST, EventKind.CALL):
        return False
    if event.actor.kind != "system":
        return True
    return not (
        event.kind in _HARMLESS or (event.kind is EventKind.COMMENT and not event.body.get("human"))
    )


@dataclass(frozen=True, slots=True)
class Teller:
    """Tells the history of one record."""

    release: Release
    state: RecordState
    people: Colleagues
    names: Names

    def lines(self, events: Sequence[KeptEvent]) -> list[Line]:
        """Return *events* in words, in their order."""
        return [self.line(one) for one in events]

    def line(self, kept: KeptEvent) -> Line:
        """Return one event in words."""
        event = kept.event
        icon, words = _TELL[event.kind](self, event.body)
        told = event.kind is EventKind.RELEASE or event.body.get("change") in _TOLD
        quiet = event.kind in QUIET and not told
        return Line(
            seq=kept.seq,
            at=event.at,
            icon=icon,
            words=words,
            who=self.people.actor(event.actor),
            cause=self.cause(event.cause),
            quiet=quiet,
        )

    def cause(self, cause: Cause) -> str:
        """Return why something happened: the rule, the workflow, a clock; empty for a person's act."""
        if cause.kind == "rule" and cause.id:
            rule = self.release.rules.get(cause.id)
            return _("rule “%(rule)s”", rule=rule.title.get(lang()) if rule else cause.id)
        known = {
            "workflow": _("workflow"),
            "sla": _("promised times"),
            "routing": _("routing"),
            "timer": _("timer"),
        }
        return known.get(cause.kind, "")

    def said(self, name: str, value: Any) -> str:
        """Return a field with its value."""
        kind = kind_of(self.release, self.state)
        words = shown_value(kind, name, value, self.names)
        if len(words) > 120:
            words = words[:119] + "…"
        return f"{field_title(kind, name)}{colon()}{words}"

    # --- one function a kind; each returns an icon and words ---

    def _created(self, body: Mapping[str, Any]) -> tuple[str, str]:
        return "plus", _("Opened · %(channel)s", channel=channel_word(str(body.get("channel", ""))))

    def _values(self, body: Mapping[str, Any]) -> tuple[str, str]:
        kind = kind_of(self.release, self.state)
        changed = {
            name: value
            for name, value in body.get("changed", {}).items()
            if may_read(kind, name, self.state.state)
        }
        parts = [self.said(name, value) for name, value in changed.items() if value is not None]
        gone = [name for name, value in changed.items() if value is None]
        gone += [name for name in body.get("removed", ()) if may_read(kind, name, self.state.state)]
        if gone:
            names = comma().join(field_title(kind, name) for name in gone)
            parts.append(_("emptied: %(fields)s", fields=names))
        return "pencil", " · ".join(parts) or _("Fields were saved")

    def _customer(self, body: Mapping[str, Any]) -> tuple[str, str]:
        return "id", _("Facts of the customer were noted again")

    def _state_changed(self, body: Mapping[str, Any]) -> tuple[str, str]:
        workflow = workflow_of(self.release, self.state)
        to = state_title(workflow, str(body["to"]))
        if not body.get("from"):
            return "circle-dot", _("Entered “%(to)s”", to=to)
        before = state_title(workflow, str(body["from"]))
        if body.get("reopened"):
            return "rotate", _("Opened again: from “%(before)s” to “%(to)s”", before=before, to=to)
        return "arrow-right", _("From “%(before)s” to “%(to)s”", before=before, to=to)

    def _owner(self, body: Mapping[str, Any]) -> tuple[str, str]:
        person, team = self.people.name(body.get("owner")), self.people.team(body.get("team"))
        if person and team:
            return "user-check", _("Given to %(person)s (%(team)s)", person=person, team=team)
        if person:
            return "user-check", _("Given to %(person)s", person=person)
        return "users", _("Put into the queue of %(team)s", team=team or "—")

    def _comment(self, body: Mapping[str, Any]) -> tuple[str, str]:
        if not body.get("public"):
            return "note", _("Wrote an internal note")
        if body.get("author") == "customer":
            return "message", _("The customer wrote")
        return "send", _("Replied to the customer")

    def _tags(self, body: Mapping[str, Any]) -> tuple[str, str]:
        parts = [f"+ {one}" for one in body.get("added", ())]
        parts += [f"- {one}" for one in body.get("removed", ())]
        return "tag", _("Tags") + colon() + comma().join(parts)

    def _followers(self, body: Mapping[str, Any]) -> tuple[str, str]:
        added = comma().join(self.people.name(one) for one in body.get("added", ()))
        if added:
            return "eye", _("%(people)s follows", people=added)
        removed = comma().join(self.people.name(one) for one in body.get("removed", ()))
        return "eye-off", _("%(people)s no longer follows", people=removed)

    def _clock(self, body: Mapping[str, Any]) -> tuple[str, str]:
        clock = from_plain(Clock, body["clock"])
        name = clock_title(workflow_of(self.release, self.state), self.state, clock)
        change = str(body["change"])
        words = {
            "started": _("%(clock)s started to count", clock=name),
            "paused": _("%(clock)s stands still", clock=name),
            "resumed": _("%(clock)s counts again", clock=name),
            "warned": _("%(clock)s: %(percent)s %% of the time is used", clock=name, percent=body.get("percent", "")),
            "breached": _("%(clock)s is overdue", clock=name),
            "met": _("%(clock)s was kept", clock=name),
            "ended_late": _("%(clock)s ended late", clock=name),
            "retargeted": _("%(clock)s has a new due time", clock=name),
            "cancelled": _("%(clock)s is no longer counted", clock=name),
        }  # fmt: skip
        icons = {
            "breached": "alert-triangle",
            "warned": "clock-exclamation",
            "met": "clock-check",
            "paused": "clock-pause",
        }
        return icons.get(change, "clock"), words.get(change, name)

    def _task(self, body: Mapping[str, Any]) -> tuple[str, str]:
        task = from_plain(Task, body["task"])
        place = workflow_of(self.release, self.state).states.get(task.state)
        name = text_of(body.get("title")) or task_title(self.release, place, task)
        who = self.people.name(task.owner) or self.people.team(task.team)
        words = {
            "opened": _("Task “%(task)s” was opened for %(who)s", task=name, who=who or "—"),
            "done": _("Task “%(task)s” is done", task=name),
            "cancelled": _("Task “%(task)s” was dropped", task=name),
            "assigned": _("Task “%(task)s” was given to %(who)s", task=name, who=who or "—"),
        }
        return "checklist", words.get(str(body["change"]), name)

    def _approval(self, body: Mapping[str, Any]) -> tuple[str, str]:
        change, vote = body["change"], body.get("vote") or {}
        who = self.people.name(vote.get("user"))
        if change == "opened":
            return "user-question", _("An approval was opened")
        if change == "closed":
            is_granted = body.get("outcome") == "approved"
            if body.get("skipped"):
                return "checks", _("Approved without asking") if is_granted else _("Rejected without asking")  # fmt: skip
            return "checks", _("The approval is granted") if is_granted else _("The approval is rejected")  # fmt: skip
        if change == "voted":
            note = f"{colon()}{vote.get('note')}" if vote.get("note") else ""
            if vote.get("decision") == "approve":
                return "thumb-up", _("%(who)s approved", who=who) + note
            return "thumb-down", _("%(who)s rejected", who=who) + note
        if change == "deputised":
            return "transfer", _(
                "%(who)s is asked instead of %(other)s",
                who=who,
                other=self.people.name(vote.get("deputy_for")),
            )
        if change == "reminded":
            return "bell", _("The approvers were reminded")
        return "user-question", _("%(who)s is asked to approve", who=who or "—")

    def _checklist(self, body: Mapping[str, Any]) -> tuple[str, str]:
        if "playbook" in body:
            return self._playbook(str(body["playbook"]), str(body["item"]), bool(body.get("done")))
        place = workflow_of(self.release, self.state).states.get(str(body["state"]))
        items = {one.id: one.title.get(lang()) for one in place.checklist} if place else {}
        item = items.get(str(body["item"]), str(body["item"]))
        if body.get("done"):
            return "check", _("Ticked “%(item)s”", item=item)
        return "x", _("Unticked “%(item)s”", item=item)

    def _playbook(self, name: str, step: str, done: bool) -> tuple[str, str]:
        known = self.release.playbooks.get(name)
        titles = {one.id: one.title.get(lang()) for one in known.steps} if known else {}
        words = {
            "item": titles.get(step, step),
            "playbook": known.title.get(lang()) if known else name,
        }
        if done:
            return "check", _("Ticked “%(item)s” in the playbook “%(playbook)s”", **words)
        return "x", _("Unticked “%(item)s” in the playbook “%(playbook)s”", **words)

    def _link(self, body: Mapping[str, Any]) -> tuple[str, str]:
        return "link", _("Tied to %(number)s", number=body.get("number") or body.get("record"))

    def _survey(self, body: Mapping[str, Any]) -> tuple[str, str]:
        if body.get("change") == "answered":
            return "star", _("The customer gave %(score)s points", score=body.get("score"))
        return "star", _("The customer was asked how it went")

    def _escalated(self, body: Mapping[str, Any]) -> tuple[str, str]:
        return "arrow-up", _("Escalated to level %(level)s", level=body.get("level"))

    def _call(self, body: Mapping[str, Any]) -> tuple[str, str]:
        call = from_plain(Call, body["call"])
        if body["change"] == "answered":
            return "phone-call", _("The call was answered")
        if call.next_at is None and not call.rung:
            return "phone-call", _("Nobody was left to call")
        return "phone-call", _("Called %(person)s", person=self.people.name(call.rung[-1]))

    def _merged(self, body: Mapping[str, Any]) -> tuple[str, str]:
        if body.get("into"):
            return "git-merge", _("Merged into another record")
        return "git-merge", _("Another record was merged in")

    def _rule(self, body: Mapping[str, Any]) -> tuple[str, str]:
        return "bolt", _("A rule noted that it has acted")

    def _manual_due(self, body: Mapping[str, Any]) -> tuple[str, str]:
        return "edit", _("Due time set by hand: %(reason)s", reason=body.get("reason"))

    def _notified(self, body: Mapping[str, Any]) -> tuple[str, str]:
        names = []
        for one in body.get("to", ()):
            kind, _sep, key = str(one).partition(":")
            names.append(_("Customer") if kind == "customer" else self.people.name(key))
        return "bell", _("Told %(people)s", people=comma().join(names))

    def _delivered(self, body: Mapping[str, Any]) -> tuple[str, str]:
        if body.get("outcome") == "sent":
            return "mail", _("Delivered to %(target)s", target=body.get("target"))
        return "alert-triangle", _(
            "Could not be delivered to %(target)s", target=body.get("target")
        )

    def _release_changed(self, body: Mapping[str, Any]) -> tuple[str, str]:
        return "versions", _("Moved to another version of the process")

    def _incident(self, body: Mapping[str, Any]) -> tuple[str, str]:
        code = str(body.get("code", ""))
        known = code in MESSAGES
        return "alert-triangle", sentence(code, body.get("values", {}), lang()) if known else code

    def _erased(self, body: Mapping[str, Any]) -> tuple[str, str]:
        return "shield-check", _("Personal data was erased")


_Tell = Callable[[Teller, Mapping[str, Any]], tuple[str, str]]
_TELL: Mapping[EventKind, _Tell] = {
    EventKind.CREATED: Teller._created,
    EventKind.VALUES: Teller._values,
    EventKind.CUSTOMER: Teller._customer,
    EventKind.STATE: Teller._state_changed,
    EventKind.OWNER: Teller._owner,
    EventKind.COMMENT: Teller._comment,
    EventKind.TAGS: Teller._tags,
    EventKind.FOLLOWERS: Teller._followers,
    EventKind.CLOCK: Teller._clock,
    EventKind.TASK: Teller._task,
    EventKind.APPROVAL: Teller._approval,
    EventKind.CHECKLIST: Teller._checklist,
    EventKind.LINK: Teller._link,
    EventKind.SURVEY: Teller._survey,
    EventKind.ESCALATED: Teller._escalated,
    EventKind.CALL: Teller._call,
    EventKind.MERGED: Teller._merged,
    EventKind.RULE: Teller._rule,
    EventKind.MANUAL_DUE: Teller._manual_due,
    EventKind.NOTIFIED: Teller._notified,
    EventKind.DELIVERED: Teller._delivered,
    EventKind.RELEASE: Teller._release_changed,
    EventKind.INCIDENT: Teller._incident,
    EventKind.ERASED: Teller._erased,
}
