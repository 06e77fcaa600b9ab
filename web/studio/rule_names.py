"""What a rule that nobody has named is called: what it does, in both languages, until somebody writes a title."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sopwith.core.diagnostics import Severity, unfinished
from sopwith.core.text import LANGS, Text
from sopwith.definitions import Document, read_nodes
from sopwith.definitions.batches import operate_all
from sopwith.definitions.operations import OperationError, Set
from sopwith.definitions.places import CannotSpliceError
from sopwith.release.names import Names as ReleaseNames
from sopwith.rules.model import Rule
from sopwith.runtime.drafting import Change, Gesture

from ..admin.rule_words import action_words
from ..admin.titles import Names
from ..languages import LOCALES, spoken
from ..wording import gettext as _
from ..wording import speaking
from .bench import KNOWN, Bench, bench_of

UNNAMED = Text("New rule", "新规则")
LONGEST = 80


def with_names(changes: list[Change], now: Mapping[str, str]) -> list[Change]:
    """Return *changes*, with the new title of a rule that is called after what it did, or after nothing yet.

    now: the draft's files. What cannot be done is returned as it is: whoever does it says so.
    """
    place = _one_place(changes)
    if place is None or any(_names_it(one) for one in changes):
        return changes
    file, number = place
    before = _rule_at(now, file, number)
    if before is None or not is_by_itself(bench_of(now), before):
        return changes
    operations = [one.operation for one in changes if isinstance(one, Gesture)]
    try:
        text = operate_all(now[file], file, operations, number)
    except (OperationError, CannotSpliceError):
        return changes
    after = {**now, file: text}
    rule = _rule_at(after, file, number)
    title = called(bench_of(after), rule) if rule is not None else None
    if title is None or title == _title(before):
        return changes
    named = Set(path=("title",), value={"en": title.en, "zh-CN": title.zh})
    return [*changes, Gesture(file=file, document=number, operation=named)]


def called(bench: Bench, document: Document) -> Text | None:
    """Return what a rule does, as its title; None while it does nothing, or nothing that can be understood."""
    rule = bench.partly.rules.get(document.id)
    if rule is None or not rule.then or _is_open(bench, document):
        return None
    labels = ReleaseNames(bench.bundle.documents, KNOWN).labels(rule.record_type)
    names = Names(bench.partly, rule.record_type, labels)
    words = {}
    for tongue in LANGS:
        with spoken(tongue), speaking(LOCALES[tongue]):
            words[tongue] = _said(rule, names)
    return Text(words["en"], words["zh-CN"])


def _said(rule: Rule, names: Names) -> str:
    condition = names.condition(rule.when)
    deeds = _(", ").join(action_words(one, names) for one in rule.then)
    found = _("%(condition)s: %(deeds)s", condition=condition, deeds=deeds) if condition else deeds
    found = " ".join(found.split())
    found = found[:1].upper() + found[1:]
    return found if len(found) <= LONGEST else found[: LONGEST - 1].rstrip() + "…"


def is_by_itself(bench: Bench, document: Document) -> bool:
    """Return whether nobody has written the title of a rule."""
    title = _title(document)
    return title == UNNAMED or (title is not None and title == called(bench, document))


def _title(document: Document) -> Text | None:
    held = document.value.get("title")
    if not isinstance(held, dict) or set(held) != set(LANGS):
        return None
    return Text(str(held["en"]), str(held["zh-CN"]))


def _is_open(bench: Bench, document: Document) -> bool:
    """Return whether something in the rule is wrong or not said yet."""
    span = document.span
    wrong = [one for one in bench.found if one.severity is Severity.ERROR]
    return any(
        one.span.path == span.path and span.line <= one.span.line <= max(span.end_line, span.line)
        for one in (*wrong, *unfinished(bench.found))
    )


def _one_place(changes: Sequence[Change]) -> tuple[str, int] | None:
    """Return the file and the number of the one document that *changes* are about; None for several, or a whole text."""
    places = {(one.file, one.document) for one in changes if isinstance(one, Gesture)}
    return next(iter(places)) if len(places) == 1 and all(isinstance(one, Gesture) for one in changes) else None  # fmt: skip


def _names_it(change: Change) -> bool:
    return isinstance(change, Gesture) and change.operation.path[:1] == ("title",)


def _rule_at(files: Mapping[str, str], file: str, number: int) -> Document | None:
    """Return the rule at its place in a file, None for anything else."""
    roots = read_nodes(files[file], file)[0] if file in files else ()
    value = roots[number].value if 0 <= number < len(roots) else None
    if not isinstance(value, dict) or value.get("kind") != "rule":
        return None
    key = ("rule", str(value.get("id")))
    return next((one for one in bench_of(files).documents if one.key == key), None)
