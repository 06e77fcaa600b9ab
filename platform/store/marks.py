"""What a record can be found by without reading it: one mark for each value, part and view; pure."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, NamedTuple

from ..core.record import RecordState
from .columns import clean

LONGEST = 200
"""Characters of a text that can be found by its exact value; longer ones are for the full-text search."""
MOST_ITEMS = 100
TAG, PART, ASKED, TASK, TEAM_TASK = "tag", "part", "asked", "task", "team_task"
OPEN_COUNT, WAITING_COUNT = "open", "waiting"
_KEPT = 120


class Mark(NamedTuple):
    """One way to find a record. name: ``f:<field>``, a kind of part, or a view. number: for ranges."""

    name: str
    text: str = ""
    number: float | None = None


class Group(NamedTuple):
    """What open records are counted by, under one name."""

    name: str
    type: str
    state: str
    team: str
    owner: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """Everything by which one record is found and counted; kept beside it, so that a change writes the difference."""

    open: bool = False
    marks: frozenset[Mark] = frozenset()
    groups: frozenset[Group] = frozenset()


UNMARKED = Marked()


def marked(state: RecordState, views: tuple[str, ...] = ()) -> Marked:
    """Return what *state* is found and counted by. views: the names of the kept views that it is in."""
    every = [*_fields(state), *_parts(state), *(Mark(TAG, exact(one)) for one in state.tags)]
    every += [Mark(view) for view in views]
    once = {mark[:2]: mark for mark in every}
    return Marked(open=state.is_open, marks=frozenset(once.values()), groups=_groups(state, views))


def _groups(state: RecordState, views: tuple[str, ...]) -> frozenset[Group]:
    if not state.is_open:
        return frozenset()
    place = (state.team or "", state.owner or "")
    names = [*views, *([WAITING_COUNT] if state.category.value == "waiting" else [])]
    groups = [Group(name, state.type, "", *place) for name in names]
    return frozenset((Group(OPEN_COUNT, state.type, state.state, *place), *groups))


def field_mark(field: str) -> str:
    """Return the name under which the values of *field* are marked."""
    return f"f:{field}"


def _fields(state: RecordState) -> Iterator[Mark]:
    for field, value in state.values.items():
        name = field_mark(field)
        for one in value[:MOST_ITEMS] if isinstance(value, list) else (value,):
            found = _value(name, one)
            if found is not None:
                yield found


def _value(name: str, value: Any) -> Mark | None:
    if isinstance(value, bool):
        return Mark(name, "true" if value else "false")
    if isinstance(value, int | float):
        return Mark(name, number_text(value), float(value)) if abs(value) < 1e15 else None
    if isinstance(value, str) and value and len(value) <= LONGEST:
        return Mark(name, exact(value))
    return None


def number_text(value: float) -> str:
    """Return one text for equal numbers, whatever their Python type."""
    return str(int(value)) if value == int(value) else repr(float(value))


def exact(text: str) -> str:
    """Return *text* as marks keep it: whole, or its beginning with a digest of the whole."""
    text = clean(text)
    if len(text) <= _KEPT:
        return text
    return f"{text[:_KEPT]}#{sha256(text.encode()).hexdigest()[:16]}"


def _parts(state: RecordState) -> Iterator[Mark]:
    """Yield who has a part in the record besides its owner, and for whom something waits in it."""
    for user in {*state.followers, *([state.created_by] if state.created_by else [])}:
        yield Mark(PART, user)
    for task in state.tasks.values():
        if task.owner:
            yield Mark(PART, task.owner)
        if task.status != "open":
            continue
        if task.owner:
            yield Mark(TASK, task.owner)
        elif task.team:
            yield Mark(TEAM_TASK, task.team)
            yield Mark(PART, part_of_team(task.team))
    for vote in state.approval.votes if state.approval else ():
        if vote.asked:
            yield Mark(PART, vote.user)
            if not vote.decision:
                yield Mark(ASKED, vote.user)


def part_of_team(team: str) -> str:
    """Return under what a team has a part in a record: one of its members may take a task there."""
    return f"team:{team}"


def dump_marked(found: Marked) -> str:
    """Return *found* as one text, the same for the same marks."""
    marks = [[*mark] if mark.number is not None else [*mark[:2]] for mark in sorted(found.marks)]
    groups = [[*group] for group in sorted(found.groups)]
    data = [int(found.open), marks, groups]
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def load_marked(text: str) -> Marked:
    """Return what ``dump_marked`` wrote; the empty text is a record that was never marked."""
    if not text:
        return UNMARKED
    is_open, marks, groups = json.loads(text)
    return Marked(
        open=bool(is_open),
        marks=frozenset(Mark(*mark) for mark in marks),
        groups=frozenset(Group(*group) for group in groups),
    )
