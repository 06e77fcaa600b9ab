"""What somebody does in one step of a scenario, as a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sopwith.lab.cast import Cast
from sopwith.lab.scenario import Step, wait_seconds

from ..admin.titles import Names
from ..flowchart import brief_span
from ..languages import lang
from ..wording import gettext as _


def person_name(cast: Cast, name: str) -> str:
    """Return the name of a colleague or a customer of *cast*, the id of anybody else."""
    known = next((one.name for one in cast.people if one.id == name), "")
    return known or str(cast.customers.get(name, {}).get("name") or name)


def deed_of(names: Names, cast: Cast, step: Step) -> tuple[str, str]:
    """Return the icon and the sentence for what is done in a step. names: for the type of record that it is about."""
    args = step.args
    who = person_name(cast, str(args.get("by" if step.verb == "create" else "as") or args.get("customer") or ""))  # fmt: skip
    who = who or _("The customer")
    match step.verb:
        case "create":
            return "ticket", _("%(name)s sends the form “%(form)s”.", name=who, form=_form(names, args))  # fmt: skip
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
            return "arrow-right", _("%(name)s moves it to “%(state)s”.", name=who, state=_target(names, str(args.get("to", ""))))  # fmt: skip
        case "submit":
            return "clipboard-check", _("%(name)s fills in the form of this step.", name=who)
        case "approve":
            return "thumb-up", _("%(name)s approves.", name=who)
        case "reject":
            return "thumb-down", _("%(name)s rejects.", name=who)
        case "finish":
            return "checks", _("%(name)s finishes a task.", name=who)
        case "assign":
            return "user-check", _("It is assigned to %(name)s.", name=person_name(cast, str(args.get("owner") or "")) or names.team(str(args.get("team") or "")))  # fmt: skip
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
            return "user-question", _("%(name)s is away.", name=person_name(cast, str(args.get("person", args.get("value")))))  # fmt: skip
        case "back":
            return "user", _("%(name)s is back.", name=person_name(cast, str(args.get("person", args.get("value")))))  # fmt: skip
        case "tag":
            return "tag", _("Tags are changed.")
        case "merge":
            return "git-merge", _("It is merged with another one.")
        case "link":
            return "link", _("It is linked with another one.")
        case "follow":
            return "eye", _("%(name)s follows it.", name=who)
        case _:
            return "user-plus", _("Another approver is asked.")


def _form(names: Names, args: Mapping[str, Any]) -> str:
    kind = names.release.record_types.get(names.record_type)
    if kind is None:
        return names.record_type
    form = names.release.forms.get(str(args.get("form", kind.intake)))
    return (form.title.get(lang()) if form else "") or kind.title.get(lang())


def _target(names: Names, to: str) -> str:
    """Return the title of the state that a way leads to: steps name the state, trials the way."""
    flow = names.release.workflow_of(names.record_type)
    if flow is None or to in flow.states:
        return names.state(to)
    ways = (way for state in flow.states.values() for way in state.go)
    return next((names.state(way.to) for way in ways if way.id == to), to)
