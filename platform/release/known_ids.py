"""What ids there are in a draft, with what people call them: for completing and for explaining a word."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..core.roles import BUILT_IN_ROLES
from ..core.text import Text
from ..definitions import Document
from ..formbuilder.model import Field, FieldType, every_option
from .naming_model import ANY_TYPE
from .schema import CUSTOMER, EVENT, base_fields
from .titles import BASE_TITLES, CATEGORIES, CHANNELS, LANGUAGES, WAITS

Titles = Mapping[str, Text]
_FIXED: Mapping[str, Titles] = {
    "category": CATEGORIES,
    "waits_for": WAITS,
    "channel": CHANNELS,
    "lang": LANGUAGES,
    "customer.lang": LANGUAGES,
}


class KnownIds:
    """The ids of a draft. documents: as written. fields: of each record type."""

    def __init__(self, documents: Sequence[Document], fields: Mapping[str, Mapping[str, Field]]) -> None:  # fmt: skip
        self._by_kind: dict[str, dict[str, Document]] = {}
        for one in documents:
            self._by_kind.setdefault(one.kind, {})[one.id] = one
        self._fields = fields

    def definitions(self, kind: str) -> Titles:
        """Return the definitions of *kind* with their titles."""
        return {name: text_at(one.value.get("title"), name) for name, one in self._by_kind.get(kind, {}).items()}  # fmt: skip

    def roles(self) -> Titles:
        """Return the roles that every installation has."""
        return {name: Text(name, name) for name in sorted(BUILT_IN_ROLES)}

    def fields(self, record_type: str) -> Titles:
        """Return the fields of a record type, its columns left out; those of all for ``any``."""
        return {name: one.title or Text(name, name) for known in self._of(record_type) for name, one in known.items()}  # fmt: skip

    def names(self, record_type: str, *, event: bool = False) -> Titles:
        """Return the names that a condition may read."""
        base = {name: BASE_TITLES.get(name, Text(name, name)) for name in base_fields() if name not in ("customer", "visits")}  # fmt: skip
        more = {f"customer.{name}": BASE_TITLES.get(f"customer.{name}", Text(name, name)) for name in CUSTOMER.fields}  # fmt: skip
        if event:
            more |= {f"event.{name}": BASE_TITLES.get(f"event.{name}", Text(name, name)) for name in EVENT.fields}  # fmt: skip
        return {**self.fields(record_type), **{k: v for k, v in base.items() if k not in self.fields(record_type)}, **more}  # fmt: skip

    def columns(self, record_type: str, table: str) -> Titles:
        """Return the columns of a field that is a table."""
        return {one.id: one.title or Text(one.id, one.id) for known in self._of(record_type) if table in known for one in known[table].columns}  # fmt: skip

    def choices(self, record_type: str, name: str) -> Titles:
        """Return what a field, by its dotted name, can be."""
        if name in ("state", "previous_state"):
            return self.states(record_type)
        if name == "team":
            return self.definitions("team")
        if name == "type_of_record":
            return self.definitions("record_type")
        head, _sign, column = name.partition(".")
        for known in self._of(record_type):
            field = known.get(head)
            if field is not None and column:
                field = next((one for one in field.columns if one.id == column), None)
            if field is not None and field.type is FieldType.TEAM:
                return self.definitions("team")
            if field is not None and field.options:
                return {one.id: one.title for one in every_option(field.options)}
        return _FIXED.get(name, {})

    def states(self, record_type: str, workflow: str = "") -> Titles:
        """Return the states of a workflow, else of those of a record type."""
        return {name: text_at(state.get("title"), name) for flow in self._flows(record_type, workflow) for name, state in _maps(flow.get("states"))}  # fmt: skip

    def parts(self, record_type: str, key: str, workflow: str = "") -> Titles:
        """Return the tasks (``branches``), checklist items (``checklist``) or ways (``go``) of the states."""
        found: dict[str, Text] = {}
        for flow in self._flows(record_type, workflow):
            for _name, state in _maps(flow.get("states")):
                for one in state.get(key) or () if isinstance(state.get(key), list) else ():
                    name = one.get("id") or one.get("to") if isinstance(one, dict) else None
                    if isinstance(name, str):
                        found[name] = text_at(one.get("title"), name)
        return found

    def _of(self, record_type: str) -> list[Mapping[str, Field]]:
        if record_type == ANY_TYPE:
            return list(self._fields.values())
        return [self._fields[record_type]] if record_type in self._fields else []

    def _flows(self, record_type: str, workflow: str) -> list[Mapping[str, Any]]:
        flows = self._by_kind.get("workflow", {})
        if workflow in flows:
            return [flows[workflow].value]
        types = self._by_kind.get("record_type", {})
        wanted = [one for name, one in types.items() if record_type in (name, ANY_TYPE)]
        return [flows[name].value for one in wanted if (name := str(one.value.get("workflow"))) in flows]  # fmt: skip


def _maps(value: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, one in value.items() if isinstance(value, dict) else ():
        yield str(name), one if isinstance(one, dict) else {}


def text_at(value: Any, other: str) -> Text:
    """Return a title as a document states it; *other* where it says nothing."""
    if isinstance(value, dict):
        return Text(str(value.get("en") or ""), str(value.get("zh-CN") or "")) or Text(other, other)
    return Text(str(value), str(value)) if value else Text(other, other)
