"""The names that conditions may read at a place in a draft, whether or not the rest of the draft is right."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..core.text import Text
from ..definitions import Document
from ..definitions.node import Path
from ..expressions import BOOL, Labels, ListType, RecordType, Schema, Type
from ..formbuilder.model import Field, FieldType, every_option
from ..formbuilder.types import RESULTS, columns_of, unknown_options
from .compile import ANY_TYPE, declared_names
from .known import Known
from .schema import CUSTOMER, EVENT
from .titles import BASE_TITLES, CATEGORIES, CHANNELS, LANGUAGES, WAITS


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What an expression at one place may read. want: what it must give, None for anything.

    fields: the fields behind the names that are fields, those of the rows of tables as ``table.column``.
    """

    record_type: str
    schema: Schema
    want: Type | None
    labels: Labels
    fields: Mapping[str, Field] = field(default_factory=dict)


class Names:
    """The names of every record type of some documents."""

    def __init__(self, documents: Sequence[Document], known: Known | None = None) -> None:
        self._documents = documents
        self.schemas, self.fields, self.any_schema = declared_names(documents, known)
        self._labels: dict[str, Labels] = {}

    def scope(self, document: Document, path: Path, record_type: str = "") -> Scope:
        """Return what the expression at *path* of *document* may read.

        record_type: where that is not the one that the document names.
        """
        name = record_type or _type_named(document)
        schema = self.schemas.get(name, self.any_schema)
        if document.kind == "segment":
            schema = Schema({"customer": CUSTOMER})
        if document.kind == "rule":
            schema = schema.with_fields({"event": EVENT})
        labels, fields = self.labels(name), dict(self._known(name))
        table = self._table(document, path)
        if table is not None:
            schema = schema.with_fields(columns_of(table))
            own = {one.id: one for one in table.columns}
            fields |= own
            labels = _joined(labels, own)
        fields |= {
            f"{key}.{column.id}": column
            for key, one in self._known(name).items()
            for column in one.columns
        }
        want = _wanted(document, path, schema)
        return Scope(record_type=name, schema=schema, want=want, labels=labels, fields=fields)

    def labels(self, record_type: str) -> Labels:
        """Return the titles of everything that conditions of a record type name."""
        if record_type not in self._labels:
            self._labels[record_type] = self._titles(record_type)
        return self._labels[record_type]

    def _known(self, record_type: str) -> Mapping[str, Field]:
        if record_type in self.fields:
            return self.fields[record_type]
        if record_type != ANY_TYPE:
            return {}
        return {name: one for known in self.fields.values() for name, one in known.items()}

    def _titles(self, record_type: str) -> Labels:
        own = self._known(record_type)
        states = dict(self._states(record_type))
        teams = {one.id: _text(one.value.get("title"), one.id) for one in self._of_kind("team")}
        types = {
            one.id: _text(one.value.get("title"), one.id) for one in self._of_kind("record_type")
        }
        options = {
            "state": states, "previous_state": states, "team": teams, "type_of_record": types,
            "category": CATEGORIES, "waits_for": WAITS, "channel": CHANNELS,
            "lang": LANGUAGES, "customer.lang": LANGUAGES,
        }  # fmt: skip
        visits = {f"visits.{key}": Text(f"visits of {one.en}", f"进入“{one.zh}”次数") for key, one in states.items()}  # fmt: skip
        return _joined(Labels(fields={**BASE_TITLES, **visits}, options=options), own)

    def _states(self, record_type: str) -> Iterator[tuple[str, Text]]:
        flows = {one.id: one for one in self._of_kind("workflow")}
        for kind in self._of_kind("record_type"):
            flow = flows.get(str(kind.value.get("workflow")))
            states = flow.value.get("states") if flow else None
            if record_type in (kind.id, ANY_TYPE, "") and isinstance(states, dict):
                for name, state in states.items():
                    title = state.get("title") if isinstance(state, dict) else None
                    yield str(name), _text(title, str(name))

    def _of_kind(self, kind: str) -> Iterator[Document]:
        return (one for one in self._documents if one.kind == kind)

    def _table(self, document: Document, path: Path) -> Field | None:
        """Return the table field whose column the expression at *path* is about."""
        if "columns" not in path[:-1] or document.kind not in ("form", "record_type"):
            return None
        at = len(path) - 1 - path[::-1].index("columns")
        node = document.node.at((*path[:at], "id"))
        found = self._known(_type_named(document)).get(node.words) if node is not None else None
        return found if found is not None and found.type is FieldType.TABLE else None


def _type_named(document: Document) -> str:
    if document.kind == "record_type":
        return document.id
    value = document.value.get("record_type")
    if isinstance(value, str):
        return value
    return ANY_TYPE if document.kind in ("rule", "message_template") else ""


def _wanted(document: Document, path: Path, schema: Schema) -> Type | None:
    if not path or path[-1] != "value":
        return BOOL
    if document.kind == "rule":
        named = path[-2] if len(path) > 1 else ""
        found = schema.fields.get(str(named)) if "set" in path else None
        plain = isinstance(found, (ListType, RecordType)) or found is None or found.kind == "any"
        return None if plain else found
    of = document.node.at((*path[:-1], "of"))
    return RESULTS.get(of.words) if of is not None and of.kind == "scalar" else None


def _joined(labels: Labels, fields: Mapping[str, Field]) -> Labels:
    titles, options = dict(labels.fields), dict(labels.options)
    for name, one in fields.items():
        titles[name] = one.title or Text(name, name)
        for column in one.columns:
            titles[f"{name}.{column.id}"] = column.title or Text(column.id, column.id)
            if column.options and not unknown_options(column.options):
                options[f"{name}.{column.id}"] = {
                    each.id: each.title for each in every_option(column.options)
                }
        if one.options and not unknown_options(one.options):
            options[name] = {each.id: each.title for each in every_option(one.options)}
    return Labels(fields=titles, options=options)


def _text(value: Any, name: str) -> Text:
    if isinstance(value, Mapping):
        en, zh = str(value.get("en") or ""), str(value.get("zh-CN") or "")
        return Text(en or zh or name, zh or en or name)
    return Text(str(value), str(value)) if value else Text(name, name)
