"""The document of a workflow: text to model, with everything that is wrong in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from ..core.diagnostics import Diagnostic
from ..core.record import Category
from ..core.text import Text
from ..definitions import Document, Node, Reader
from ..expressions import Duration, Schema
from .gates import APPROVAL_KEYS, PARALLEL_KEYS, parse_approval, parse_parallel
from .model import CheckItem, State, Transition, Workflow
from .parts import Parsing
from .pins import FARTHEST, Pin, pin_of

MOST_STATES = 300
PREVIOUS = "previous"
_CATEGORIES = tuple(str(category) for category in Category)
_TYPES = ("normal", "approval", "parallel")
_NOTES = ("none", "optional", "required", "reply")
_STYLES = ("primary", "default", "danger")
_WAITING_FOR = ("customer", "vendor", "colleague")


def parse_workflow(
    document: Document, schema: Schema
) -> tuple[Workflow | None, tuple[Diagnostic, ...]]:
    """Return the workflow that *document* states, and every finding in source order.

    schema: the names that conditions may read. None comes back only when there is no state
    at all; a workflow that comes with errors holds what could be read.
    """
    parsing = Parsing(schema)
    reader = Reader.of(document, parsing.found)
    reopen_to, reopen_within = _reopen(parsing, reader)
    workflow = Workflow(
        id=document.id,
        record_type=reader.identifier("record_type", required=True),
        title=reader.label("title", required=True),
        goal=reader.label("goal"),
        scope=reader.label("scope"),
        start=reader.identifier("start", required=True),
        solved_state=reader.identifier("solved") or None,
        reopen_to=reopen_to,
        reopen_within=reopen_within,
        cancelled=reader.identifier("cancelled") or None,
        merged=reader.identifier("merged") or None,
        cancel_by=frozenset(reader.identifiers("cancel_by")),
        states=_states(parsing, reader),
        pins=_pins(reader),
        span=document.span,
        source=document.node,
    )
    reader.done()
    parsing.found.sort(key=lambda item: (item.span.line, item.span.column))
    return (workflow if workflow.states else None), tuple(parsing.found)


def _reopen(parsing: Parsing, reader: Reader) -> tuple[str | None, Duration | None]:
    inner = reader.reader("reopen")
    if inner is None:
        return None, None
    to = inner.identifier("to", required=True) or None
    within = parsing.time(inner, "within")
    inner.done()
    return to, within


def _pins(reader: Reader) -> dict[str, Pin]:
    """Return where states were put by hand on the chart; all others are placed by themselves."""
    layout = reader.reader("layout")
    found: dict[str, Pin] = {}
    for name, node in layout.root.items() if layout is not None else ():
        pin = pin_of(node)
        if pin is None:
            reader.error("WFL017", span=node.where, most=FARTHEST)
        else:
            found[name] = pin
    return found


def _states(parsing: Parsing, reader: Reader) -> dict[str, State]:
    entries = reader.mapping("states", required=True)
    if len(entries) > MOST_STATES:
        reader.error(
            "WFL014", span=reader.key_span("states"), count=len(entries), limit=MOST_STATES
        )
        entries = entries[:MOST_STATES]
    titles = {name: _title(inner.root) for name, _, inner in entries}
    states: dict[str, State] = {}
    for name, place, inner in entries:
        if name == PREVIOUS:
            inner.error("WFL013", span=place)
        states[name] = _state(parsing, inner, name, titles)
    return states


def _title(state: Node) -> Text:
    """Return a state's title without a word about what is wrong with it: that is said once, elsewhere."""
    return Reader(state, []).label("title")


def _state(parsing: Parsing, reader: Reader, name: str, titles: Mapping[str, Text]) -> State:
    kind = reader.choice("type", _TYPES, "normal")
    _report_foreign_keys(reader, kind)
    state = State(
        id=name,
        title=reader.label("title", required=True),
        category=Category(reader.choice("category", _CATEGORIES, "open", required=True)),
        type=kind,
        customer_title=reader.label("customer_title"),
        customer_step=reader.flag("customer_step", True),
        guidance=reader.label("guidance"),
        owner=parsing.owner(reader, "owner"),
        limit=parsing.limit(reader, "limit"),
        form=reader.identifier("form") or None,
        checklist=_checklist(parsing, reader),
        go=_ways(parsing, reader, titles),
        approval=parse_approval(parsing, reader) if kind == "approval" else None,
        parallel=parse_parallel(parsing, reader) if kind == "parallel" else None,
        waits_for=reader.choice("waits_for", _WAITING_FOR),
        on_customer_reply=reader.identifier("on_customer_reply") or None,
        span=reader.span,
    )
    _report_inert_keys(reader, state)
    reader.done()
    return state


def _report_foreign_keys(reader: Reader, kind: str) -> None:
    """Report the keys of an approval in a state that is none, and of parallel tasks likewise."""
    for other, keys in (("approval", APPROVAL_KEYS), ("parallel", PARALLEL_KEYS)):
        for key in keys if kind != other else ():
            if reader.node(key) is not None:
                reader.error("WFL004", span=reader.key_span(key), key=key, type=other)


def _report_inert_keys(reader: Reader, state: State) -> None:
    """Report the keys that do nothing in a state of this category."""
    inert = {
        "waits_for": state.category is not Category.WAITING,
        "on_customer_reply": state.category not in (Category.WAITING, Category.RESOLVED),
        "limit": state.category is Category.CLOSED,
    }
    for key, does_nothing in inert.items():
        if does_nothing and reader.has(key):
            span = reader.key_span(key)
            reader.error("WFL015", span=span, key=key, category=str(state.category))


def _checklist(parsing: Parsing, reader: Reader) -> tuple[CheckItem, ...]:
    items = []
    count: Counter[str] = Counter()
    for inner in reader.readers("checklist"):
        item = CheckItem(
            id=inner.identifier("id", required=True),
            title=inner.label("title", required=True),
            required=inner.flag("required"),
            required_when=parsing.condition(inner, "required_when"),
        )
        inner.done()
        count[item.id] += 1
        if item.id and count[item.id] == 2:
            inner.error("WFL009", "id", id=item.id)
        items.append(item)
    return tuple(items)


def _ways(parsing: Parsing, reader: Reader, titles: Mapping[str, Text]) -> tuple[Transition, ...]:
    readers = reader.readers("go")
    written = (inner.root.get("id") for inner in readers)
    taken = {node.words for node in written if node is not None and node.kind == "scalar"}
    seen: set[str] = set()
    ways = []
    for inner in readers:
        to = inner.identifier("to", required=True)
        name = inner.identifier("id") if inner.has("id") else ""
        if name and name in seen:
            inner.error("WFL003", "id", id=name)
        if not name:
            name = _free_name(to, taken)
        taken.add(name)
        seen.add(name)
        ways.append(_way(parsing, inner, to, name, titles.get(to) or Text(to, to)))
    return tuple(ways)


def _free_name(wanted: str, taken: set[str]) -> str:
    name, number = wanted, 2
    while name in taken:
        name, number = f"{wanted}-{number}", number + 1
    return name


def _way(parsing: Parsing, reader: Reader, to: str, name: str, title: Text) -> Transition:
    way = Transition(
        to=to,
        id=name,
        title=reader.label("title") or title,
        when=parsing.condition(reader, "when"),
        by=frozenset(reader.identifiers("by")),
        ask=tuple(dict.fromkeys(reader.identifiers("ask"))),
        note=reader.choice("note", _NOTES, "none"),
        auto=reader.flag("auto"),
        form_complete=reader.flag("form_complete", True),
        style=reader.choice("style", _STYLES, "default"),
        span=reader.span,
    )
    for key in ("by", "ask", "note", "style"):
        if way.auto and reader.has(key):
            reader.error("WFL012", span=reader.key_span(key), key=key)
    reader.done()
    return way
