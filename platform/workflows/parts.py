"""Parsing the parts that states and parallel tasks share: conditions, times, owners, limits."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..core.diagnostics import Diagnostic
from ..core.guess import guess
from ..definitions import Node, Reader
from ..definitions.tree import short
from ..expressions import BOOL, Duration, Expression, Schema, compile_expression, parse_duration
from ..expressions.types import ChoiceType
from .model import Limit, Owner

_WAYS_TO_OWN = ("routing", "team", "user_field", "role")
_FULL_LIMIT = frozenset({"by", "cells", "calendar", "duration"})


@dataclass(frozen=True, slots=True)
class Parsing:
    """What every part of one parse needs: the names conditions may read, and the findings."""

    schema: Schema
    found: list[Diagnostic] = field(default_factory=list)

    def condition(self, reader: Reader, key: str) -> Expression | None:
        """Return the condition under *key*, None without one or when it is wrong."""
        text = reader.raw_text(key)
        node = reader.node(key)
        if text is None or node is None:
            return None
        span = node.inside(0, len(text))
        expression, found = compile_expression(text, self.schema, span, want=BOOL)
        self.found.extend(found)
        return expression

    def time(self, reader: Reader, key: str) -> Duration | None:
        """Return the amount of time under *key*, None without one or when it is wrong."""
        node = reader.node(key)
        if reader.raw_text(key) is None or node is None:
            return None
        return self.time_at(node)

    def time_at(self, node: Node) -> Duration | None:
        """Return the amount of time that *node* states."""
        if node.kind != "scalar" or node.value is None:
            self._report("DEF005", node, key=short(str(node.key)))
            return None
        duration = parse_duration(node.words)
        if duration is None:
            self._report("WFL001", node, word=short(node.words))
        elif not duration.seconds and not duration.days:
            self._report("WFL002", node, key=short(str(node.key)))
            return None
        return duration

    def owner(self, reader: Reader, key: str) -> Owner | None:
        """Return who owns the record, None when it is not said."""
        inner = reader.reader(key)
        if inner is None:
            return None
        owner = Owner(
            keep=inner.flag("keep"),
            routing=inner.identifier("routing") or None,
            team=inner.identifier("team") or None,
            user_field=inner.identifier("user_field") or None,
            role=inner.identifier("role") or None,
            not_previous=inner.flag("not_previous"),
        )
        named = [way for way in _WAYS_TO_OWN if inner.has(way)]
        if (owner.keep and named != ["team"]) or (not owner.keep and len(named) != 1):
            place = named[1] if len(named) > 1 else None
            span = inner.key_span(place) if place else reader.key_span(key)
            inner.error("WFL008", span=span)
        inner.done()
        return owner

    def limit(self, reader: Reader, key: str) -> Limit | None:
        """Return the limit under *key*: one time, one for each value, or the long form."""
        node = reader.node(key)
        if node is None or not reader.has(key):
            return None
        if node.kind == "scalar":
            duration = self.time_at(node)
            return Limit(duration=duration) if duration else None
        inner = reader.reader(key)
        if inner is None:
            return None
        if _FULL_LIMIT.isdisjoint(name for name, _ in node.items()):
            return Limit(cells=self._cells(node, "priority", node, complete=True))
        return self._long_limit(inner)

    def _long_limit(self, inner: Reader) -> Limit:
        duration = self.time(inner, "duration")
        by = inner.identifier("by", "priority")
        cells = inner.node("cells")
        limit = Limit(
            duration=duration,
            by=by,
            cells=(
                self._cells(cells, by, inner.node("by") or cells, complete=duration is None)
                if cells is not None and inner.reader("cells") is not None
                else {}
            ),
            calendar=inner.identifier("calendar") or None,
        )
        if not inner.has("cells"):
            if inner.has("by"):
                inner.error("DEF003", span=inner.root.where, key="cells")
            elif not inner.has("duration"):
                inner.error("DEF003", span=inner.root.where, key="duration")
        inner.done()
        return limit

    def _cells(self, node: Node, by: str, by_node: Node, *, complete: bool) -> dict[str, Duration]:
        """Return the time for each value of the field *by*; each key must be one of its values."""
        kind = self.schema.fields.get(by)
        options: tuple[str, ...] | None = None
        if kind is None:
            self._unknown("WFL026", by_node, by, sorted(self.schema.fields))
        elif isinstance(kind, ChoiceType):
            options = kind.options
        elif kind == BOOL:
            options = ("true", "false")
        cells: dict[str, Duration] = {}
        for word, child in node.items():
            duration = self.time_at(child)
            if options is not None and word not in options:
                self._unknown("WFL010", child, word, options, by=by)
            elif duration is not None:
                cells[word] = duration
        if not node.children:
            self._report("DEF016", node, key=short(str(node.key)))
        elif complete and options:
            left = [option for option in options if node.get(option) is None]
            if left:
                self._report("WFL011", node, options=", ".join(left))
        return cells

    def _unknown(
        self, code: str, node: Node, word: str, known: tuple[str, ...] | list[str], **values: str
    ) -> None:
        meant = guess(word, known)
        if meant is not None:
            values["guess"] = meant
        span = node.span if node.kind == "scalar" and code == "WFL026" else node.where
        self.found.append(Diagnostic(span=span, code=code, values={"word": short(word), **values}))

    def _report(self, code: str, node: Node, **values: str | int) -> None:
        span = node.span if node.kind == "scalar" else node.where
        self.found.append(Diagnostic(span=span, code=code, values=values))
