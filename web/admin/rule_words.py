"""Rules in words: when they are looked at, and what they do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sopwith.expressions import Duration
from sopwith.expressions.durations import parse_duration
from sopwith.rules.model import Action, Trigger

from ..desk.explain import happening_word
from ..flowchart import brief_span
from ..languages import lang
from ..wording import gettext as _
from ..wording import ngettext
from .titles import Names


def duration_words(time: Duration | str | None) -> str:
    """Return a length of time for people."""
    if isinstance(time, str):
        found = parse_duration(time)
        if found is None:
            return time
        time = found
    if time is None:
        return ""
    if time.days:
        return ngettext("%(num)d working day", "%(num)d working days", time.days)
    words = brief_span(time.seconds)
    return _("%(time)s working time", time=words) if time.business else words


def trigger_words(trigger: Trigger, names: Names) -> str:
    """Return when a rule is looked at."""
    if trigger.kind == "event":
        return _("On %(happening)s", happening=happening_word(trigger.event, names.labels))
    time = duration_words(trigger.duration)
    if trigger.kind == "after":
        return _("After %(time)s in “%(state)s”", time=time, state=names.state(trigger.state))
    if trigger.kind == "every":
        if trigger.time:
            return _("Every %(time)s at %(clock)s", time=time, clock=trigger.time)
        return _("Every %(time)s", time=time)
    field, offset = names.field(trigger.date_field), duration_words(trigger.offset)
    if not offset:
        return _("On the date in “%(field)s”", field=field)
    if trigger.before:
        return _("%(time)s before “%(field)s”", time=offset, field=field)
    return _("%(time)s after “%(field)s”", time=offset, field=field)


def action_words(action: Action, names: Names) -> str:
    """Return what one action does."""
    writer = _ACTIONS.get(action.kind)
    return writer(action.args, names) if writer else action.kind


def who_words(word: str, names: Names) -> str:
    """Return who is meant by a word such as ``owner`` or ``role:lead``."""
    kind, _sep, name = word.partition(":")
    if name:
        known: dict[str, Callable[[], str]] = {
            "team": lambda: _("everybody in %(team)s", team=names.team(name)),
            "role": lambda: names.role(name),
            "lead": lambda: _("the lead of %(team)s", team=names.team(name)),
            "on_call": lambda: _("who is on call in %(team)s", team=names.team(name)),
        }
        meant = known.get(kind)
        return meant() if meant else name
    plain = {
        "owner": _("the owner"),
        "lead": _("the lead of the team"),
        "customer": _("the customer"),
        "followers": _("the followers"),
        "approvers": _("the approvers asked"),
        "task_owners": _("the owners of open tasks"),
        "team": _("the team"),
    }
    return plain.get(kind, word)


def _list(items: Any) -> str:
    return _(", ").join(str(one) for one in items)


def _people(items: Any, names: Names) -> str:
    return _list(who_words(str(one), names) for one in items)


def _to(args: Mapping[str, Any], names: Names) -> str:
    """Return to whom something is given."""
    for key in ("team", "lead_of", "role", "routing", "user_field", "user"):
        name = str(args.get(key) or "")
        if name:
            known: dict[str, Callable[[str], str]] = {
                "team": names.team,
                "lead_of": lambda one: _("the lead of %(team)s", team=names.team(one)),
                "role": names.role,
                "routing": lambda one: names.of_kind("routing", one),
                "user_field": lambda one: _("the person in “%(field)s”", field=names.field(one)),
            }
            return known[key](name) if key in known else name
    return ""


def _set(args: Mapping[str, Any], names: Names) -> str:
    parts = []
    for name, value in args.items():
        if isinstance(value, Mapping) and set(value) == {"value"}:
            said = _("what “%(formula)s” gives", formula=value["value"])
        else:
            said = names.value(name, value)
        parts.append(_("set “%(field)s” to %(value)s", field=names.field(name), value=said))
    return _capital(_list(parts))


def _raise(args: Mapping[str, Any], names: Names) -> str:
    by, field = int(args.get("by", 1)), names.field(str(args.get("field")))
    if by < 0:
        return _("Lower “%(field)s” by %(count)d", field=field, count=-by)
    return _("Raise “%(field)s” by %(count)d", field=field, count=by)


def _notify(args: Mapping[str, Any], names: Names) -> str:
    template = names.of_kind("message_template", str(args.get("template")))
    channels = {"mail": _("by mail"), "notice": _("as a notice"), "both": _("by mail and notice")}
    return _(
        "Tell %(people)s %(channel)s: %(template)s",
        people=_people(args.get("to", ()), names),
        channel=channels.get(str(args.get("channel", "both")), ""),
        template=template,
    )


def _comment(args: Mapping[str, Any], names: Names) -> str:
    text = args.get("text")
    if isinstance(text, Mapping):
        said = str(text.get(lang()) or next(iter(text.values()), ""))
    else:
        said = names.of_kind("message_template", str(args.get("template", "")))
    if args.get("public"):
        return _("Reply to the customer: %(words)s", words=said)
    return _("Write an internal note: %(words)s", words=said)


def _escalate(args: Mapping[str, Any], names: Names) -> str:
    to = args.get("to")
    if isinstance(to, Mapping):
        return _("Escalate to %(who)s", who=_to(to, names))
    if args.get("kind") == "hierarchical":
        return _("Escalate one level up")
    return _("Escalate to the next team")


def _start(args: Mapping[str, Any], names: Names) -> str:
    title = args.get("title")
    words = (
        str(title.get(lang()) or title.get("en") or "")
        if isinstance(title, Mapping)
        else str(args.get("id"))
    )
    who = _to(args.get("owner") or {}, names)
    return _("Start the task “%(task)s” for %(who)s", task=words, who=who)


def _create(args: Mapping[str, Any], names: Names) -> str:
    said = _("Open a record: %(type)s", type=names.type(str(args.get("type"))))
    who = _to(args.get("owner") or {}, names)
    if who:
        said = _("%(said)s, for %(who)s", said=said, who=who)
    if args.get("delay"):
        said = _("%(said)s, after %(time)s", said=said, time=duration_words(str(args["delay"])))
    return said


def _survey(args: Mapping[str, Any], names: Names) -> str:
    title = names.of_kind("survey", str(args.get("survey")))
    if args.get("delay"):
        time = duration_words(str(args["delay"]))
        return _("Ask the survey “%(survey)s” after %(time)s", survey=title, time=time)
    return _("Ask the survey “%(survey)s”", survey=title)


def _page(args: Mapping[str, Any], names: Names) -> str:
    template = names.of_kind("message_template", str(args.get("template")))
    return _(
        "Call who is on call in %(team)s: %(template)s",
        team=names.team(str(args.get("team"))),
        template=template,
    )


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


_ACTIONS: Mapping[str, Callable[[Mapping[str, Any], Names], str]] = {
    "set": _set,
    "raise": _raise,
    "table": lambda args, names: _(
        "Apply the table “%(table)s”", table=names.of_kind("table", str(args.get("table")))
    ),
    "assign": lambda args, names: _("Give it to %(who)s", who=_to(args, names)),
    "route": lambda args, names: _(
        "Route it by “%(chain)s”", chain=names.of_kind("routing", str(args.get("routing")))
    ),
    "notify": _notify,
    "page": _page,
    "comment": _comment,
    "tag": lambda args, names: _("Add the tag %(tags)s", tags=_list(args.get("tags", ()))),
    "untag": lambda args, names: _("Take away the tag %(tags)s", tags=_list(args.get("tags", ()))),
    "transition": lambda args, names: _(
        "Move it to “%(state)s”", state=names.state(str(args.get("to")))
    ),
    "escalate": _escalate,
    "start": _start,
    "create": _create,
    "survey": _survey,
    "webhook": lambda args, names: _("Call %(address)s", address=str(args.get("url"))),
    "follow": lambda args, names: _(
        "Let %(people)s follow it", people=_people(args.get("who", ()), names)
    ),
}
