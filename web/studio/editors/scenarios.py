"""The editor of scenarios: what is given, what is done, what must hold then, and how it goes on the draft right now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sopwith.core.diagnostics import Diagnostic
from sopwith.lab.cast import Cast
from sopwith.lab.run import ScenarioRun, StepRun, run_scenario
from sopwith.lab.sample import parse_sample
from sopwith.lab.scenario import EXPECTED, VERBS, Scenario, Step, parse_scenario
from sopwith.release.model import Release

from ...admin.titles import Names
from ...languages import lang
from ...wording import gettext as _
from ..deeds import deed_of
from ..expected_words import expected_words, value_words
from ..scenario_faults import faults_of, refusal_words
from .lenient import held, mapping, sequence, several, words
from .moments import moment_words, zone_named
from .place import Place
from .scenario_ground import Ground, ground_of, record_type_of
from .scenario_parts import EXPECTATIONS, argument, expectation
from .subject import Subject

ICONS = {
    "create": "plus", "wait": "clock", "until": "clock", "reply": "send", "message": "message", "note": "pencil", "submit": "clipboard-list",
    "go": "arrow-right", "approve": "circle-check", "reject": "x", "finish": "check", "assign": "user", "check": "check", "solved": "circle-check",
    "survey": "star", "cancel": "x", "reopen": "arrow-back-up", "away": "user", "back": "user", "tag": "tag", "merge": "git-merge", "add_approver": "users", "link": "link", "follow": "eye",
}  # fmt: skip
BLANKS: Mapping[str, Any] = {
    "create": {"by": "", "values": {}},
    "wait": "1h",
    "until": "2026-11-16 18:00",
    "reply": {"as": "", "text": ""},
    "message": {"as": "", "text": ""},
    "note": {"as": "", "text": ""},
    "submit": {"as": "", "values": {}},
    "go": {"as": "", "to": ""},
    "approve": {"as": ""},
    "reject": {"as": "", "note": ""},
    "finish": {"as": "", "task": ""},
    "assign": {"as": "", "owner": ""},
    "check": {"as": "", "item": ""},
    "solved": {"answer": "yes"},
    "survey": {"score": 5},
    "cancel": {"as": "", "reason": ""},
    "reopen": {"as": "", "text": ""},
    "away": {"person": ""},
    "back": {"person": ""},
    "tag": {"as": "", "add": [""]},
    "merge": {"as": "", "into": ""},
    "add_approver": {"as": "", "user": ""},
    "link": {"as": "", "other": ""},
    "follow": {"as": ""},
}
EMPTY: Mapping[str, Any] = {"values": {}, "tags": [], "clocks": {}, "due": {}, "fired": [], "not_fired": [], "notices": [], "mails": [], "webhooks": 1, "created": [], "tasks": {}, "approvers": [], "incidents": [], "surveys": 1, "links": [], "escalation": 0, "reopened": 0}  # fmt: skip
Facts = dict[str, Any]


def view(subject: Subject) -> Facts:
    """Return the steps with how each went, and the one that is selected."""
    place, doc = Place.read(subject.at), subject.doc
    steps = sequence(doc.get("steps"))
    given = mapping(doc.get("given"))
    scenario, _found = _read(subject)
    run, why = _run(subject, scenario)
    teller = Teller(
        release=subject.bench.partly, cast=scenario.cast if scenario else _cast(subject)
    )
    told = list(_deeds(teller, doc, steps, scenario))
    shown = [_step(subject, index, one, _ran(run, index), words(given.get("zone")), told[index]) for index, one in enumerate(steps)]  # fmt: skip
    index = place.index(1) if place.first == "steps" else None
    return {
        "place": place,
        "held": held(doc),
        "given": held(given),
        "given_rest": [key for key in given if key not in ("now", "zone")],
        "steps": shown,
        "step": _details(shown[index], steps[index], ground_of(subject.bench.partly, doc, _cast(subject), steps[index])) if index is not None and index < len(steps) else None,
        "verbs": [(verb, verb_words(verb), ICONS[verb], {verb: BLANKS[verb]}) for verb in VERBS],
        "passed": run.passed if run is not None else None,
        "ran": len(run.steps) if run is not None else 0,
        "why": why,
    }  # fmt: skip


@dataclass(slots=True, kw_only=True)
class Teller:
    """The words for what the steps of one scenario name, each type of record looked up once."""

    release: Release
    cast: Cast
    known: dict[str, Names] = field(default_factory=dict)

    def of(self, record_type: str) -> Names:
        """Return the names for records of a type."""
        if record_type not in self.known:
            self.known[record_type] = Names.of(self.release, record_type)
        return self.known[record_type]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One step in words. deed: empty where it cannot be read."""

    names: Names
    cast: Cast
    deed: str = ""


def _deeds(teller: Teller, doc: Facts, steps: Sequence[Any], scenario: Scenario | None) -> Iterator[Told]:  # fmt: skip
    for index, value in enumerate(steps):
        names = teller.of(record_type_of(doc, value))
        deed = ""
        if scenario is not None:
            step = scenario.steps[index]
            deed = deed_of(names, teller.cast, step)[1] + _more_said(names, teller.cast, step)
        yield Told(names=names, cast=teller.cast, deed=deed)


def _more_said(names: Names, cast: Cast, step: Step) -> str:
    """Return what a step fills in and writes, behind the sentence for it."""
    filled = value_words(names, cast, "values", step.args.get("values") or {})
    text = step.args.get("text") or step.args.get("note") or step.args.get("reason")
    return (f" {filled}" if step.args.get("values") else "") + (
        f" “{_brief(text)}”" if text else ""
    )


def _run(subject: Subject, scenario: Scenario | None) -> tuple[ScenarioRun | None, str]:
    """Return how the scenario goes on the draft; None, and why, where it cannot be tried."""
    if subject.bench.release is None:
        return None, _("It is tried as soon as the draft has no errors.")
    if scenario is None:
        return None, _("It is tried as soon as its own errors are mended.")
    try:
        return run_scenario(subject.bench.release, scenario), ""
    except (RuntimeError, TypeError, ValueError, KeyError, AttributeError) as error:
        return None, _("It stopped: %(error)s", error=f"{type(error).__name__}: {error}")


def _read(subject: Subject) -> tuple[Scenario | None, tuple[Diagnostic, ...]]:
    return parse_scenario(subject.document, _cast(subject))


def _cast(subject: Subject) -> Cast:
    """Return who is in the sample data of the scenario's pack."""
    home = subject.document.path.partition("/")[0]
    packs = [one for one in subject.bench.bundle.packs if any(it.path.partition("/")[0] == home for it in (*one.documents, *one.scenarios))]  # fmt: skip
    return parse_sample(packs[0].sample)[0].cast if packs else Cast()


def _ran(run: ScenarioRun | None, index: int) -> StepRun | None:
    return run.steps[index] if run is not None and index < len(run.steps) else None


def _step(
    subject: Subject, index: int, value: Any, run: StepRun | None, zone: str, told: Told
) -> Facts:
    it = mapping(value)
    verb = next((one for one in VERBS if it.get(one) is not None), "")
    return {
        "index": index,
        "path": ["steps", index],
        "verb": verb,
        "words": verb_words(verb) if verb else _("Nothing yet"),
        "icon": ICONS.get(verb, "alert-triangle"),
        "about": told.deed or _about(it.get(verb)),
        "is_told": bool(told.deed),
        "expected": [(expected_words(key), value_words(told.names, told.cast, key, one)) for key, one in mapping(it.get("then")).items()],
        "refused": [(refusal_words(code), code) for code in map(words, several(it.get("refused")))],
        "says": _says(subject, ("steps", index)),
        "record": words(it.get("record")),
        "state": "" if run is None else "failed" if run.failures else "passed",
        "at": _at(run.at, zone) if run is not None else "",
        "story": list(run.story) if run is not None else [],
        "problems": [(one.message(lang()), one.code) for one in run.problems] if run is not None else [],
        "failures": list(faults_of(told.names, told.cast, run)) if run is not None else [],
    }  # fmt: skip


def _says(subject: Subject, path: tuple[str | int, ...]) -> list[str]:
    """Return what the checker says of the value at *path* and of all below it."""
    return [
        one.message(lang())
        for place, some in subject.findings.items()
        if place[: len(path)] == path
        for one in some
    ]


def _at(at: datetime, zone: str) -> str:
    return moment_words(at, zone_named(zone or "Asia/Shanghai"))


def _about(args: Any) -> str:
    """Return what a step is told, in few words."""
    if not isinstance(args, dict):
        return words(args)
    return ", ".join(f"{key}: {_brief(one)}" for key, one in args.items())


def _brief(value: Any) -> str:
    """Return a value on one line."""
    if isinstance(value, dict):
        text = ", ".join(f"{key}: {_brief(one)}" for key, one in value.items())
    elif isinstance(value, list | tuple):
        text = ", ".join(map(_brief, value)) or "[]"
    elif isinstance(value, datetime):
        text = value.isoformat()
    else:
        text = words(value) if value is not None else "—"
    return text if len(text) <= 160 else text[:159] + "…"


def _details(shown: Facts, value: Any, ground: Ground) -> Facts:
    it = mapping(value)
    then = mapping(it.get("then"))
    at = [*shown["path"], "then"]
    return {
        **shown,
        "args": it.get(shown["verb"]),
        "parts": _parts(it.get(shown["verb"]), shown, ground),
        "then": [expectation(key, one, [*at, key], expected_words(key), ground) for key, one in then.items()],
        "more_then": [
            (key, expected_words(key), _expected(key, ground)) for key in EXPECTED if key not in then
        ],
        "then_path": at,
        "refused_value": it.get("refused"),
        "records": ground.of("record"),
        "others": _other_verbs(shown["path"], shown["verb"]),
    }  # fmt: skip


def _expected(key: str, ground: Ground) -> Any:
    """Return what an expectation begins with: the first of what may be chosen."""
    choices = ground.of(EXPECTATIONS.get(key, ""))
    return choices[0][0] if choices else EMPTY.get(key, "")


def _parts(args: Any, shown: Facts, ground: Ground) -> list[Facts]:
    """Return what a step is told, one control each."""
    verb = shown["verb"]
    path = [*shown["path"], verb]
    blank = BLANKS.get(verb)
    if not isinstance(args, dict):
        return [argument(verb, _only(verb), args, path, shown["words"], ground)]
    known = [*args, *(key for key in mapping(blank) if key not in args)]
    return [argument(verb, key, args.get(key, mapping(blank).get(key)), [*path, key], argument_words(key), ground) for key in known]  # fmt: skip


def _only(verb: str) -> str:
    """Return what the one thing is that a step is told without a name: ``away: gao``."""
    return "person" if verb in ("away", "back") else ""


def _other_verbs(path: Sequence[str | int], verb: str) -> list[tuple[str, str, list[Facts]]]:
    """Return for each other verb the operations that make the step that."""
    taken: list[Facts] = [{"op": "remove", "path": [*path, verb]}] if verb else []
    return [
        (one, verb_words(one), [{"op": "set", "path": [*path, one], "value": BLANKS[one]}, *taken])
        for one in VERBS
        if one != verb
    ]


def verb_words(verb: str) -> str:
    """Return what a step does."""
    known = {
        "create": _("Open a record"),
        "wait": _("Let time pass"),
        "until": _("Let time pass until"),
        "reply": _("Reply to the customer"),
        "message": _("The customer writes"),
        "note": _("Write an internal note"),
        "submit": _("Fill in the form"),
        "go": _("Take a way"),
        "approve": _("Approve"),
        "reject": _("Reject"),
        "finish": _("Finish a task"),
        "assign": _("Assign"),
        "check": _("Tick the checklist"),
        "solved": _("Say whether it is solved"),
        "survey": _("Answer the survey"),
        "cancel": _("Cancel"),
        "reopen": _("Open again"),
        "away": _("A colleague goes away"),
        "back": _("A colleague is back"),
        "tag": _("Tag"),
        "merge": _("Merge"),
        "add_approver": _("Add an approver"),
        "link": _("Link with another record"),
        "follow": _("Follow"),
    }
    return known.get(verb, verb)


def argument_words(key: str) -> str:
    """Return what an argument of a step is."""
    known = {
        "by": _("By whom"),
        "as": _("As whom"),
        "values": _("Values"),
        "text": _("Text"),
        "to": _("To the state"),
        "form": _("Form"),
        "note": _("Note"),
        "task": _("Task"),
        "owner": _("Owner"),
        "team": _("Team"),
        "item": _("Item"),
        "answer": _("Answer"),
        "score": _("Score"),
        "reason": _("Reason"),
        "user": _("Colleague"),
        "person": _("Colleague"),
        "customer": _("Customer"),
        "type": _("Record type"),
        "channel": _("Channel"),
        "comment": _("Comment"),
        "instead": _("Instead of the one who is asked"),
        "done": _("Ticked"),
        "add": _("Add"),
        "remove": _("Take away"),
        "into": _("Into the record"),
        "other": _("The other record"),
        "kind": _("How they belong together"),
        "follow": _("Follow"),
        "files": _("Files"),
        "lang": _("Language"),
    }
    return known.get(key, key)
