"""What a page shows of a form: sections, fields, values and messages, without any markup."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..core.decision import Problem
from .attributes import FixedView, fixed_views
from .display import Names, display_value, input_text, option_title
from .model import Field, FieldType, Form, Section
from .plan import ORIGIN
from .read_choice import retired_ids
from .result import FieldState, FormResult

_LISTS = frozenset({FieldType.MULTI_CHOICE, FieldType.FILES})
_OPEN = FieldState(id="")


@dataclass(frozen=True, slots=True, kw_only=True)
class RowView:
    """One row of a table. origin: which stored row it was, empty for a new one."""

    index: int
    origin: str
    cells: tuple[FieldView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldView:
    """One field as it stands now.

    fixed: what does not change: label, help, options, attributes of the input. name: of the
    input; with dots replaced by ``-`` and ``field-`` before it, the id of its element. value:
    what stands in the input, as typed; a list for several. display: the value as people read it.
    ghost: a chosen option that is no longer offered; ghosts: those of several, with their titles. messages: what is wrong, in whole sentences.
    wanted_by: titles of buttons that demand it, when it may be left empty otherwise.
    """

    fixed: FixedView
    name: str
    value: str | tuple[str, ...]
    display: str
    required: bool
    disabled: bool
    ghost: str = ""
    ghosts: tuple[tuple[str, str], ...] = ()
    messages: tuple[str, ...] = ()
    wanted_by: tuple[str, ...] = ()
    rows: tuple[RowView, ...] = ()

    @property
    def element(self) -> str:
        """Return the id of the input's element; ``-help`` and ``-error`` follow it elsewhere."""
        return "field-" + self.name.replace(".", "-")


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionView:
    """A section with the fields that are shown now."""

    id: str
    title: str
    help: str
    columns: int
    fields: tuple[FieldView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FormView:
    """A form as a page shows it. problems: label, message and element of everything wrong."""

    id: str
    title: str
    intro: str
    submit: str
    sections: tuple[SectionView, ...]
    problems: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class _Showing:
    """What every field needs to be shown."""

    typed: Mapping[str, Any]
    values: Mapping[str, Any]
    states: Mapping[str, FieldState]
    problems: Mapping[str, tuple[Problem, ...]]
    lang: str
    zone: str
    names: Names | None


def view_form(
    form: Form,
    given: FormResult | Mapping[str, Any],
    *,
    states: Mapping[str, FieldState] | None = None,
    problems: Sequence[Problem] | None = None,
    lang: str = "en",
    scope: Mapping[str, Any] | None = None,
    zone: str = "UTC",
    names: Names | None = None,
) -> FormView:
    """Return *form* as a page in *lang* shows it.

    given: the result of an evaluation, whose typed values stand in the inputs word for word, or
    plain values. states, problems: instead of the result's. scope: the record's present values,
    shown where *given* has none. names: what people know users, teams, customers and files by.
    """
    result = given if isinstance(given, FormResult) else None
    values: Mapping[str, Any] = given.values if isinstance(given, FormResult) else given
    found: Sequence[Problem] = problems if problems is not None else ()
    if problems is None and result is not None:
        found = result.problems
    by_path: dict[str, tuple[Problem, ...]] = {}
    for problem in found:
        by_path[problem.path] = (*by_path.get(problem.path, ()), problem)
    known = states if states is not None else result.states if result is not None else {}
    showing = _Showing(
        typed=result.typed if result is not None else {},
        values={**(scope or {}), **values} if scope and result is None else values,
        states=known,
        problems=by_path,
        lang=lang,
        zone=zone,
        names=names,
    )
    fixed = fixed_views(form, lang)
    sections = tuple(_sections(form, fixed, showing))
    chinese = lang.startswith("zh")
    return FormView(
        id=form.id,
        title=form.title.get(lang),
        intro=form.intro.get(lang),
        submit=form.submit.get(lang) or ("提交" if chinese else "Send"),
        sections=sections,
        problems=tuple(_summary(sections)),
    )


def _sections(
    form: Form, fixed: Mapping[str, FixedView], showing: _Showing
) -> Iterator[SectionView]:
    for section in form.sections:
        fields = tuple(_fields(section, fixed, showing))
        if fields:
            yield SectionView(
                id=section.id,
                title=section.title.get(showing.lang),
                help=section.help.get(showing.lang),
                columns=section.columns,
                fields=fields,
            )


def _fields(
    section: Section, fixed: Mapping[str, FixedView], showing: _Showing
) -> Iterator[FieldView]:
    for field in section.fields:
        state = showing.states.get(field.id, _OPEN)
        if state.visible:
            yield _field(field, fixed[field.id], state, showing, field.id)


def _field(
    field: Field, fixed: FixedView, state: FieldState, showing: _Showing, name: str
) -> FieldView:
    kept = showing.values.get(field.id)
    raw = showing.typed.get(field.id, kept) if state.open else kept
    computed = field.type is FieldType.COMPUTED
    value = _in_input(field, kept if computed else raw, showing.zone)
    problems = showing.problems.get(name, ())
    return FieldView(
        fixed=fixed,
        name=name,
        value=value,
        display=display_value(field, kept, showing.lang, showing.names, zone=showing.zone),
        required=state.required,
        disabled=computed or not state.open,
        ghost=_ghost(fixed, kept),
        ghosts=_ghosts(field, kept, showing.lang),
        messages=tuple([problem.message(showing.lang) for problem in problems]),
        rows=_rows(field, fixed, raw, showing, name) if field.columns else (),
    )


def _ghost(fixed: FixedView, kept: Any) -> str:
    """Return the kept option when the list no longer offers it."""
    if fixed.offered and isinstance(kept, str) and kept and kept not in fixed.offered:
        return kept
    return ""


def _ghosts(field: Field, kept: Any, lang: str) -> tuple[tuple[str, str], ...]:
    """Return the kept options of several that are retired, with their titles."""
    if field.type is not FieldType.MULTI_CHOICE or not isinstance(kept, list):
        return ()
    gone = retired_ids(field.options)
    return tuple(
        (one, option_title(field.options, one, lang))
        for one in kept
        if isinstance(one, str) and one in gone
    )


def _in_input(field: Field, raw: Any, zone: str) -> str | tuple[str, ...]:
    if field.type in _LISTS:
        many = raw if isinstance(raw, (list, tuple)) else [raw] if isinstance(raw, str) else []
        return tuple([one for one in many if isinstance(one, str)])
    if isinstance(raw, (str, int, float)):
        return input_text(field, raw, zone)
    return ""


def _rows(
    field: Field, fixed: FixedView, raw: Any, showing: _Showing, name: str
) -> tuple[RowView, ...]:
    rows = raw if isinstance(raw, (list, tuple)) else ()
    typed = raw is showing.typed.get(field.id) and field.id in showing.typed
    views = []
    for at, row in enumerate(rows):
        if not isinstance(row, Mapping):
            continue
        inner = _Showing(
            typed=row if typed else {},
            values=row,
            states=showing.states,
            problems=showing.problems,
            lang=showing.lang,
            zone=showing.zone,
            names=showing.names,
        )
        cells = []
        for column in field.columns:
            path = f"{name}.{at}.{column.id}"
            state = showing.states.get(path, _OPEN)
            cells.append(_field(column, fixed.columns[column.id], state, inner, path))
        mark = row.get(ORIGIN) if typed else at
        origin = str(mark) if isinstance(mark, (str, int)) else ""
        views.append(RowView(index=at, origin=origin, cells=tuple(cells)))
    return tuple(views)


def _summary(sections: Sequence[SectionView]) -> Iterator[tuple[str, str, str]]:
    for section in sections:
        for view in section.fields:
            yield from _told(view)
            for row in view.rows:
                for cell in row.cells:
                    yield from _told(cell)


def _told(view: FieldView) -> Iterator[tuple[str, str, str]]:
    for message in view.messages:
        yield view.fixed.label, message, view.element
