"""The flow chart of a workflow as a page draws it: who does what by when, and where it goes from there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from sopwith.core.text import Lang, Text
from sopwith.expressions import Duration, Labels
from sopwith.release.model import Release
from sopwith.workflows.describe import Names, SopRow, sop_rows
from sopwith.workflows.layout import ChartEdge, ChartNode, Point, layout
from sopwith.workflows.model import ApprovalRule, Workflow

from .languages import lang
from .rendering import role_word
from .type_width import broken_lines, cut, width_of
from .wording import gettext as _
from .wording import ngettext

Box = tuple[float, float, float, float]

_LINE, _SMALL, _TOP = 18.0, 16.0, 21.0
_LABEL_ROOM, _GUARD_ROOM, _LABEL_LINES = 120.0, 150.0, 3
_ICON_ROOM, _STRIP = 22.0, 80.0
_SIGNS = {"open": "circle-dot", "waiting": "player-pause", "resolved": "circle-check", "closed": "archive"}  # fmt: skip
_TYPE_SIGNS = {"approval": "user-check", "parallel": "git-branch"}


@dataclass(frozen=True, slots=True, kw_only=True)
class TextLine:
    """One line of text with its left (or middle) end and its base line. kind: title | who | limit | more | edge | guard."""

    words: str
    x: float
    y: float
    kind: str = "title"


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowNode:
    """One state as drawn. label: everything it says, in one sentence."""

    id: str
    x: float
    y: float
    w: float
    h: float
    category: str
    sign: str
    lines: tuple[TextLine, ...]
    label: str
    start: bool
    present: bool
    past: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowEdge:
    """One way as drawn. points: its corners; path: these for an SVG path; lines: its words, around *at*."""

    source: str
    target: str
    path: str
    points: tuple[Point, ...]
    at: Point
    words: str
    lines: tuple[TextLine, ...]
    back: bool
    conditional: bool
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowChart:
    """A flow chart in pixels, and all it says as sentences for whoever does not see it."""

    title: str
    width: float
    height: float
    nodes: tuple[FlowNode, ...]
    edges: tuple[FlowEdge, ...]
    start: Point | None
    sentences: tuple[str, ...]
    left_out: int


def flow_chart(
    workflow: Workflow,
    tongue: Lang,
    *,
    names: Names | None = None,
    labels: Labels | None = None,
    present: str | None = None,
    past: frozenset[str] = frozenset(),
) -> FlowChart:
    """Return the chart of *workflow*. names, labels: titles for ids. present, past: states of one record."""
    chart = layout(workflow, tongue)
    rows = {row.state_id: row for row in sop_rows(workflow, tongue, names, labels)}
    nodes = tuple(
        _node(one, rows[one.id], _brief(workflow, one.id, names or {}), present, past)
        for one in chart.nodes
    )
    boxes = [(node.x, node.y, node.x + node.w, node.y + node.h) for node in nodes]
    boxes += [_head(one.points[0]) for one in chart.edges]
    labels_at = _Places(boxes, chart.width)
    guards = _Guards(workflow, tongue, labels or Labels())
    edges = tuple(_edge(one, guards.of(one), rows, labels_at) for one in chart.edges)
    start = next(((node.x + node.w / 2, node.y) for node in nodes if node.start), None)
    return FlowChart(
        title=workflow.title.get(tongue),
        width=chart.width,
        height=chart.height,
        nodes=nodes,
        edges=edges,
        start=start,
        sentences=tuple(_sentences(nodes, rows)),
        left_out=chart.left_out,
    )


def workflow_names(release: Release, workflow: Workflow) -> Names:
    """Return the titles of everything that *workflow* names."""
    found: dict[tuple[str, str], Text] = {}
    kinds = (("team", release.teams), ("form", release.forms), ("routing", release.routings))
    for kind, models in kinds:
        found.update(((kind, key), model.title) for key, model in models.items())
    found.update((("calendar", key), one.title) for key, one in release.calendars.items())
    record_type = release.record_types.get(workflow.record_type)
    if record_type is not None:
        found.update((("field", key), one.title) for key, one in record_type.all_fields.items())
    return {key: title for key, title in found.items() if title}


def _head(start: Point) -> Box:
    """Return the beginning of a line, where an editor has its "+" and its tally: no words stand there."""
    return start[0] - 36, start[1], start[0] + 9, start[1] + 30


def brief_limit(workflow: Workflow, state_id: str, names: Names) -> str:
    """Return how long a record may stay in a state, as briefly as a box needs it."""
    return _brief(workflow, state_id, names).when


class _Guards:
    """When ways are open, in words."""

    def __init__(self, workflow: Workflow, tongue: Lang, labels: Labels) -> None:
        self._workflow, self._tongue, self._labels = workflow, tongue, labels

    def of(self, edge: ChartEdge) -> str:
        """Return when a line can be gone: empty when always, or when one of its ways always can."""
        if not edge.conditional:
            return ""
        ways = [way for way in self._workflow.states[edge.source].go if way.to == edge.target]
        found = [way.when.words(self._tongue, self._labels) for way in ways if way.when is not None]
        return _(" or ").join(dict.fromkeys(found))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Brief:
    """What a box says of a state; the whole of it is in the guide."""

    who: str
    when: str
    more: tuple[str, ...]


def _brief(workflow: Workflow, state_id: str, names: Names) -> _Brief:
    """Return who, by when and with what, as briefly as a box needs it."""
    state = workflow.states[state_id]
    owner, limit = state.owner, state.limit
    who = when = ""
    more = []
    if state.form is not None:
        more.append(_("Form: %(title)s", title=title_of(names, "form", state.form)))
    if state.approval is not None:
        who = _("Approval: %(who)s", who=_(", ").join(approver_names(state.approval, names)))
        more.insert(0, decision_word(state.approval.mode, state.approval.share))
    elif state.parallel is not None:
        who = ngettext("%(num)d task", "%(num)d tasks", len(state.parallel.branches))
    elif owner is not None and owner.team:
        who = title_of(names, "team", owner.team)
        who = _("%(team)s (same owner)", team=who) if owner.keep else who
    if limit is not None:
        spans = [*limit.cells.values(), *([limit.duration] if limit.duration else [])]
        ends = [_length(min(spans, key=_seconds)), _length(max(spans, key=_seconds))]
        when = " – ".join(dict.fromkeys(ends))
    return _Brief(who=who, when=when, more=tuple(more))


def approver_names(rule: ApprovalRule, names: Names) -> list[str]:
    """Return who is asked, a word or two each."""
    found = []
    for one in rule.approvers:
        if one.team:
            found.append(_("lead of %(team)s", team=title_of(names, "team", one.team)))
        elif one.user_field:
            found.append(title_of(names, "field", one.user_field))
        elif one.manager_of:
            found.append(_("line manager"))
        else:
            found.append(one.user or role_word(one.role or ""))
    return [name for name in dict.fromkeys(found) if name]


def decision_word(mode: str, share: int) -> str:
    """Return how the votes of an approval make a decision, with its rule."""
    return {
        "all": _("all must agree"),
        "any": _("one is enough"),
        "in_turn": _("one after the other"),
    }.get(mode) or _("%(share)d%% must agree", share=share)


def title_of(names: Names, kind: str, key: str) -> str:
    """Return the title of what *key* names, in the page's language."""
    found = names.get((kind, key))
    return found.get(lang()) if found else key


def _seconds(time: Duration) -> int:
    return time.seconds + time.days * 8 * 3600


def _length(time: Duration) -> str:
    if time.days:
        return ngettext("%(num)d working day", "%(num)d working days", time.days)
    words = brief_span(time.seconds)
    return _("%(time)s working time", time=words) if time.business else words


def brief_span(seconds: int) -> str:
    """Return a length of time as ``1 d 2 h``, without the parts that are nothing."""
    days, rest = divmod(seconds, 86_400)
    hours, rest = divmod(rest, 3_600)
    minutes, left = divmod(rest, 60)
    parts = [
        (days, _("%(num)d d", num=days)),
        (hours, _("%(num)d h", num=hours)),
        (minutes, _("%(num)d m", num=minutes)),
        (left, _("%(num)d s", num=left)),
    ]
    return " ".join(words for amount, words in parts if amount) or _("%(num)d s", num=0)


def _node(
    node: ChartNode,
    row: SopRow,
    brief: _Brief,
    present: str | None,
    past: frozenset[str],
) -> FlowNode:
    x, y, w, h = node.x, node.y, node.w, node.h
    room = w - 20
    titles = [
        TextLine(words=words, x=x + 10 + _ICON_ROOM, y=y + _TOP + index * _LINE)
        for index, words in enumerate(node.lines)
    ]
    base = y + _TOP + len(titles) * _LINE + 1
    who, limit = brief.who or row.who, brief.when
    when = " · ".join(word for word in (row.category, limit) if word)
    said = [("who", who), ("limit", when)]
    if width_of(when) > room:
        said = [("who", who), ("limit", limit), *(() if brief.more else (("limit", row.category),))]
    said += [("more", words) for words in brief.more]
    lines = [
        TextLine(words=cut(words, room), x=x + 10, y=base + _SMALL * index, kind=kind)
        for index, (kind, words) in enumerate(one for one in said if one[1])
    ]
    return FlowNode(
        id=node.id,
        x=x,
        y=y,
        w=w,
        h=h,
        category=node.category,
        sign=_TYPE_SIGNS.get(node.type) or _SIGNS[node.category],
        lines=(*titles, *lines),
        label=_sentence(row),
        start=node.start,
        present=node.id == present,
        past=node.id in past,
    )


def _sentence(row: SopRow) -> str:
    parts = [row.state, row.category, row.who, row.limit]
    return _("; ").join(part for part in parts if part)


class _Places:
    """Where words can stand without covering a box or other words."""

    def __init__(self, boxes: list[Box], width: float) -> None:
        self._rows: defaultdict[int, list[Box]] = defaultdict(list)
        self._width = width
        for box in boxes:
            self._add(box)

    def _add(self, box: Box) -> None:
        for row in _rows_of(box):
            self._rows[row].append(box)

    def take(self, wish: Point, points: list[Point], w: float, h: float) -> Point:
        """Return the middle of a free place of *w* by *h* on the line *points*, *wish* if all are taken."""
        best, least = wish, float("inf")
        for x, y in (wish, *_along(points)):
            x = min(max(x, w / 2 + 4), self._width - w / 2 - 4)
            box = (x - w / 2 - 3, y - h / 2 - 1, x + w / 2 + 3, y + h / 2 + 1)
            near = {other for row in _rows_of(box) for other in self._rows[row]}
            covered = sum(_overlap(box, other) for other in near)
            if covered < least:
                best, least = (round(x, 1), round(y, 1)), covered
            if not covered:
                break
        x, y = best
        self._add((x - w / 2, y - h / 2, x + w / 2, y + h / 2))
        return best


def _rows_of(box: Box) -> range:
    """Return the strips of the chart that a box stands in: only what shares one can meet."""
    return range(int(box[1] // _STRIP), int(box[3] // _STRIP) + 1)


def _along(points: list[Point]) -> Iterator[Point]:
    """Yield points on a line, the first stretches first."""
    for one, other in pairwise(points):
        for share in (0.5, 0.3, 0.7, 0.15, 0.85):
            yield one[0] + (other[0] - one[0]) * share, one[1] + (other[1] - one[1]) * share


def _overlap(one: Box, other: Box) -> float:
    wide = min(one[2], other[2]) - max(one[0], other[0])
    high = min(one[3], other[3]) - max(one[1], other[1])
    return wide * high if wide > 0 and high > 0 else 0.0


def _edge(edge: ChartEdge, guard: str, rows: Mapping[str, SopRow], places: _Places) -> FlowEdge:
    points = list(edge.points)
    broken = [("edge", words) for words in broken_lines(edge.label, _LABEL_ROOM, _LABEL_LINES)]
    broken += [("guard", words) for words in broken_lines(guard, _GUARD_ROOM, _LABEL_LINES)]
    wide = max((width_of(words) for _kind, words in broken), default=0.0)
    x, y = places.take(edge.at, points, wide, 14.0 * len(broken))
    top = y - (len(broken) - 1) * 7
    return FlowEdge(
        source=edge.source,
        target=edge.target,
        path=_rounded(points),
        points=edge.points,
        at=(x, y),
        words=_edge_words(edge, guard, rows),
        lines=tuple(
            TextLine(words=words, x=x, y=round(top + 4 + index * 14, 1), kind=kind)
            for index, (kind, words) in enumerate(broken)
        ),
        back=edge.back,
        conditional=edge.conditional,
        kind=edge.kind,
    )


def _edge_words(edge: ChartEdge, guard: str, rows: Mapping[str, SopRow]) -> str:
    ends = f"{rows[edge.source].state} → {rows[edge.target].state}"
    label = edge.label or rows[edge.target].state
    if guard:
        return _("%(ends)s: %(label)s, when %(guard)s", ends=ends, label=label, guard=guard)
    return f"{ends}: {label}"


def _rounded(points: list[Point], radius: float = 8.0) -> str:
    """Return a path through *points* whose corners are rounded."""
    said = [f"M{points[0][0]} {points[0][1]}"]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        near, far = _toward(corner, before, radius), _toward(corner, after, radius)
        said.append(f"L{near[0]} {near[1]}Q{corner[0]} {corner[1]} {far[0]} {far[1]}")
    said.append(f"L{points[-1][0]} {points[-1][1]}")
    return "".join(said)


def _toward(point: Point, other: Point, most: float) -> Point:
    long = ((other[0] - point[0]) ** 2 + (other[1] - point[1]) ** 2) ** 0.5
    share = min(most, long / 2) / long if long else 0.0
    x, y = (point[i] + (other[i] - point[i]) * share for i in (0, 1))
    return (round(x, 1), round(y, 1))


def _sentences(nodes: tuple[FlowNode, ...], rows: Mapping[str, SopRow]) -> list[str]:
    return [
        _("%(state)s. Then: %(ways)s", state=node.label, ways=_("; ").join(rows[node.id].ways))
        if rows[node.id].ways
        else node.label
        for node in nodes
    ]
