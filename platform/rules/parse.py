"""Documents to rules, tables, routing chains and teams; every finding, in source order, at its place."""

from __future__ import annotations

from ..core.diagnostics import Diagnostic, has_errors
from ..definitions import Document, Reader, tidy
from ..expressions import Duration, Schema
from .actions import read_actions
from .model import Action, Recent, Routing, Rule, Strategy, Trigger
from .parse_table import parse_table
from .parse_team import parse_team
from .reading import condition, duration, type_of, unknown_field
from .triggers import read_triggers

__all__ = ["parse_routing", "parse_rule", "parse_table", "parse_team"]

_DAY = Duration(seconds=86_400)

# What each way of routing needs, and what else it may have.
WAYS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "on_call": (("team",), ("cap",)),
    "dedicated": ((), ("team", "cap")),
    "last_agent": ((), ("team", "cap", "within")),
    "skill": (("team", "field"), ("cap",)),
    "least_loaded": (("team",), ("cap",)),
    "round_robin": (("team",), ("cap",)),
    "user": (("user_field",), ("team", "cap")),
    "queue": (("team",), ()),
}


def parse_rule(document: Document, schema: Schema) -> tuple[Rule | None, tuple[Diagnostic, ...]]:
    """Return the rule, None when it has errors, and all findings.

    schema: the names of its record type (for ``any`` the base fields), with ``event``.
    """
    found: list[Diagnostic] = []
    reader = Reader.of(document, found)
    title = reader.label("title", required=True)
    record_type = reader.identifier("record_type", "any")
    triggers = read_triggers(reader, schema)
    when = condition(reader, "when", schema)
    if when is not None:
        _check_event(reader, triggers, when.names)
    rule = Rule(
        id=document.id,
        title=title,
        record_type=record_type,
        triggers=triggers,
        when=when,
        recent=_recent(reader, schema),
        order=reader.whole("order", 100, -10_000, 10_000),
        once=reader.flag("once"),
        enabled=reader.flag("enabled", True),
        then=_then(reader, schema, found),
        span=reader.key_span("id"),
    )
    reader.done()
    findings = tidy(found)
    return (None if has_errors(findings) else rule), findings


def _then(reader: Reader, schema: Schema, found: list[Diagnostic]) -> tuple[Action, ...]:
    """Return the actions; a rule that has none yet is not finished, which is no error."""
    node = reader.node("then")
    if node is not None and node.kind == "list" and not node.children:
        reader.error("RUL017", "then")
        return ()
    return read_actions(reader.nodes("then", required=True), schema, found)


def _check_event(reader: Reader, triggers: tuple[Trigger, ...], names: frozenset[str]) -> None:
    """A rule that time sets off has no event to read."""
    if triggers and all(one.kind != "event" for one in triggers):
        read = sorted(name for name in names if name.split(".")[0] == "event")
        if read:
            reader.error("RUL014", "when", name=read[0])


def _recent(reader: Reader, schema: Schema) -> Recent | None:
    inner = reader.reader("recent")
    if inner is None:
        return None
    within = duration(inner, "within", required=True)
    if within is not None and within.business:
        inner.error("RUL005", "within", found=inner.text("within"))
    same: list[str] = []
    for node in inner.scalars("same"):
        if node.words == "customer_id" or type_of(node.words, schema) is not None:
            same.append(node.words)
        else:
            unknown_field(inner.found, "RUL004", node, schema)
    recent = Recent(
        record_type=inner.identifier("of", required=True),
        within=within or _DAY,
        at_least=inner.whole("at_least", 2, 1, 100_000, required=True),
        same=tuple(same),
        when=condition(inner, "when", schema),
        span=inner.span_of("of"),
    )
    inner.done()
    return recent


def parse_routing(
    document: Document, schema: Schema
) -> tuple[Routing | None, tuple[Diagnostic, ...]]:
    """Return the routing chain, None when it has errors, and all findings."""
    found: list[Diagnostic] = []
    reader = Reader.of(document, found)
    title = reader.label("title")
    record_type = reader.identifier("record_type", required=True)
    chain = [_link(link, schema) for link in reader.readers("chain", required=True)]
    reader.done()
    findings = tidy(found)
    routing = Routing(
        id=document.id,
        title=title,
        record_type=record_type,
        chain=tuple(chain),
        span=reader.key_span("chain"),
    )
    return (None if has_errors(findings) else routing), findings


def _link(reader: Reader, schema: Schema) -> Strategy:
    by = reader.choice("by", tuple(WAYS), required=True)
    needed, allowed = WAYS.get(by, ((), ("team", "field", "user_field", "within", "cap")))
    for key in ("team", "field", "user_field", "within", "cap"):
        if by and reader.has(key) and key not in (*needed, *allowed):
            reader.error("RTE003", span=reader.key_span(key), name=key, by=by)
    for key in needed:
        if not reader.has(key):
            reader.error("RTE002", "by", name=key, by=by)
    names: dict[str, str | None] = {}
    for key in ("field", "user_field"):
        names[key] = reader.text(key) or None
        node = reader.node(key)
        if node is not None and key in needed and type_of(node.words, schema) is None:
            unknown_field(reader.found, "RTE007", node, schema)
    within = duration(reader, "within")
    if within is not None and within.business:
        reader.error("RTE010", "within", found=reader.text("within"))
    link = Strategy(
        by=by,
        team=reader.identifier("team") or None,
        when=condition(reader, "when", schema),
        field=names["field"],
        user_field=names["user_field"],
        within=within,
        cap=reader.whole("cap", 0, 1, 10_000) or None,
        span=reader.span_of("by"),
    )
    reader.done()
    return link
