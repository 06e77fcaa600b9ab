"""Where the states and ways of a workflow stand on a flow chart: layers from top to bottom, but for what is pinned."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from ..core.text import Lang
from .chart_lines import Line, back_lines, layers_of, lines_of
from .model import Workflow
from .pins import free_line

MOST_NODES = 300
_LINE, _PADDING, _WIDEST, _NARROWEST = 18.0, 14.0, 200.0, 132.0
_WIDER, _TALLER = 1.35, 30.0  # room beside and below a title for who and by when
_SMALL = 16.0  # room for each of: the form, how an approval is decided
_ACROSS, _DOWN, _MARGIN, _LANE = 58.0, 84.0, 24.0, 18.0
_SLOT = 24.0  # room of a way that passes a layer
_SWEEPS = 6
_LONGEST = 80  # characters of a title that are looked at
_MOST_SLOTS = 5000  # beyond, long ways are led around instead of through the rows
Point = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartNode:
    """One state. lines: the title, broken to fit. x, y: the upper left corner."""

    id: str
    lines: tuple[str, ...]
    category: str
    type: str
    start: bool
    x: float
    y: float
    w: float
    h: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartEdge:
    """One line from a state to another. back: it leads up again. conditional: no way is always open.

    kind: go | approved | rejected | then | reply | solved. at: the middle of the label.
    """

    source: str
    target: str
    kind: str
    label: str
    back: bool
    conditional: bool
    points: tuple[Point, ...]
    at: Point


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A flow chart in pixels; *left_out* counts the states beyond the most that are drawn."""

    width: float
    height: float
    nodes: tuple[ChartNode, ...]
    edges: tuple[ChartEdge, ...]
    left_out: int = 0


def layout(workflow: Workflow, lang: Lang) -> Chart:
    """Return the flow chart of *workflow* with its words in *lang*; the same every time."""
    names = list(workflow.states)[:MOST_NODES]
    lines = lines_of(workflow, frozenset(names), lang)
    drawing = _Drawing(workflow, names, lines, lang)
    drawing.place()
    return drawing.chart(left_out=len(workflow.states) - len(names))


@dataclass(slots=True)
class _Slot:
    """What takes room in a layer: a state, or a way that passes through."""

    key: tuple[str, ...]
    w: float
    h: float = 0.0
    x: float = 0.0
    seat: float = 0.0  # its place in the row
    wish: float = 0.0  # the place it would like
    above: list[_Slot] = field(default_factory=list)
    below: list[_Slot] = field(default_factory=list)

    @property
    def middle(self) -> float:
        return self.x + self.w / 2


class _Drawing:
    """One drawing in the making."""

    def __init__(self, workflow: Workflow, names: list[str], lines: list[Line], lang: Lang) -> None:
        self._workflow = workflow
        self._names = names
        self._lines = lines
        self._words = {name: _broken(workflow.states[name].title.get(lang)) for name in names}
        self._back = back_lines(workflow.start, names, lines)
        self._layer = layers_of(names, [n for n in self._forward() if n.source != n.target])
        self._aside = set(self._back)  # what is led around on the right
        self._slots: dict[str, _Slot] = {}
        self._passing: dict[tuple[str, str], list[_Slot]] = {}
        self._rows: list[list[_Slot]] = []
        self._top: list[float] = []
        self._high: list[float] = []
        self._right = 0.0
        self._pins = {key: at for key, at in workflow.pins.items() if key in set(names)}

    def _forward(self) -> list[Line]:
        return [line for line in self._lines if (line.source, line.target) not in self._back]

    def place(self) -> None:
        """Give every state and every passing way its place."""
        self._fill_rows()
        self._order_rows()
        self._set_columns()
        self._set_heights()
        for name, (x, _y) in self._pins.items():
            slot = self._slots[name]
            slot.x = x
            self._right = max(self._right, x + slot.w + _ACROSS)

    def _fill_rows(self) -> None:
        depth = max(self._layer.values(), default=-1) + 1
        self._rows = [[] for _ in range(depth)]
        for name in self._names:
            words = self._words[name]
            wide = max(_width(line) for line in words) + 2 * _PADDING
            high = len(words) * _LINE + 2 * _PADDING + _TALLER + _SMALL * self._more(name)
            slot = _Slot((name,), round(max(wide, _NARROWEST) * _WIDER, 1), high)
            self._slots[name] = slot
            self._rows[self._layer[name]].append(slot)
        room = _MOST_SLOTS
        for line in self._forward():
            before = self._slots[line.source]
            passing = []
            room -= self._layer[line.target] - self._layer[line.source] - 1
            if room < 0:
                self._aside.add((line.source, line.target))
                continue
            for level in range(self._layer[line.source] + 1, self._layer[line.target]):
                slot = _Slot((line.source, line.target, str(level)), _SLOT)
                self._rows[level].append(slot)
                passing.append(slot)
                _tie(before, slot)
                before = slot
            _tie(before, self._slots[line.target])
            self._passing[line.source, line.target] = passing

    def _more(self, name: str) -> int:
        state = self._workflow.states[name]
        return (state.form is not None) + (state.approval is not None)

    def _order_rows(self) -> None:
        """Put the slots of each row near those they are tied to, sweeping down and up."""
        for row in self._rows:
            for index, slot in enumerate(row):
                slot.seat = index
        for sweep in range(_SWEEPS):
            down = sweep % 2 == 0
            for row in self._rows if down else reversed(self._rows):
                for slot in row:
                    seats = [other.seat for other in (slot.above if down else slot.below)]
                    slot.wish = sum(seats) / len(seats) if seats else slot.seat
                row.sort(key=lambda slot: slot.wish)
                for index, slot in enumerate(row):
                    slot.seat = index

    def _set_columns(self) -> None:
        widths = [sum(s.w for s in row) + _ACROSS * max(len(row) - 1, 0) for row in self._rows]
        widest = max(widths, default=0.0)
        for row, wide in zip(self._rows, widths, strict=True):
            x = _MARGIN + (widest - wide) / 2
            for slot in row:
                slot.x = round(x, 1)
                x += slot.w + _ACROSS
        self._right = _MARGIN + widest + _ACROSS

    def _set_heights(self) -> None:
        y = _MARGIN + _DOWN / 2
        for row in self._rows:
            high = max(slot.h for slot in row)
            self._top.append(y)
            self._high.append(high)
            y += high + _DOWN

    def chart(self, left_out: int) -> Chart:
        """Return the finished chart."""
        nodes = tuple(self._node(name) for name in self._names)
        ports = _Ports(self._ends())
        lane = 0
        edges = []
        for line in self._lines:
            if line.source == line.target:
                edges.append(self._loop(line))
            elif not self._pins.keys().isdisjoint((line.source, line.target)):
                edges.append(self._freely(line, ports, lane))
                lane += edges[-1].back
            elif (line.source, line.target) in self._aside:
                edges.append(self._around(line, ports, lane))
                lane += 1
            else:
                edges.append(self._downwards(line, ports))
        bottom = self._top[-1] + self._high[-1] + _DOWN / 2 if self._rows else _MARGIN
        bottom = max([bottom, *(node.y + node.h + _DOWN / 2 for node in nodes)])
        return Chart(
            width=round(self._right + lane * _LANE + _MARGIN, 1),
            height=round(bottom + _MARGIN, 1),
            nodes=nodes,
            edges=tuple(edges),
            left_out=left_out,
        )

    def _ends(self) -> dict[tuple[str, str], tuple[float, float]]:
        """Return for each line the columns next to its start and its end; around means far right."""
        ends = {}
        for line in self._lines:
            key = (line.source, line.target)
            if line.source == line.target:
                continue
            if key in self._aside:
                ends[key] = (self._right, self._right)
                continue
            route = [*self._passing[key], self._slots[line.target]]
            back = [self._slots[line.source], *self._passing[key]]
            ends[key] = (route[0].middle, back[-1].middle)
        return ends

    def _node(self, name: str) -> ChartNode:
        state, slot = self._workflow.states[name], self._slots[name]
        return ChartNode(
            id=name,
            lines=self._words[name],
            category=str(state.category),
            type=state.type,
            start=name == self._workflow.start,
            x=slot.x,
            y=self._y(name),
            w=slot.w,
            h=slot.h,
        )

    def _y(self, name: str) -> float:
        """Return the upper edge of a state: where it is pinned, else in the middle of its row."""
        if name in self._pins:
            return self._pins[name][1]
        layer = self._layer[name]
        return round(self._top[layer] + (self._high[layer] - self._slots[name].h) / 2, 1)

    def _out_of(self, line: Line, ports: _Ports) -> Point:
        slot = self._slots[line.source]
        return (_port(slot, *ports.out(line)), round(self._y(line.source) + slot.h, 1))

    def _into(self, line: Line, ports: _Ports) -> Point:
        return (_port(self._slots[line.target], *ports.into(line)), self._y(line.target))

    def _downwards(self, line: Line, ports: _Ports) -> ChartEdge:
        points = [self._out_of(line, ports)]
        layer = self._layer[line.source]
        points.append((points[0][0], self._foot(layer)))
        for level, slot in enumerate(self._passing[line.source, line.target], layer + 1):
            points.append((slot.middle, self._top[level]))
            points.append((slot.middle, self._foot(level)))
        end = self._into(line, ports)
        points += [(end[0], self._top[self._layer[line.target]]), end]
        return _edge(line, points, back=False, at=_between(points[1], points[2], ports.share(line)))

    def _around(self, line: Line, ports: _Ports, lane: int) -> ChartEdge:
        start, end = self._out_of(line, ports), self._into(line, ports)
        offset = 8 + 5 * (lane % 5)
        low = round(self._foot(self._layer[line.source]) + offset, 1)
        high = round(self._top[self._layer[line.target]] - offset, 1)
        aside = round(self._right + lane * _LANE, 1)
        points = [start, (start[0], low), (aside, low), (aside, high), (end[0], high), end]
        back = (line.source, line.target) in self._back
        return _edge(line, points, back=back, at=_between(points[1], points[2], ports.share(line)))

    def _freely(self, line: Line, ports: _Ports, lane: int) -> ChartEdge:
        """Return a line to or from a pinned state, straight down or around; what stands between is not looked at."""
        points = free_line(
            self._out_of(line, ports), self._into(line, ports), self._right + lane * _LANE
        )
        back = len(points) == 6
        return _edge(line, points, back=back, at=_between(points[1], points[2], ports.share(line)))

    def _loop(self, line: Line) -> ChartEdge:
        slot, y = self._slots[line.source], self._y(line.source)
        right, out = slot.x + slot.w, slot.x + slot.w + _ACROSS / 3
        first, second = round(y + slot.h / 3, 1), round(y + slot.h * 2 / 3, 1)
        points = [(right, first), (out, first), (out, second), (right, second)]
        return _edge(line, points, back=True, at=(round(out, 1), round(y + slot.h / 2, 1)))

    def _foot(self, layer: int) -> float:
        return self._top[layer] + self._high[layer]


class _Ports:
    """On which of how many places of its state each line starts and ends."""

    def __init__(self, ends: Mapping[tuple[str, str], tuple[float, float]]) -> None:
        """*ends*: for each line where it wants to go from its source, and to come from at its target."""
        self._starts: Counter[str] = Counter()
        self._ends: Counter[str] = Counter()
        self._first: dict[tuple[str, str], int] = {}
        self._last: dict[tuple[str, str], int] = {}
        for line in sorted(ends, key=lambda key: ends[key][0]):
            self._first[line] = self._starts[line[0]]
            self._starts[line[0]] += 1
        for line in sorted(ends, key=lambda key: ends[key][1]):
            self._last[line] = self._ends[line[1]]
            self._ends[line[1]] += 1

    def out(self, line: Line) -> tuple[int, int]:
        return self._first[line.source, line.target], self._starts[line.source]

    def into(self, line: Line) -> tuple[int, int]:
        return self._last[line.source, line.target], self._ends[line.target]

    def share(self, line: Line) -> float:
        """Return how far along its first stretch the label of a line stands: neighbours differ."""
        return 0.44 + 0.16 * (self.out(line)[0] % 3)


def _port(slot: _Slot, index: int, count: int) -> float:
    return round(slot.x + slot.w * (index + 1) / (count + 1), 1)


def _edge(line: Line, points: list[Point], *, back: bool, at: Point) -> ChartEdge:
    rounded = [(round(x, 1), round(y, 1)) for x, y in points]
    shown = [p for i, p in enumerate(rounded) if i == 0 or p != rounded[i - 1]]
    return ChartEdge(
        source=line.source,
        target=line.target,
        kind=line.kind,
        label=line.label,
        back=back,
        conditional=line.conditional,
        points=tuple(shown),
        at=at,
    )


def _between(one: Point, other: Point, share: float) -> Point:
    x = one[0] + (other[0] - one[0]) * share
    y = one[1] + (other[1] - one[1]) * share
    return (round(x, 1), round(y, 1))


def _tie(above: _Slot, below: _Slot) -> None:
    above.below.append(below)
    below.above.append(above)


def _width(text: str) -> float:
    """Return about how wide *text* is at 14 pixels: Chinese characters are as wide as high."""
    return sum(14.0 if ord(character) > 0x2E7F else 7.6 for character in text)


def _broken(title: str) -> tuple[str, ...]:
    """Return a title in at most two lines that fit into the widest box."""
    room = _WIDEST - 2 * _PADDING
    title = title[:_LONGEST]
    if _width(title) <= room:
        return (title or "…",)
    cut = max(i for i in range(1, len(title) + 1) if _width(title[:i]) <= room)
    blank = title.rfind(" ", 0, cut + 1)
    cut = blank if blank > 0 else cut
    first, rest = title[:cut].rstrip(), title[cut:].strip()
    while _width(rest) > room:
        rest = rest.removesuffix("…")[:-1].rstrip() + "…"
    return (first, rest)
