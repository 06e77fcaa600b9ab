"""What a draft changes, as plain sentences: fields, states, ways and rules with their titles, as the editors say them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

from sopwith.core.text import Text
from sopwith.definitions.node import Path
from sopwith.formbuilder.model import Field, Form, Option
from sopwith.lab.coverage import Way, ways_of
from sopwith.release.difference import ChangeKind, Difference, DocumentDifference
from sopwith.release.model import Release
from sopwith.rules.model import Rule
from sopwith.workflows.model import State, Transition, Workflow

from ..admin.rule_words import action_words, trigger_words
from ..admin.titles import Names
from ..languages import lang
from ..wording import gettext as _
from ..wording import ngettext
from ..written import other_tongue
from .editors.form_palette import type_word
from .editors.rule_triggers import event_word
from .setting_list import setting_list
from .setting_side import Side
from .setting_words import Said, setting_sentences

MOST_NAMED = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """One change in words. change: added, removed, changed or moved. more: what is folded behind."""

    change: str
    words: str
    more: tuple[str, ...] = ()


def sentences(
    before: Release | None,
    after: Release | None,
    what: DocumentDifference,
    sides: tuple[Side | None, Side | None] = (None, None),
) -> tuple[Sentence, ...]:
    """Return what changes in one definition. sides: it as it was and as it is, None where it was not or is not there."""
    old, new = (_model(release, what) for release in (before, after))
    found: list[Sentence] = []
    release = after if after is not None else before
    if release is not None and what.change is not ChangeKind.MOVED:
        teller = _Teller(release, before or release, what)
        match what.kind:
            case "form":
                found = list(teller.form(old, new))
            case "workflow":
                found = list(teller.workflow(old, new))
            case "rule":
                found = list(teller.rule(old, new))
            case _:
                pass
        found = [*_titled(what), *found]
    if what.change is not ChangeKind.MOVED:
        found += _folded(_settings(what, *sides))
    if found or what.change in (ChangeKind.ADDED, ChangeKind.REMOVED):
        return tuple(found)
    if what.change is ChangeKind.MOVED:
        return (Sentence(change="moved", words=_("Only the order in which people see it is another one.")),)  # fmt: skip
    return (_changed(_("Details change, as the text shows.")),)


def _settings(what: DocumentDifference, old: Side | None, new: Side | None) -> Sequence[Said]:
    """Return what changes in the settings that no sentence of the kind tells; of one that comes or goes what they are."""
    if old is not None and new is not None:
        paths = {part.path for part in what.parts}
        rest = [part for part in what.parts if not _is_told(what.kind, part, paths)]
        return list(setting_sentences(old, new, rest))
    if what.kind in _WITH_WORDS:
        return ()
    one = new or old
    return list(setting_list(one, "added" if new else "removed")) if one is not None else ()


def _folded(told: Sequence[Said]) -> list[Sentence]:
    """Return the sentences, several on texts in the other language behind one line."""
    found = [Sentence(change=one.change, words=one.words) for one in told if not one.is_other]
    others = [one for one in told if one.is_other]
    if len(others) < 2:
        return found + [Sentence(change=one.change, words=one.words) for one in others]
    count = len(others)
    words = ngettext("%(num)d text in English", "%(num)d texts in English", count) if lang() == "zh-CN" else ngettext("%(num)d text in Chinese", "%(num)d texts in Chinese", count)  # fmt: skip
    return [*found, Sentence(change="changed", words=words, more=tuple(one.words for one in others))]  # fmt: skip


_WITH_WORDS = frozenset({"form", "workflow", "rule"})
_BY_RULES = frozenset({"on", "after", "at", "every", "when", "then", "enabled", "title"})
_BY_FIELDS = frozenset({"id", "type", "required", "options", "show", "require", "title"})
_BY_WAYS = frozenset({"id", "to", "title", "when"})
_BY_STATES = frozenset({"title", "approved", "rejected", "then"})


def _is_told(kind: str, part: Difference, paths: Set[Path]) -> bool:
    """Return whether a sentence of the definition's own kind tells the part already. paths: of all parts."""
    path = part.path
    if path[-1] == other_tongue() != lang():
        return True  # the firm does not write it
    if path[-1] in ("en", "zh-CN") and path[-1] != lang() and (*path[:-1], lang()) not in paths:
        return kind == "rule"  # a translation alone
    if part.change is ChangeKind.MOVED:
        return kind == "rule"
    if path[0] == "title":
        return isinstance(part.before, str) and isinstance(part.after, str)
    if kind == "rule":
        return path[0] in _BY_RULES
    if kind == "form" and path[0] == "sections" and path[2:3] == ("fields",):
        if path[4:5] == ("options",):
            return len(path) < 7 or path[6] == "title"
        return len(path) == 4 or path[4] in _BY_FIELDS
    if kind == "workflow" and path[0] == "states":
        if path[2:3] == ("go",):
            return len(path) < 5 or path[4] in _BY_WAYS
        return len(path) < 3 or path[2] in _BY_STATES
    return False


def _titled(what: DocumentDifference) -> Iterator[Sentence]:
    """Yield what the definition is called now, where its title in the page's language is another one."""
    for part in what.parts:
        if part.path in (("title",), ("title", lang())) and isinstance(part.after, str) and isinstance(part.before, str):  # fmt: skip
            yield _changed(_("“%(old)s” is called “%(new)s” now.", old=part.before, new=part.after))


def _model(release: Release | None, what: DocumentDifference) -> Any:
    known: Mapping[str, Mapping[str, Any]] = (
        {"form": release.forms, "workflow": release.workflows, "rule": release.rules}
        if release is not None
        else {}
    )
    return known.get(what.kind, {}).get(what.id)


def _said(text: Text, other: str = "") -> str:
    return text.get(lang()) or other


def _added(words: str) -> Sentence:
    return Sentence(change="added", words=words)


def _removed(words: str) -> Sentence:
    return Sentence(change="removed", words=words)


def _changed(words: str) -> Sentence:
    return Sentence(change="changed", words=words)


@dataclass(frozen=True, slots=True)
class _Teller:
    release: Release
    before: Release
    what: DocumentDifference

    # --- forms ------------------------------------------------------------------------------------

    def form(self, old: Form | None, new: Form | None) -> Iterator[Sentence]:
        """Yield the fields that come, go or change."""
        was = {one.id: one for one in old.fields} if old else {}
        now = {one.id: one for one in new.fields} if new else {}
        form = new or old
        names = Names.of(self.release, form.record_type) if form else None
        touched = {str(step) for part in self.what.parts for step in part.path[1:] if part.change is not ChangeKind.MOVED}  # fmt: skip
        for name, one in now.items():
            if name not in was:
                yield _added(_field_words(one))
            elif names is not None and name in touched:
                yield from _field_changes(was[name], one, names)
        for name, one in was.items():
            if name not in now:
                yield _removed(_("The field “%(field)s” is taken out.", field=_said(one.title, name)))  # fmt: skip

    # --- workflows --------------------------------------------------------------------------------

    def workflow(self, old: Workflow | None, new: Workflow | None) -> Iterator[Sentence]:
        """Yield the states and ways that come, go or change."""
        was, now = (one.states if one else {} for one in (old, new))
        for name, state in now.items():
            if name not in was:
                yield _added(_("New state “%(state)s” (%(kind)s).", state=_said(state.title, name), kind=_state_kind(state)))  # fmt: skip
            else:
                yield from _renamed(was[name].title, state.title)
        for name, state in was.items():
            if name not in now:
                yield _removed(_("The state “%(state)s” is taken out.", state=_said(state.title, name)))  # fmt: skip
        if old is not None and new is not None:
            yield from self._ways(old, new)

    def _ways(self, old: Workflow, new: Workflow) -> Iterator[Sentence]:
        was, now = _ways(old), _ways(new)
        names = Names.of(self.release, new.record_type)
        for key, (to, label, way) in now.items():
            said = {"state": _title(new, key[0]), "way": label, "to": _title(new, to)}
            if key not in was:
                yield _added(_("From “%(state)s”: “%(way)s” leads to “%(to)s”.", **said))
                continue
            before, _label, old_way = was[key]
            if before != to:
                yield _changed(_("From “%(state)s”: “%(way)s” leads to “%(to)s” (before: “%(before)s”).", before=_title(old, before), **said))  # fmt: skip
            elif way is not None and old_way is not None:
                yield from _way_changes(old_way, way, said, names)
        for key, (to, label, _way) in was.items():
            if key not in now and key[0] in new.states:
                yield _removed(_("From “%(state)s”: the way “%(way)s” to “%(to)s” is taken out.", state=_title(old, key[0]), way=label, to=_title(old, to)))  # fmt: skip

    # --- rules ------------------------------------------------------------------------------------

    def rule(self, old: Rule | None, new: Rule | None) -> Iterator[Sentence]:
        """Yield what the rule does, as its editor says it; before, too, where that changed."""
        if new is not None:
            said = rule_words(self.release, new)
            before = rule_words(self.before, old) if old is not None else ""
            if old is None:
                yield _added(said)
            elif before != said:
                yield _changed(said)
                yield _removed(_("Before: %(words)s", words=before))
            if old is not None and old.enabled != new.enabled:
                yield _changed(_("It is turned on.") if new.enabled else _("It is turned off."))
        elif old is not None:
            yield _removed(rule_words(self.before, old))


def rule_words(release: Release, rule: Rule) -> str:
    """Return when a rule acts and what it does, in one sentence."""
    names = Names.of(release, rule.record_type)
    when = _(", ").join(event_word(one.event, names.labels) if one.kind == "event" else trigger_words(one, names) for one in rule.triggers)  # fmt: skip
    then = _("; ").join(action_words(one, names) for one in rule.then) or _("nothing yet")
    condition = names.condition(rule.when)
    if condition:
        return _("When: %(when)s. If: %(condition)s. Then: %(then)s.", when=when, condition=condition, then=then)  # fmt: skip
    return _("When: %(when)s. Then: %(then)s.", when=when, then=then)


# --- fields ---------------------------------------------------------------------------------------


def _field_words(one: Field) -> str:
    title, kind = _said(one.title, one.id), type_word(one.type.value)
    words = _("New field “%(field)s” (%(kind)s).", field=title, kind=kind)
    if one.options and one.taxonomy is None:
        words = _("New field “%(field)s” (%(kind)s: %(choices)s).", field=title, kind=kind, choices=_options(one.options))  # fmt: skip
    return ("" if lang() == "zh-CN" else " ").join([words, _("It must be filled in.")]) if one.required else words  # fmt: skip


def _options(options: Sequence[Option]) -> str:
    named = [_said(one.title, one.id) for one in options[:MOST_NAMED]]
    return _(", ").join(named) + ("…" if len(options) > MOST_NAMED else "")


def _field_changes(old: Field, new: Field, names: Names) -> Iterator[Sentence]:
    title = _said(new.title, new.id)
    yield from _renamed(old.title, new.title)
    yield from _of_field(old, new, title, names)


def _of_field(old: Field, new: Field, title: str, names: Names) -> Iterator[Sentence]:
    if old.type != new.type:
        yield _changed(_("The field “%(field)s” is of the kind %(kind)s now.", field=title, kind=type_word(new.type.value)))  # fmt: skip
    if old.required != new.required:
        yield _changed(_("The field “%(field)s” must be filled in now.", field=title) if new.required else _("The field “%(field)s” may be left empty now.", field=title))  # fmt: skip
    was, now = ({one.id: one for one in some.options} for some in (old, new))
    if come := [one for name, one in now.items() if name not in was]:
        yield _added(_("“%(field)s” has more choices: %(choices)s.", field=title, choices=_options(come)))  # fmt: skip
    if gone := [one for name, one in was.items() if name not in now]:
        yield _removed(_("“%(field)s” has these choices no more: %(choices)s.", field=title, choices=_options(gone)))  # fmt: skip
    for name, one in now.items():
        if name in was:
            yield from _renamed(was[name].title, one.title)
    show, require = names.condition(new.show), names.condition(new.require)
    if show != names.condition(old.show):
        yield _changed(_("“%(field)s” is shown when: %(condition)s", field=title, condition=show) if show else _("“%(field)s” is always shown now.", field=title))  # fmt: skip
    if require != names.condition(old.require) and require:
        yield _changed(_("“%(field)s” must be filled in when: %(condition)s", field=title, condition=require))  # fmt: skip


def _renamed(old: Text, new: Text) -> Iterator[Sentence]:
    if _said(old) != _said(new):
        yield _changed(_("“%(old)s” is called “%(new)s” now.", old=_said(old), new=_said(new)))


# --- states and ways ------------------------------------------------------------------------------


def _title(workflow: Workflow, name: str) -> str:
    state = workflow.states.get(name)
    return _said(state.title, name) if state else name


def _state_kind(state: State) -> str:
    known = {"approval": _("Approval"), "parallel": _("Parallel tasks")}
    waiting = _("Waiting") if state.waits_for else _("Step")
    return known.get(state.type, waiting)


def _ways(workflow: Workflow) -> dict[tuple[str, str], tuple[str, str, Transition | None]]:
    """Return the ways by state and id: where each leads, what it is called, and the way as it is written."""
    found: dict[tuple[str, str], tuple[str, str, Transition | None]] = {}
    for one in ways_of(workflow):
        go = _written(workflow, one)
        key = (one.source, go.id if go else one.key)
        found[key] = (one.to, _label(workflow, one, go), go)
    return found


def _written(workflow: Workflow, way: Way) -> Transition | None:
    return workflow.states[way.source].go[int(way.key[3:])] if way.key.startswith("go/") else None


def _label(workflow: Workflow, way: Way, go: Transition | None) -> str:
    if go is not None:
        return _said(go.title) or _title(workflow, go.to)
    return {"approved": _("Approved"), "rejected": _("Rejected"), "then": _("All done"), "reply": _("Customer replies"), "solved": _("Customer confirms")}[way.key]  # fmt: skip


def _way_changes(old: Transition, new: Transition, said: Mapping[str, str], names: Names) -> Iterator[Sentence]:  # fmt: skip
    state, way = said["state"], said["way"]
    if _said(old.title) != _said(new.title):
        yield _changed(_("From “%(state)s”: the way “%(old)s” is called “%(way)s” now.", state=state, old=_said(old.title), way=way))  # fmt: skip
    when = names.condition(new.when)
    if when != names.condition(old.when):
        yield _changed(_("From “%(state)s”: “%(way)s” is open when: %(condition)s", state=state, way=way, condition=when) if when else _("From “%(state)s”: “%(way)s” is always open now.", state=state, way=way))  # fmt: skip
