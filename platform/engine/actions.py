"""What rules do: one function an action."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from ..core.commands import NewMessage
from ..core.events import Cause, EventKind
from ..core.plain import instant_text, to_plain
from ..core.record import Category, Task
from ..expressions import Duration, parse_duration
from ..messages.render import render
from ..rules.model import Action, Rule
from ..rules.tables import decide_table
from ..sla.ticking import seconds_of
from .calls import call
from .draft import Draft
from .moves import enter
from .notices import Recipient, asker, data_for, notify, recipients
from .owners import give, least_loaded, route

Values = Mapping[str, Any]

MAX_GENERATION = 10  # records that rules may open one out of the other


def act(draft: Draft, rule: Rule, action: Action, scope: Values, cause: Cause) -> None:
    """Carry out one action of *rule*; *scope* is the snapshot that its condition saw, with ``event``."""
    _ACTIONS[action.kind](draft, action, scope, cause)


def write_values(draft: Draft, wanted: Values, cause: Cause) -> None:
    """Write field values down, those that differ; an emptied field of the record type has its default again."""
    present = draft.state.values
    defaults = {field.id: field.default for field in draft.record_type.fields}
    wanted = {
        name: defaults.get(name) if value is None else value for name, value in wanted.items()
    }
    changed = {
        name: value
        for name, value in wanted.items()
        if value is not None and present.get(name) != value
    }
    removed = [name for name, value in wanted.items() if value is None and name in present]
    if changed or removed:
        before = {name: present.get(name) for name in [*changed, *removed]}
        draft.emit(
            EventKind.VALUES, {"changed": changed, "removed": removed, "before": before}, cause
        )


def after(draft: Draft, duration: Duration | None, calendar: str | None = None) -> datetime:
    """Return the instant that lies *duration* ahead, in the calendar named or in force."""
    if duration is None:
        return draft.now
    working = draft.working(calendar) if duration.business or duration.days else None
    seconds = seconds_of(duration, working)
    return working.add(draft.now, seconds) if working else draft.now + timedelta(seconds=seconds)


def _evaluated(draft: Draft, action: Action, wanted: Values, scope: Values) -> dict[str, Any]:
    """Return *wanted* with every ``{value: expression}`` replaced by what it comes to now."""
    context = draft.context()
    return {
        name: action.expressions[key].evaluate(scope, context)
        if (key := f"{action.kind}.{name}") in action.expressions
        else value
        for name, value in wanted.items()
    }


def _set(draft: Draft, action: Action, scope: Values, cause: Cause) -> None:
    write_values(draft, _evaluated(draft, action, action.args, scope), cause)


def _raise(draft: Draft, action: Action, scope: Values, cause: Cause) -> None:
    field = draft.record_type.all_fields[action.args["field"]]
    present = draft.state.values.get(field.id)
    order = [one.id for one in field.options if not one.retired or one.id == present]
    if present in order:
        place = min(max(order.index(present) - action.args.get("by", 1), 0), len(order) - 1)
        write_values(draft, {field.id: order[place]}, cause)


def _table(draft: Draft, action: Action, scope: Values, cause: Cause) -> None:
    table = draft.release.tables[action.args["table"]]
    result = decide_table(table, scope, draft.context())
    if result.row_index is not None:
        draft.explain("table", table.id, "row", "ENG401", row=result.row_index + 1)
    elif result.outputs:
        draft.explain("table", table.id, "default", "ENG402")
    write_values(draft, result.outputs, cause)


def _assign(draft: Draft, action: Action, scope: Values, cause: Cause) -> None:
    _hand_over(draft, action.args, scope, cause)


def _hand_over(draft: Draft, named: Values, scope: Values, cause: Cause) -> None:
    """Give the record to whom a rule names; where that is nobody, it stays where it is."""
    user, team, via = _target(draft, named, scope)
    if user is not None or team is not None:
        give(draft, user, team, via, cause)
        draft.owner_set = True


def _target(draft: Draft, named: Values, scope: Values) -> tuple[str | None, str | None, str]:
    """Return the person and the team that a rule names, and how they were found."""
    if "routing" in named:
        found = route(draft, named["routing"])
        return found.owner, found.team, found.via
    user: str | None = named.get("user")
    team: str | None = named.get("team")
    if "user_field" in named:
        value = scope.get(named["user_field"])
        user = value if isinstance(value, str) else None
    if "lead_of" in named:
        lead = draft.directory.lead(named["lead_of"])
        user, team = (lead.id if lead else None), named["lead_of"]
    if "role" in named:
        person = least_loaded(
            draft.directory.with_role(named["role"]), prefer_team=draft.state.team
        )
        user = person.id if person else None
    return (user if draft.person(user) else None), team, "rule"


def _route(draft: Draft, action: Action, scope: Values, cause: Cause) -> None:
    found = route(draft, action.args["routing"])
    give(draft, found.owner, found.team, found.via, cause)
    draft.owner_set = True


def _notify(draft: Draft, action: Action, scope: Values, cause: Cause) -> None:
    args = action.args
    notify(draft, args["to"], args["template"], args.get("channel", "both"), cause, _told(scope))


def _page(draft: Draft, action: Action, scope: Values, cause: Cause) -> None:
    call(draft, action.args["team"], action.args["template"], cause, _told(scope))


def _told(scope: Values) -> dict[str, Any]:
    event = scope.get("event") or {}
    return {
        "event": event,
        "percent": event.get("percent"),
        "metric": event.get("metric"),
        "comment": event.get("text"),
    }


def _comment(draft: Draft, action: Action, scope: Values, cause: Cause) -> None:
    args = action.args
    reader = Recipient(
        kind="customer" if args.get("public") else "user",
        id="",
        name="",
        email="",
        lang=draft.state.lang,
    )
    if "template" in args:
        template = draft.release.templates[args["template"]]
        data = data_for(draft, reader, _told(scope))
        text = render(template, data, draft.state.lang, zone=ZoneInfo(draft.zone())).body_text
    else:
        words = args["text"]
        text = (
            words
            if isinstance(words, str)
            else words.get(draft.state.lang) or next(iter(words.values()))
        )
    say(
        draft,
        NewMessage(id=f"{draft.state.id}-{draft.state.version + 1}", text=text),
        public=bool(args.get("public")),
        author="system",
        cause=cause,
    )


def say(
    draft: Draft,
    message: NewMessage,
    *,
    public: bool,
    author: str,
    cause: Cause = Cause(),
    human: bool = False,
) -> None:
    """Add a message to the record."""
    draft.messages.append((message, public, author))
    draft.emit(
        EventKind.COMMENT,
        {"message_id": message.id, "public": public, "author": author, "human": human},
        cause,
        told={"text": message.text},
    )


def _tag(draft: Draft, action: Action, scope: Values, cause: Cause) -> None:
    added = [tag for tag in action.args["tags"] if tag not in draft.state.tags]
    if added:
        draft.emit(EventKind.TAGS, {"added": added, "removed": []}, cause)


def _untag(draft: Draft, action: Action, scope: Values, cause: Cause) -> None:
    removed = [tag for tag in action.args["tags"] if tag in draft.state.tags]
    if removed:
        draft.emit(EventKind.TAGS, {"added": [], "removed": removed}, cause)


def _transition(draft: Draft, action: Action, scope: Values, cause: Cause) -> None:
    if draft.state.state != action.args["to"]:
        enter(draft, action.args["to"], cause, transition="rule")


def _escalate(draft: Draft, action: Action, scope: Values, cause: Cause) -> None:
    args = action.args
    level = draft.state.escalation + 1
    target = args.get("to") or {}
    draft.emit(
        EventKind.ESCALATED,
        {"level": level, "kind": args.get("kind", "hierarchical"), "to": dict(target)},
        cause,
    )
    if target:
        _hand_over(draft, target, scope, cause)


def _start(draft: Draft, action: Action, scope: Values, cause: Cause) -> None:
    args = action.args
    same = [task for task in draft.state.tasks.values() if task.branch == args["id"]]
    if draft.state.category is Category.CLOSED or any(task.status == "open" for task in same):
        return
    user, team, _ = _target(draft, args.get("owner") or {}, scope)
    limit = parse_duration(args["limit"]) if args.get("limit") else None
    task = Task(
        id=args["id"] if not same else f"{args['id']}-{len(same) + 1}",
        branch=args["id"],
        state=draft.state.state,
        owner=user,
        team=team or draft.state.team,
        form=args.get("form"),
        opened_at=draft.now,
        due_at=after(draft, limit) if limit else None,
    )
    draft.emit(
        EventKind.TASK,
        {"change": "opened", "id": task.id, "task": to_plain(task), "title": args.get("title")},
        cause,
    )


def _create(draft: Draft, action: Action, scope: Values, cause: Cause) -> None:
    args = action.args
    if draft.state.generation >= MAX_GENERATION:
        incident = {"code": "ENG112", "values": {"what": cause.id}}
        draft.explain("rule", cause.id, "stopped", "ENG112", what=cause.id)
        draft.emit(EventKind.INCIDENT, incident, cause)
        return
    delay = parse_duration(args["delay"]) if args.get("delay") else None
    owner = args.get("owner") or {}
    draft.effect(
        "create_record",
        f"{cause.id}:{args['type']}",
        {
            "type": args["type"],
            "link": args.get("link", "related"),
            "values": _evaluated(draft, action, args.get("values", {}), scope),
            "parent": draft.state.id,
            "parent_number": draft.state.number,
            "parent_type": draft.state.type,
            "customer_id": draft.state.customer_id,
            "lang": draft.state.lang,
            "generation": draft.state.generation + 1,
            "team": owner.get("team"),
            "not_user": draft.state.owner if owner.get("not_owner") else None,
        },
        after(draft, delay, args.get("calendar")) if delay else None,
    )


def _survey(draft: Draft, action: Action, scope: Values, cause: Cause) -> None:
    if asker(draft) is None:
        return
    delay = parse_duration(action.args["delay"]) if action.args.get("delay") else None
    survey = action.args["survey"]
    draft.effect(
        "command",
        f"survey:{survey}",
        {
            "command": "ask_survey",
            "record": draft.state.id,
            "survey": survey,
            "key": f"{survey}:{draft.state.version}",
        },
        after(draft, delay) if delay else None,
    )


def _webhook(draft: Draft, action: Action, scope: Values, cause: Cause) -> None:
    args = action.args
    draft.effect(
        "webhook",
        f"{cause.id}:{args['url']}",
        {
            "url": args["url"],
            "secret": args.get("secret", ""),
            "record": draft.state.id,
            "body": {
                "type": args.get("event", "record.changed"),
                "timestamp": instant_text(draft.now),
                "data": {
                    "id": draft.state.id,
                    "number": draft.state.number,
                    "record_type": draft.state.type,
                    "state": draft.state.state,
                    "values": dict(draft.state.values),
                },
            },
        },
    )


def _follow(draft: Draft, action: Action, scope: Values, cause: Cause) -> None:
    from_words = [one.id for one in _people(draft, action.args["who"])]
    added = [user for user in from_words if user not in draft.state.followers]
    if added:
        draft.emit(EventKind.FOLLOWERS, {"added": added, "removed": []}, cause)


def _people(draft: Draft, words: Any) -> list[Recipient]:
    return [one for one in recipients(draft, words) if one.kind == "user"]


_ACTIONS: dict[str, Callable[[Draft, Action, Values, Cause], None]] = {
    "set": _set,
    "raise": _raise,
    "table": _table,
    "assign": _assign,
    "route": _route,
    "notify": _notify,
    "page": _page,
    "comment": _comment,
    "tag": _tag,
    "untag": _untag,
    "transition": _transition,
    "escalate": _escalate,
    "start": _start,
    "create": _create,
    "survey": _survey,
    "webhook": _webhook,
    "follow": _follow,
}
