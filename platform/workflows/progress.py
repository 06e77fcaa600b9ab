"""The progress line that a customer sees: few steps, in plain words, never hopping about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ..core.record import Category
from ..core.text import Text
from .model import State, Workflow

_SETTLED = frozenset({Category.RESOLVED, Category.CLOSED})


@dataclass(frozen=True, slots=True, kw_only=True)
class StepView:
    """One step of the progress line. status: done | now | later."""

    title: Text
    status: str


@dataclass(frozen=True, slots=True)
class _Stop:
    """A step of the main path: neighbouring states with the same words are one step."""

    title: Text
    states: tuple[str, ...]


def customer_steps(
    workflow: Workflow, visits: Mapping[str, int], state_id: str
) -> tuple[StepView, ...]:
    """Return the steps of the main path as they stand for a record that is in *state_id*.

    visits: how often each state was entered. Inner back and forth does not move the line
    back; only a record that was solved or closed before and is open again starts again
    where it stands. A state beside the main path lends its words to the step where the
    record is.
    """
    stops = _stops(workflow)
    state = workflow.states.get(state_id)
    if state is None:
        return tuple(StepView(title=stop.title, status="later") for stop in stops)
    here = _position(stops, state_id)
    if state.category is Category.CLOSED:
        return _ended(stops, state, here, visits)
    furthest = max((_furthest(stops, visits), here if here is not None else 0))
    if _was_settled(workflow, visits) and state.category not in _SETTLED:
        now = here if here is not None else _entry(workflow, stops, state_id, furthest)
    else:
        now = furthest
    return tuple(
        StepView(
            title=_words(stop, state, index == now and here is None), status=_status(index, now)
        )
        for index, stop in enumerate(stops)
    )


def _status(index: int, now: int) -> str:
    return "done" if index < now else "now" if index == now else "later"


def _words(stop: _Stop, state: State, beside: bool) -> Text:
    return (
        state.customer_title
        if beside and state.customer_step and state.customer_title
        else stop.title
    )


def _ended(
    stops: tuple[_Stop, ...], state: State, here: int | None, visits: Mapping[str, int]
) -> tuple[StepView, ...]:
    """Return the line of a closed record: what was reached, then the end that it came to."""
    if here is not None:
        return tuple(StepView(title=stop.title, status="done") for stop in stops)
    reached = [stop for stop in stops if any(visits.get(name) for name in stop.states)]
    title = state.customer_title or state.title
    return tuple(
        StepView(title=words, status="done") for words in (*(stop.title for stop in reached), title)
    )


def _position(stops: tuple[_Stop, ...], state_id: str) -> int | None:
    """Return the step that a state belongs to."""
    return next((index for index, stop in enumerate(stops) if state_id in stop.states), None)


def _furthest(stops: tuple[_Stop, ...], visits: Mapping[str, int]) -> int:
    been = [
        index for index, stop in enumerate(stops) if any(visits.get(name) for name in stop.states)
    ]
    return max(been, default=0)


def _was_settled(workflow: Workflow, visits: Mapping[str, int]) -> bool:
    return any(visits.get(s.id) for s in workflow.states.values() if s.category in _SETTLED)


def _entry(workflow: Workflow, stops: tuple[_Stop, ...], state_id: str, furthest: int) -> int:
    """Return the step from which a record comes into a state beside the main path."""
    for index, stop in enumerate(stops[: furthest + 1]):
        if any(state_id in _next_states(workflow, name) for name in stop.states):
            return index
    return _position(stops, workflow.reopen_to or "") or 0


def _stops(workflow: Workflow) -> tuple[_Stop, ...]:
    """Return the steps of the main path; hidden states count as part of the step before them."""
    stops: list[_Stop] = []
    hidden: tuple[str, ...] = ()  # before the first visible state
    for name in main_path(workflow):
        state = workflow.states[name]
        if not state.customer_step or not state.customer_title:
            if stops:
                stops[-1] = _Stop(stops[-1].title, (*stops[-1].states, name))
            else:
                hidden = (*hidden, name)
        elif stops and stops[-1].title == state.customer_title:
            stops[-1] = _Stop(stops[-1].title, (*stops[-1].states, name))
        else:
            stops.append(_Stop(state.customer_title, (*hidden, name)))
            hidden = ()
    return tuple(stops)


def main_path(workflow: Workflow) -> tuple[str, ...]:
    """Return the states from the start to a closed one that a record usually passes.

    Each state is left by its primary way, or the first one; where that leads only back, by
    the next.
    """
    if workflow.start not in workflow.states:
        return ()
    path = [workflow.start]
    choices: list[Iterator[str]] = [iter(_next_states(workflow, workflow.start))]
    seen = {workflow.start}
    while choices:
        if workflow.states[path[-1]].category is Category.CLOSED:
            return tuple(path)
        following = next((name for name in choices[-1] if name not in seen), None)
        if following is None:
            choices.pop()
            path.pop()
            continue
        seen.add(following)
        path.append(following)
        choices.append(iter(_next_states(workflow, following)))
    return ()


def _next_states(workflow: Workflow, name: str) -> tuple[str, ...]:
    """Return the states that may follow by the workflow itself, the usual one first."""
    state = workflow.states[name]
    ways = sorted(state.go, key=lambda way: way.style != "primary")
    names: list[str | None] = []
    if state.parallel is not None:
        names.append(state.parallel.then)
    if state.approval is not None:
        names.append(state.approval.approved)
    names += [way.to for way in ways]
    if state.category is Category.RESOLVED:
        names.append(workflow.solved_state)
    if state.approval is not None:
        names.append(state.approval.rejected)
    names.append(state.on_customer_reply)
    return tuple(dict.fromkeys(name for name in names if name and name in workflow.states))
