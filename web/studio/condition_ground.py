"""The names that the builder of conditions offers at one place, with titles and the values that they can have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sopwith.core.text import Text
from sopwith.expressions import BOOL, ChoiceType, Labels, ListType, RecordType, Type
from sopwith.formbuilder.model import Field, FieldType

PEOPLE_NAMES = frozenset({"owner", "customer.manager"})
Choices = Sequence[tuple[Any, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class NameChoice:
    """One name that may be chosen. group: under which heading it stands."""

    name: str
    title: str
    group: str
    type: Type
    inner: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """All that the builder knows of the names at one place, in the language of the page.

    faithful: what the tests offered cannot say is shown as it is written, instead of being filled in.
    """

    lang: str
    zone: str
    names: Sequence[NameChoice]
    labels: Labels
    fields: Mapping[str, Field]
    people: Choices = ()
    table: str = ""
    faithful: bool = False

    @property
    def groups(self) -> Sequence[tuple[str, Sequence[NameChoice]]]:
        """Return the names under their headings."""
        return grouped(self.names)

    def known(self, name: str) -> NameChoice | None:
        """Return the name as it may be chosen."""
        return next((one for one in self.names if one.name == name), None)

    def key(self, one: NameChoice) -> str:
        """Return under which name titles and fields know it: a column with its table's name."""
        return f"{self.table}.{one.name}" if one.inner and self.table else one.name

    def choices(self, one: NameChoice) -> Choices:
        """Return the values that a name can have with their titles, empty where they are not known."""
        kind = one.type.item if isinstance(one.type, ListType) else one.type
        if kind == BOOL:
            return (
                (True, Text("yes", "是").get(self.lang)),
                (False, Text("no", "否").get(self.lang)),
            )
        held = self.fields.get(self.key(one))
        is_person = one.name in PEOPLE_NAMES or (held is not None and held.type is FieldType.USER)
        if is_person:
            return self.people
        titles = self.labels.options.get(self.key(one), {})
        if held is not None and held.type is FieldType.TEAM:
            titles = self.labels.options.get("team", {})
        options = kind.options if isinstance(kind, ChoiceType) else tuple(titles)
        return [(key, self._title(titles.get(key), key)) for key in options]

    def _title(self, text: Text | None, key: str) -> str:
        return (text.get(self.lang) if text else "") or key

    def rows_of(self, one: NameChoice, heading: str) -> Ground:
        """Return the ground inside the rows of a table: its columns first."""
        kind = one.type.item if isinstance(one.type, ListType) else one.type
        columns = kind.fields if isinstance(kind, RecordType) else {}
        titles = self.labels.fields
        own = [
            NameChoice(name=name, title=self._title(titles.get(f"{one.name}.{name}"), name), group=heading, type=of, inner=True)
            for name, of in columns.items()
        ]  # fmt: skip
        hidden = set(columns)
        names = [*own, *(other for other in self.names if other.name not in hidden and not other.inner)]  # fmt: skip
        return replace(self, names=names, table=one.name)


def grouped(names: Sequence[NameChoice]) -> Sequence[tuple[str, Sequence[NameChoice]]]:
    """Return names under their headings, in the order in which the headings come first."""
    found: dict[str, list[NameChoice]] = {}
    for one in names:
        found.setdefault(one.group, []).append(one)
    return list(found.items())
