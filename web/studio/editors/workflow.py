"""The editor of workflows: a chart to work on, the same as a tree and as an outline, and what is selected in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import request

from sopwith.core.ids import numbered

from ...languages import lang
from ...wording import gettext as _
from ..blueprint import blueprint
from .lenient import inside, mapping, sequence, words
from .place import Place
from .subject import Subject
from .workflow_blanks import ITEM, TASK
from .workflow_changes import states_of, ways_of
from .workflow_chart import Marks
from .workflow_choices import choices, decisions
from .workflow_outline import Said, outline_of, tree_rows
from .workflow_sent import drawn_of, parcel

VIEWS = ("graph", "tree", "outline")


def view(subject: Subject) -> Mapping[str, Any]:
    """Return what the page shows of the workflow: the view that was asked for, and one inspector."""
    place = Place.read(subject.at)
    asked = place.asked.get("view", "")
    shown = asked if asked in VIEWS else VIEWS[0]
    doc = subject.doc
    states = states_of(doc)
    workflow = subject.bench.partly.workflows.get(subject.document.id)
    facts: dict[str, Any] = {
        "place": place,
        "is_part": request.headers.get("X-Part") == "room",
        "views": _views(place),
        "shown": shown,
        "states": states,
        "titles": {name: _title(state, name) for name, state in states.items()},
        "palette": palette(),
        "workflow": workflow,
        "marks": Marks.of(subject),
        **choices(subject, workflow),
        **_selected(subject, place, states),
    }
    if workflow is None:
        return {**facts, "shown": "empty" if shown == "graph" else shown, "tree": (), "aside": (), "cards": ()}  # fmt: skip
    said = Said.of(subject, workflow)
    if shown == "graph":
        drawn = drawn_of(subject, said)
        sent = parcel(drawn, request.headers.get("X-Chart", ""), "/".join(place.steps))
        facts |= {"chart": drawn.chart, "chart_data": sent}
    elif shown == "tree":
        facts["tree"], facts["aside"] = tree_rows(subject, said)
    else:
        facts["cards"] = outline_of(subject, said)
    return facts


def _views(place: Place) -> list[dict[str, str]]:
    words = {"graph": (_("Chart"), "sitemap"), "tree": (_("Tree"), "git-branch"), "outline": (_("Outline"), "list")}  # fmt: skip
    return [{"id": one, "words": words[one][0], "icon": words[one][1], "at": place.asking(view="" if one == "graph" else one)} for one in VIEWS]  # fmt: skip


def palette() -> list[dict[str, str]]:
    """Return the kinds of states that can be put in."""
    return [
        {"kind": "state", "words": _("Step"), "icon": "circle-dot", "help": _("Somebody works on the record.")},
        {"kind": "waiting", "words": _("Waiting"), "icon": "player-pause", "help": _("For the customer, a vendor or a colleague.")},
        {"kind": "approval", "words": _("Approval"), "icon": "user-check", "help": _("Somebody decides: approved or rejected.")},
        {"kind": "parallel", "words": _("Parallel tasks"), "icon": "git-branch", "help": _("Several teams work at the same time.")},
        {"kind": "resolved", "words": _("Resolved"), "icon": "circle-check", "help": _("The customer is asked whether it is solved.")},
        {"kind": "closed", "words": _("Closed"), "icon": "archive", "help": _("The end.")},
    ]  # fmt: skip


def _title(state: Mapping[str, Any], name: str) -> str:
    title = state.get("title")
    if isinstance(title, dict):
        title = title.get(lang()) or next((one for one in title.values() if one), "")
    return str(title) if isinstance(title, str | int | float) and str(title).strip() else name


def _selected(subject: Subject, place: Place, states: Mapping[str, Any]) -> dict[str, Any]:
    """Return which part of the inspector is shown, and what it needs."""
    first, steps = place.first, place.steps[1:]
    chosen = [name for name in dict.fromkeys(steps) if name in states]
    if first == "state" and len(chosen) == 1:
        return {"panel": "state", "chosen": chosen, **_state(subject, chosen[0], states)}
    if first == "state" and chosen:
        return {"panel": "several", "chosen": chosen}
    if first == "remove" and chosen:
        return {"panel": "remove", "chosen": chosen, **_removal(chosen, subject.doc, states)}
    if first == "line" and len(steps) == 2 and steps[0] in states:
        ways = [way for way, to in ways_of(states[steps[0]]).items() if to == steps[1]]
        if ways:
            return {"panel": "line", "chosen": [], "source": steps[0], "target": steps[1], "ways": ways}  # fmt: skip
    return {"panel": "workflow", "chosen": []}


def _state(subject: Subject, name: str, states: Mapping[str, Any]) -> dict[str, Any]:
    state = states[name]
    limit, owner = state.get("limit"), state.get("owner")
    return {
        "state_id": name,
        "state": state,
        "kind": state.get("type") if state.get("type") in ("approval", "parallel") else "normal",
        "owner": mapping(owner),
        "owner_way": owner_way(owner),
        "limit": limit,
        "limit_way": limit_way(limit),
        "ways": ways_of(state),
        "incoming": [one for one, other in states.items() if name in ways_of(other).values()],
        "is_pinned": name in mapping(subject.doc.get("layout")),
        "approvers": _listed(state.get("approvers")),
        "checklist": [mapping(one) for one in sequence(state.get("checklist"))],
        "branches": [mapping(one) for one in sequence(state.get("branches"))],
        "join": state.get("join"),
        **_decision(state),
        "fresh_item": _fresh(state, "checklist", "check", ITEM),
        "fresh_task": _fresh(state, "branches", "task", {**TASK, "owner": _task_owner(owner)}),
    }


def _decision(state: Mapping[str, Any]) -> dict[str, Any]:
    """Return how an approval is decided, what else it could be, and the rule in words."""
    written = state.get("decide_by")
    share = inside(written, ("share",))
    now = "share" if share is not None else written if written in ("any", "in_turn") else "all"
    options = [
        (one[0] if isinstance(one[0], str) else "share", one[1], one[0]) for one in decisions()
    ]
    return {
        "share": share,
        "decision": now,
        "decision_options": [
            (key, said, written if key == "share" == now else value) for key, said, value in options
        ],
        "decision_help": {
            "all": _("Everybody is asked at once; one rejection rejects."),
            "any": _(
                "Everybody is asked at once; one approval is enough, and it is rejected only when all reject."
            ),
            "in_turn": _(
                "The next one is asked when the one before has agreed; one rejection rejects."
            ),
            "share": _(
                "Everybody is asked at once; it is approved as soon as the share agrees, rejected as soon as it cannot be reached."
            ),
        }[now],
    }


def _fresh(state: Mapping[str, Any], key: str, base: str, value: Mapping[str, Any]) -> dict[str, Any]:  # fmt: skip
    taken = {words(mapping(one).get("id")) for one in sequence(state.get(key))}
    return {"id": numbered(base, taken), **value}


def _task_owner(owner: Any) -> dict[str, Any]:
    team = mapping(owner).get("team")
    return {"team": team} if isinstance(team, str) else {"role": "agent"}


def _listed(value: Any) -> list[dict[str, Any]]:
    return [mapping(one) for one in (value if isinstance(value, list) else [value] if value else [])]  # fmt: skip


@blueprint.app_template_filter("owner_way")
def owner_way(value: Any) -> str:
    """Return how an owner is found: keep, routing, team, user_field, role or none."""
    owner = mapping(value)
    if owner.get("keep"):
        return "keep"
    return next((one for one in ("routing", "team", "user_field", "role") if one in owner), "none")


@blueprint.app_template_filter("limit_way")
def limit_way(value: Any) -> str:
    """Return how a limit is written: none, one, cells or long."""
    if isinstance(value, dict):
        return "cells" if {"by", "cells", "duration", "calendar"}.isdisjoint(value) else "long"
    return "none" if value is None else "one"


@blueprint.app_template_filter("approver_way")
def approver_way(value: Any) -> str:
    """Return by what an approver is named."""
    known = ("role", "team", "user_field", "manager_of", "user")
    return next((one for one in known if one in mapping(value)), "role")


def _removal(chosen: Sequence[str], doc: Mapping[str, Any], states: Mapping[str, Any]) -> dict[str, Any]:  # fmt: skip
    """Return what leads to the states that are to be taken out, and where that could lead instead."""
    into = [
        (name, way, to)
        for name, state in states.items()
        if name not in chosen
        for way, to in ways_of(state).items()
        if to in chosen
    ]
    named = [key for key in ("start", "solved", "cancelled", "merged") if doc.get(key) in chosen]
    if inside(doc, ("reopen", "to")) in chosen:
        named.append("reopen")
    onward = next(
        (to for name in chosen for to in ways_of(states[name]).values() if to in states and to not in chosen),
        "",
    )  # fmt: skip
    titles = [_title(states[name], name) for name in chosen]
    return {"chosen_titles": titles, "into": into, "named": named, "onward": onward, "others": [name for name in states if name not in chosen]}  # fmt: skip
