"""A form compiled once: its fields as steps, in the order in which they depend on each other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from ..core.decision import Problem
from ..expressions import Context, Expression
from .fault import Reading
from .model import Field, FieldType, Form
from .read_choice import retired_ids
from .read_text import Read
from .reading import reader_of
from .result import FieldState
from .rights import Level, level_of

Test = Callable[[Mapping[str, Any], Context], bool]
MAX_ROWS = 200
ORIGIN = "_row"  # the key of a row that says which stored row it was
SHOWN, ENABLED, REQUIRED, FAULTY = 1, 2, 4, 32
_LEVEL_SHIFT = 3
_CACHED_ACCESS = 64


class Step:
    """One field with everything looked up that does not depend on values."""

    __slots__ = (
        "cells", "columns", "compute", "default", "enable", "field", "gate", "id", "index", "is_heading",
        "known", "missing", "read", "reads", "require", "required", "retires", "section", "section_show", "show",
    )  # fmt: skip

    def __init__(self, field: Field, index: int, section: int, section_show: Test | None) -> None:
        self.field = field
        self.id = field.id
        self.index = index
        self.section = section
        self.section_show = section_show
        self.show = _test(field.show)
        self.gate: Test = self.show or _always
        self.enable = _test(field.enable)
        self.require = _test(field.require)
        self.required = field.required
        self.compute = _computation(field)
        self.default = field.default
        self.is_heading = field.type is FieldType.HEADING
        read = reader_of(field)
        self.read: Read = read or _keep_nothing
        self.reads = read is not None
        self.retires = field.type is FieldType.MULTI_CHOICE and bool(retired_ids(field.options))
        is_table = field.type is FieldType.TABLE
        self.columns = Columns(field.columns) if is_table else None
        self.missing = Problem(code="VAL001", path=field.id)
        self.known: dict[int, FieldState] = {}
        self.cells: dict[tuple[int, int], FieldState] = {}

    @property
    def is_plain(self) -> bool:
        """Return whether the field only takes what is typed in, wherever its own ``show`` holds."""
        return self.reads and self.section_show is None and self.enable is None

    def state(self, flags: int) -> FieldState:
        """Return the state that *flags* stand for, made once."""
        found = self.known.get(flags)
        if found is None:
            found = self.known[flags] = _state(self.id, flags)
        return found

    def cell(self, flags: int, row: int, prefix: str) -> FieldState:
        """Return the state of the cell of this column in a row, made once."""
        found = self.cells.get((flags, row))
        if found is None:
            found = self.cells[flags, row] = _state(prefix + self.id, flags)
        return found


def _state(name: str, flags: int) -> FieldState:
    level = (flags >> _LEVEL_SHIFT) & 3
    return FieldState(
        id=name,
        shown=bool(flags & SHOWN),
        enabled=bool(flags & ENABLED),
        required=bool(flags & REQUIRED),
        readable=level > Level.NONE,
        writable=level == Level.WRITE,
    )


def level_bits(level: int) -> int:
    """Return *level* as a part of the flags of a state."""
    return level << _LEVEL_SHIFT


class Columns:
    """The columns of a table as steps of their own."""

    __slots__ = ("blank", "cyclic", "ids", "order", "steps")

    def __init__(self, fields: Sequence[Field]) -> None:
        self.steps = [Step(field, index, 0, None) for index, field in enumerate(fields)]
        self.ids = frozenset(step.id for step in self.steps)
        self.blank: dict[str, Any] = dict.fromkeys(self.ids)
        order, self.cyclic = in_order(
            [step.id for step in self.steps], {field.id: reads(field) for field in fields}
        )
        self.order = [self.steps[at] for at in order]


# How a step is taken: open whatever the values, open where its ``show`` holds, or looked at in
# every respect. Plain numbers: they are compared for every field of every evaluation.
OPEN, GATED, ANY = 0, 1, 2


def _way(step: Step, level: int) -> int:
    if not step.is_plain or level != Level.WRITE:
        return ANY
    return OPEN if step.show is None else GATED


class Access:
    """The steps of a form as some roles may take them in one state.

    order: each step with its level and how it is taken. states: of the steps that are open whatever
    the values. flags: those to start from. required: open steps that must be filled. deciding:
    steps whose state hangs on values.
    """

    __slots__ = ("columns", "deciding", "flags", "order", "required", "states")

    def __init__(
        self,
        steps: Sequence[Step],
        order: Sequence[Step],
        roles: frozenset[str],
        state: str | None,
    ) -> None:
        levels = [int(level_of(step.field, roles, state)) for step in steps]
        ways = [_way(step, levels[step.index]) for step in steps]
        self.columns = [
            [min(levels[step.index], level_of(one, roles, state)) for one in step.field.columns]
            for step in steps
        ]
        self.order = [(step, levels[step.index], ways[step.index]) for step in order]
        self.flags = [SHOWN | ENABLED | level_bits(level) for level in levels]
        self.required: list[Step] = []
        self.deciding: list[Step] = []
        self.states: dict[str, FieldState] = {}
        for step in steps:
            flags = self.flags[step.index]
            if ways[step.index] != OPEN or (step.require is not None and not step.required):
                self.deciding.append(step)
                continue
            if step.required:
                self.required.append(step)
                flags |= REQUIRED
            self.states[step.id] = step.state(flags)


class Plan:
    """The steps of a form, and the rights in them by roles and state."""

    __slots__ = ("_access", "cyclic", "drop", "ids", "order", "steps")

    def __init__(self, form: Form) -> None:
        self.drop = form.hidden_values != "keep"
        self.steps: list[Step] = []
        needs: dict[str, frozenset[str]] = {}
        for number, section in enumerate(form.sections):
            show = _test(section.show)
            for field in section.fields:
                self.steps.append(Step(field, len(self.steps), number, show))
                needs[field.id] = reads(field) | names_of(section.show)
        self.ids = frozenset(step.id for step in self.steps if not step.is_heading)
        order, self.cyclic = in_order([step.id for step in self.steps], needs)
        self.order = [self.steps[at] for at in order]
        self._access: dict[tuple[frozenset[str], str | None], Access] = {}

    def access(self, roles: frozenset[str], state: str | None) -> Access:
        """Return the steps as *roles* may take them in *state*, made once."""
        key = (roles, state)
        found = self._access.get(key)
        if found is None:
            if len(self._access) >= _CACHED_ACCESS:
                self._access.clear()
            found = self._access[key] = Access(self.steps, self.order, roles, state)
        return found


def plan_of(form: Form) -> Plan:
    """Return the plan of *form*, compiled when it is first asked for."""
    plan = form.cache.get(Plan)
    if plan is None:
        plan = form.cache[Plan] = Plan(form)
    return plan


def names_of(expression: Expression | None) -> frozenset[str]:
    """Return the first parts of the names that an expression reads."""
    if expression is None:
        return frozenset()
    return frozenset(name.partition(".")[0] for name in expression.names)


def reads(field: Field) -> frozenset[str]:
    """Return the names that decide whether *field* is shown or enabled, and what it computes to."""
    found = names_of(field.show) | names_of(field.enable) | names_of(field.value)
    own = {column.id for column in field.columns}
    for column in field.columns:
        found |= (reads(column) | names_of(column.require)) - own
    return found


def in_order(ids: Sequence[str], needs: Mapping[str, Iterable[str]]) -> tuple[list[int], bool]:
    """Return positions such that what is needed comes first, else as written; and whether there is a circle.

    A member of a circle is taken as if its needs were met, in the order written.
    """
    place = {name: at for at, name in enumerate(ids)}
    order: list[int] = []
    state = [0] * len(ids)  # 0 untouched, 1 open, 2 done
    circle = False
    for start in range(len(ids)):
        waiting = [start]
        while waiting:
            at = waiting[-1]
            if state[at] == 2:
                waiting.pop()
                continue
            if state[at] == 1:
                state[at] = 2
                order.append(at)
                waiting.pop()
                continue
            state[at] = 1
            needed = sorted(
                (place[name] for name in needs.get(ids[at], ()) if name in place), reverse=True
            )
            circle = circle or any(state[one] == 1 for one in needed)
            waiting.extend(one for one in needed if state[one] == 0)
    return order, circle


def _always(values: Mapping[str, Any], context: Context) -> bool:
    return True


def _keep_nothing(raw: Any, reading: Reading) -> None:
    """Read what is sent for a field that takes nothing in."""


def _computation(field: Field) -> Callable[[Mapping[str, Any], Context], Any] | None:
    """Return what computes the field; a computed field with a broken expression stays empty."""
    if field.value is not None:
        return field.value.evaluate
    return (lambda values, context: None) if field.type is FieldType.COMPUTED else None


def _test(expression: Expression | None) -> Test | None:
    return None if expression is None else expression.holds
