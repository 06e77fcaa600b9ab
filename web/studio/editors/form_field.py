"""One field, a column or a section for the inspector: what its type lets it say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sopwith.core.roles import AGENT, BUILT_IN_ROLES, CUSTOMER
from sopwith.definitions.node import Path
from sopwith.formbuilder.model import every_option
from sopwith.formbuilder.parse_fields import TYPES
from sopwith.formbuilder.proposals import slug
from sopwith.formbuilder.rights import Level

from ...languages import lang
from ...rendering import role_word
from ...wording import gettext as _
from . import form_rights as r
from .form_palette import (
    ICONS,
    Json,
    both,
    fits,
    icon_of,
    offers,
    type_changes,
    type_word,
    unnamed,
)
from .form_rows import title_of
from .lenient import inside, label, mapping, sequence, several, words
from .subject import Subject

OWN_KEYS = (
    "id", "type", "title", "help", "placeholder", "required", "require", "show", "enable", "options", "from",
    "leaf_only", "default", "min", "max", "decimals", "currency", "pattern", "accept", "max_size", "columns",
    "value", "of", "team", "rights", "personal", "use",
)  # fmt: skip
RESULTS = ("number", "money", "text", "choice", "yes_no", "date", "date_time", "duration")
_ROLES = (CUSTOMER, AGENT, "lead", "manager", "staff", "admin")


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionRow:
    """One choice. depth: how far it is indented; gone: the operation that takes it away."""

    path: Path
    uid: str
    id: str
    en: str
    zh: str
    help: Any
    items: tuple[OptionRow, ...]
    color: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One cell of the grid of rights. operations: what pressing it does."""

    role: str
    level: str
    words: str
    operations: Sequence[Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """Who may do what with a field, by state and role. everywhere: one cell a role, for all states at once."""

    roles: Sequence[tuple[str, str]]
    lines: Sequence[tuple[str, Sequence[Cell]]]
    everywhere: Sequence[Cell]


def field_facts(subject: Subject, path: Path) -> dict[str, Any] | None:
    """Return what the inspector shows of the field or column at *path*, None when nothing is there."""
    given = inside(subject.doc, path)
    if not isinstance(given, dict):
        return None
    kind = words(given.get("type"))
    column = "columns" in path
    return {
        "path": path,
        "value": given,
        "kind": kind,
        "icon": icon_of(kind),
        "word": type_word(kind) if kind else "",
        "id": words(given.get("id")),
        "part": _part(subject, path, words(given.get("id"))),
        "title": title_of(given),
        "block": words(given.get("use")),
        "column": column,
        "changes": type_changes(path, given, column=column),
        "icons": ICONS,
        "has": {key: key in given or fits(key, kind) for key in OWN_KEYS},
        "options": list(_options(given.get("options"), (*path, "options"))),
        "unnamed": [_("“%(title)s”", title=one) for one in unnamed(given)],
        "source": _entries(subject, words(given.get("from"))),
        "new_option": new_option(given.get("options")),
        "rest": [key for key in OWN_KEYS if fits(key, kind) or key not in given],
        "results": [(one, type_word(one)) for one in RESULTS],
        "lists": {
            key: ", ".join(map(words, several(given.get(key)))) for key in ("accept", "default")
        },
        "bounds": _bounds(kind),
        "default_choices": _default_choices(subject, given),
        "grid": _grid(subject, path, given),
        "better_id": _better_id(subject, given),
        "columns": _column_rows(given, path),
        "new_columns": offers(_column_ids(given), column=True) if kind == "table" else [],
        "siblings": _sections(subject, path),
    }


def _part(subject: Subject, path: Path, name: str) -> str:
    """Return by what the field or column is known where references are asked for; empty where it has no id."""
    if not name or len(path) == 4:
        return name
    table = words(mapping(inside(subject.doc, path[:4])).get("id"))
    return f"{table}.{name}" if table else ""


def section_facts(subject: Subject, path: Path) -> dict[str, Any] | None:
    """Return what the inspector shows of the section at *path*."""
    given = inside(subject.doc, path)
    if not isinstance(given, dict):
        return None
    number, count = int(path[1]), len(sequence(subject.doc.get("sections")))
    return {
        "path": path,
        "value": given,
        "id": words(given.get("id")),
        "title": title_of(given, str(number + 1)),
        "block": words(given.get("use")),
        "number": number,
        "count": count,
        "fields": len(sequence(given.get("fields"))),
        "ids": [
            words(mapping(one).get("id"))
            for one in sequence(given.get("fields"))
            if mapping(one).get("id")
        ],
    }


def _options(given: Any, path: Path) -> Iterator[OptionRow]:
    for number, one in enumerate(sequence(given)):
        held = mapping(one)
        title = label(held.get("title"))
        here = (*path, number)
        name = words(held.get("id"))
        yield OptionRow(
            path=here,
            uid="-".join(map(str, (*path[-3:], name or number))),
            id=name,
            en=title.en,
            zh=title.zh,
            help=held.get("help"),
            items=tuple(_options(held.get("items"), (*here, "items"))),
            color=held.get("color"),
        )


def _entries(subject: Subject, taxonomy: str) -> int | None:
    """Return how many entries the taxonomy has that the choices are from; None where they are from none."""
    known = subject.bench.partly.taxonomies.get(taxonomy)
    return None if known is None else sum(1 for _one in every_option(known.items))


def _all_ids(given: Any) -> Iterator[str]:
    for one in sequence(given):
        held = mapping(one)
        yield words(held.get("id"))
        yield from _all_ids(held.get("items"))


def new_option(given: Any) -> Json:
    """Return one more choice for the list *given*."""
    taken = set(_all_ids(given))
    number = len(taken) + 1
    while f"option_{number}" in taken:
        number += 1
    return {"id": f"option_{number}", "title": both(f"Choice {number}", f"选项{number}")}


def _bounds(kind: str) -> tuple[str, str, str, str]:
    """Return the words for the least and the most, a help, and how they are written."""
    match kind:
        case "text" | "long_text":
            return _("Fewest characters"), _("Most characters"), "", "number"
        case "number" | "money":
            return _("Least"), _("Most"), "", "number"
        case "multi_choice" | "files" | "table":
            return _("Fewest"), _("Most"), "", "number"
        case "date" | "date_time":
            return _("Not before"), _("Not after"), _("A day such as 2026-11-22, or today, today + 7d."), "text"  # fmt: skip
        case "duration":
            return _("Shortest"), _("Longest"), "", "text"
    return "", "", "", ""


def _default_choices(subject: Subject, field: Mapping[str, Any]) -> list[tuple[Any, str]]:
    """Return what a default may be, where it is one of a few."""
    kind = words(field.get("type"))
    if kind == "yes_no":
        return [(True, _("Yes")), (False, _("No"))]
    if kind in ("choice", "tree_choice"):
        given = field.get("options")
        if field.get("from"):
            taxonomy = subject.bench.partly.taxonomies.get(words(field.get("from")))
            return [(one.id, one.title.get(lang()) or one.id) for one in taxonomy.items] if taxonomy else []  # fmt: skip
        return [(one.get("id"), title_of(one).get(lang())) for one in map(mapping, sequence(given)) if one.get("id") is not None]  # fmt: skip
    return []


def roles_of(subject: Subject) -> list[tuple[str, str]]:
    """Return the roles that rights may name, with their words: those of the house, then those of the form."""
    named = {role for one in _every_field(subject.doc) for entry in r.entries_of(one.get("rights")) for role in entry["roles"]}  # fmt: skip
    more = sorted((named | BUILT_IN_ROLES) - set(_ROLES))
    return [(role, role_word(role)) for role in (*_ROLES, *more)]


def states_of(subject: Subject) -> list[tuple[str | None, str]]:
    """Return the states of the record type's process with their words, the new record first."""
    release = subject.bench.partly
    workflow = release.workflow_of(words(subject.doc.get("record_type")))
    found: list[tuple[str | None, str]] = [(None, _("New record"))]
    if workflow is not None:
        found += [(one.id, one.title.get(lang()) or one.id) for one in workflow.states.values()]
    return found


def level_words(level: Level) -> str:
    """Return what somebody may do with a field."""
    return {Level.WRITE: _("writes"), Level.READ: _("reads"), Level.NONE: _("does not see it")}[level]  # fmt: skip


def _grid(subject: Subject, path: Path, field: Mapping[str, Any]) -> Grid:
    rights = r.entries_of(field.get("rights"))
    roles, states = roles_of(subject), states_of(subject)
    keys = [key for key, _word in states]
    where = [*path, "rights"]

    def cell(role: str, word: str, now: Level, change: dict[str | None, Level], place: str) -> Cell:
        new = r.written(r.changed(rights, role, keys, change))
        done: Json = {"op": "set", "path": where, "value": new} if new else {"op": "clear", "path": where}  # fmt: skip
        after = next(iter(change.values()))
        said = _("%(role)s, %(state)s: %(now)s. Press for: %(next)s", role=word, state=place, now=level_words(now), next=level_words(after))  # fmt: skip
        return Cell(role=role, level=r.WORDS[now], words=said, operations=[done])

    lines = []
    for state, title in states:
        cells = []
        for role, word in roles:
            now = r.level(rights, role, state)
            cells.append(cell(role, word, now, {state: r.following(now)}, title))
        lines.append((title, cells))
    whole = []
    for role, word in roles:
        now = min(r.level(rights, role, state) for state in keys)
        after = r.following(now)
        whole.append(cell(role, word, now, dict.fromkeys(keys, after), _("everywhere")))
    return Grid(roles=roles, lines=lines, everywhere=whole)


def level_table(subject: Subject, state: str | None) -> list[tuple[Path, str, list[str]]]:
    """Return for each field its path, its title and each role's level in *state*."""
    roles = [role for role, _word in roles_of(subject)]
    found = []
    for path, field in written_fields(subject.doc):
        rights = r.entries_of(field.get("rights"))
        levels = [r.WORDS[r.level(rights, role, state)] for role in roles]
        found.append((path, title_of(field, words(field.get("use"))).get(lang()), levels))
    return found


def written_fields(doc: Mapping[str, Any]) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """Yield the path and the value of each field as it is written, without columns."""
    for number, section in enumerate(sequence(doc.get("sections"))):
        for place, field in enumerate(sequence(mapping(section).get("fields"))):
            yield ("sections", number, "fields", place), mapping(field)


def _every_field(doc: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for _path, field in written_fields(doc):
        yield field
        yield from map(mapping, sequence(field.get("columns")))


def taken_ids(subject: Subject) -> set[str]:
    """Return the ids that a new field must not have: of all fields of the record type, and of this form as it is written."""
    known = subject.bench.partly.record_types.get(words(subject.doc.get("record_type")))
    found = set(known.all_fields) if known else set()
    return found | {words(field.get("id")) for _path, field in written_fields(subject.doc)}


def _column_ids(field: Mapping[str, Any]) -> set[str]:
    return {words(mapping(one).get("id")) for one in sequence(field.get("columns"))}


def _column_rows(field: Mapping[str, Any], path: Path) -> list[tuple[Path, str, str, str, str]]:
    """Return path, id, title, icon and word of the type of each column."""
    found = []
    for number, one in enumerate(map(mapping, sequence(field.get("columns")))):
        kind = words(one.get("type"))
        name = words(one.get("id")) or words(one.get("use"))
        found.append(((*path, "columns", number), name, title_of(one, name).get(lang()), icon_of(kind), type_word(kind)))  # fmt: skip
    return found


def _better_id(subject: Subject, field: Mapping[str, Any]) -> str:
    """Return an id made of the title, for a field that still has the one it was born with."""
    name, kind = words(field.get("id")), words(field.get("type"))
    born = name == kind or (name.startswith(f"{kind}_") and name[len(kind) + 1 :].isdigit())
    title = label(field.get("title"))
    wish = slug(title.en) or slug(title.zh)
    plain = wish and wish not in taken_ids(subject) and wish not in TYPES
    return wish if born and plain else ""


def _sections(subject: Subject, path: Path) -> list[tuple[int, str]]:
    """Return the other sections that the field at *path* may move to, each with how many fields it has."""
    if len(path) != 4:
        return []
    return [
        (number, title_of(one, str(number + 1)).get(lang()))
        for number, one in enumerate(map(mapping, sequence(subject.doc.get("sections"))))
        if number != path[1] and isinstance(one.get("fields"), list)
    ]
