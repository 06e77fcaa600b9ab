"""Documents to decision tables."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

from ..core.diagnostics import Diagnostic, has_errors
from ..definitions import Document, Node, Reader, tidy
from ..expressions import (
    BOOL,
    ChoiceType,
    Expression,
    ListType,
    Schema,
    Type,
    compile_expression,
    parse_duration,
)
from ..expressions.lexer import quote_text
from .actions import FIXED
from .model import Cell, Row, Table
from .reading import constant, dotted_names, text_span, type_of, unknown

HITS = ("first", "unique", "last")
MAX_ROWS = 1_000
_COMPARISON = re.compile(r"(==|!=|<=|>=|<|>)\s*(.*)", re.DOTALL)
_ORDERED = frozenset({"number", "date", "datetime", "duration", "working time"})
_ANYTHING = Cell()


def parse_table(document: Document, schema: Schema) -> tuple[Table | None, tuple[Diagnostic, ...]]:
    """Return the table, None when it has errors, and all findings."""
    found: list[Diagnostic] = []
    reader = Reader.of(document, found)
    title = reader.label("title")
    record_type = reader.identifier("record_type", required=True)
    columns = _Columns(reader, schema)
    hit = reader.choice("hit", HITS, "first")
    nodes = reader.nodes("rows", required=True)
    if len(nodes) > MAX_ROWS:
        reader.error("TBL014", span=nodes[MAX_ROWS].where, limit=MAX_ROWS)
    rows = [row for node in nodes[:MAX_ROWS] if (row := _row(reader, node, columns)) is not None]
    default = columns.results(reader, "default") if reader.has("default") else {}
    reader.done()
    findings = tidy(found)
    table = Table(
        id=document.id,
        title=title,
        record_type=record_type,
        inputs=tuple(columns.inputs),
        outputs=tuple(columns.outputs),
        hit=hit,
        rows=tuple(rows),
        default=default,
        has_default=reader.has("default"),
        domains=columns.domains(),
        span=reader.key_span("id"),
    )
    return (None if has_errors(findings) else table), findings


class _Columns:
    """The inputs and outputs of a table with their types."""

    def __init__(self, reader: Reader, schema: Schema) -> None:
        self.found = reader.found
        self.schema = schema
        self.inputs: dict[str, Type] = {}
        self.outputs: dict[str, Type] = {}
        self._listed = {
            "inputs": [node.words for node in reader.scalars("inputs", required=True)],
            "outputs": [node.words for node in reader.scalars("outputs", required=True)],
        }
        for node in reader.scalars("inputs"):
            self._input(node)
        for node in reader.scalars("outputs"):
            self._output(node)

    def _input(self, node: Node) -> None:
        name = node.words
        of = type_of(name, self.schema)
        if of is None or name.split(".")[0] == "event":
            unknown(self.found, "TBL001", text_span(node), name, dotted_names(self.schema))
        elif of.kind == "record":
            unknown(self.found, "TBL001", text_span(node), name, ())
        elif name in self.inputs:
            unknown(self.found, "TBL011", node.span, name, ())
        else:
            self.inputs[name] = of

    def _output(self, node: Node) -> None:
        name = node.words
        of = type_of(name, self.schema)
        if of is None or name in FIXED or "." in name or of.kind == "record":
            names = [one for one in self.schema.fields if one not in FIXED]
            unknown(self.found, "TBL002", text_span(node), name, names)
        elif name in self.inputs or name in self.outputs:
            unknown(self.found, "TBL011", node.span, name, ())
        else:
            self.outputs[name] = of

    def is_listed(self, kind: str, name: str) -> bool:
        """Return whether *name* was named as a column, rightly or wrongly."""
        return name in self._listed[kind]

    def domains(self) -> dict[str, tuple[Any, ...]]:
        """Return all values of the inputs that have finitely many."""
        found: dict[str, tuple[Any, ...]] = {}
        for name, of in self.inputs.items():
            if isinstance(of, ChoiceType):
                found[name] = of.options
            elif of.kind == "bool":
                found[name] = (True, False)
        return found

    def results(self, reader: Reader, key: str) -> dict[str, Any]:
        """Return the outputs that the mapping under *key* gives."""
        results: dict[str, Any] = {}
        for name, node in reader.entries(key, required=True):
            of = self.outputs.get(name)
            if of is None:
                if not self.is_listed("outputs", name):
                    unknown(self.found, "TBL003", node.where, name, self.outputs, columns="outputs")
                continue
            results[name] = constant(node, of, name, self.found)
        return results


def _row(reader: Reader, node: Node, columns: _Columns) -> Row | None:
    inner = reader.into(node)
    if inner is None:
        return None
    cells: dict[str, Cell] = {}
    when: dict[str, Expression | None] = {}
    for name, child in inner.entries("when", required=True, free=True):
        of = columns.inputs.get(name)
        if of is None:
            if not columns.is_listed("inputs", name):
                unknown(
                    columns.found, "TBL003", child.where, name, columns.inputs, columns="inputs"
                )
            continue
        cell = _cell(child, of, name, columns.found)
        if cell is not None:
            cells[name] = cell
            when[name] = _compiled(cell, child, of, name, columns)
    then = columns.results(inner, "then")
    missing = [name for name in columns.outputs if name not in then]
    if missing and inner.has("then"):
        inner.error("TBL009", span=inner.key_span("then"), name=missing[0])
    inner.done()
    place = next(iter(node.items()), None)
    span = place[1].where if place else node.where
    return Row(when=when, then=then, cells=cells, span=span)


def _cell(node: Node, of: Type, name: str, found: list[Diagnostic]) -> Cell | None:
    """Return what a cell accepts: a value, a list, a comparison, or ``-`` for anything."""
    if node.kind == "map" or (node.kind == "list" and not node.children):
        found.append(Diagnostic(span=node.where, code="TBL005", values={"name": name}))
        return None
    item = of.item if isinstance(of, ListType) else of
    if node.kind == "list":
        values = [_value(child, child.words, item, name, found) for child in node.children]
        return _membership("in", tuple(values), of)
    words = node.words.strip()
    if words == "-":
        return _ANYTHING
    compared = _COMPARISON.fullmatch(words)
    if compared is None:
        return _membership("in", (_value(node, words, item, name, found),), of)
    op, rest = compared[1], compared[2]
    value = _value(node, rest, item, name, found)
    if op in ("==", "!="):
        return _membership("in" if op == "==" else "not in", (value,), of)
    if item.kind not in _ORDERED or of is not item or value is None:
        values_: dict[str, str | int] = {"name": name, "op": op}
        found.append(Diagnostic(span=node.span, code="TBL004", values=values_))
        return None
    return Cell(op, (value,))


def _membership(op: str, values: tuple[Any, ...], of: Type) -> Cell:
    if isinstance(of, ListType):
        return Cell("other", (op, *values))
    return Cell(op, values)


def _value(node: Node, words: str, of: Type, name: str, found: list[Diagnostic]) -> Any:
    """Return one constant of a cell; ``none`` is a missing value unless it is an option."""
    if node.kind != "scalar":
        found.append(Diagnostic(span=node.where, code="TBL005", values={"name": name}))
        return None
    if isinstance(of, ChoiceType):
        if words not in of.options and words not in ("none", ""):
            options = ", ".join(of.options[:12]) + ("…" if len(of.options) > 12 else "")
            unknown(found, "ACT005", node.span, words, of.options, field=name, options=options)
        return words if words in of.options else None if words in ("none", "") else words
    if words in ("none", "null", "~", ""):
        return None
    value = _typed(words, of)
    if value is None:
        found.append(Diagnostic(span=node.span, code="TBL005", values={"name": name}))
    return value


def _typed(words: str, of: Type) -> Any:
    """Return the value that *words* state for a type; None when they state none."""
    match of.kind:
        case "bool":
            return {"true": True, "false": False}.get(words)
        case "number":
            return _number(words)
        case "duration" | "working time":
            found = parse_duration(words)
            return found.seconds if found is not None and not found.days else None
        case "date" | "datetime":
            kind = date if of.kind == "date" else datetime
            try:
                kind.fromisoformat(words)
            except ValueError:
                return None
            return words
        case _:
            return words


def _number(words: str) -> int | float | None:
    if not re.fullmatch(r"-?[0-9]{1,15}(?:\.[0-9]{1,9})?", words):
        return None
    value = float(words)
    return int(value) if value == int(value) else value


def _compiled(cell: Cell, node: Node, of: Type, name: str, columns: _Columns) -> Expression | None:
    """Return the cell as a condition; None for anything."""
    if cell.op == "any":
        return None
    text = _text(cell, of, name)
    expression, _ = compile_expression(text, columns.schema, node.span, want=BOOL)
    if expression is None and not has_errors(columns.found):
        span = node.span if node.kind == "scalar" else node.where
        columns.found.append(Diagnostic(span=span, code="TBL005", values={"name": name}))
    return expression


def _text(cell: Cell, of: Type, name: str) -> str:
    """Return the condition that a cell stands for, in the language of conditions."""
    if cell.op == "other":
        op, *values = cell.values
        parts = [
            f"contains({name}, {_literal(value, of)})" for value in values if value is not None
        ]
        if None in values:
            parts.append(f"is_empty({name})")
        joined = " or ".join(parts)
        return f"not ({joined})" if op == "not in" else joined
    if cell.op not in ("in", "not in"):
        return f"{name} {cell.op} {_literal(cell.values[0], of)}"
    present = [value for value in cell.values if value is not None]
    same, different = (" or ", "==") if cell.op == "in" else (" and ", "!=")
    tests = [f"{name} {different} none"] if None in cell.values else []
    if len(present) == 1:
        tests.insert(0, f"{name} {different} {_literal(present[0], of)}")
    elif present:
        listed = ", ".join(_literal(value, of) for value in present)
        tests.insert(0, f"{name} {cell.op} [{listed}]")
    return same.join(tests)


def _literal(value: Any, of: Type) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return quote_text(value)
    if of.kind in ("duration", "working time"):
        return f"{value}s" if of.kind == "duration" else f"{value}bs"
    return str(value) if isinstance(value, int) else f"{value:.9f}".rstrip("0")
