"""The editor of playbooks: steps, replies and articles, and how they look on a real record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from sopwith.core.ids import numbered
from sopwith.engine.scope import scope_of
from sopwith.expressions import Context
from sopwith.messages.model import Template
from sopwith.messages.render import render
from sopwith.release.model import Release
from sopwith.release.playbooks import Playbook
from sopwith.store.inspection import some_records
from sopwith.store.records import load_record

from ...admin.previews import sample_message
from ...languages import LOCALES, lang, zone, zone_info
from ...visitor import get_service, now
from ...wording import gettext as _
from .lenient import held, label, mapping, sequence, words
from .messages import MOST_RECORDS, made_up
from .place import Place
from .subject import Subject

Facts = dict[str, Any]
LISTS = ("steps", "replies", "articles")


def view(subject: Subject) -> Facts:
    """Return the parts of the playbook as they are written, and how they look on a record."""
    place, doc, release = Place.read(subject.at), subject.doc, subject.bench.partly
    record_type = words(doc.get("record_type")) or "any"
    with get_service().database.reading() as connection:
        records = some_records(connection, "" if record_type == "any" else record_type, MOST_RECORDS)  # fmt: skip
        asked = place.asked.get("record") or (records[0][0] if records else "")
        shown = _shown(connection, release, release.playbooks.get(subject.document.id), asked)
    return {
        "place": place,
        "held": held(doc),
        "types": [("any", _("All record types")), *((one.id, one.title.get(lang())) for one in release.record_types.values())],
        "parts": {name: [_part(one) for one in sequence(doc.get(name))] for name in LISTS},
        "are_lists": {name: isinstance(doc.get(name), list) and bool(doc[name]) for name in LISTS},
        "blank": blanks(doc),
        "records": records,
        "asked": asked,
        "shown": shown,
        "tongues": list(LOCALES),
    }  # fmt: skip


def _part(value: Any) -> Facts:
    it = mapping(value)
    return {
        "held": held(it),
        "title": label(it.get("title"), words(it.get("id")) or words(it.get("template"))),
    }


def blanks(doc: Mapping[str, Any]) -> Facts:
    """Return what a new step, reply and article begin as."""
    ids = {name: {words(mapping(one).get("id")) for one in sequence(doc.get(name))} for name in LISTS}  # fmt: skip
    step = {
        "id": numbered("step", ids["steps"]),
        "title": {"en": "New step", "zh-CN": "新步骤"},
    }
    reply = {
        "id": numbered("reply", ids["replies"]),
        "title": {"en": "New reply", "zh-CN": "新回复"},
        "text": {"en": "Hello {{ recipient.name }},\n\n", "zh-CN": "{{ recipient.name }}，您好：\n\n"},
    }  # fmt: skip
    article = {
        "title": {"en": "New article", "zh-CN": "新资料"},
        "text": {"en": "What to know.", "zh-CN": "需要了解的内容。"},
    }
    return {"steps": step, "replies": reply, "articles": article}


def _shown(
    connection: Connection, release: Release, made: Playbook | None, asked: str
) -> Facts | None:
    """Return the playbook as the desk shows it on the record asked for; None while it cannot be read."""
    if made is None:
        return None
    state = load_record(connection, asked) if asked else None
    fits = None
    if state is not None:
        fits = made.applies(state.type, scope_of(state), Context(now=now(), zone=zone()))
    return {
        "number": state.number if state is not None else "",
        "fits": fits,
        "steps": [(one.title, one.help) for one in made.steps],
        "replies": [
            (one.title or template.title, _texts(connection, release, template, asked))
            for one in made.replies
            if (template := one.words(release.templates)) is not None
        ],
        "articles": [(one.title, one.link, one.text) for one in made.articles],
    }


def _texts(
    connection: Connection, release: Release, template: Template, asked: str
) -> list[tuple[str, str]]:
    """Return the reply in both languages: about the record asked for, else about a made-up one."""
    found = []
    for tongue in LOCALES:
        sample = sample_message(connection, release, template, asked, tongue) if asked else None
        message = sample[1] if sample else render(template, made_up(release, template, tongue), tongue, zone=zone_info())  # fmt: skip
        found.append((tongue, message.body_text.strip()))
    return found
