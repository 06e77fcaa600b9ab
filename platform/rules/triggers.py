"""When a rule is looked at: ``on``, ``after``, ``at`` and ``every``."""

from __future__ import annotations

from collections.abc import Mapping

from ..definitions import IDENTIFIER, Node, Reader
from ..expressions import Schema
from .model import Trigger
from .reading import CLOCK, dotted_names, duration, type_of, unknown, unknown_field

# What may stand behind the colon: a fixed word, a field, a state, a tag, a percentage; "" is nothing.
EVENTS: Mapping[str, tuple[str, ...]] = {
    "created": ("",),
    "changed": ("", "FIELD"),
    "entered": ("", "STATE"),
    "left": ("STATE",),
    "comment": ("customer", "agent"),
    "note": ("",),
    "assigned": ("",),
    "clock": ("warned", "warned:PERCENT", "breached"),
    "approval": ("opened", "approved", "rejected"),
    "task": ("done",),
    "survey": ("answered",),
    "solved": ("yes", "no"),
    "reopened": ("",),
    "tagged": ("TAG",),
    "linked": ("",),
    "link": ("closed",),
    "delivery": ("dead",),
    "merged": ("",),
}
_FORMS = ("on", "after", "at", "every")


def read_triggers(reader: Reader, schema: Schema) -> tuple[Trigger, ...]:
    """Return the triggers of a rule: exactly one of the four forms must be there."""
    present = [form for form in _FORMS if reader.has(form)]
    if len(present) != 1:
        for extra in present[1:]:
            reader.error("RUL001", span=reader.key_span(extra))
        if not present:
            reader.error("RUL001", span=reader.key_span("id"))
    triggers: list[Trigger] = []
    for node in reader.scalars("on"):
        found = _event(reader, node, schema)
        if found is not None:
            triggers.append(found)
    for form, read in (("after", _after), ("at", _at), ("every", _every)):
        inner = reader.reader(form)
        if inner is not None:
            triggers.append(read(inner, schema))
            inner.done()
    return tuple(triggers)


def _event(reader: Reader, node: Node, schema: Schema) -> Trigger | None:
    name, colon, rest = node.words.strip().partition(":")
    if name not in EVENTS:
        unknown(reader.found, "RUL002", node.span, node.words, _spelled())
        return None
    if not _fits(name, rest, bool(colon)):
        choices = ", ".join(one for one in _spelled() if one.split(":")[0] == name)
        reader.error("RUL003", span=node.span, name=node.words[:80], choices=choices)
        return None
    if name == "changed" and rest and type_of(rest, schema) is None:
        span = node.inside(len("changed:"), len(rest))
        unknown(reader.found, "RUL004", span, rest, dotted_names(schema))
        return None
    return Trigger(kind="event", event=node.words.strip(), span=node.span)


def _fits(name: str, rest: str, has_colon: bool) -> bool:
    if not rest:
        return not has_colon and "" in EVENTS[name]
    for form in EVENTS[name]:
        if form == rest:
            return True
        if form == "warned:PERCENT":
            head, _, percent = rest.partition(":")
            if (
                head == "warned"
                and percent.isascii()
                and percent.isdigit()
                and 0 < int(percent[:4]) <= 100
            ):
                return True
        elif (form in ("FIELD", "STATE") and IDENTIFIER.fullmatch(rest)) or (
            form == "TAG" and ":" not in rest and len(rest) <= 64
        ):
            return True
    return False


def _spelled() -> list[str]:
    return [f"{name}:{form}" if form else name for name, forms in EVENTS.items() for form in forms]


def _after(reader: Reader, schema: Schema) -> Trigger:
    return Trigger(
        kind="after",
        duration=duration(reader, "duration", required=True),
        state=reader.identifier("in", required=True),
        calendar=reader.identifier("calendar") or None,
        span=reader.span_of("in"),
    )


def _at(reader: Reader, schema: Schema) -> Trigger:
    name = reader.text("field", required=True)
    node = reader.node("field")
    of = type_of(name, schema)
    if node is not None and name:
        if of is None:
            unknown_field(reader.found, "RUL004", node, schema)
        elif of.kind not in ("date", "datetime", "any"):
            reader.error("RUL010", "field", name=name)
    if reader.has("before") and not reader.has("offset"):
        reader.error("RUL013", span=reader.key_span("before"))
    if of is not None and of.kind == "datetime" and reader.has("time"):
        reader.error("RUL015", span=reader.key_span("time"))
    return Trigger(
        kind="at",
        date_field=name,
        offset=duration(reader, "offset"),
        before=reader.flag("before"),
        time=_clock(reader),
        calendar=reader.identifier("calendar") or None,
        span=reader.span_of("field"),
    )


def _every(reader: Reader, schema: Schema) -> Trigger:
    every = duration(reader, "duration", required=True)
    time = _clock(reader)
    if every is not None and not every.days:
        if every.seconds < 60:
            reader.error("RUL005", "duration", found=reader.text("duration"))
        elif time and (every.business or every.seconds % 86_400):
            reader.error("RUL016", span=reader.key_span("time"))
    return Trigger(
        kind="every",
        duration=every,
        time=time,
        calendar=reader.identifier("calendar") or None,
        span=reader.span_of("duration"),
    )


def _clock(reader: Reader) -> str:
    words = reader.raw_text("time")
    if words is None:
        return ""
    if CLOCK.fullmatch(words):
        return words
    reader.error("RUL006", "time", found=words[:20])
    return ""
