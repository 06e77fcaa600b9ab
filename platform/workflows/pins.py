"""States of a flow chart that somebody put at a place of their own, and the lines to and from them."""

from __future__ import annotations

from ..definitions import Node

FARTHEST = 20_000
_CLEAR = 18.0  # how far a line goes straight out of a state, and into one
Pin = tuple[float, float]


def pin_of(node: Node) -> Pin | None:
    """Return the place that *node* states, [x, y] in pixels of the chart; None when it states none."""
    written = node.value
    if not isinstance(written, list) or len(written) != 2:
        return None
    places = [one for one in written if isinstance(one, int | float) and not isinstance(one, bool)]
    if len(places) != 2 or not all(0 <= one <= FARTHEST for one in places):
        return None
    return round(float(places[0]), 1), round(float(places[1]), 1)


def free_line(start: Pin, end: Pin, aside: float) -> list[Pin]:
    """Return the corners of a line from the foot of one box to the top of another.

    Four when the other stands below, else six: around on the right, at *aside*.
    """
    low, high = round(start[1] + _CLEAR, 1), round(end[1] - _CLEAR, 1)
    if high >= low:
        middle = round((low + high) / 2, 1)
        return [start, (start[0], middle), (end[0], middle), end]
    aside = round(aside, 1)
    return [start, (start[0], low), (aside, low), (aside, high), (end[0], high), end]
