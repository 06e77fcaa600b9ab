"""A workflow as a tree of cards, and as a plain list: what can be read aloud, walked by keys and used on a phone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sopwith.core.record import Category
from sopwith.core.text import Lang
from sopwith.expressions import Labels
from sopwith.workflows.describe import Names, sop_rows
from sopwith.workflows.model import State, Workflow
from sopwith.workflows.tree import Step, tree_of

from ...admin.titles import labels_for
from ...flowchart import approver_names, brief_limit, decision_word, title_of, workflow_names
from ...languages import lang
from ...wording import gettext as _
from .subject import Subject
from .workflow_changes import states_of, ways_of
from .workflow_chart import Marks


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way out of a state. way: its name among the ways, empty for one that other keys make; title: of the target."""

    way: str
    target: str
    title: str
    words: str
    when: str
    mark: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One state in words. more: how it is decided, its form; mark: the worst that the checker says."""

    id: str
    title: str
    category: str
    kind: str
    who: str
    limit: str
    more: Sequence[str]
    ways: Sequence[Way]
    mark: str
    start: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One branch of the tree: the way into it and the cards on it."""

    way: Way
    rows: Sequence[Row]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One card of the tree. columns: its branches side by side. jumps: ways to what stands elsewhere.

    following: the card below. down: the way to it, None where only the branches lead there.
    """

    card: Card
    columns: Sequence[Column] = ()
    jumps: Sequence[Way] = ()
    following: str = ""
    down: Way | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A workflow with all the words for what it names, in the page's language."""

    workflow: Workflow
    names: Names
    labels: Labels
    tongue: Lang

    @classmethod
    def of(cls, subject: Subject, workflow: Workflow) -> Said:
        """Return the words for *workflow* as the draft has them."""
        partly = subject.bench.partly
        return cls(
            workflow=workflow,
            names=workflow_names(partly, workflow),
            labels=labels_for(partly, workflow.record_type),
            tongue="zh-CN" if lang() == "zh-CN" else "en",
        )


def outline_of(subject: Subject, said: Said) -> list[Card]:
    """Return every state as a card, in the order of the definition."""
    maker = _Cards(subject, said)
    return [maker.card(name) for name in said.workflow.states]


def tree_rows(subject: Subject, said: Said) -> tuple[list[Row], list[Card]]:
    """Return the tree from the start, and the cards of states that no way from there leads to."""
    maker = _Cards(subject, said)
    ways = {name: [way.target for way in some] for name, some in maker.ways.items()}
    found, left = tree_of(said.workflow.start, ways)
    return maker.rows(found), [maker.card(name) for name in left]


class _Cards:
    """Makes cards of one workflow."""

    def __init__(self, subject: Subject, said: Said) -> None:
        self._said = said
        self._rows = {
            row.state_id: row
            for row in sop_rows(said.workflow, said.tongue, said.names, said.labels)
        }
        self._marks = Marks.of(subject)
        written = states_of(subject.doc)
        self.ways = {
            name: [*self._ways(state, ways_of(written.get(name, {}))), *self._confirming(state)]
            for name, state in said.workflow.states.items()
        }

    def _ways(self, state: State, written: Mapping[str, str]) -> Iterator[Way]:
        for way, target in written.items():
            if target in self._said.workflow.states:
                words, when = self._words(state, way)
                yield Way(
                    way=way,
                    target=target,
                    title=self._said.workflow.states[target].title.get(self._said.tongue) or target,
                    words=words,
                    when=when,
                    mark=self._marks.way(state.id, way),
                )

    def _words(self, state: State, way: str) -> tuple[str, str]:
        """Return what a way is called, and when it is open."""
        number = int(way[3:]) if way.startswith("go/") else -1
        if 0 <= number < len(state.go):
            one = state.go[number]
            when = one.when.words(self._said.tongue, self._said.labels) if one.when else ""
            return one.title.get(self._said.tongue), when
        known = {"approved": _("Approved"), "rejected": _("Rejected"), "then": _("All done"), "reply": _("Customer replies")}  # fmt: skip
        return known.get(way, ""), ""

    def _confirming(self, state: State) -> Iterator[Way]:
        solved = self._said.workflow.solved_state or ""
        if state.category == Category.RESOLVED and solved in self._said.workflow.states:
            title = self._said.workflow.states[solved].title.get(self._said.tongue)
            yield Way(way="", target=solved, title=title, words=_("Customer confirms"), when="", mark="")  # fmt: skip

    def rows(self, steps: Sequence[Step]) -> list[Row]:
        """Return the cards of one column, each with its branches."""
        found = []
        for place, step in enumerate(steps):
            following = steps[place + 1].id if place + 1 < len(steps) else ""
            first: dict[str, Way] = {}
            for way in self.ways[step.id]:
                first.setdefault(way.target, way)
            columns = [
                Column(way=first[one.target], rows=self.rows(one.steps))
                for one in step.branches
                if one.steps
            ]
            aside = {one.way.target for one in columns} | {following}
            jumps = [way for way in self.ways[step.id] if way.target not in aside]
            found.append(
                Row(
                    card=self.card(step.id),
                    columns=columns,
                    jumps=jumps,
                    down=first.get(following),
                    following=following,
                )
            )
        return found

    def card(self, name: str) -> Card:
        """Return one state."""
        said, state, row = self._said, self._said.workflow.states[name], self._rows[name]
        who, more = row.who, []
        if state.approval is not None:
            who = _(", ").join(approver_names(state.approval, said.names))
            more.append(decision_word(state.approval.mode, state.approval.share))
        if state.parallel is not None:
            more += [one.title.get(said.tongue) or one.id for one in state.parallel.branches]
        if state.form is not None:
            more.append(_("Form: %(title)s", title=title_of(said.names, "form", state.form)))
        return Card(
            id=name,
            title=row.state or name,
            category=row.category,
            kind=state.type if state.type != "normal" else state.category.value,
            who=who,
            limit=brief_limit(said.workflow, name, said.names),
            more=more,
            ways=self.ways[name],
            mark=self._marks.state(name),
            start=name == said.workflow.start,
        )
