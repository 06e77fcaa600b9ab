"""One action while it is read, and the arguments that several actions have: persons and teams."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ..core.diagnostics import Diagnostic
from ..core.span import Span
from ..definitions import Node, Reader
from ..expressions import Expression, Schema
from .reading import type_of, unknown, unknown_field

_NAMED = ("role", "user", "team")


@dataclass(slots=True)
class Draft:
    """One action while it is read."""

    kind: str
    node: Node
    schema: Schema
    found: list[Diagnostic]
    args: dict[str, Any] = field(default_factory=dict)
    expressions: dict[str, Expression] = field(default_factory=dict)
    spans: dict[str, Span] = field(default_factory=dict)

    def put(self, name: str, value: Any, span: Span) -> None:
        """Keep an argument with its place."""
        self.args[name] = value
        self.spans[f"{self.kind}.{name}"] = span

    def take(self, reader: Reader, key: str, value: Any) -> None:
        """Keep an argument if it was written."""
        if reader.has(key):
            self.put(key, value, reader.span_of(key))

    def report(self, code: str, span: Span, **values: str | int) -> None:
        """Add a finding."""
        self.found.append(Diagnostic(span=span, code=code, values=values))


def arguments(draft: Draft) -> Reader | None:
    """Return a reader of the action's arguments; it reports anything but a mapping."""
    return Reader(draft.node, draft.found).into(draft.node)


def target(
    draft: Draft, reader: Reader, keys: Sequence[str], prefix: str = "", *, required: bool = True
) -> dict[str, Any]:
    """Return exactly one of *keys*: whom something is given to."""
    found: dict[str, Any] = {}
    for key in keys:
        name = reader.text(key) if key in ("user", "user_field") else reader.identifier(key)
        if reader.has(key):
            found[key] = name
            draft.spans[f"{draft.kind}.{prefix}{key}"] = reader.span_of(key)
    if len(found) > 1 or (required and not found):
        reader.error("ACT007", choices=", ".join(keys))
    named = found.get("user_field")
    if named and type_of(named, draft.schema) is None:
        node = reader.node("user_field")
        if node is not None:
            unknown_field(draft.found, "ACT003", node, draft.schema)
    return found


def owner(draft: Draft, reader: Reader) -> None:
    """Take the owner of a task or of another record."""
    inner = reader.reader("owner")
    if inner is None:
        return
    excluded = inner.flag("not_owner") if draft.kind == "create" else False
    keys = ("team", "user", "user_field", "role", "routing", "lead_of")
    chosen = target(draft, inner, keys, "owner.", required=not excluded)
    if excluded:
        chosen["not_owner"] = True
    inner.done()
    draft.put("owner", chosen, reader.span_of("owner"))


def people(draft: Draft, reader: Reader, key: str, words: Sequence[str]) -> list[str]:
    """Return who is named under *key*, by one of *words* or as role:, user:, team:."""
    return who(draft, reader.scalars(key, required=True), words)


def who(draft: Draft, nodes: Sequence[Node], words: Sequence[str]) -> list[str]:
    """Return who is named by *nodes*; report the rest."""
    names: list[str] = []
    for node in nodes:
        kind, colon, name = node.words.partition(":")
        if (colon and kind in _NAMED and name and name.strip() == name) or node.words in words:
            names.append(node.words)
            draft.spans[f"{draft.kind}.{node.words}"] = node.span
            continue
        choices = ", ".join([*words, *(f"{one}:…" for one in _NAMED)])
        unknown(draft.found, "ACT009", node.span, node.words, words, choices=choices)
    return names
