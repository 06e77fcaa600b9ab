"""Rights of a field as a grid of roles and states: read from its entries, and written as the fewest that say the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sopwith.formbuilder.rights import LEVELS, Level

from .lenient import mapping, several, words

ORDER = (Level.WRITE, Level.READ, Level.NONE)
WORDS = {level: word for word, level in LEVELS.items()}
Entry = dict[str, Any]
State = str | None  # None: a record that is only being made


def entries_of(rights: Any) -> list[Entry]:
    """Return the entries that can be read in what stands under ``rights``, in plain lists."""
    found = []
    for one in several(rights):
        entry = mapping(one)
        roles, can = [words(role) for role in several(entry.get("roles"))], words(entry.get("can"))
        if roles and can in LEVELS:
            states = [words(state) for state in several(entry.get("states"))]
            found.append({"roles": roles, "can": can, "states": states})
    return found


def level(rights: Sequence[Entry], role: str, state: State) -> Level:
    """Return what *role* alone may do in *state*; the rule of ``formbuilder.rights.level_of``."""
    mine = [one for one in rights if role in one["roles"]]
    if not mine:
        return Level.WRITE
    fitting = [LEVELS[one["can"]] for one in mine if not one["states"] or state in one["states"]]
    if fitting:
        return max(fitting)
    return Level.READ if any(one["can"] == "write" for one in mine) else Level.WRITE


def following(now: Level) -> Level:
    """Return the level that comes next when a cell of the grid is pressed."""
    return ORDER[(ORDER.index(now) + 1) % len(ORDER)]


def changed(
    rights: Sequence[Entry],
    role: str,
    states: Sequence[State],
    change: Mapping[State, Level],
) -> list[Entry]:
    """Return the entries with *change* made for *role*; what other roles may do stays.

    states: all that there are, None first for a record that is being made.
    """
    wanted = {state: change.get(state, level(rights, role, state)) for state in states}
    kept: list[Entry] = []
    for one in rights:
        roles = [other for other in one["roles"] if other != role]
        if roles:
            kept.append({**one, "roles": roles})
    for entry in _fewest(role, wanted):
        same = next((one for one in kept if one["can"] == entry["can"] and set(one["states"]) == set(entry["states"])), None)  # fmt: skip
        if same is not None and role not in same["roles"]:
            same["roles"] = [*same["roles"], role]
        else:
            kept.append(entry)
    return kept


def written(rights: Sequence[Entry]) -> list[Entry]:
    """Return entries as a definition holds them: without empty lists."""
    return [{key: value for key, value in one.items() if value} for one in rights]


def _fewest(role: str, wanted: Mapping[State, Level]) -> list[Entry]:
    """Return the shortest entries that give *role* what is *wanted*.

    That a new record may be read while no state may be written cannot be said beside a state in which
    nothing may be seen; there the states count.
    """
    named = [state for state in wanted if state is not None]
    lowest = min(wanted.values())
    grouped = {one: [state for state in named if wanted[state] is one] for one in ORDER}
    ways = [
        [],
        [_entry(role, lowest, [])],
        [_entry(role, one, grouped[one]) for one in ORDER if one < Level.WRITE and grouped[one]],
        [
            _entry(role, lowest, []),
            *(_entry(role, one, grouped[one]) for one in ORDER if one > lowest and grouped[one]),
        ],
        [_entry(role, one, grouped[one]) for one in ORDER if grouped[one]],
    ]
    exact = [way for way in ways if all(level(way, role, state) is wanted[state] for state in wanted)]  # fmt: skip
    near = [way for way in ways if all(level(way, role, state) is wanted[state] for state in named)]
    return min(exact or near, key=len)


def _entry(role: str, can: Level, states: Sequence[str]) -> Entry:
    return {"roles": [role], "can": WORDS[can], "states": list(states)}
