"""The names that a template may use, and what type each has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from ..core.guess import guess
from ..expressions import ANY, DATETIME, NUMBER, TEXT, ListType, RecordType, Schema
from ..expressions.types import Type

_METRICS = (
    "first_response",
    "resolution",
    "next_reply",
    "next_update",
    "engagement",
    "promise",
    "state_limit",
    "task",
)

EXTRA: Mapping[str, Type] = MappingProxyType(
    {
        "link": TEXT,
        "promise": RecordType("promise", dict.fromkeys(_METRICS, DATETIME)),
        "actor": ANY,
        "note": TEXT,
        "survey": RecordType("survey", {"link": TEXT, "question": TEXT}),
        "recipient": RecordType("recipient", {"name": TEXT}),
        "owner_name": TEXT,
        "state_title": TEXT,
        "type_title": TEXT,
        "comment": TEXT,
        "step": TEXT,
        "due": DATETIME,
        "percent": NUMBER,
        "metric": TEXT,
        "portal": RecordType("portal", {"name": TEXT}),
    }
)
LINKS = frozenset({("link",), ("survey", "link")})
"""Names whose values are addresses of our own, made into links in HTML."""

INTERNAL = frozenset({"note"})
"""Names that hold what colleagues write for each other."""

Scopes = Sequence[Mapping[str, Type]]


def scopes_of(schema: Schema) -> list[Mapping[str, Type]]:
    """Return the outermost scope of a template: the record's names and the extra ones."""
    return [{**EXTRA, **schema.fields}]


def type_of(path: tuple[str, ...], scopes: Scopes) -> Type | None:
    """Return the type of a dotted name, the innermost scope first; None when it is unknown."""
    for scope in reversed(scopes):
        found = scope.get(path[0])
        if found is not None:
            return _inside(found, path[1:])
    return None


def inner_scope(of: Type) -> Mapping[str, Type]:
    """Return what an item of a list of this type offers: its fields, and ``this``."""
    item = of.item if isinstance(of, ListType) else ANY
    fields = dict(item.fields) if isinstance(item, RecordType) else {}
    fields["this"] = item
    return fields


def is_open(of: Type | None) -> bool:
    """Return whether nothing is known of this type, so that any name may be inside."""
    return of is not None and of.kind == "any"


def near(path: tuple[str, ...], scopes: Scopes) -> str | None:
    """Return the dotted name that was probably meant."""
    every: list[str] = []
    for scope in reversed(scopes):
        for name, of in scope.items():
            every.append(name)
            if isinstance(of, RecordType):
                every.extend(f"{name}.{inner}" for inner in of.fields)
    return guess(".".join(path), every)


def _inside(of: Type, rest: tuple[str, ...]) -> Type | None:
    for name in rest:
        if of.kind == "any":
            return ANY
        if not isinstance(of, RecordType) or name not in of.fields:
            return None
        of = of.fields[name]
    return of
