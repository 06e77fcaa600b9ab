"""One checked condition, ready to run, to be read and to be explained."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..core.span import Span
from ..core.text import Text
from .context import EMPTY, Context
from .functions import FUNCTIONS
from .printing import print_tree
from .python import generate
from .rows import BudgetExceededError
from .trace import Trace, TracePlan, plan_trace
from .tree import Node
from .types import Type
from .words import Labels, to_words

_NO_LABELS = Labels()


@dataclass(frozen=True, slots=True, kw_only=True)
class Expression:
    """A typed condition or formula; made by ``compile_expression`` only.

    names: the dotted paths that it reads. columns: the columns of tables that it reads, as
    ``table.column``. functions: what it calls, so that callers know whether it depends on time.
    """

    text: str
    span: Span = field(compare=False)
    type: Type
    tree: Node
    names: frozenset[str]
    columns: frozenset[str] = frozenset()
    functions: frozenset[str] = frozenset()
    _run: Callable[[Mapping[str, Any], Context], Any] | None = field(
        default=None, compare=False, repr=False
    )
    _plan: TracePlan | None = field(default=None, compare=False, repr=False)

    @property
    def reads_time(self) -> bool:
        """Return whether the result may change as time goes by."""
        return any(FUNCTIONS[name].reads_time for name in self.functions)

    def evaluate(self, values: Mapping[str, Any], context: Context = EMPTY) -> Any:
        """Return the result as a JSON value; None when it is missing or takes too many steps."""
        try:
            return (self._run or self._prepare())(values, context)
        except BudgetExceededError:
            return None

    def holds(self, values: Mapping[str, Any], context: Context = EMPTY) -> bool:
        """Return whether the result is true; a missing result is not."""
        try:
            return (self._run or self._prepare())(values, context) is True
        except BudgetExceededError:
            return False

    def explain(
        self,
        values: Mapping[str, Any],
        context: Context = EMPTY,
        labels: Mapping[str, Text] | Labels = _NO_LABELS,
    ) -> Trace:
        """Return the result of every clause, with the values that it read."""
        if labels is not _NO_LABELS:
            return plan_trace(self.tree, labels).follow(values, context)
        plan = self._plan
        if plan is None:
            plan = plan_trace(self.tree, labels)
            object.__setattr__(self, "_plan", plan)
        return plan.follow(values, context)

    def words(self, lang: str, labels: Mapping[str, Text] | Labels = _NO_LABELS) -> str:
        """Return the condition in plain words of *lang*."""
        return to_words(self.tree, lang, labels)

    def to_text(self) -> str:
        """Return the canonical text; compiling it gives the same tree."""
        return print_tree(self.tree)

    def _prepare(self) -> Callable[[Mapping[str, Any], Context], Any]:
        run = generate(self.tree)
        object.__setattr__(self, "_run", run)
        return run

    def __reduce__(self) -> tuple[Any, ...]:
        names = (self.text, self.span, self.type, self.tree)
        return _restored, (*names, self.names, self.columns, self.functions)


def _restored(
    text: str,
    span: Span,
    kind: Type,
    tree: Node,
    names: frozenset[str],
    columns: frozenset[str],
    functions: frozenset[str],
) -> Expression:
    return Expression(
        text=text,
        span=span,
        type=kind,
        tree=tree,
        names=names,
        columns=columns,
        functions=functions,
    )
