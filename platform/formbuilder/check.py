"""What a form means: whether what it names exists, and whether people can get through it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from ..core.diagnostics import Diagnostic
from ..core.roles import CUSTOMER
from ..core.span import Span
from ..definitions import tidy
from ..definitions.references import References
from ..definitions.tree import short
from ..expressions import Expression, index_tests
from .model import Field, FieldType, Form, Section
from .plan import in_order, names_of, reads
from .rights import Level, level_of

MOST_REQUIRED = 8

Values = frozenset[tuple[type, object]]


def check_form(form: Form, references: References) -> tuple[Diagnostic, ...]:
    """Return every finding about *form*, in source order.

    references: the ids of record types, roles, states and teams; a kind that is missing from it
    altogether is not looked at.
    """
    circles = list(_circles(form))
    return tidy(
        [
            *_unknown_names(form, references),
            *circles,
            *([] if circles else _never_shown(form)),
            *_later(form, _members(circles)),
            *_customer(form),
        ]
    )


def _unknown_names(form: Form, references: References) -> Iterator[Diagnostic]:
    span = form.places.get("record_type", form.span)
    yield from _unknown("FRM021", "record_type", form.record_type, span, references)
    for field in _all_fields(form.fields):
        yield from check_field(field, references)


def check_field(field: Field, references: References) -> Iterator[Diagnostic]:
    """Yield what *field* names and does not exist: roles, states, its team."""
    if field.team is not None:
        span = field.places.get("team", field.span)
        yield from _unknown("FRM024", "team", field.team, span, references)
    for right in field.rights:
        for role in sorted(right.roles):
            span = right.places.get(role, field.span)
            yield from _unknown("FRM022", "role", role, span, references)
        for state in sorted(right.states):
            span = right.places.get(state, field.span)
            yield from _unknown("FRM023", "state", state, span, references)


def _unknown(
    code: str, kind: str, name: str, span: Span, references: References
) -> Iterator[Diagnostic]:
    if not name or kind not in references.ids or references.has(kind, name):
        return
    values: dict[str, str | int] = {"word": short(name)}
    if meant := references.guess(kind, name):
        values["guess"] = meant
    yield Diagnostic(span=span, code=code, values=values)


def _all_fields(fields: Iterable[Field]) -> Iterator[Field]:
    for field in fields:
        yield field
        yield from _all_fields(field.columns)


# circles


def _circles(form: Form) -> Iterator[Diagnostic]:
    needs: dict[str, frozenset[str]] = {}
    for section, field in _placed(form):
        needs[field.id] = reads(field) | names_of(section.show)
    yield from _circles_of(needs, form.by_id)
    for _, table in _placed(form):
        columns = {column.id: column for column in table.columns}
        yield from _circles_of({name: reads(one) for name, one in columns.items()}, columns)


def _circles_of(
    needs: Mapping[str, frozenset[str]], fields: Mapping[str, Field]
) -> Iterator[Diagnostic]:
    if not in_order(list(needs), needs)[1]:
        return
    told: set[str] = set()
    for start in needs:
        circle = _way_back(start, needs) if start not in told else None
        if circle is None:
            continue
        told.update(circle)
        computed = all(fields[name].type is FieldType.COMPUTED for name in circle)
        values: dict[str, str | int] = {"circle": " → ".join([*circle, start])}
        span = _reason(fields[start], circle[1] if len(circle) > 1 else start)
        yield Diagnostic(span=span, code="FRM030" if computed else "FRM031", values=values)


def _way_back(start: str, needs: Mapping[str, frozenset[str]]) -> list[str] | None:
    """Return the shortest circle through *start*, in the order of what needs what."""
    came: dict[str, str | None] = {start: None}
    waiting = [start]
    for name in waiting:
        for other in sorted(needs.get(name, ())):
            if other == start:
                circle = [name]
                while (before := came[circle[-1]]) is not None:
                    circle.append(before)
                return circle[::-1]
            if other in needs and other not in came:
                came[other] = name
                waiting.append(other)
    return None


def _reason(field: Field, name: str) -> Span:
    """Return where *field* reads *name*, its own place when its section does."""
    for expression in (field.value, field.show, field.enable):
        if expression is not None and name in names_of(expression):
            return expression.span
    return field.places.get("id", field.span)


def _members(circles: Iterable[Diagnostic]) -> frozenset[str]:
    return frozenset(
        name for circle in circles for name in str(circle.values["circle"]).split(" → ")
    )


# conditions


def _placed(form: Form) -> Iterator[tuple[Section, Field]]:
    for section in form.sections:
        for field in section.fields:
            yield section, field


def _conditions(section: Section, field: Field) -> tuple[Expression, ...]:
    return tuple(one for one in (section.show, field.show) if one is not None)


def _never_shown(form: Form) -> Iterator[Diagnostic]:
    """Yield the fields that need another one to be shown and not to be shown at once."""
    if form.hidden_values != "drop":
        return
    needs = {field.id: _needs(section, field) for section, field in _placed(form)}
    for section, field in _placed(form):
        clash = _clash(field.id, needs) if needs[field.id] else None
        if clash is None:
            continue
        own = field.show or section.show
        if own is None:
            continue
        values: dict[str, str | int] = {
            "field": field.id,
            "needs": short(own.text, 80),
            "other": clash,
        }
        yield Diagnostic(span=own.span, code="FRM033", values=values)


def _needs(section: Section, field: Field) -> list[tuple[str, Values]]:
    """Return the values that other fields must hold for *field* to be shown."""
    return [
        (test.path, frozenset((value.__class__, value) for value in test.values))
        for expression in _conditions(section, field)
        for test in index_tests(expression)
        if test.op in ("==", "in")
    ]


def _clash(name: str, needs: Mapping[str, list[tuple[str, Values]]]) -> str | None:
    """Return the name that would need two different values for *name* to be shown."""
    allowed: dict[str, Values] = {}
    waiting, seen = [name], {name}
    for current in waiting:
        for path, values in needs.get(current, ()):
            allowed[path] = allowed.get(path, values) & values
            if not allowed[path]:
                return path
            if path in needs and path not in seen:
                seen.add(path)
                waiting.append(path)
    return None


def _later(form: Form, in_circle: frozenset[str]) -> Iterator[Diagnostic]:
    """Yield the conditions that read a field further down the page."""
    place = {field.id: at for at, field in enumerate(form.fields)}
    for section, field in _placed(form):
        for expression in (section.show, field.show, field.require, field.enable):
            for name in sorted(names_of(expression)):
                if expression is None or place.get(name, -1) <= place[field.id]:
                    continue
                if {name, field.id} <= in_circle or form.by_id[name].type is FieldType.COMPUTED:
                    continue
                values: dict[str, str | int] = {"field": field.id, "other": name}
                yield Diagnostic(span=expression.span, code="FRM034", values=values)


# customers


def _customer(form: Form) -> Iterator[Diagnostic]:
    if form.audience != "customer":
        return
    who = frozenset({CUSTOMER})
    always = 0
    sometimes: Counter[tuple[str, ...]] = Counter()
    for section, field in _placed(form):
        if not field.required:
            continue
        if level_of(field, who, None) is not Level.WRITE:
            span = field.places.get("required", field.span)
            yield Diagnostic(span=span, code="FRM035", values={"field": field.id})
        elif conditions := _conditions(section, field):
            sometimes[tuple(one.text for one in conditions)] += 1
        else:
            always += 1
    count = always + max(sometimes.values(), default=0)
    if count > MOST_REQUIRED:
        values: dict[str, str | int] = {"count": count, "limit": MOST_REQUIRED}
        span = form.places.get("sections", form.span)
        yield Diagnostic(span=span, code="FRM032", values=values)
