"""Telling people: who is meant, in which language, by which channel."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from ..core.events import Cause, EventKind
from ..core.plain import instant_text
from ..core.record import ClockStatus
from ..core.roles import STAFF
from ..messages.render import Rendered, is_personal, render
from ..sla.model import METRIC_TITLES
from .draft import Draft

Said = dict[tuple[str, str, str, str], Rendered]
"""What one message says, by its readers' kind, language, time zone, and id where it names them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """Somebody to be told. kind: user | customer. asked: a colleague who asked, and so reads the customer's words."""

    kind: str
    id: str
    name: str
    email: str
    lang: str
    zone: str = ""
    asked: bool = False


def notify(
    draft: Draft,
    to: Iterable[str],
    template: str,
    channel: str,
    cause: Cause,
    extra: Mapping[str, Any] | None = None,
) -> None:
    """Write a mail, a notice or both to everybody meant by *to*, each once and in their own language.

    A colleague whose act led here is not told what they did themself, except as the one who asked.
    """
    people = recipients(draft, to)
    told = [
        one for one in people if one.kind == "customer" or one.asked or one.id != draft.actor.id
    ]
    if not told:
        return
    about = _about(draft, cause, extra or {})
    said: Said = {}
    for person in told:
        _write(draft, person, template, channel, extra or {}, about, said)
    draft.emit(
        EventKind.NOTIFIED,
        {"template": template, "channel": channel, "to": [f"{one.kind}:{one.id}" for one in told]},
        cause,
    )


def _about(draft: Draft, cause: Cause, extra: Mapping[str, Any]) -> str:
    """Return what a message is about, as far as it decides how it is brought: ``due_soon``, ``breached``, ...

    The empty string stands for all else.
    """
    event = extra.get("event") or {}
    if any(one.kind is EventKind.ESCALATED and one.cause == cause for one in draft.events):
        return "escalated"
    if event.get("kind") == "clock":
        return "breached" if event.get("percent") == 100 else "due_soon"
    return "assigned" if event.get("kind") == "assigned" else ""


def _write(
    draft: Draft,
    person: Recipient,
    template_id: str,
    channel: str,
    extra: Mapping[str, Any],
    about: str,
    said: Said,
) -> None:
    data = data_for(draft, person, extra)
    words = _words(draft, person, template_id, data, said)
    more = {"about": about, "digest": _in_digest(draft, person, data)} if about else {}
    name = f"{template_id}:{person.kind}:{person.id}"
    if person.email and (channel in ("mail", "both") or person.kind == "customer"):
        draft.effect(
            "mail",
            name,
            {
                "record": draft.state.id,
                "number": draft.state.number,
                "template": template_id,
                "to": person.email,
                "to_name": person.name,
                "kind": person.kind,
                "subject": words.subject,
                "text": words.body_text,
                "html": words.body_html,
                "lang": person.lang,
                **more,
            },
        )
    if person.kind == "user" and channel in ("notice", "both"):
        draft.effect(
            "notice",
            name,
            {
                "record": draft.state.id,
                "number": draft.state.number,
                "template": template_id,
                "user": person.id,
                "text": words.subject,
                "lang": person.lang,
                **more,
            },
        )


def _words(
    draft: Draft, person: Recipient, template_id: str, data: Mapping[str, Any], said: Said
) -> Rendered:
    """Return what *person* reads; those who read the same share it: writing is the dear part of telling a team."""
    template = draft.release.templates[template_id]
    zone = person.zone or draft.zone()
    reader = person.kind, person.lang, zone, person.id if is_personal(template, person.lang) else ""
    if reader not in said:
        said[reader] = render(template, data, person.lang, html=True, zone=ZoneInfo(zone))
    return said[reader]


def _in_digest(draft: Draft, person: Recipient, data: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the line of a digest needs that is made of many such messages."""
    due = min(data["promise"].values(), default=None)
    kind = draft.record_type
    return {
        "title": str(draft.state.values.get("title") or data["type_title"]),
        "priority": draft.state.values.get(kind.priority_field) or "",
        "due": due,
        "link": data["link"],
        "zone": person.zone or draft.zone(),
    }


def data_for(draft: Draft, person: Recipient, extra: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a template may name: the record's scope, the promise, links, and who is addressed."""
    state, directory = draft.state, draft.directory
    owner = draft.person(state.owner)
    link = (
        directory.portal_link(state.id)
        if person.kind == "customer"
        else directory.desk_link(state.id)
    )
    place = draft.workflow.states.get(state.state)
    titles = (
        (place.customer_title or place.title)
        if place and person.kind == "customer"
        else place.title
        if place
        else None
    )
    return {
        **draft.scope(),
        "link": link,
        "recipient": {"name": person.name},
        "owner_name": owner.name if owner else "",
        "state_title": titles.get(person.lang) if titles else "",
        "type_title": draft.record_type.title.get(person.lang),
        "actor": draft.actor.name,
        "promise": promises(draft),
        **extra,
        **_metric(extra, person.lang),
    }


def _metric(extra: Mapping[str, Any], lang: str) -> dict[str, str]:
    """Return the name of the metric that a message is about, in the reader's language."""
    title = METRIC_TITLES.get(extra.get("metric") or "")
    return {"metric": title.get(lang)} if title else {}


def promises(draft: Draft) -> dict[str, str]:
    """Return the due instants of the running clocks by metric, as ISO texts."""
    return {
        clock.metric: instant_text(clock.due_at)
        for clock in draft.state.clocks.values()
        if clock.status is ClockStatus.RUNNING and clock.due_at is not None
    }


def recipients(draft: Draft, to: Iterable[str]) -> list[Recipient]:
    """Return everybody meant by words such as ``owner``, ``lead``, ``role:manager``, each once."""
    found: dict[tuple[str, str], Recipient] = {}
    for word in to:
        for one in _meant(draft, word):
            found.setdefault((one.kind, one.id), one)
    return list(found.values())


def _meant(draft: Draft, word: str) -> list[Recipient]:
    state, directory = draft.state, draft.directory
    kind, _, name = word.partition(":")
    if kind == "customer":
        return _customer(draft)
    users: list[str] = []
    if kind == "owner":
        if state.owner:
            users = [state.owner]
        elif state.team:  # a queue: its lead answers for it
            users = lead_of(draft, state.team)
    elif kind == "lead":
        users = lead_of(draft, name or state.team)
    elif kind == "team":
        users = [one.id for one in directory.members(name or state.team or "")]
    elif kind == "followers":
        users = list(state.followers)
    elif kind == "approvers":
        approval = state.approval
        users = (
            [one.user for one in approval.votes if one.asked and not one.decision]
            if approval
            else []
        )
    elif kind == "role":
        users = [one.id for one in directory.with_role(name)]
    elif kind == "user":
        users = [name]
    elif kind == "on_call":
        users = [one.id for one in directory.on_call(name, draft.now)] or lead_of(draft, name)
    elif kind == "task_owners":
        users = [
            task.owner for task in state.tasks.values() if task.status == "open" and task.owner
        ]
    people = [directory.person(user) for user in users]
    return [
        Recipient(
            kind="user", id=one.id, name=one.name, email=one.email, lang=one.lang, zone=one.zone
        )
        for one in people
        if one is not None
    ]


def lead_of(draft: Draft, team: str | None) -> list[str]:
    """Return the id of the lead of *team*, else of the first colleague who is any team's; none where nobody is."""
    lead = draft.directory.lead(team) if team else None
    if lead is not None:
        return [lead.id]
    return [one.id for one in draft.directory.with_role("lead")[:1]]


def asker(draft: Draft) -> str | None:
    """Return who asked: the customer, or without one the employee who opened the record for themself."""
    state = draft.state
    if state.customer_id:
        return state.customer_id
    person = draft.person(state.created_by)
    return person.id if person is not None and STAFF in person.roles else None


def _customer(draft: Draft) -> list[Recipient]:
    facts = draft.state.customer
    if not draft.state.customer_id:
        person = draft.person(asker(draft))
        if person is None:
            return []
        return [
            Recipient(
                kind="user",
                id=person.id,
                name=person.name,
                email=person.email,
                lang=person.lang,
                asked=True,
            )
        ]
    if not facts.get("email"):
        return []
    return [
        Recipient(
            kind="customer",
            id=draft.state.customer_id,
            name=str(facts.get("name", "")),
            email=str(facts["email"]),
            lang=str(facts.get("lang") or draft.state.lang),
        )
    ]
