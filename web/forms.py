"""Generated forms on pages: what was typed, rows added and removed, files sent along, and the view of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import request
from sqlalchemy import Connection

from sopwith.core.decision import Problem
from sopwith.core.directory import Directory
from sopwith.expressions import Context
from sopwith.formbuilder.model import FieldType, Form
from sopwith.formbuilder.page import parse_page
from sopwith.formbuilder.result import FormResult, Lookup
from sopwith.formbuilder.validate import evaluate_form
from sopwith.formbuilder.view import FormView, view_form
from sopwith.release.model import Release
from sopwith.store.customers import customer_of, find_customers
from sopwith.store.files import Attachment
from sopwith.store.people import memberships
from sopwith.store.people import user as user_of

from .languages import lang, zone
from .stand_in import stand_in
from .uploads import keep, usable
from .visitor import Visitor, everybody, get_service, now, visitor

MOST_PICKS = 200
_ADD, _REMOVE, _REFRESH = "_add", "_remove", "_refresh"


def only_reshapes() -> bool:
    """Return whether the form was not sent for good: a row came or went, or it shall show what fits."""
    return any(name in request.form for name in (_ADD, _REMOVE, _REFRESH))


def read_page(form: Form) -> dict[str, Any]:
    """Return what the page sent for *form*, with rows added and removed and new files kept."""
    typed = parse_page(form, dict(request.form.lists()))
    _take_files(form, typed)
    _change_rows(form, typed)
    return typed


def _take_files(form: Form, typed: dict[str, Any]) -> None:
    for one in form.fields:
        if one.type is FieldType.FILES:
            ids = sent_files(f"upload:{one.id}")
            if ids:
                typed[one.id] = [*typed.get(one.id, ()), *ids]


def sent_files(name: str) -> list[str]:
    """Keep the files of one input; return their ids."""
    sent = (one for one in request.files.getlist(name) if one.filename)
    pretended = stand_in()
    if pretended is not None:
        return [pretended.keep_file(one) for one in sent]
    return [keep(one, visitor()).id for one in sent]


def _change_rows(form: Form, typed: dict[str, Any]) -> None:
    table = form.by_id.get(request.form.get(_ADD, ""))
    if table is not None and table.type is FieldType.TABLE:
        typed[table.id] = [*typed.get(table.id, ()), {}]
    name, _, number = request.form.get(_REMOVE, "").partition(".")
    rows = typed.get(name)
    if isinstance(rows, list) and number.isdecimal() and int(number) < len(rows):
        typed[name] = [row for at, row in enumerate(rows) if at != int(number)]


def file_ids(form: Form, values: Mapping[str, Any]) -> list[str]:
    """Return the ids of all files in *values*, those in tables included."""
    found: list[str] = []
    for one in form.fields:
        value = values.get(one.id)
        if one.type is FieldType.FILES and isinstance(value, list):
            found += [item for item in value if isinstance(item, str)]
        if one.type is FieldType.TABLE and isinstance(value, list):
            for column in one.columns:
                if column.type is FieldType.FILES:
                    for row in value:
                        found += row.get(column.id) or [] if isinstance(row, dict) else []
    return found


def keep_own_files(
    connection: Connection, form: Form, typed: dict[str, Any], record_id: str | None = None
) -> dict[str, Attachment]:
    """Drop from *typed* what the visitor may not use; return the uploads that stay, by id."""
    known = _usable(connection, file_ids(form, typed), visitor(), record_id)
    for one in form.fields:
        if one.type is FieldType.FILES and isinstance(typed.get(one.id), list):
            typed[one.id] = list(dict.fromkeys(i for i in typed[one.id] if i in known))
        if one.type is FieldType.TABLE and isinstance(typed.get(one.id), list):
            for column in one.columns:
                if column.type is FieldType.FILES:
                    for row in typed[one.id]:
                        if isinstance(row, dict) and column.id in row:
                            row[column.id] = [i for i in row[column.id] if i in known]
    return known


def _usable(
    connection: Connection, ids: list[str], who: Visitor, record_id: str | None = None
) -> dict[str, Attachment]:
    pretended = stand_in()
    if pretended is not None:
        return pretended.files(ids)
    return usable(connection, ids, who, record_id)


def directory_of(connection: Connection, release: Release) -> Directory:
    """Return what forms and the engine may ask about people: of the installation, or of a trial's made-up world."""
    pretended = stand_in()
    if pretended is not None:
        return pretended.directory
    return get_service().directory(connection, release, now())


@dataclass(slots=True)
class Picks:
    """Whom fields for people offer: only to colleagues; customers see but what is chosen."""

    release: Release
    staff: bool
    found: dict[tuple[str, str], list[tuple[str, str]]] = field(default_factory=dict)

    def options(self, kind: str, team: str, chosen: str) -> list[tuple[str, str]]:
        """Return ids and names; *chosen* is among them even when it is not on offer any more."""
        if (kind, team) not in self.found:
            self.found[kind, team] = self._offered(kind, team) if self.staff else []
        offered = self.found[kind, team]
        if chosen and all(key != chosen for key, _ in offered):
            return [*offered, (chosen, self.name(kind, chosen))]
        return offered

    def _offered(self, kind: str, team: str) -> list[tuple[str, str]]:
        if kind == "team":
            return [(one.id, one.title.get(lang())) for one in self.release.teams.values()]
        pretended = stand_in()
        if pretended is not None:
            return pretended.offered(kind, team)
        if kind == "customer":
            with get_service().database.reading() as connection:
                found = find_customers(connection, "", MOST_PICKS)
            return [(one.id, one.name) for one in found]
        with get_service().database.reading() as connection:
            joined = memberships(connection, team=team) if team else None
            everyone = [one for one in everybody(connection) if one.active]
        members = None if joined is None else {one.user_id for one in joined}
        return [(one.id, one.name) for one in everyone if members is None or one.id in members]

    def name(self, kind: str, key: str) -> str:
        """Return what people know a colleague, team, customer or file by."""
        if kind == "team":
            team = self.release.teams.get(key)
            return team.title.get(lang()) if team else key
        pretended = stand_in()
        if pretended is not None:
            return pretended.name(kind, key)
        with get_service().database.reading() as connection:
            if kind == "file":
                return usable_name(connection, key)
            found = customer_of(connection, key) if kind == "customer" else user_of(connection, key)
        return found.name if found else key


def usable_name(connection: Connection, file_id: str) -> str:
    """Return the name of an upload that the visitor may use, else nothing."""
    found = usable(connection, [file_id], visitor())
    return found[file_id].name if file_id in found else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownForm:
    """A form ready for the macros of ``macros/fields.html``."""

    view: FormView
    result: FormResult
    picks: Picks
    files: Mapping[str, Attachment]


def evaluate(
    form: Form,
    typed: Mapping[str, Any],
    *,
    scope: Mapping[str, Any],
    roles: frozenset[str],
    state: str | None,
    lookup: Lookup | None,
    partial: bool = False,
) -> FormResult:
    """Return what *typed* means now, in the reader's zone."""
    return evaluate_form(
        form,
        typed,
        scope=scope,
        context=Context(now=now(), zone=zone()),
        roles=roles,
        state=state,
        partial=partial,
        lookup=lookup,
    )


def show_form(
    connection: Connection,
    release: Release,
    form: Form,
    typed: dict[str, Any],
    *,
    scope: Mapping[str, Any],
    roles: frozenset[str],
    state: str | None,
    record_id: str | None = None,
    told: bool = True,
    more: Sequence[Problem] | None = None,
) -> ShownForm:
    """Return *form* as it stands with *typed* laid over *scope*.

    told: say what is wrong; without it only the shape follows what was typed. more: instead of the
    form's own problems, what the engine said.
    """
    kept = dict(scope)
    known = keep_own_files(connection, form, typed, record_id)
    known |= _usable(connection, file_ids(form, kept), visitor(), record_id)
    directory = directory_of(connection, release)
    result = evaluate(form, typed, scope=kept, roles=roles, state=state, lookup=directory)
    picks = Picks(release, visitor().user is not None)
    problems: Sequence[Problem] | None = more if more is not None else None if told else ()
    view = view_form(
        form,
        result,
        problems=problems,
        lang=lang(),
        scope=kept,
        zone=zone(),
        names=picks.name,
    )
    return ShownForm(view=view, result=result, picks=picks, files=known)
