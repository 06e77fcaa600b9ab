"""Source to a Python function: the only place that hands text to Python's compiler."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from . import arithmetic, moments, reading, rows, texts
from .context import Context
from .source import generate_source
from .tree import Node

Run = Callable[[Mapping[str, Any], Context], Any]
_WORDS = {
    reading: "number_in any_in list_in record_in part any_out number_out",
    arithmetic: "add subtract multiply divide negate absolute round_to least greatest",
    moments: "date_in instant_in date_out instant_out now_in today_in day_of shift_instant shift_date date_gap days_between hours_since business_time_since business_hours_since",
    texts: "fold lower upper trim has has_any starts ends matches size is_empty",
    rows: "same member any_row all_rows count_rows sum_rows",
}
_SPACE: Mapping[str, Any] = {
    "__builtins__": {},
    "int": int,
    "float": float,
    "str": str,
    "dict": dict,
    **{name: getattr(module, name) for module, names in _WORDS.items() for name in names.split()},
}


def generate(tree: Node, *, inward: bool = False) -> Run:
    """Return a function of values and context that evaluates the typed *tree*.

    inward: it answers with the inner value, such as the day number of a date.
    """
    source, constants = generate_source(tree, inward=inward)
    space = {**_SPACE, **constants}
    exec(compile(source, "<expression>", "exec"), space)  # noqa: S102  # the source is all ours
    run: Run = space["run"]
    return run
