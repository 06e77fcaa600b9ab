"""The tabs of a record's page: what each of them shows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import request
from sqlalchemy import Connection

from sopwith.core.events import EventKind
from sopwith.core.record import RecordState
from sopwith.release.model import RecordType, Release
from sopwith.store.files import files_of
from sopwith.store.history import events_before, events_of, explanations_of, newest_events
from sopwith.workflows.layout import layout
from sopwith.workflows.model import Workflow

from ..earlier import earlier_messages
from ..languages import lang
from ..wording import gettext as _
from .clock_facts import clock_facts
from .colleagues import Colleagues, names_of
from .earlier import earlier_lines
from .explain import LONGEST_COMMAND, MOST_COMMANDS, MOST_FOLDED, Explainer
from .history import Teller
from .words import shown_values

TABS = ("conversation", "history", "why", "clocks", "flow")


def chosen_tab(may: Mapping[str, bool]) -> str:
    """Return the tab that the address names, if the visitor may see it."""
    wish = request.args.get("tab", "")
    if wish not in TABS or (wish in ("history", "why") and not may["history"]):
        return TABS[0]
    return wish


def tabs_of(may: Mapping[str, bool]) -> list[tuple[str, str, str]]:
    """Return id, words and icon of each tab that the visitor may see."""
    words = [
        ("conversation", _("Conversation"), "message"),
        ("history", _("History"), "history"),
        ("why", _("Why"), "bulb"),
        ("clocks", _("Clocks"), "clock"),
        ("flow", _("Process"), "sitemap"),
    ]
    return [one for one in words if may["history"] or one[0] not in ("history", "why")]


def tab_content(
    connection: Connection,
    state: RecordState,
    release: Release,
    kind: RecordType,
    workflow: Workflow,
    people: Colleagues,
    may: Mapping[str, bool],
    tab: str,
) -> dict[str, Any]:
    """Return what *tab* shows, by the names of ``RecordPage``."""
    picks = names_of(release, people)
    intake = release.forms.get(kind.intake)
    asked = intake.by_id if intake else {}
    rest = {
        name: value for name, value in state.values.items() if name not in asked and name != "title"
    }
    more = {"more_fields": shown_values(kind, state.state, rest, picks)}
    if tab == "conversation":
        messages, earlier = earlier_messages(connection, state.id, public_only=not may["note"])
        files = {one.id: one for one in files_of(connection, state.id, public_only=not may["note"])}
        first = {name: state.values[name] for name in asked if name in state.values}
        return more | {
            "messages": messages,
            "earlier": earlier,
            "files": files,
            "request_fields": shown_values(kind, state.state, first, picks),
        }
    if tab == "flow":
        return more | {"chart": layout(workflow, "zh-CN" if lang() == "zh-CN" else "en")}
    if tab == "clocks":
        events = events_of(connection, state.id, kinds=[EventKind.CLOCK])
        return more | {"clock_facts": clock_facts(release, state, events)}
    if tab == "why":
        return more | _explained(connection, Teller(release, state, people, picks), kind)
    whole = request.args.get("all") == "1"
    teller = Teller(release, state, people, picks)
    lines, earlier = earlier_lines(connection, state.id, teller.line, whole=whole)
    return more | {"lines": lines, "earlier": earlier, "whole": whole}


def _explained(connection: Connection, teller: Teller, kind: RecordType) -> dict[str, Any]:
    """Return why the last commands did what they did; of a very long record only what they say themselves."""
    state = teller.state
    why = explanations_of(connection, state.id, newest=MOST_COMMANDS)
    last = newest_events(connection, state.id, 1)
    is_long = bool(last) and last[0].seq > MOST_FOLDED
    if is_long:
        events = events_before(connection, state.id, list(why), LONGEST_COMMAND)
    else:
        events = events_of(connection, state.id)
    known = kind if is_long else None
    explainer = Explainer(teller.release, teller.people, events, why, teller, known)
    return {"explained": explainer.commands(), "is_long": is_long}
