"""The form builder: sections and fields to arrange, one inspector, translations, rights, and a live preview."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sopwith.core.text import Text
from sopwith.definitions.node import Path

from ...admin.live import live
from ...admin.titles import Names
from ...languages import lang
from ...wording import gettext as _
from .form_field import (
    field_facts,
    level_table,
    roles_of,
    section_facts,
    states_of,
    taken_ids,
    written_fields,
)
from .form_palette import Json, Offer, block_offers, new_field, new_section, offers
from .form_rows import section_rows
from .form_words import key_words, word_rows
from .lenient import inside, label, mapping, sequence, words
from .place import Place
from .subject import Subject

TABS = ("build", "words", "rights", "preview")
MOST_MOVED = 200
Facts = dict[str, Any]


def view(subject: Subject) -> Facts:
    """Return the form as it is written, what is selected in it, and what its tabs show."""
    place = Place.read(subject.at)
    tab = place.asked.get("tab", "build")
    tab = tab if tab in TABS else "build"
    doc, taken = subject.doc, taken_ids(subject)
    path = _selected(place, doc)
    record_type = words(doc.get("record_type"))
    point = _point(place, path, doc)
    missing = sum(one.is_missing for one in word_rows(doc))
    return {
        "place": place,
        "tab": tab,
        "tabs": _tabs(place, missing),
        "selected": place.to(*path) if path else "",
        "picked": place.first == "new",
        "palette": _palette(offers(taken) + _blocks(subject), doc, point, place),
        "point": point,
        "point_words": _point_words(subject, point),
        "sections": section_rows(subject, place, Names.of(subject.bench.partly, record_type))
        if tab == "build"
        else [],
        "new_section": _section_operation(
            doc, new_section(taken_sections(doc), new_field("text", taken))
        ),
        "field": field_facts(subject, path) if len(path) in (4, 6) else None,
        "section": section_facts(subject, path) if len(path) == 2 else None,
        "field_count": sum(1 for _one in written_fields(doc)),
        "copies": _copy(doc, path, taken),
        "split": _split(doc, path),
        "texts": _texts(subject, place) if tab == "words" else [],
        "missing": missing,
        "key_words": key_words(),
        "roles": roles_of(subject) if tab == "rights" else [],
        "levels": level_table(subject, _state(place)) if tab == "rights" else [],
        "states": states_of(subject) if tab in ("rights", "preview") else [],
        "state": _state(place),
        "users": _users(subject),
    }


def _tabs(place: Place, missing: int) -> list[tuple[str, str, str, str, int]]:
    """Return name, words, icon, selection and count of each tab."""
    known = (
        ("build", _("Build"), "forms", 0),
        ("words", _("Translations"), "language", missing),
        ("rights", _("Rights"), "lock", 0),
        ("preview", _("Preview"), "eye", 0),
    )
    return [(name, title, icon, place.asking(tab="" if name == "build" else name), count) for name, title, icon, count in known]  # fmt: skip


def _selected(place: Place, doc: Mapping[str, Any]) -> Path:
    """Return the path of the section, field or column that is selected and there; () for the form itself."""
    steps: list[str | int] = []
    for number, step in enumerate(place.steps[:6]):
        if number % 2:
            index = place.index(number)
            if index is None:
                return ()
            steps.append(index)
        elif step != ("sections", "fields", "columns")[number // 2]:
            return ()
        else:
            steps.append(step)
    found = inside(doc, steps) if steps and len(steps) % 2 == 0 else None
    return tuple(steps) if isinstance(found, dict) else ()


def _point(place: Place, path: Path, doc: Mapping[str, Any]) -> tuple[int, int]:
    """Return section and position where a new field comes: where somebody pointed, else behind what is selected."""
    every = sequence(doc.get("sections"))
    lengths = [len(sequence(mapping(one).get("fields"))) for one in every]
    section, position = place.index(1), place.index(2)
    if place.first == "new" and section is not None and position is not None and section < len(every):  # fmt: skip
        return section, min(position, lengths[section])
    if len(path) >= 4:
        return int(path[1]), int(path[3]) + 1
    if len(path) == 2:
        return int(path[1]), lengths[int(path[1])]
    usable = [number for number, one in enumerate(every) if isinstance(mapping(one).get("fields"), list)]  # fmt: skip
    return (usable[-1], lengths[usable[-1]]) if usable else (-1, 0)


def _point_words(subject: Subject, point: tuple[int, int]) -> str:
    """Return where a new field would come, in words."""
    section, position = point
    held = mapping(inside(subject.doc, ("sections", section))) if section >= 0 else {}
    fields = sequence(held.get("fields"))
    before = mapping(fields[position - 1]) if 0 < position <= len(fields) else None
    title = _title(subject, before if before is not None else held)
    if before is not None:
        return _("after “%(title)s”", title=title)
    return _("at the top of “%(title)s”", title=title) if held else _("in a new section")


def _title(subject: Subject, held: Mapping[str, Any]) -> str:
    given = held.get("title")
    shown = Text(words(given.get("en")), words(given.get("zh-CN"))).get(lang()) if isinstance(given, dict) else words(given)  # fmt: skip
    block = words(held.get("use"))
    named = next(
        (one.title.get(lang()) for one in subject.others.get("block", ()) if one.id == block), ""
    )
    return shown or words(held.get("id")) or named or block


def _blocks(subject: Subject) -> list[tuple[str, list[Offer]]]:
    """Return the shared blocks that the form does not use yet: the draft's, and those in force for a draft that began empty."""
    sections = [mapping(one) for one in sequence(subject.doc.get("sections"))]
    fields = [mapping(one) for section in sections for one in sequence(section.get("fields"))]
    known = {one.id: label(one.value.get("title")) for one in subject.bench.documents if one.kind == "block"}  # fmt: skip
    if subject.draft.from_release is None and (released := live()) is not None:
        for (kind, name), one in released.documents.items():
            if kind == "block":
                known.setdefault(name, label(one.node.value.get("title")))
    return block_offers(known, {words(one.get("use")) for one in (*sections, *fields)})


def _palette(
    groups: Sequence[tuple[str, list[Offer]]],
    doc: Mapping[str, Any],
    point: tuple[int, int],
    place: Place,
) -> list[tuple[str, list[tuple[Offer, list[Json], str]]]]:
    """Return the types by groups, each with the operations that put it at *point*, and what is selected then."""
    section, position = point
    fields = inside(doc, ("sections", section, "fields")) if section >= 0 else None
    then = place.to("sections", max(section, 0), "fields", position)

    def operations(offer: Offer) -> list[Json]:
        if isinstance(fields, list):
            path = ["sections", section, "fields"]
            return [{"op": "insert", "path": path, "index": position, "value": offer.value}]
        return [_section_operation(doc, new_section(taken_sections(doc), offer.value))]

    return [(name, [(one, operations(one), then) for one in some]) for name, some in groups]


def taken_sections(doc: Mapping[str, Any]) -> set[str]:
    """Return the ids of the sections that there are."""
    return {words(mapping(one).get("id")) for one in sequence(doc.get("sections"))}


def _section_operation(doc: Mapping[str, Any], value: Json) -> Json:
    there = doc.get("sections")
    if isinstance(there, list) and there:
        return {"op": "insert", "path": ["sections"], "index": len(there), "value": value}
    return {"op": "set", "path": ["sections"], "value": [value]}


def _copy(doc: Mapping[str, Any], path: Path, taken: set[str]) -> Json | None:
    """Return the selected field with an id of its own, to be put behind it."""
    held = inside(doc, path) if len(path) in (4, 6) else None
    if not isinstance(held, dict) or not held.get("id"):
        return None
    used = taken
    if len(path) == 6:
        used = {words(mapping(one).get("id")) for one in sequence(inside(doc, path[:-1]))}
    base, number = words(held["id"]).rstrip("0123456789").rstrip("_"), 2
    while f"{base}_{number}" in used:
        number += 1
    return {**held, "id": f"{base}_{number}"}


def _split(doc: Mapping[str, Any], path: Path) -> list[Json]:
    """Return the operations that begin a new section with the selected field."""
    if len(path) != 4 or not path[3]:
        return []
    section, position = int(path[1]), int(path[3])
    count = len(sequence(inside(doc, ("sections", section, "fields")))) - position
    if not 0 < count <= MOST_MOVED:
        return []
    value = {**new_section(taken_sections(doc), {}), "fields": []}
    made: list[Json] = [
        {"op": "insert", "path": ["sections"], "index": section + 1, "value": value}
    ]
    one: Json = {"op": "move", "path": ["sections", section, "fields", position]}
    to = ["sections", section + 1, "fields"]
    return made + [{**one, "to": to, "index": place} for place in range(count)]


def _texts(subject: Subject, place: Place) -> list[Any]:
    rows = word_rows(subject.doc)
    return [one for one in rows if one.is_missing] if place.asked.get("only") == "missing" else rows


def _state(place: Place) -> str | None:
    return place.asked.get("state") or None


def _users(subject: Subject) -> list[tuple[str, str, str, str]]:
    """Return who uses the form: kind, id, title, and for what."""
    name, release = subject.document.id, subject.bench.partly
    found = [
        ("record_type", one.id, one.title.get(lang()), _("form of intake"))
        for one in release.record_types.values()
        if one.intake == name
    ]
    for flow in release.workflows.values():
        for state in flow.states.values():
            if state.form == name:
                found.append(("workflow", flow.id, flow.title.get(lang()), _("in “%(state)s”", state=state.title.get(lang()) or state.id)))  # fmt: skip
            for branch in state.parallel.branches if state.parallel is not None else ():
                if branch.form == name:
                    found.append(("workflow", flow.id, flow.title.get(lang()), _("task “%(task)s”", task=branch.title.get(lang()) or branch.id)))  # fmt: skip
    return found
