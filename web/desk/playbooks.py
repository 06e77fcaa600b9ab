"""Playbooks at the desk: the steps with who ticked them, replies as they would be sent, and what to read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from sopwith.core.record import RecordState
from sopwith.engine.draft import Draft
from sopwith.engine.notices import Recipient, data_for
from sopwith.engine.scope import scope_of
from sopwith.expressions import Context
from sopwith.messages.render import render
from sopwith.release.model import Release
from sopwith.release.playbooks import Playbook

from ..forms import directory_of
from ..languages import lang, zone, zone_info
from ..visitor import now, visitor
from .colleagues import Colleagues


@dataclass(frozen=True, slots=True, kw_only=True)
class StepLine:
    """One step. who, at: by whom and when it was ticked."""

    id: str
    title: str
    help: str
    done: bool
    who: str
    at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyLine:
    """One reply. use: what names it in an address; text: as it would go to the customer."""

    use: str
    title: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleLine:
    """Something to read."""

    title: str
    link: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaybookPanel:
    """One playbook that fits the record."""

    id: str
    title: str
    steps: tuple[StepLine, ...]
    replies: tuple[ReplyLine, ...]
    articles: tuple[ArticleLine, ...]

    @property
    def done(self) -> int:
        """Return how many steps are ticked."""
        return sum(1 for one in self.steps if one.done)


def playbooks_of(
    connection: Connection,
    release: Release,
    state: RecordState,
    people: Colleagues,
    *,
    replies: bool,
) -> tuple[PlaybookPanel, ...]:
    """Return the playbooks for the record as it is now. replies: the visitor may write to the customer."""
    if not release.playbooks:
        return ()
    context = Context(now=now(), zone=zone())
    scope = scope_of(state)
    found = [one for one in release.playbooks.values() if one.applies(state.type, scope, context)]
    wanted = any(one.replies for one in found) and replies
    data = reply_data(connection, release, state) if wanted else {}
    return tuple(_panel(one, release, state, people, data) for one in found)


def _panel(
    playbook: Playbook,
    release: Release,
    state: RecordState,
    people: Colleagues,
    data: Mapping[str, Any],
) -> PlaybookPanel:
    tongue = lang()
    return PlaybookPanel(
        id=playbook.id,
        title=playbook.title.get(tongue),
        steps=tuple(_steps(playbook, state, people)),
        replies=tuple(replies_of(playbook, release, data, customer_lang(state))) if data else (),
        articles=tuple(
            ArticleLine(title=one.title.get(tongue), link=one.link, text=one.text.get(tongue))
            for one in playbook.articles
        ),
    )


def _steps(playbook: Playbook, state: RecordState, people: Colleagues) -> Sequence[StepLine]:
    found = []
    for one in playbook.steps:
        tick = state.ticks.get(f"{playbook.id}/{one.id}")
        found.append(
            StepLine(
                id=one.id,
                title=one.title.get(lang()),
                help=one.help.get(lang()),
                done=tick is not None,
                who=people.name(tick.by) if tick else "",
                at=tick.at if tick else None,
            )
        )
    return found


def replies_of(
    playbook: Playbook, release: Release, data: Mapping[str, Any], tongue: str
) -> Sequence[ReplyLine]:
    """Return the replies of a playbook, rendered in *tongue* with *data*; titles speak the page's language."""
    found = []
    for one in playbook.replies:
        template = one.words(release.templates)
        if template is not None:
            text = render(template, data, tongue, zone=zone_info()).body_text.strip()
            title = (one.title or template.title).get(lang()) or one.id
            found.append(ReplyLine(use=f"{playbook.id}/{one.id}", title=title, text=text))
    return found


def reply_data(connection: Connection, release: Release, state: RecordState) -> dict[str, Any]:
    """Return what replies may name: what a message to the record's customer may."""
    directory = directory_of(connection, release)
    draft = Draft(
        release, release.record_types[state.type], state, visitor().actor, now(), directory
    )
    reader = Recipient(
        kind="customer",
        id=state.customer_id or state.created_by or "",
        name=str(state.customer.get("name") or ""),
        email="",
        lang=customer_lang(state),
    )
    return data_for(draft, reader, {})


def customer_lang(state: RecordState) -> str:
    """Return the language in which the customer is written to."""
    return str(state.customer.get("lang") or state.lang)


def reply_named(panels: Sequence[PlaybookPanel], use: str) -> str:
    """Return the text of the reply that an address names, empty without one."""
    return next((one.text for panel in panels for one in panel.replies if one.use == use), "")
