"""What becomes of the scenarios in a draft: each kind of change once, with how many of them it is about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from ..admin.titles import Names
from ..wording import ngettext
from .editors.lenient import mapping, sequence, words

Doc = Mapping[str, Any]
Pair = tuple[Doc | None, Doc | None]
_RESULTS = ("then", "refused")
_VERBLESS = frozenset({*_RESULTS, "record"})


def told(scenarios: Sequence[Pair], names: Callable[[str], Names]) -> Iterator[str]:
    """Yield what becomes of *scenarios*, each as it was and as it is, None where it was not or is not there."""
    new = sum(was is None for was, _now in scenarios)
    if new:
        yield ngettext("%(num)d scenario is new.", "%(num)d scenarios are new.", new)
    gone = sum(now is None for _was, now in scenarios)
    if gone:
        yield ngettext("%(num)d scenario is taken out.", "%(num)d scenarios are taken out.", gone)
    filled: dict[tuple[str, str], list[Any]] = {}
    others: Counter[str] = Counter()
    for was, now in scenarios:
        if was is not None and now is not None:
            values = dict(_filled_in(was, now))
            for name, value in values.items():
                filled.setdefault((words(now.get("record_type")), name), []).append(value)
            others.update(_sorts(was, now))
    for (kind, name), held in filled.items():
        yield _filled(names(kind), name, held)
    for sort in sorted(others, key=_ORDER.index):
        yield _others(sort, others[sort])


# --- one scenario as it was and is ----------------------------------------------------------------


def _filled_in(was: Doc, now: Doc) -> Iterator[tuple[str, Any]]:
    """Yield the fields that a step fills in now and none like it did before, with the value."""
    held = {key for step in _steps(was) for key in _values(step)}
    for step in _steps(now):
        for (verb, name), value in _values(step).items():
            if (verb, name) not in held:
                yield name, value


def _sorts(was: Doc, now: Doc) -> Iterator[str]:
    """Yield what else of a scenario is another one: its steps, what it expects, what it begins with, the rest."""
    filled = {name for name, _value in _filled_in(was, now)}
    old, new = (_deeds(one, filled) for one in (was, now))
    expected = [[_results(step) for step in _steps(one)] for one in (was, now)]
    if old != new:
        yield "steps"
        expected = [list(filter(None, some)) for some in expected]
    if expected[0] != expected[1]:
        yield "expects"
    if was.get("given") != now.get("given"):
        yield "given"
    if any(was.get(key) != now.get(key) for key in {*was, *now} - {"given", "steps"}):
        yield "else"


_ORDER = ("steps", "expects", "given", "else")


def _steps(doc: Doc) -> list[Doc]:
    return [mapping(one) for one in sequence(doc.get("steps"))]


def _values(step: Doc) -> dict[tuple[str, str], Any]:
    """Return the values that a step fills in, by its verb and the field."""
    verb = next((key for key in step if key not in _VERBLESS), "")
    values = mapping(mapping(step.get(verb)).get("values"))
    return {(verb, str(name)): value for name, value in values.items()}


def _deeds(doc: Doc, without: set[str]) -> list[Doc]:
    """Return the steps as what is done alone, without the values of those fields."""
    return [{key: _emptied(value, without) for key, value in step.items() if key not in _RESULTS} for step in _steps(doc)]  # fmt: skip


def _emptied(args: Any, without: set[str]) -> Any:
    if not isinstance(args, dict) or not isinstance(args.get("values"), dict):
        return args
    values = {name: value for name, value in args["values"].items() if name not in without}
    rest = {key: value for key, value in args.items() if key != "values"}
    return {**rest, "values": values} if values else rest


def _results(step: Doc) -> Doc:
    return {key: step[key] for key in _RESULTS if step.get(key)}


# --- in words -------------------------------------------------------------------------------------


def _filled(names: Names, name: str, values: Sequence[Any]) -> str:
    title, count = names.field(name), len(values)
    if all(one == values[0] for one in values):
        return ngettext("%(num)d scenario: “%(field)s” filled in with “%(value)s”.", "%(num)d scenarios: “%(field)s” filled in with “%(value)s”.", count, field=title, value=names.value(name, values[0]))  # fmt: skip
    return ngettext("%(num)d scenario: “%(field)s” filled in.", "%(num)d scenarios: “%(field)s” filled in.", count, field=title)  # fmt: skip


def _others(sort: str, count: int) -> str:
    match sort:
        case "steps":
            return ngettext("%(num)d scenario takes other steps.", "%(num)d scenarios take other steps.", count)  # fmt: skip
        case "expects":
            return ngettext("%(num)d scenario expects another outcome.", "%(num)d scenarios expect another outcome.", count)  # fmt: skip
        case "given":
            return ngettext("%(num)d scenario begins with other people or another time.", "%(num)d scenarios begin with other people or another time.", count)  # fmt: skip
        case _:
            return ngettext("%(num)d scenario is called or described otherwise.", "%(num)d scenarios are called or described otherwise.", count)  # fmt: skip
