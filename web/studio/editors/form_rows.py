"""The sections and fields of a form as light rows: what a reader must see of each without opening it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sopwith.core.text import Text
from sopwith.definitions.node import Path
from sopwith.expressions import Expression
from sopwith.formbuilder.model import Field, Form

from ...admin.titles import Names
from ...languages import lang
from ...wording import gettext as _
from .form_palette import icon_of, type_word, unnamed
from .lenient import label, mapping, sequence, words
from .place import Place
from .subject import Subject

_WIDE = frozenset({"long_text", "files", "table", "multi_choice", "heading"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One field, or the use of a block. mark: the worst that the checker says; rename: where its title is written."""

    path: Path
    at: str
    uid: str
    id: str
    kind: str
    icon: str
    word: str
    title: str
    hint: str
    rename: Path
    block: str
    required: bool
    guarded: bool
    wide: bool
    conditions: tuple[str, ...]
    mark: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionRow:
    """One section with its rows."""

    path: Path
    at: str
    uid: str
    id: str
    title: str
    hint: str
    rename: Path
    block: str
    columns: int
    condition: str
    listed: bool
    rows: tuple[Row, ...]
    mark: str


def section_rows(subject: Subject, place: Place, names: Names) -> list[SectionRow]:
    """Return the sections as they are written; what cannot be read as one is shown as far as it goes."""
    form = subject.bench.partly.forms.get(subject.document.id)
    marks = _marks(subject)
    used: set[str] = set()
    found = []
    shown = {one.id: one for one in form.sections} if form is not None else {}
    for number, given in enumerate(sequence(subject.doc.get("sections"))):
        value, path = mapping(given), ("sections", number)
        name = words(value.get("id"))
        title, hint, rename = _title(value, path)
        model = shown.get(name)
        found.append(
            SectionRow(
                path=path,
                at=place.to(*path),
                uid=_uid("s-" + (name or str(number)), used),
                id=name,
                title=title,
                hint=hint,
                rename=rename,
                block=words(value.get("use")),
                columns=_columns(value.get("columns")),
                condition=names.condition(model.show if model else None),
                listed=isinstance(value.get("fields"), list),
                rows=tuple(_rows(value, path, place.to(), form, names, marks, used)),
                mark=_worst(marks, path, deep=False),
            )
        )
    return found


def _rows(
    section: Mapping[str, Any],
    path: Path,
    tail: str,
    form: Form | None,
    names: Names,
    marks: Mapping[Path, str],
    used: set[str],
) -> Iterator[Row]:
    for number, given in enumerate(sequence(section.get("fields"))):
        value, here = mapping(given), (*path, "fields", number)
        name, kind, block = (words(value.get(key)) for key in ("id", "type", "use"))
        title, hint, rename = _title(value, here)
        model = form.by_id.get(name) if form is not None else None
        yield Row(
            path=here,
            at=f"sections/{path[1]}/fields/{number}{tail}",
            uid=_uid("f-" + (name or block or str(number)), used),
            id=name,
            kind=kind,
            icon="package" if block else icon_of(kind),
            word=type_word(kind) if kind else "",
            title=title,
            hint=hint,
            rename=rename,
            block=block,
            required=value.get("required") is True,
            guarded=bool(value.get("rights")),
            wide=kind in _WIDE,
            conditions=tuple(_conditions(model, names)) if model is not None else (),
            mark=_worst(marks, here, deep=True) or ("warning" if unnamed(value) else ""),
        )


def _title(value: Mapping[str, Any], path: Path) -> tuple[str, str, Path]:
    """Return a title in the page's language, the other language's where it is missing, and where it is written."""
    given = value.get("title")
    if isinstance(given, dict):
        own = words(given.get(lang()))
        return own, "" if own else label(given).get(lang()), (*path, "title", lang())
    if given is None:
        return "", "", (*path, "title", lang())
    return words(given), "", (*path, "title")


def _conditions(field: Field, names: Names) -> Iterator[str]:
    if field.show is not None:
        yield _("Shown when %(condition)s", condition=names.condition(field.show))
    if field.require is not None:
        yield _("Required when %(condition)s", condition=names.condition(field.require))
    if field.enable is not None:
        yield _("Open when %(condition)s", condition=names.condition(field.enable))
    if field.value is not None:
        yield _("= %(formula)s", formula=_formula(field.value, names))


def _formula(value: Expression, names: Names) -> str:
    said = names.condition(value)
    return said if len(said) <= 160 else said[:159] + "…"


def _marks(subject: Subject) -> dict[Path, str]:
    """Return the worst severity by path; looked up once for all rows."""
    order = ("error", "warning", "info")
    found: dict[Path, str] = {}
    for path, some in subject.findings.items():
        kinds = {one.severity.value for one in some}
        found[path] = next(kind for kind in order if kind in kinds)
    return found


def _worst(marks: Mapping[Path, str], path: Path, *, deep: bool) -> str:
    if not marks:
        return ""
    size = len(path)
    kinds = {
        kind
        for where, kind in marks.items()
        if where[:size] == path and (deep or len(where) <= size + 2) and (deep or "fields" not in where[size : size + 1] or len(where) == size + 1)
    }  # fmt: skip
    return next((kind for kind in ("error", "warning") if kind in kinds), "")


def _columns(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 4 else 1  # fmt: skip


def _uid(name: str, used: set[str]) -> str:
    found, number = name, 1
    while found in used:
        number += 1
        found = f"{name}-{number}"
    used.add(found)
    return "".join(one if one.isalnum() or one in "_-" else "_" for one in found)


def title_of(value: Any, other: str = "") -> Text:
    """Return the title of a written field, section or option; *other* or its id where it has none."""
    held = mapping(value)
    return label(held.get("title"), words(held.get("id")) or other)
