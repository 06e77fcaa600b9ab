"""What a rule does: every action with its arguments, checked as far as one document can be."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..core.diagnostics import Diagnostic
from ..core.text import LANGS
from ..definitions import Node, Reader
from ..expressions import ChoiceType, Schema, Type
from .action_draft import Draft, arguments, owner, people, target, who
from .model import Action
from .reading import compiled, constant, duration, type_of, unknown, unknown_field

# Base fields that follow from something else, and the action that changes them.
FIXED: Mapping[str, str] = {
    "number": "",
    "state": "transition",
    "category": "transition",
    "owner": "assign",
    "team": "assign",
    "channel": "",
    "tags": "tag",
    "created_at": "",
    "updated_at": "",
    "entered_at": "",
    "resolved_at": "",
    "closed_at": "",
    "reopened": "",
    "escalation": "escalate",
    "visits": "",
    "previous_state": "",
    "waits_for": "",
    "requester": "",
    "customer": "",
    "type_of_record": "",
    "reassignments": "",
    "replied": "",
    "event": "",
}
WHO = ("owner", "lead", "team", "customer", "followers", "approvers")
_FOLLOW = ("owner", "lead")
_HOST = re.compile(r"https://[A-Za-z0-9.\-]+(?::[0-9]{1,5})?(?:[/?#][^\s]*)?")
_SECRET = re.compile(r"env:[A-Za-z_][A-Za-z0-9_]{0,99}")
_EVENT_NAME = re.compile(r"[A-Za-z0-9_.:-]{1,100}")
_MAX_ACTIONS = 50


def read_actions(
    nodes: Sequence[Node], schema: Schema, found: list[Diagnostic]
) -> tuple[Action, ...]:
    """Return the actions that can be read; everything wrong is reported."""
    actions: list[Action] = []
    for node in nodes[:_MAX_ACTIONS]:
        action = _read(node, schema, found)
        if action is not None:
            actions.append(action)
    for node in nodes[_MAX_ACTIONS : _MAX_ACTIONS + 1]:
        values: dict[str, str | int] = {"limit": _MAX_ACTIONS}
        found.append(Diagnostic(span=node.where, code="ACT016", values=values))
    return tuple(actions)


def _read(node: Node, schema: Schema, found: list[Diagnostic]) -> Action | None:
    items = list(node.items())
    if node.kind != "map" or len(items) != 1:
        found.append(Diagnostic(span=node.where, code="ACT001", values={"count": len(items)}))
        return None
    kind, value = items[0]
    read = _KINDS.get(kind)
    if read is None:
        unknown(found, "ACT002", value.where, kind, _KINDS)
        return None
    if _is_unfinished(value):
        found.append(Diagnostic(span=value.where, code="ACT021"))
        return None
    draft = Draft(kind, value, schema, found)
    read(draft)
    return Action(
        kind=kind,
        args=draft.args,
        expressions=draft.expressions,
        span=value.where,
        spans=draft.spans,
    )


def _is_unfinished(node: Node) -> bool:
    """Return whether something is left open that somebody has still to choose: an empty text, list or mapping."""
    if node.kind == "scalar":
        return node.value is not None and not node.words
    items = list(node.items()) if node.kind == "map" else []
    if items and all(key in LANGS for key, _child in items):
        return all(_is_unfinished(child) for _key, child in items)
    return not node.children or any(
        _is_unfinished(child) for child in node.children if child.path[-1:] != ("values",)
    )


def _set(draft: Draft) -> None:
    reader = arguments(draft)
    if reader is None:
        return
    if not draft.node.children:
        draft.report("DEF016", draft.node.where, key="set")
    for name, child in draft.node.items():
        of = type_of(name, draft.schema) if "." not in name else None
        if name in FIXED:
            instead = FIXED[name]
            draft.report("ACT004" if instead else "ACT018", child.where, name=name, action=instead)
        elif of is None:
            unknown(draft.found, "ACT003", child.where, name, _settable(draft.schema))
        elif of.kind != "record" and child.get("value") is not None:
            want = None if of.kind in ("list", "any") else of
            draft.put(name, _formula(draft, name, child, want), child.span)
        else:
            draft.put(name, constant(child, of, name, draft.found), child.span)


def _formula(draft: Draft, name: str, child: Node, want: Type | None) -> dict[str, str]:
    """Return ``{value: "expression"}`` as it stands, after compiling the expression."""
    reader = Reader(child, draft.found)
    words = reader.raw_text("value", required=True)
    reader.done()
    node = child.get("value")
    if words is None or node is None:
        return {}
    expression = compiled(node, draft.schema, want, draft.found)
    if expression is not None:
        draft.expressions[f"{draft.kind}.{name}"] = expression
    return {"value": words}


def _settable(schema: Schema) -> list[str]:
    return [name for name in schema.fields if name not in FIXED]


def _raise(draft: Draft) -> None:
    reader = arguments(draft)
    if reader is None:
        return
    name = reader.text("field", required=True)
    node = reader.node("field")
    of = type_of(name, draft.schema)
    if node is not None and name:
        if of is None:
            unknown_field(draft.found, "ACT003", node, draft.schema)
        elif name in FIXED or not (isinstance(of, ChoiceType) or of.kind in ("any", "text")):
            draft.report("ACT014", node.span, name=name)
    by = reader.whole("by", 1, -20, 20)
    if by == 0:
        reader.error("ACT015", "by")
    reader.done()
    draft.put("field", name, reader.span_of("field"))
    draft.put("by", by, reader.span_of("by"))


def _one_name(key: str) -> Callable[[Draft], None]:
    """Return a reader of an action that is just the id of a definition."""

    def read(draft: Draft) -> None:
        holder = draft.node.parent
        if holder is not None:
            name = Reader(holder, draft.found).identifier(draft.kind, required=True)
            draft.put(key, name, draft.node.span)

    return read


def _assign(draft: Draft) -> None:
    reader = arguments(draft)
    if reader is not None:
        draft.args = target(draft, reader, ("team", "user", "user_field", "lead_of"))
        reader.done()


def _notify(draft: Draft) -> None:
    reader = arguments(draft)
    if reader is None:
        return
    draft.put("to", people(draft, reader, "to", WHO), reader.span_of("to"))
    draft.put("template", reader.identifier("template", required=True), reader.span_of("template"))
    channel = reader.choice("channel", ("notice", "mail", "both"), "both")
    draft.put("channel", channel, reader.span_of("channel"))
    reader.done()


def _page(draft: Draft) -> None:
    reader = arguments(draft)
    if reader is None:
        return
    for key in ("team", "template"):
        draft.put(key, reader.identifier(key, required=True), reader.span_of(key))
    reader.done()


def _comment(draft: Draft) -> None:
    reader = arguments(draft)
    if reader is None:
        return
    template, text = reader.identifier("template"), reader.label("text")
    if reader.has("template") == reader.has("text"):
        reader.error("ACT010")
    draft.take(reader, "template", template)
    draft.take(reader, "text", {"en": text.en, "zh-CN": text.zh})
    draft.put("public", reader.flag("public"), reader.span_of("public"))
    reader.done()


def _tags(draft: Draft) -> None:
    holder = draft.node.parent
    if holder is None:
        return
    nodes = Reader(holder, draft.found).scalars(draft.kind, required=True)
    for node in nodes:
        words = node.words
        if (
            not words.strip()
            or ":" in words
            or "," in words
            or len(words) > 64
            or words != words.strip()
        ):
            draft.report("ACT017", node.span, name=words[:64])
    draft.put("tags", [node.words for node in nodes], draft.node.span)


def _transition(draft: Draft) -> None:
    reader = arguments(draft)
    if reader is None:
        return
    draft.put("to", reader.identifier("to", required=True), reader.span_of("to"))
    reader.done()


def _escalate(draft: Draft) -> None:
    reader = arguments(draft)
    if reader is None:
        return
    kind = reader.choice("kind", ("functional", "hierarchical"), "functional")
    draft.put("kind", kind, reader.span_of("kind"))
    inner = reader.reader("to")
    if inner is not None:
        keys = ("team", "user", "user_field", "lead_of", "role")
        draft.put("to", target(draft, inner, keys, "to."), reader.span_of("to"))
        inner.done()
    reader.done()


def _start(draft: Draft) -> None:
    reader = arguments(draft)
    if reader is None:
        return
    draft.put("id", reader.identifier("id", required=True), reader.span_of("id"))
    title = reader.label("title", required=True)
    draft.put("title", {"en": title.en, "zh-CN": title.zh}, reader.span_of("title"))
    owner(draft, reader)
    draft.take(reader, "form", reader.identifier("form"))
    limit = duration(reader, "limit")
    draft.take(reader, "limit", str(limit) if limit else None)
    reader.done()


def _create(draft: Draft) -> None:
    reader = arguments(draft)
    if reader is None:
        return
    draft.put("type", reader.identifier("type", required=True), reader.span_of("type"))
    draft.take(reader, "link", reader.identifier("link"))
    delay = duration(reader, "delay")
    draft.take(reader, "delay", str(delay) if delay else None)
    draft.take(reader, "calendar", reader.identifier("calendar"))
    if reader.has("calendar") and (delay is None or not delay.business):
        reader.error("ACT011", span=reader.key_span("calendar"))
    values: dict[str, Any] = {}
    for name, child in reader.entries("values"):
        if child.kind == "map" and child.get("value") is not None:
            values[name] = _formula(draft, name, child, None)
        else:
            values[name] = child.value
        draft.spans[f"create.values.{name}"] = child.where
    draft.put("values", values, reader.span_of("values"))
    owner(draft, reader)
    reader.done()


def _survey(draft: Draft) -> None:
    reader = arguments(draft)
    if reader is None:
        return
    draft.put("survey", reader.identifier("survey", required=True), reader.span_of("survey"))
    delay = duration(reader, "delay")
    draft.take(reader, "delay", str(delay) if delay else None)
    reader.done()


def _webhook(draft: Draft) -> None:
    reader = arguments(draft)
    if reader is None:
        return
    url = reader.text("url", required=True)
    if url and not _HOST.fullmatch(url):
        reader.error("ACT012", "url", url=url[:80])
    secret = reader.text("secret")
    if reader.has("secret") and not _SECRET.fullmatch(secret):
        reader.error("ACT013", "secret")
    event = reader.text("event")
    if reader.has("event") and not _EVENT_NAME.fullmatch(event):
        reader.error("ACT019", "event", name=event[:80])
    draft.put("url", url, reader.span_of("url"))
    draft.take(reader, "secret", secret)
    draft.take(reader, "event", event)
    reader.done()


def _follow(draft: Draft) -> None:
    holder = draft.node.parent
    if holder is not None:
        nodes = Reader(holder, draft.found).scalars(draft.kind, required=True)
        draft.put("who", who(draft, nodes, _FOLLOW), draft.node.span)


_KINDS: Mapping[str, Callable[[Draft], None]] = {
    "set": _set,
    "raise": _raise,
    "table": _one_name("table"),
    "assign": _assign,
    "route": _one_name("routing"),
    "notify": _notify,
    "page": _page,
    "comment": _comment,
    "tag": _tags,
    "untag": _tags,
    "transition": _transition,
    "escalate": _escalate,
    "start": _start,
    "create": _create,
    "survey": _survey,
    "webhook": _webhook,
    "follow": _follow,
}
ACTION_KINDS = tuple(_KINDS)
