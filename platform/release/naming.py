"""Every name in the text of a draft: what it names, and the very characters, so that it can be found and changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from ..definitions import KINDS, Document
from ..definitions.node import Node
from ..definitions.shape_walk import Shape, below, first, keys_of, shapes_of
from ..formbuilder.model import Field, FieldType
from .naming_model import ANY_TYPE, Here, Naming, tables_in, type_of
from .naming_text import (
    Spot,
    Tables,
    spots_in_event,
    spots_in_expression,
    spots_in_message,
)

_OWNED_BY_FLOW = {"state", "way", "item", "task"}
Fields = Mapping[str, Mapping[str, Field]]


class Names:
    """The names of a whole draft. documents: as they are written. fields: of each record type, with those of blocks."""

    def __init__(self, documents: Sequence[Document], fields: Fields, samples: Iterable[Node] = ()) -> None:  # fmt: skip
        self._documents = [one for one in documents if one.kind in KINDS]
        self._fields = fields
        self._blocks = {one.id: one for one in documents if one.kind == "block"}
        self._flows = {
            one.id: str(one.value.get("workflow")) for one in documents if one.kind == "record_type"
        }
        self._states = {
            one.id: frozenset(map(str, one.value.get("states") or ()))
            for one in documents
            if one.kind == "workflow" and isinstance(one.value.get("states"), dict)
        }
        self._tables = {name: tables_in(some) for name, some in fields.items()}
        self._samples = list(samples)

    def all(self) -> Iterator[Naming]:
        """Yield every name, a name in a block once for each definition that uses it."""
        for document in self._documents:
            yield from self._of(document)
        for sample in self._samples:
            yield from self._of_sample(sample)

    def _of(self, document: Document) -> Iterator[Naming]:
        own = document.node.get("id")
        if own is not None and own.kind == "scalar":
            yield Naming(what=document.kind, name=own.words, node=own, declares=True, document=document.key)  # fmt: skip
        here = Here(document=document.key, record_type=type_of(document))
        if document.kind == "sla":
            here = replace(here, by=str(document.value.get("by") or "priority"))
        if document.kind == "taxonomy":
            here = replace(here, list_of=f"taxonomy#{document.id}")
        if document.kind == "block":
            yield from self._uses_in(document)
        else:
            yield from self._visit(document.node, shapes_of(document.kind), here)

    def _uses_in(self, document: Document) -> Iterator[Naming]:
        """Yield the blocks that a block uses: what else it names shows where it is used."""
        for node in document.node.walk():
            if node.key == "use" and node.kind == "scalar":
                yield Naming(what="block", name=node.words, node=node, document=document.key)

    def _of_sample(self, node: Node) -> Iterator[Naming]:
        here = Here(document=("sample", ""))
        given = below(shapes_of("scenario"), "given")
        steps = below(shapes_of("scenario"), "steps")
        for key, child in node.items():
            if key in ("people", "customers", "on_call"):
                yield from self._visit(child, below(given, key), here)
        records = node.get("records")
        for record in records.children if records is not None else ():
            kind, done = record.get("type"), record.get("steps")
            if kind is not None and kind.kind == "scalar":
                here = replace(here, record_type=kind.words)
                yield from self._refer(kind, "record_type", here)
            if done is not None:
                yield from self._visit(done, steps, here)

    # --- going down -------------------------------------------------------------------------------

    def _visit(self, node: Node, shapes: list[Shape], here: Here) -> Iterator[Naming]:
        refers = first(shapes, "x-refers")
        if refers is not None and not (refers == "cells" and _has_parts(node, shapes)):
            handler = _SPECIAL.get(refers)
            if handler is not None:
                yield from handler(self, node, shapes, here)
            else:
                for one in node.children if node.kind == "list" else (node,):
                    yield from self._refer(one, refers, here)
            if refers != "cells" or node.kind != "map":
                return
        if node.kind == "list":
            for child in node.children:
                yield from self._item(child, below(shapes, 0), here)
        elif node.kind == "map":
            yield from self._map(node, shapes, here)

    def _item(self, node: Node, shapes: list[Shape], here: Here) -> Iterator[Naming]:
        use = node.get("use") if node.kind == "map" else None
        block = self._blocks.get(use.words) if use is not None and use.kind == "scalar" else None
        if use is not None and use.kind == "scalar":
            yield Naming(what="block", name=use.words, node=use, document=here.document)
        if block is not None and block.id not in here.seen:
            inner = replace(here, seen=(*here.seen, block.id))
            items, item = block.node.get("items"), block.node.get("item")
            for child in (*(items.children if items is not None else ()), *((item,) if item is not None else ())):  # fmt: skip
                yield from self._item(child, shapes, inner)
        yield from self._visit(node, shapes, here)

    def _map(self, node: Node, shapes: list[Shape], here: Here) -> Iterator[Naming]:
        here = self._deeper(node, shapes, here)
        declares = first(shapes, "x-declares")
        own = node.get("id")
        if declares and own is not None and own.kind == "scalar":
            yield from self._declared(str(declares), own, own.words, 0, here)
        keys = first(shapes, "x-declares-keys")
        if declares == "field" and own is not None and own.kind == "scalar":
            here = self._in_field(own.words, here)
        for key, child in node.items():
            if keys:
                yield from self._declared(str(keys), child, key, None, here)
            if key != "use":
                outer = key == "owner" and here.formulas
                inner = replace(here, record_type=here.formulas) if outer else here
                yield from self._visit(child, below(shapes, key), inner)

    def _deeper(self, node: Node, shapes: list[Shape], here: Here) -> Here:
        """Return what is known inside of a mapping: another record type, what sets a rule off, what names the cells."""
        known = keys_of(shapes)
        for key in ("type", "of"):
            shape, child = known.get(key), node.get(key)
            if shape is not None and shape.schema.get("x-refers") == "record_type" and child is not None:  # fmt: skip
                here = replace(here, record_type=child.words, formulas=here.record_type)
        if "record" in known and "then" in known:
            here = self._at_record(node, here)
        by = node.get("by")
        if "cells" in known and by is not None and by.kind == "scalar":
            here = replace(here, by=by.words)
        on = node.get("on")
        if on is not None and here.document[0] == "rule" and node.parent is None:
            some = on.children if on.kind == "list" else (on,)
            here = replace(here, events=tuple(one.words for one in some if one.kind == "scalar"))
        return here

    def _at_record(self, node: Node, here: Here) -> Here:
        """Return what is known in a step of a scenario, which may be about another record than the first."""
        record = node.get("record")
        if record is None or record.kind != "scalar" or node.parent is None:
            return here
        called: dict[str, str] = {}
        for step in node.parent.children:
            create = step.get("create")
            if create is not None and create.kind == "map":
                name, kind = create.get("as"), create.get("type")
                if name is not None:
                    called[name.words] = kind.words if kind is not None else here.record_type
        words = record.words
        return replace(here, record_type=called.get(words, words if words in self._fields else here.record_type))  # fmt: skip

    def _in_field(self, name: str, here: Here) -> Here:
        dotted = f"{here.field}.{name}" if here.field else name
        return replace(here, field=dotted, list_of=f"field#{here.record_type}#{dotted}")

    def _declared(self, what: str, node: Node, name: str, at: int | None, here: Here) -> Iterator[Naming]:  # fmt: skip
        if what == "choice":
            owners = frozenset([here.list_of])
        elif what in _OWNED_BY_FLOW:
            owners = frozenset([here.document[1]])
        elif here.field:
            what, owners = "column", frozenset([f"{here.record_type}#{here.field}"])
        else:
            owners = frozenset([here.record_type])
        yield Naming(what=what, name=name, node=node, at=at, owners=owners, declares=True, document=here.document)  # fmt: skip

    # --- what is named ----------------------------------------------------------------------------

    def _refer(self, node: Node, refers: str, here: Here) -> Iterator[Naming]:
        if node.kind != "scalar":
            return
        words = node.words
        match refers:
            case "expression" if isinstance(node.value, str):
                yield from self._spots(node, spots_in_expression(words, self._tables_of(here)), here)  # fmt: skip
            case "template" if isinstance(node.value, str):
                yield from self._spots(node, spots_in_message(words, self._tables_of(here)), here)
            case "event":
                yield from self._spots(node, spots_in_event(words), here)
            case "field":
                at = len(words) - len(words.lstrip("-"))
                yield from self._spots(node, [Spot("field", words[at:].split(".")[0], at)], here)
            case "person":
                kind, sign, name = words.partition(":")
                if kind == "team" and sign:
                    yield self._naming("team", name, node, len(kind) + 1, here)
            case "value":
                yield from self._choice(node, here.field, here)
            case "priority":
                yield from self._choice(node, "priority", here)
            case "state_or_way":
                for what in ("state", "way"):
                    yield from self._spots(node, [Spot(what, words, 0)], here)
            case "state" | "task" | "item" | "way":
                yield from self._spots(node, [Spot(refers, words, 0)], here)
            case "record_type_or_any" | "record":
                if words in self._fields:
                    yield self._naming("record_type", words, node, 0, here)
            case _ if refers in KINDS:
                yield self._naming(refers, words, node, 0, here)

    def _spots(self, node: Node, spots: Iterable[Spot], here: Here) -> Iterator[Naming]:
        for spot in spots:
            if spot.what == "choice":
                yield from self._compared(node, spot, here)
                continue
            owners = self._owners(spot, here)
            if owners:
                yield self._naming(spot.what, spot.name, node, spot.at, here, owners)

    def _owners(self, spot: Spot, here: Here) -> frozenset[str]:
        types = self._types(here)
        match spot.what:
            case "field":
                table = here.field.split(".")[0] if "." in here.field else ""
                if table and any(spot.name in self._tables.get(one, {}).get(table, ()) for one in types):  # fmt: skip
                    return frozenset()
                return frozenset(one for one in types if spot.name in self._fields.get(one, {}))
            case "column":
                return frozenset(f"{one}#{spot.of}" for one in types if spot.name in self._tables.get(one, {}).get(spot.of, ()))  # fmt: skip
            case "state":
                flows = self._flows_of(here)
                return frozenset(one for one in flows if spot.name in self._states.get(one, ()))
            case _:
                return frozenset(self._flows_of(here))

    def _flows_of(self, here: Here) -> set[str]:
        if here.document[0] == "workflow":
            return {here.document[1]}
        return {self._flows[one] for one in self._types(here) if one in self._flows}

    def _compared(self, node: Node, spot: Spot, here: Here) -> Iterator[Naming]:
        """Yield what a text is that is compared with the name *spot.of*."""
        of = spot.of
        if of in ("event.to", "event.from"):
            changed = [one.partition(":")[2].strip() for one in here.events if one.startswith("changed:")]  # fmt: skip
            of = changed[0] if changed else "state"
        match of:
            case "state" | "previous_state":
                yield from self._spots(node, [Spot("state", spot.name, spot.at)], here)
            case "event.field":
                yield from self._spots(node, [Spot("field", spot.name, spot.at)], here)
            case "event.task":
                yield from self._spots(node, [Spot("task", spot.name, spot.at)], here)
            case "team":
                yield self._naming("team", spot.name, node, spot.at, here)
            case "type_of_record":
                yield self._naming("record_type", spot.name, node, spot.at, here)
            case _:
                yield from self._choice(node, of, here, spot.name, spot.at)

    def _choice(self, node: Node, of: str, here: Here, name: str = "", at: int | None = 0) -> Iterator[Naming]:  # fmt: skip
        """Yield the choice that a value of the field *of* names; the team, for a field that holds teams."""
        words = name or node.words
        owners: set[str] = set()
        for one in self._types(here):
            known = self._field(one, of)
            if known is None:
                continue
            if known.type is FieldType.TEAM:
                yield self._naming("team", words, node, at, here)
                return
            if known.taxonomy:
                owners.add(f"taxonomy#{known.taxonomy}")
            elif known.options:
                owners.add(f"field#{one}#{of}")
        if owners:
            yield self._naming("choice", words, node, at, here, frozenset(owners))

    def _field(self, record_type: str, dotted: str) -> Field | None:
        head, _sign, column = dotted.partition(".")
        known = self._fields.get(record_type, {}).get(head)
        if known is None or not column:
            return known
        return next((one for one in known.columns if one.id == column), None)

    def _types(self, here: Here) -> tuple[str, ...]:
        if here.record_type == ANY_TYPE:
            return tuple(self._fields)
        return (here.record_type,)

    def _tables_of(self, here: Here) -> Tables:
        found: dict[str, frozenset[str]] = {}
        for one in self._types(here):
            for name, columns in self._tables.get(one, {}).items():
                found[name] = found.get(name, frozenset()) | columns
        return found

    def _naming(
        self, what: str, name: str, node: Node, at: int | None, here: Here, owners: frozenset[str] = frozenset([""])
    ) -> Naming:  # fmt: skip
        loose = here.record_type == ANY_TYPE and owners != frozenset([""])
        return Naming(what=what, name=name, node=node, at=at, owners=owners, loose=loose, document=here.document)  # fmt: skip

    # --- mappings with names for keys -------------------------------------------------------------

    def _values(self, node: Node, _shapes: list[Shape], here: Here) -> Iterator[Naming]:
        """Yield the names in a mapping of fields to values."""
        for key, child in node.items():
            owners = self._owners(Spot("field", key, 0), here)
            if owners:
                yield self._naming("field", key, child, None, here, owners)
            yield from self._value(child, key, here)

    def _value(self, node: Node, of: str, here: Here) -> Iterator[Naming]:
        if node.kind == "scalar":
            yield from self._choice(node, of, here)
        elif node.kind == "list":
            for child in node.children:
                if child.kind == "map":
                    yield from self._row_of(child, of, here)
                else:
                    yield from self._value(child, of, here)
        elif (formula := node.get("value")) is not None and len(node.children) == 1:
            yield from self._refer(formula, "expression", replace(here, record_type=here.formulas or here.record_type))  # fmt: skip

    def _row_of(self, node: Node, table: str, here: Here) -> Iterator[Naming]:
        for key, child in node.items():
            owners = self._owners(Spot("column", key, 0, table), here)
            if owners:
                yield self._naming("column", key, child, None, here, owners)
                yield from self._value(child, f"{table}.{key}", here)

    def _row(self, node: Node, _shapes: list[Shape], here: Here) -> Iterator[Naming]:
        """Yield the names in a row of a decision table."""
        for key, child in node.items():
            owners = self._owners(Spot("field", key.split(".")[0], 0), here)
            if owners and "." not in key:
                yield self._naming("field", key, child, None, here, owners)
            for one in child.children if child.kind == "list" else (child,):
                if one.kind == "scalar":
                    at = len(one.words) - len(one.words.removeprefix("!=").lstrip())
                    yield from self._cell(one, key, at, here)
                else:
                    yield from self._value(one, key, here)

    def _cell(self, node: Node, of: str, at: int, here: Here) -> Iterator[Naming]:
        spot = Spot("choice", node.words[at:], at, of)
        yield from self._compared(node, spot, here)

    def _cells(self, node: Node, shapes: list[Shape], here: Here) -> Iterator[Naming]:
        """Yield the choices that name the cells of a limit or a target."""
        known = keys_of(shapes)
        for key, child in node.items():
            if key not in known:
                yield from self._choice(child, here.by, here, key, None)

    def _message(self, node: Node, _shapes: list[Shape], here: Here) -> Iterator[Naming]:
        for one in node.walk():
            if one.kind == "scalar":
                yield from self._refer(one, "template", here)

    def _keys(self, what: str, node: Node, here: Here) -> Iterator[Naming]:
        for key, child in node.items():
            owners = self._owners(Spot(what, key, 0), here) if what in _OWNED_BY_FLOW else frozenset([""])  # fmt: skip
            if owners:
                yield self._naming(what, key, child, None, here, owners)

    def _clocks(self, node: Node, _shapes: list[Shape], here: Here) -> Iterator[Naming]:
        """Yield the tasks and states whose clocks are named: ``task:ID``."""
        for key, child in node.items():
            kind, sign, name = key.partition(":")
            if sign and kind in ("task", "state"):
                owners = self._owners(Spot(kind, name, 0), here)
                yield replace(self._naming(kind, name, child, None, here, owners), behind=len(kind) + 1)  # fmt: skip


def _has_parts(node: Node, shapes: list[Shape]) -> bool:
    """Return whether a limit is written as {by, cells, duration, calendar}."""
    known = keys_of(shapes)
    return "cells" in known and any(key in known for key, _child in node.items())


_SPECIAL: Mapping[str, Callable[[Names, Node, list[Shape], Here], Iterator[Naming]]] = {
    "values": Names._values,
    "row": Names._row,
    "cells": Names._cells,
    "message": Names._message,
    "clocks": Names._clocks,
    "tasks": lambda self, node, _shapes, here: self._keys("task", node, here),
    "state_keys": lambda self, node, _shapes, here: self._keys("state", node, here),
    "team_keys": lambda self, node, _shapes, here: self._keys("team", node, here),
}
