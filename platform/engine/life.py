"""Commands on the whole record: create, reopen, cancel, merge, link."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from ..access.allow import allow
from ..access.model import Act
from ..core import commands as c
from ..core.events import Cause, EventKind
from ..core.plain import instant_text, to_plain
from ..core.record import Category, Link
from ..expressions import Context
from ..formbuilder.validate import evaluate_form
from ..messages.render import render_text
from ..sla.ticking import seconds_of
from .actions import say
from .draft import HUMAN, Draft
from .moves import enter
from .owners import give, least_loaded, on_duty

ACKNOWLEDGE = Cause("workflow", "acknowledge")
_TITLE = 120


def create(draft: Draft, command: c.Create) -> None:
    """Open the record from a filled form."""
    kind = draft.record_type
    automatic = command.actor.kind == "system"
    if not automatic and not allow(kind.access, Act.CREATE, command.actor, None):
        draft.refuse("ENG003")
        return
    form = draft.release.forms.get(command.form or kind.intake)
    if form is None or form.record_type != kind.id:
        draft.refuse("ENG004", form=command.form)
        return
    facts = dict(draft.directory.customer(command.customer_id) or {}) if command.customer_id else {}
    defaults = {field.id: field.default for field in kind.fields if field.default is not None}
    result = evaluate_form(
        form,
        command.values,
        scope={**defaults, "customer": facts, "channel": command.channel, "lang": command.lang},
        context=Context(now=draft.now, zone=draft.zone()),
        roles=command.actor.roles,
        state=None,
        partial=automatic,
        lookup=draft.directory,
    )
    if result.problems:
        draft.problems.extend(result.problems)
        return
    values: dict[str, Any] = {**defaults, **result.values}
    if automatic:
        values.update(
            {name: value for name, value in command.values.items() if name in kind.all_fields}
        )
    values["title"] = _title(draft, values, facts, command)
    draft.emit(
        EventKind.CREATED,
        {
            "id": command.record_id,
            "number": command.number,
            "type": kind.id,
            "release": draft.release.hash,
            "values": values,
            "customer_id": command.customer_id,
            "customer": facts,
            "channel": command.channel,
            "lang": command.lang,
            "tags": list(command.tags),
            "links": [
                to_plain(Link(kind=k, record=r, number=n, type=t)) for k, r, n, t in command.links
            ],
            "created_by": command.actor.id if command.actor.kind in HUMAN else None,
            "generation": command.generation,
        },
    )
    draft.changed.update(values)
    enter(draft, draft.workflow.start, Cause("workflow", "start"), transition="start")
    if command.team or command.not_user:
        _give_away(draft, command)


def _give_away(draft: Draft, command: c.Create) -> None:
    """Give a record that automation opened to the team it names, to anybody but *not_user*."""
    owner = draft.place.owner
    team = command.team or (owner.team if owner else None)
    barred = frozenset({command.not_user} if command.not_user else ())
    person = least_loaded(on_duty(draft, team), barred) if team else None
    if team is not None:
        give(draft, person.id if person else None, team, "rule", Cause("rule", "create"))
        draft.owner_set = True


def _title(draft: Draft, values: dict[str, Any], facts: dict[str, Any], command: c.Create) -> str:
    given = values.get("title")
    if isinstance(given, str) and given.strip():
        return given.strip()
    made = ""
    if draft.record_type.summary:
        titles = _choice_titles(draft, values, command.lang)
        made = render_text(
            draft.record_type.summary, {**values, **titles, "customer": facts}, command.lang
        ).strip()
    text = made or str(values.get("description") or draft.record_type.title.get(command.lang))
    line = " ".join(text.split())
    return line if len(line) <= _TITLE else line[: _TITLE - 1] + "…"


def _choice_titles(draft: Draft, values: dict[str, Any], lang: str) -> dict[str, str]:
    """Return the titles of chosen options by field, for texts that people read."""
    found = {}
    for name, value in values.items():
        field = draft.record_type.all_fields.get(name)
        for option in field.options if field else ():
            if option.id == value:
                found[name] = option.title.get(lang)
    return found


def reopen(draft: Draft, command: c.Reopen) -> None:
    """Open a settled record again."""
    if draft.state.is_open:
        draft.refuse("ENG020")
        return
    if not _may_reopen(draft, command.actor):
        draft.refuse("ENG021")
        return
    if command.message is not None and command.message.text.strip():
        customer = command.actor.kind == "customer"
        say(
            draft,
            command.message,
            public=customer,
            author="customer" if customer else "agent",
            human=not customer,
        )
    open_again(draft)


def _may_reopen(draft: Draft, actor: Any) -> bool:
    if draft.workflow.reopen_to is None or draft.state.merged_into:
        return False
    if actor.kind == "system":
        return True
    if not allow(draft.record_type.access, Act.REOPEN, actor, draft.state):
        return False
    return actor.kind != "customer" or within_reopening(draft)


def within_reopening(draft: Draft) -> bool:
    """Return whether the time in which the customer may reopen has not passed."""
    state, limit = draft.state, draft.workflow.reopen_within
    if draft.workflow.reopen_to is None or state.merged_into:
        return False
    if state.category is Category.RESOLVED or limit is None or state.closed_at is None:
        return True
    working = draft.working() if limit.business or limit.days else None
    seconds = seconds_of(limit, working)
    end = (
        working.add(state.closed_at, seconds)
        if working
        else state.closed_at + timedelta(seconds=seconds)
    )
    return draft.now <= end


def open_again(draft: Draft) -> None:
    """Enter the state that reopened records go to."""
    assert draft.workflow.reopen_to is not None
    enter(draft, draft.workflow.reopen_to, transition="reopen")


def cancel(draft: Draft, command: c.Cancel) -> None:
    """Cancel an open record."""
    target = draft.workflow.cancelled
    if target is None or draft.state.category is Category.CLOSED:
        draft.refuse("ENG022")
        return
    named = draft.workflow.cancel_by
    if named and command.actor.kind in HUMAN and not named & command.actor.roles:
        draft.refuse("ENG003")
        return
    if command.actor.kind != "system" and not allow(
        draft.record_type.access, Act.CANCEL, command.actor, draft.state
    ):
        draft.refuse("ENG003")
        return
    if command.reason.strip():
        note = c.NewMessage(id=f"{draft.state.id}-{draft.state.version + 1}", text=command.reason)
        say(draft, note, public=False, author="agent")
    enter(draft, target, transition="cancel")


def merge(draft: Draft, command: c.Merge) -> None:
    """Close this record as merged into another."""
    target = draft.workflow.merged
    if target is None or draft.state.merged_into or command.into == draft.state.id:
        draft.refuse("ENG023")
        return
    if not allow(draft.record_type.access, Act.MERGE, command.actor, draft.state):
        draft.refuse("ENG003")
        return
    draft.emit(EventKind.MERGED, {"into": command.into})
    draft.emit(
        EventKind.LINK,
        {
            "kind": "merged_into",
            "record": command.into,
            "number": command.into_number,
            "type": draft.state.type,
        },
    )
    enter(draft, target, transition="merge")
    draft.effect(
        "command",
        f"absorb:{command.into}",
        {
            "command": "absorb",
            "record": command.into,
            "from": draft.state.id,
            "number": draft.state.number,
            "created_at": instant_text(draft.state.created_at),
            "first_reply_at": instant_text(draft.state.first_reply_at)
            if draft.state.first_reply_at
            else None,
        },
    )


def absorb(draft: Draft, command: c.Absorb) -> None:
    """Take over what was merged in: the earlier start, and its first reply if that came before ours."""
    if any(
        link.record == command.record and link.kind == "merged_from" for link in draft.state.links
    ):
        return
    first = instant_text(command.first_reply_at) if command.first_reply_at else None
    draft.emit(
        EventKind.MERGED,
        {
            "absorbed": command.record,
            "created_at": instant_text(command.created_at),
            "first_reply_at": first,
        },
    )
    draft.emit(
        EventKind.LINK,
        {
            "kind": "merged_from",
            "record": command.record,
            "number": command.number,
            "type": draft.state.type,
        },
    )


def add_link(draft: Draft, command: c.AddLink) -> None:
    """Tie another record to this one."""
    link = Link(kind=command.kind, record=command.record, number=command.number, type=command.type)
    if link not in draft.state.links and command.record != draft.state.id:
        draft.emit(EventKind.LINK, to_plain(link))
