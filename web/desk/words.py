"""What definitions call things: fields, options, states, clocks, conditions; in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sopwith.core.record import Clock, RecordState, Task
from sopwith.core.text import Text
from sopwith.expressions import Labels
from sopwith.formbuilder.display import display_value, tones_of
from sopwith.formbuilder.model import Field, FieldType, every_option
from sopwith.formbuilder.rights import Level, level_of
from sopwith.release.model import RecordType, Release
from sopwith.workflows.model import State, Workflow

from ..languages import lang, zone
from ..visitor import visitor
from ..wording import gettext as _
from .colleagues import Names

_BASE = {
    "owner": Text("owner", "负责人"),
    "team": Text("team", "团队"),
    "state": Text("state", "状态"),
    "category": Text("phase", "阶段"),
    "channel": Text("channel", "渠道"),
    "tags": Text("tags", "标签"),
    "replied": Text("replied", "已首次响应"),
    "reopened": Text("times reopened", "重开次数"),
    "escalation": Text("escalation level", "升级级别"),
    "reassignments": Text("times reassigned", "转派次数"),
    "created_at": Text("opened at", "创建时间"),
    "customer.tier": Text("customer tier", "客户等级"),
    "customer.name": Text("customer name", "客户姓名"),
    "customer.organisation": Text("organisation", "所属单位"),
    "customer.tags": Text("customer tags", "客户标签"),
    "customer.manager": Text("customer manager", "客户经理"),
    "event.author": Text("author", "发言人"),
}


def colon() -> str:
    """Return what stands between a label and its value."""
    return "：" if lang() == "zh-CN" else ": "


def comma() -> str:
    """Return what stands between the items of a list."""
    return "、" if lang() == "zh-CN" else ", "


def kind_of(release: Release, state: RecordState) -> RecordType:
    """Return the record's type in its own release."""
    return release.record_types[state.type]


def workflow_of(release: Release, state: RecordState) -> Workflow:
    """Return the record's workflow in its own release."""
    return release.workflows[release.record_types[state.type].workflow]


def state_title(workflow: Workflow, state_id: str | None) -> str:
    """Return what people call a state."""
    found = workflow.states.get(state_id or "")
    return found.title.get(lang()) if found else str(state_id or "")


def labels_of(release: Release, kind: RecordType) -> Labels:
    """Return the titles of everything that conditions name."""
    fields = {**_BASE, **{key: one.title for key, one in kind.all_fields.items() if one.title}}
    options = {
        key: {each.id: each.title for each in every_option(one.options)}
        for key, one in kind.all_fields.items()
        if one.options
    }
    workflow = release.workflows[kind.workflow]
    options["state"] = {key: one.title for key, one in workflow.states.items()}
    options["team"] = {key: one.title for key, one in release.teams.items()}
    return Labels(fields=fields, options=options)


def field_title(kind: RecordType | None, name: str) -> str:
    """Return what people call a field of a record, or of records of any type."""
    found = kind.all_fields.get(name) if kind else None
    if found is not None:
        return found.title.get(lang()) or name
    return _BASE[name].get(lang()) if name in _BASE else name


def shown_value(kind: RecordType, name: str, value: Any, names: Names) -> str:
    """Return a field's value as people read it."""
    found = kind.all_fields.get(name)
    if found is None:
        return "" if value is None else str(value)
    return display_value(found, value, lang(), names.name, zone=zone())


def may_read(kind: RecordType, name: str, state: str) -> bool:
    """Return whether whoever looks may read a field of a record that is in *state*."""
    field = kind.all_fields.get(name)
    return field is None or level_of(field, visitor().actor.roles, state) >= Level.READ


def shown_values(
    kind: RecordType, state: str, values: Mapping[str, Any], names: Names
) -> list[dict[str, Any]]:
    """Return the filled fields that whoever looks may read: label, words, whether they are long, rows of tables."""
    found = []
    for name, value in values.items():
        one = kind.all_fields.get(name)
        if one is None or one.type is FieldType.HEADING or value in (None, "", []):
            continue
        if not may_read(kind, name, state):
            continue
        long = one.type is FieldType.LONG_TEXT or one.type is FieldType.TABLE
        rows = _rows(one, value, names) if one.type is FieldType.TABLE else []
        files = list(value) if one.type is FieldType.FILES and isinstance(value, list) else []
        words = display_value(one, value, lang(), names.name, zone=zone())
        label = one.title.get(lang()) or name
        found.append(
            {
                "id": name,
                "label": label,
                "words": words,
                "long": long,
                "rows": rows,
                "files": files,
                "tones": tones_of(one, value, lang()),
            }
        )
    return found


def _rows(table: Field, value: Any, names: Names) -> list[str]:
    rows = []
    for row in value if isinstance(value, list) else ():
        cells = (
            display_value(one, row.get(one.id), lang(), names.name, zone=zone())
            for one in table.columns
            if level_of(one, visitor().actor.roles, None) >= Level.READ
        )
        rows.append(" · ".join(cell for cell in cells if cell))
    return rows


def channel_word(channel: str) -> str:
    """Return the word for a channel."""
    known = {
        "portal": _("Portal"),
        "mail": _("E-mail"),
        "phone": _("Phone"),
        "walk_in": _("Walk-in"),
        "chat": _("Chat"),
        "api": _("API"),
        "desk": _("Desk"),
        "rule": _("Automation"),
    }
    return known.get(channel, channel)


def clock_title(workflow: Workflow, state: RecordState, clock: Clock) -> str:
    """Return what a clock measures, in words."""
    kind, _sep, name = clock.id.partition(":")
    if kind == "state_limit":
        if not name or name == state.state:
            return _("Limit of this step")
        title = state_title(workflow, name)
        return _("Step: %(state)s", state=title)
    if kind == "task":
        return _("Task")
    known = {
        "first_response": _("First response"),
        "next_reply": _("Next reply"),
        "next_update": _("Next update"),
        "engagement": _("Taken on"),
        "resolution": _("Solution"),
        "promise": _("Promise"),
    }
    return known.get(clock.metric, clock.metric)


def task_title(release: Release, place: State | None, task: Task) -> str:
    """Return what a task is called: by its branch, or by the rule that started it."""
    branches = place.parallel.branches if place and place.parallel else ()
    for branch in branches:
        if branch.id == task.branch:
            return branch.title.get(lang()) or task.id
    for rule in release.rules.values():
        for action in rule.then:
            if action.kind == "start" and action.args.get("id") == task.branch:
                return text_of(action.args.get("title")) or task.id
    return task.id


def text_of(value: Any) -> str:
    """Return a text that may be in both languages, or plain JSON of one."""
    if isinstance(value, Text):
        return value.get(lang())
    if isinstance(value, Mapping):
        zh = value.get("zh") or value.get("zh-CN") or ""
        return Text(str(value.get("en", "")), str(zh)).get(lang())
    return str(value or "")


def plain_value(value: Any) -> str:
    """Return a value that a condition read, for people."""
    if value is None:
        return _("empty")
    if value is True:
        return _("yes")
    if value is False:
        return _("no")
    if isinstance(value, list):
        return comma().join(plain_value(one) for one in value) or _("empty")
    return str(value)
