"""Why a scenario fails, in whole sentences with the titles of what it names; codes only stand behind them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from string import Formatter
from typing import Any

from sopwith.core.decision import Problem
from sopwith.core.messages import MESSAGES
from sopwith.lab.agreement import agrees
from sopwith.lab.cast import Cast
from sopwith.lab.mending import MISSING, REFUSED, missing_fields
from sopwith.lab.run import Failure, StepRun
from sopwith.release.model import Release

from ..admin.titles import Names
from ..desk.words import field_title
from ..languages import lang
from ..wording import gettext as _
from .deeds import deed_of
from .expected_words import expected_words, named_words, value_words

_ONE_BY_ONE = ("values", "clocks", "due", "tasks")
_LISTS = ("fired", "mails", "notices", "created", "approvers", "links")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One sentence on what does not hold. code: of the refusal behind it, empty for none."""

    words: str
    code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """The step at which a scenario fails. number: from 1. missing: the fields it lacks, by type of record."""

    number: int
    icon: str
    deed: str
    faults: tuple[Fault, ...]
    missing: tuple[tuple[str, str], ...] = ()


def broken_at(release: Release, cast: Cast, number: int, run: StepRun) -> Broken:
    """Return what does not hold in a step that failed, in the page's language."""
    names = Names.of(release, run.about)
    icon, deed = deed_of(names, cast, run.step)
    return Broken(
        number=number,
        icon=icon,
        deed=deed,
        faults=tuple(faults_of(names, cast, run)),
        missing=tuple((run.about, one) for one in missing_fields(run)),
    )


def faults_of(names: Names, cast: Cast, run: StepRun) -> Iterator[Fault]:
    """Yield a sentence for each thing that does not hold in *run*."""
    for one in run.failures:
        if one.what == "name":
            yield Fault(words=_("It names “%(name)s”, which is not there any more.", name=str(one.actual).strip("'")))  # fmt: skip
        elif one.what == REFUSED:
            yield from _refusals(names, run, one)
        else:
            yield from _expectation(names, cast, run, one)


# --- refused, or not ------------------------------------------------------------------------------


def _refusals(names: Names, run: StepRun, failure: Failure) -> Iterator[Fault]:
    wanted = [] if failure.expected == "accepted" else list(failure.expected)
    if wanted and not run.problems:
        for code in wanted:
            yield Fault(words=_("The scenario expects that this is refused (“%(why)s”); it is accepted now.", why=refusal_words(code)), code=code)  # fmt: skip
        return
    for problem in run.problems:
        if problem.code not in wanted:
            yield Fault(words=_problem(names, run, problem), code=problem.code)
    found = {one.code for one in run.problems}
    for code in wanted:
        if code not in found:
            yield Fault(words=_("The scenario expects another reason to refuse it: “%(why)s”", why=refusal_words(code)), code=code)  # fmt: skip


def _problem(names: Names, run: StepRun, problem: Problem) -> str:
    """Return why a step is refused, with the title of the field that it is about."""
    title = _field(names, problem.path)
    if problem.code == MISSING and title:
        if run.step.verb == "create":
            return _("This scenario opens a record (%(type)s) without the field “%(field)s”, which must be filled in now.", type=names.type(), field=title)  # fmt: skip
        return _("This scenario does not fill in the field “%(field)s”, which must be filled in now.", field=title)  # fmt: skip
    said = _titled(names, problem).message(lang())
    return _("It is refused: “%(field)s”: %(why)s", field=title, why=said) if title else _("It is refused: %(why)s", why=said)  # fmt: skip


def _titled(names: Names, problem: Problem) -> Problem:
    """Return the problem with the titles of the states that it names by id."""
    values = {key: names.state(one) if isinstance(one, str) and key in ("to", "state") else one for key, one in problem.values.items()}  # fmt: skip
    return replace(problem, values=values)


def _field(names: Names, path: str) -> str:
    """Return the title of the field that a path leads to; of a cell its table's and its column's."""
    name, _sep, rest = path.partition(".")
    kind = names.release.record_types.get(names.record_type)
    if not name:
        return ""
    known = kind.all_fields.get(name) if kind else None
    column = next((one for one in known.columns if one.id == rest.split(".")[-1]), None) if known else None  # fmt: skip
    title = field_title(kind, name)
    return f"{title} / {column.title.get(lang()) or column.id}" if column is not None else title


def refusal_words(code: str) -> str:
    """Return the message of a code, with dots for what is only known when it happens."""
    message = MESSAGES.get(code)
    if message is None:
        return code
    words = message.zh if lang() == "zh-CN" else message.en
    said = "".join(text + ("…" if name is not None else "") for text, name, *_more in Formatter().parse(words))  # fmt: skip
    return said.replace("….", "…").replace("…。", "…")


# --- what must hold then --------------------------------------------------------------------------


def _expectation(names: Names, cast: Cast, run: StepRun, failure: Failure) -> Iterator[Fault]:
    key, wanted, found = failure.what, failure.expected, failure.actual
    if key == "state":
        yield Fault(words=_state(names, run, str(wanted), str(found)))
    elif key == "not_fired":
        for name in wanted:
            if name in found:
                yield Fault(words=_("The rule “%(rule)s” acts here; the scenario expects that it does not.", rule=value_words(names, cast, "fired", name)))  # fmt: skip
    elif key in _LISTS:
        yield from _lists(names, cast, failure)
    elif key in _ONE_BY_ONE and isinstance(wanted, Mapping) and isinstance(found, Mapping):
        for name, value in wanted.items():
            if not agrees(value, found.get(name), name):
                yield Fault(words=_differs(_named(names, key, name), _said(names, cast, key, name, found.get(name)), _said(names, cast, key, name, value)))  # fmt: skip
    else:
        yield Fault(words=_differs(expected_words(key), value_words(names, cast, key, found), value_words(names, cast, key, wanted)))  # fmt: skip


def _state(names: Names, run: StepRun, wanted: str, found: str) -> str:
    way = _way_taken(names, run)
    said = {"found": names.state(found), "wanted": names.state(wanted)}
    if way:
        return _("After “%(way)s” it stands in “%(found)s”; the scenario expects “%(wanted)s”.", way=way, **said)  # fmt: skip
    return _("It stands in “%(found)s” then; the scenario expects “%(wanted)s”.", **said)


def _way_taken(names: Names, run: StepRun) -> str:
    """Return what the way is called that the step took, empty for none."""
    flow = names.release.workflow_of(names.record_type)
    for done in run.done[:1] if flow else ():
        for event in done.decision.events:
            source = flow.states.get(str(event.body.get("from") or "")) if flow else None
            if event.kind == "state" and source is not None:
                ways = [one for one in source.go if one.id == event.body.get("transition")]
                return ways[0].title.get(lang()) if ways else ""
    return ""


def _lists(names: Names, cast: Cast, failure: Failure) -> Iterator[Fault]:
    key, found = failure.what, list(failure.actual or ())
    wanted = [failure.expected] if isinstance(failure.expected, str) else list(failure.expected)
    sentence = {
        "fired": _("The rule “%(name)s” does not act here; the scenario expects that it does."),
        "mails": _("The message “%(name)s” is not sent; the scenario expects it."),
        "notices": _("%(name)s is not told; the scenario expects it."),
        "created": _("No record of the type “%(name)s” is opened; the scenario expects one."),
        "approvers": _("%(name)s is not asked to approve; the scenario expects it."),
        "links": _("It is not linked (%(name)s); the scenario expects it."),
    }[key]
    for name in wanted:
        if name not in found:
            yield Fault(words=sentence % {"name": value_words(names, cast, key, name)})
    if not wanted:
        yield Fault(words=_differs(expected_words(key), value_words(names, cast, key, found), _("none")))  # fmt: skip


def _named(names: Names, key: str, name: str) -> str:
    if key == "values":
        return _field(names, name)
    return named_words(names, key, name)


def _said(names: Names, cast: Cast, key: str, name: str, value: Any) -> str:
    return names.value(name, value) if key == "values" else value_words(names, cast, key, value)


def _differs(what: str, found: str, wanted: str) -> str:
    return _("“%(what)s” is “%(found)s”; the scenario expects “%(wanted)s”.", what=what, found=found, wanted=wanted)  # fmt: skip
