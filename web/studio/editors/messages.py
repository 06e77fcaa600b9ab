"""The editor of message templates: both languages side by side, names to put in, and the message as people get it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection

from sopwith.core.plain import instant_text
from sopwith.core.record import RecordState
from sopwith.expressions import Schema
from sopwith.expressions.types import ChoiceType, RecordType, Type
from sopwith.messages.filters import FILTERS
from sopwith.messages.model import Template
from sopwith.messages.names import EXTRA
from sopwith.messages.render import Rendered, render
from sopwith.release.model import Release
from sopwith.release.schema import EVENT, base_fields
from sopwith.store.inspection import some_records

from ...admin.previews import sample_message
from ...admin.titles import Names
from ...languages import LOCALES, lang, zone_info
from ...pieces import letter
from ...visitor import get_service, now
from ...wording import gettext as _
from .lenient import held, label, words
from .place import Place
from .subject import Subject

MOST_RECORDS = 30
Facts = dict[str, Any]
_USUAL = (
    "recipient",
    "link",
    "state_title",
    "type_title",
    "owner_name",
    "comment",
    "due",
    "number",
    "title",
    "description",
)


def view(subject: Subject) -> Facts:
    """Return the words of the template, the names it may use, and both languages as they are read."""
    place, doc, release = Place.read(subject.at), subject.doc, subject.bench.partly
    record_type = words(doc.get("record_type")) or "any"
    audience = "agent" if doc.get("audience") == "agent" else "customer"
    names = Names.of(release, record_type)
    groups = _groups(_schema(release, record_type), names, audience)
    with get_service().database.reading() as connection:
        records = some_records(connection, "" if record_type == "any" else record_type, MOST_RECORDS)  # fmt: skip
        asked = place.asked.get("record") or (records[0][0] if records else "")
        letters = _letters(connection, release, _template(subject, audience), asked)
    return {
        "place": place,
        "held": held(doc),
        "audience": audience,
        "audiences": [("customer", _("the customer")), ("agent", _("a colleague"))],
        "types": [("any", _("All record types")), *((one.id, one.title.get(lang())) for one in release.record_types.values())],
        "texts": [_text(doc, name) for name in ("subject", "body")],
        "groups": groups,
        "filters": _filters(),
        "names_data": _names_data(groups),
        "records": records,
        "asked": asked,
        "letters": letters,
        "used": _used(release, subject.document.id),
    }  # fmt: skip


def _text(doc: Mapping[str, Any], name: str) -> Facts:
    """Return one of the two texts: in both languages, or as the one text that it is."""
    value = doc.get(name)
    both = value is None or isinstance(value, dict)
    texts = label(value)
    return {
        "name": name,
        "both": both,
        "by_lang": [("en", "English", texts.en if both else words(value)), ("zh-CN", "中文", texts.zh if both else "")],
    }  # fmt: skip


def _schema(release: Release, record_type: str) -> Schema:
    kind = release.record_types.get(record_type)
    known = kind.schema if kind is not None else Schema(base_fields())
    return known.with_fields({"event": EVENT})


def _groups(schema: Schema, names: Names, audience: str) -> list[Facts]:
    """Return what may be put in, by where it comes from; notes of colleagues only for colleagues."""
    own = set(schema.fields) - set(base_fields()) - {"event"}
    parts: list[tuple[str, Mapping[str, Type]]] = [
        (_("Message"), {key: one for key, one in EXTRA.items() if audience == "agent" or key != "note"}),
        (_("Form"), {key: one for key, one in schema.fields.items() if key in own}),
        (_("Record"), {key: one for key, one in schema.fields.items() if key not in own and key not in ("customer", "event", "visits")}),
        (_("Customer"), {"customer": schema.fields["customer"]}),
        (_("What happened"), {"event": EVENT}),
    ]  # fmt: skip
    return [{"title": title, "names": _listed(fields, names)} for title, fields in parts if fields]


def _listed(fields: Mapping[str, Type], names: Names, before: str = "") -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    plain_first = sorted(
        fields.items(), key=lambda one: _USUAL.index(one[0]) if one[0] in _USUAL else len(_USUAL)
    )
    for key, one in plain_first:
        path = before + key
        if isinstance(one, RecordType):
            found += _listed(one.fields, names, path + ".")
        else:
            found.append((path, name_words(path, names)))
    return found


def name_words(path: str, names: Names) -> str:
    """Return what the name in a template stands for."""
    known = {
        "link": _("Link to the record"),
        "recipient.name": _("Name of whoever reads it"),
        "owner_name": _("Name of the owner"),
        "state_title": _("Title of the state"),
        "type_title": _("Title of the record type"),
        "comment": _("The comment or reply"),
        "note": _("The internal note"),
        "actor": _("Who did it"),
        "step": _("The step that was taken"),
        "due": _("Due time"),
        "percent": _("Share of the time that is used"),
        "metric": _("What the clock measures"),
        "portal.name": _("Name of the portal"),
        "survey.link": _("Link to the survey"),
        "survey.question": _("Question of the survey"),
        "promise.first_response": _("Promised first response"),
        "promise.resolution": _("Promised solution"),
        "promise.next_reply": _("Promised next reply"),
        "promise.next_update": _("Promised next update"),
        "promise.engagement": _("Promised engagement"),
        "promise.promise": _("Promised date"),
        "promise.state_limit": _("Time limit of the state"),
        "promise.task": _("Time limit of the task"),
    }
    return known.get(path) or names.field(path)


def _filters() -> list[tuple[str, str]]:
    known = {
        "date": _("as a day"),
        "datetime": _("as day and time"),
        "duration": _("as a length of time"),
        "upper": _("in capital letters"),
        "lower": _("in small letters"),
        "trim": _("cut to a number of characters: trim:40"),
        "default": _('other words where it is empty: default:"nobody yet"'),
    }
    return [(name, known.get(name, name)) for name in FILTERS]


def _names_data(groups: list[Facts]) -> Facts:
    return {"names": [pair for group in groups for pair in group["names"]], "filters": _filters()}


def _template(subject: Subject, audience: str) -> Template:
    """Return the template as the release has it, or as far as it can be read."""
    found = subject.bench.partly.templates.get(subject.document.id)
    if found is not None:
        return found
    doc = subject.doc
    return Template(
        id=subject.document.id,
        title=label(doc.get("title")),
        record_type=words(doc.get("record_type")) or "any",
        subject=label(doc.get("subject")),
        body=label(doc.get("body")),
        audience=audience,
    )


def _letters(connection: Connection, release: Release, template: Template, asked: str) -> list[Facts]:  # fmt: skip
    """Return the message in both languages: about the record asked for, else about a made-up one."""
    letters = []
    for tongue in LOCALES:
        found = (
            sample_message(connection, release, template, asked, tongue, html=True)
            if asked
            else None
        )
        if found is not None:
            state, message = found
            letters.append(_letter(tongue, message, state))
        else:
            message = render(template, made_up(release, template, tongue), tongue, html=True, zone=zone_info())  # fmt: skip
            letters.append(_letter(tongue, message, None))
    return letters


def _letter(tongue: str, message: Rendered, state: RecordState | None) -> Facts:
    return {
        "lang": tongue,
        "subject": message.subject,
        "html": letter(message.body_html),
        "text": message.body_text,
        "number": state.number if state is not None else "",
    }


def made_up(release: Release, template: Template, tongue: str) -> Facts:
    """Return the values of a record that nobody opened, so that a new desk can read its messages."""
    zh = tongue.startswith("zh")
    kind = release.record_types.get(template.record_type)
    soon = instant_text(now() + timedelta(hours=4))
    texts = {
        "title": "无法登录" if zh else "I cannot sign in",
        "description": "登录后页面空白。" if zh else "After signing in the page stays empty.",
        "comment": "请重试，应该已经好了。" if zh else "Please try again, it should work now.",
        "owner_name": "王芳" if zh else "Wang Fang",
        "state_title": "处理中" if zh else "In progress",
        "type_title": kind.title.get(tongue) if kind else ("工单" if zh else "Ticket"),
    }
    customer = {
        "name": "安妮·米勒" if zh else "Ann Miller",
        "email": "ann@example.com",
        "tier": "vip",
    }
    fields = kind.schema.fields if kind else {}
    chosen = {
        key: one.options[0]
        for key, one in fields.items()
        if isinstance(one, ChoiceType) and one.options
    }
    return {
        **chosen,
        **texts,
        "number": "T-2026-000123",
        "priority": chosen.get("priority", "P2"),
        "customer": customer,
        "recipient": {"name": customer["name"] if template.audience == "customer" else texts["owner_name"]},
        "link": "https://…/T-2026-000123",
        "promise": dict.fromkeys(("first_response", "resolution", "next_reply", "next_update"), soon),
        "due": soon,
        "percent": 80,
        "metric": "解决" if zh else "resolution",
        "survey": {"link": "https://…/survey", "question": "您满意吗？" if zh else "How did we do?"},
        "portal": {"name": "服务台" if zh else "Service desk"},
        "actor": texts["owner_name"],
    }  # fmt: skip


def _used(release: Release, name: str) -> list[tuple[str, str, str]]:
    """Return where the template is sent from: kind, id and title."""
    found = [
        ("record_type", one.id, one.title.get(lang()))
        for one in release.record_types.values()
        if one.ack == name
    ]
    found += [
        ("survey", one.id, one.title.get(lang()) or one.id)
        for one in release.surveys.values()
        if one.template == name
    ]
    found += [
        ("rule", one.id, one.title.get(lang()) or one.id)
        for one in release.rules.values()
        if any(
            name in (action.args.get("template"), action.args.get("with")) for action in one.then
        )
    ]
    return found  # fmt: skip
