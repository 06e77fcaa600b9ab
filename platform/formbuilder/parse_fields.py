"""Parsing fields: of a form, of a table, of a record type."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from ..core.diagnostics import Diagnostic, Fix
from ..definitions import Node, Reader, tidy
from ..definitions.tree import short
from ..expressions import BOOL, Expression, Schema, Type, compile_expression
from .model import Field, FieldType, Right, Taxonomy
from .parse_bounds import accepted, bounded, defaulted, max_bytes, pattern
from .parse_options import choices
from .types import RESULTS, columns_of, unknown_options

MOST_COLUMNS = 40
TYPES = tuple(kind.value for kind in FieldType)
RESERVED = frozenset(
    [
        "and",
        "or",
        "not",
        "in",
        "is",
        "true",
        "false",
        "none",
        "null",
        "item",
        "event",
        "customer",
        "number",
        "state",
        "category",
        "owner",
        "team",
        "channel",
        "created_at",
        "updated_at",
        "entered_at",
        "resolved_at",
        "closed_at",
        "reopened",
        "escalation",
        "visits",
        "previous_state",
    ]
)
_CURRENCY = re.compile(r"[A-Z]{3}")
_CHOICES = frozenset({FieldType.CHOICE, FieldType.MULTI_CHOICE, FieldType.TREE_CHOICE})
_NO_COLUMN = frozenset({FieldType.TABLE, FieldType.HEADING})
_ALL = frozenset(FieldType)
_FILLED = _ALL - {FieldType.COMPUTED, FieldType.HEADING}
_WITH_PLACEHOLDER = frozenset(
    {
        FieldType.TEXT, FieldType.LONG_TEXT, FieldType.NUMBER, FieldType.MONEY, FieldType.EMAIL,
        FieldType.PHONE, FieldType.URL, FieldType.DURATION, FieldType.CHOICE, FieldType.TREE_CHOICE,
    }
)  # fmt: skip
_BOUNDED = frozenset(
    {
        FieldType.TEXT, FieldType.LONG_TEXT, FieldType.NUMBER, FieldType.MONEY, FieldType.DATE,
        FieldType.DATE_TIME, FieldType.DURATION, FieldType.MULTI_CHOICE, FieldType.FILES,
        FieldType.TABLE,
    }
)  # fmt: skip
_NUMBERS = frozenset({FieldType.NUMBER, FieldType.MONEY, FieldType.COMPUTED})
USES: Mapping[str, frozenset[FieldType]] = {
    "placeholder": _WITH_PLACEHOLDER,
    "personal": _FILLED | {FieldType.COMPUTED},
    "required": _FILLED,
    "require": _FILLED,
    "enable": _FILLED,
    "options": _CHOICES | {FieldType.COMPUTED},
    "from": _CHOICES | {FieldType.COMPUTED},
    "leaf_only": frozenset({FieldType.TREE_CHOICE}),
    "default": _FILLED - {FieldType.FILES, FieldType.TABLE, FieldType.CUSTOMER},
    "min": _BOUNDED,
    "max": _BOUNDED,
    "decimals": _NUMBERS,
    "currency": frozenset({FieldType.MONEY, FieldType.COMPUTED}),
    "pattern": frozenset({FieldType.TEXT}),
    "accept": frozenset({FieldType.FILES}),
    "max_size": frozenset({FieldType.FILES}),
    "columns": frozenset({FieldType.TABLE}),
    "value": frozenset({FieldType.COMPUTED}),
    "of": frozenset({FieldType.COMPUTED}),
    "team": frozenset({FieldType.USER}),
}

_CONDITIONAL = ("show", "require", "enable", "value", "columns")
PlainFields = dict[int, tuple[Node, Field | None, tuple[Diagnostic, ...]]]


def parse_fields(
    node: Node, schema: Schema | None, taxonomies: Mapping[str, Taxonomy]
) -> tuple[tuple[Field, ...], tuple[Diagnostic, ...]]:
    """Return the fields that the list *node* states, and every finding in source order.

    schema: what conditions may read; without one conditions are left out and not looked at.
    """
    parser = FieldParser(schema, taxonomies)
    if node.kind != "list":
        found = Diagnostic(span=node.where, code="DEF012", values={"key": "fields"})
        return (), (found,)
    fields = parser.fields(node.children, {})
    return fields, tidy(parser.found)


class FieldParser:
    """What parsing fields needs on the way: the names conditions may read, taxonomies, findings.

    plain: fields that read the same with every schema, since nothing in them is a condition; a second parser takes them from there.
    """

    def __init__(
        self,
        schema: Schema | None,
        taxonomies: Mapping[str, Taxonomy],
        found: list[Diagnostic] | None = None,
        plain: PlainFields | None = None,
    ) -> None:
        self.plain = plain
        self.schema = schema
        self.taxonomies = taxonomies
        self.found: list[Diagnostic] = [] if found is None else found

    def fields(
        self, nodes: Sequence[Node], seen: dict[str, Field], *, in_table: bool = False
    ) -> tuple[Field, ...]:
        """Return the fields that *nodes* state; those already in *seen* are reported and left out."""
        fields = []
        for node in nodes:
            if node.kind != "map":
                self.found.append(
                    Diagnostic(span=node.where, code="DEF013", values={"key": "fields"})
                )
                continue
            reader = Reader(node, self.found)
            field = self._known(reader) if not in_table else self.field(reader, in_table=True)
            if field is None:
                continue
            if field.id in seen:
                reader.error("FRM005", "id", word=field.id)
                continue
            seen[field.id] = field
            fields.append(field)
        return tuple(fields)

    def _known(self, reader: Reader) -> Field | None:
        """Return one field of the form, as another parser read it where that can be no other."""
        node = reader.root
        if self.plain is None or any(node.get(key) is not None for key in _CONDITIONAL):
            return self.field(reader)
        known = self.plain.get(id(node))
        if known is None:
            first = len(self.found)
            field = self.field(reader)
            self.plain[id(node)] = (node, field, tuple(self.found[first:]))
            return field
        self.found.extend(known[2])
        return known[1]

    def field(self, reader: Reader, *, in_table: bool = False) -> Field | None:
        """Return one field, None without an id or a type."""
        name = self._id(reader)
        word = reader.choice("type", TYPES, required=True)
        title = reader.label("title", required=True)
        help_text = reader.label("help")
        if not word:
            for key in (*USES, "show", "rights"):
                reader.node(key)
            reader.done()
            return None
        field = Field(
            id=name,
            type=FieldType(word),
            title=title,
            help=help_text,
            span=reader.span,
            places={key: reader.span_of(key) for key in ("id", "required", "team")},
        )
        if in_table and field.type in _NO_COLUMN:
            reader.error("FRM014", "type", type=word)
        field = self._filled(reader, self._own_keys(reader, field))
        reader.done()
        return field if name else None

    def condition(
        self, reader: Reader, key: str, want: Type = BOOL, schema: Schema | None = None
    ) -> Expression | None:
        """Return the expression under *key*, None without one, without schema, or when it is wrong."""
        text, node = reader.raw_text(key), reader.node(key)
        if text is None or node is None or self.schema is None:
            return None
        span = node.inside(0, len(text)) if text else node.span
        expression, found = compile_expression(text, schema or self.schema, span, want=want)
        self.found.extend(found)
        return expression

    def _id(self, reader: Reader) -> str:
        name = reader.identifier("id", required=True)
        node = reader.node("id")
        if node is None:
            return name
        if "-" in name:
            good = name.replace("-", "_")
            fix = Fix(span=node.span, text=node.quote(good))
            reader.error("FRM012", "id", word=short(name), guess=good, fix=fix)
        elif name in RESERVED:
            reader.error("FRM013", "id", word=name)
        return name

    def _own_keys(self, reader: Reader, field: Field) -> Field:
        """Return *field* with the keys that only some types have; any other is reported."""
        kind = field.type
        for key, kinds in USES.items():
            if kind not in kinds and reader.has(key):
                reader.error("FRM007", span=reader.key_span(key), key=key, type=kind.value)
                reader.node(key)
        if kind in USES["options"]:
            field = self._choices(reader, field)
        if kind in USES["columns"]:
            field = self._columns(reader, field)
        if kind in USES["pattern"]:
            field = replace(field, pattern=pattern(reader))
        if kind in USES["accept"]:
            size = max_bytes(reader, field.max_bytes)
            field = replace(field, accept=accepted(reader), max_bytes=size)
        if kind in _NUMBERS:
            field = self._number(reader, field)
        if kind is FieldType.USER:
            field = replace(field, team=reader.identifier("team") or None)
        if kind is FieldType.COMPUTED:
            field = self._computed(reader, field)
        return bounded(reader, field) if kind in _BOUNDED else field

    def _filled(self, reader: Reader, field: Field) -> Field:
        """Return *field* with what any field may have: conditions, rights, default."""
        kind = field.type
        given: dict[str, object] = {
            "show": self.condition(reader, "show"),
            "rights": self._rights(reader),
        }
        if reader.has("personal") and kind in USES["personal"]:
            given["personal"] = reader.flag("personal")
        if kind in USES["placeholder"]:
            given["placeholder"] = reader.label("placeholder")
        if kind in _FILLED:
            required = reader.flag("required")
            if required and reader.has("require"):
                reader.error("FRM020", span=reader.key_span("require"))
            given["required"] = required
            given["require"] = self.condition(reader, "require")
            given["enable"] = self.condition(reader, "enable")
        told = {key: value for key, value in given.items() if value or key == "personal"}
        if told:  # a copy of every field costs as much as reading it
            field = replace(field, **told)  # type: ignore[arg-type]  # each is of its key's type
        if kind in USES["default"] and not unknown_options(field.options):
            return defaulted(reader, field)
        reader.node("default")
        return field

    def _choices(self, reader: Reader, field: Field) -> Field:
        options, taxonomy = choices(reader, self.taxonomies, self.found)
        if not options and field.type in _CHOICES and not reader.has("options"):
            reader.error("FRM002", field=field.id)
        leaf_only = field.type is FieldType.TREE_CHOICE and reader.flag("leaf_only")
        return replace(field, options=options, taxonomy=taxonomy, leaf_only=leaf_only)

    def _columns(self, reader: Reader, field: Field) -> Field:
        nodes = reader.nodes("columns", required=True)
        if len(nodes) > MOST_COLUMNS:
            reader.error(
                "FRM019",
                span=reader.key_span("columns"),
                count=len(nodes),
                limit=MOST_COLUMNS,
                what_en="columns",
                what_zh="列",
            )
        inner = FieldParser(None, self.taxonomies)
        columns = inner.fields(nodes, {}, in_table=True)
        if self.schema is None:
            self.found.extend(inner.found)
            return replace(field, columns=columns)
        schema = self.schema.with_fields(columns_of(replace(field, columns=columns)))
        inner = FieldParser(schema, self.taxonomies, self.found)
        return replace(field, columns=inner.fields(nodes, {}, in_table=True))

    def _number(self, reader: Reader, field: Field) -> Field:
        decimals = reader.whole("decimals", 0, 0, 9) if reader.has("decimals") else None
        currency = ""
        if field.type is not FieldType.NUMBER:
            currency = reader.text("currency")
        reader.node("decimals")
        if currency and not _CURRENCY.fullmatch(currency):
            reader.error("FRM017", "currency", word=short(currency))
        if decimals is None and not currency:
            return field
        return replace(field, decimals=decimals, currency=currency)

    def _computed(self, reader: Reader, field: Field) -> Field:
        of = reader.choice("of", tuple(RESULTS), required=True)
        reader.text("value", required=True)
        value = self.condition(reader, "value", RESULTS[of]) if of else None
        return replace(field, of=of, value=value)

    def _rights(self, reader: Reader) -> tuple[Right, ...]:
        rights = []
        for inner in reader.readers("rights"):
            roles = inner.scalars("roles", required=True)
            can = inner.choice("can", ("none", "read", "write"), required=True)
            states = inner.scalars("states")
            inner.done()
            if can:
                rights.append(
                    Right(
                        roles=frozenset(node.words for node in roles),
                        can=can,
                        states=frozenset(node.words for node in states),
                        places={node.words: node.span for node in (*states, *roles)},
                    )
                )
        return tuple(rights)
