"""One evaluation under way: of a form, or of one row of a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..core.decision import Problem
from ..expressions import Context
from .fault import Fault, Reading, bound, cut
from .plan import (
    ANY,
    ENABLED,
    FAULTY,
    MAX_ROWS,
    ORIGIN,
    REQUIRED,
    SHOWN,
    Access,
    Columns,
    Step,
    level_bits,
)
from .result import FieldState
from .rights import Level

_ROUNDS = 8
_MISSING: Any = object()
_WRITE = int(Level.WRITE)
_ROW_WEIGHT = 10_000
_NO_ROW: Mapping[str, Any] = {}
_MOST_STRANGE = 20

Found = tuple[int, int, Problem]


class Run:
    """Takes the steps of a plan one by one; the answers gather in its attributes.

    seen: what conditions see. found: problems with their place in the form. closed: nothing
    here may be typed. whole: what is not typed is empty, as in a row that is given as a whole.
    """

    __slots__ = (
        "changed", "closed", "column_levels", "context", "drop", "flags", "found", "partial",
        "prefix", "reading", "removed", "row", "scope", "sections", "seen", "states", "strange",
        "typed", "values", "whole",
    )  # fmt: skip

    def __init__(
        self,
        typed: Mapping[str, Any],
        scope: Mapping[str, Any],
        seen: dict[str, Any],
        context: Context,
        reading: Reading,
        *,
        drop: bool,
        partial: bool,
    ) -> None:
        self.typed = typed
        self.scope = scope
        self.seen = seen
        self.context = context
        self.reading = reading
        self.drop = drop
        self.partial = partial
        self.closed = self.whole = False
        self.prefix = ""
        self.row = -1
        self.column_levels: Sequence[Sequence[int]] = ()
        self.states: dict[str, FieldState] = {}
        self.flags: list[int] = []
        self.restart()

    def restart(self) -> None:
        """Forget the answers, not what was seen."""
        self.values: dict[str, Any] = {}
        self.changed: dict[str, Any] = {}
        self.removed: list[str] = []
        self.found: list[Found] = []
        self.strange: list[str] = []
        self.sections: dict[int, bool] = {}

    def form(self, access: Access, *, cyclic: bool) -> None:
        """Evaluate every step of a form; a circle is gone round until nothing changes, or long enough."""
        self.column_levels = access.columns
        self.states = access.states.copy()
        self.flags = access.flags.copy()
        self._steps(access)
        for _ in range(_ROUNDS if cyclic else 0):
            before = self.flags
            self.restart()
            self.flags = access.flags.copy()
            self._steps(access)
            if self.flags == before:
                break
        for step in access.deciding:
            self.finish(step)
        if not self.partial:
            values, flags = self.values, self.flags
            for step in access.required:
                if step.id not in values and not flags[step.index] & FAULTY:
                    self._miss(step)

    def _steps(self, access: Access) -> None:
        """Take every step; those that only take what is typed in, here, where it is quick."""
        typed, scope, seen, reading = self.typed.get, self.scope.get, self.seen, self.reading
        values, changed, context = self.values, self.changed, self.context
        new: Any
        for step, level, way in access.order:
            if way:
                if way == ANY:
                    self.take(step, level)
                    continue
                if not step.gate(seen, context):
                    self._hide(step)
                    continue
            name = step.id
            raw = typed(name, _MISSING)
            old = scope(name)
            if raw is _MISSING:
                new = step.default if old is None else old
            elif raw is None or raw == "":
                new = None
            elif old is not None and raw.__class__ is old.__class__ and raw == old:
                new = old
            else:
                if step.retires:
                    reading.kept = _strings(old)
                new = step.read(raw, reading)
                if new.__class__ is Fault:
                    self._blame(step, new)
                    seen[name] = None
                    continue
            seen[name] = new
            if new is not None:
                values[name] = new
                if old is None or new != old:
                    changed[name] = new
            elif old is not None:
                changed[name] = None

    def _hide(self, step: Step) -> None:
        """Leave out a field that the person could write if it were shown."""
        self.flags[step.index] &= ~(SHOWN | ENABLED)
        old = self.scope.get(step.id)
        self.seen[step.id] = None if self.drop else old
        if old is not None and self.drop:
            self.removed.append(step.id)
        elif old is not None:
            self.values[step.id] = old

    def cells(self, columns: Columns, levels: Sequence[int]) -> None:
        """Evaluate the cells of one row."""
        self.flags = [0] * len(columns.steps)
        for _ in range(_ROUNDS if columns.cyclic else 1):
            before = self.flags.copy()
            self.restart()
            for step in columns.order:
                self.take(step, levels[step.index])
            if self.flags == before:
                break
        for step in columns.steps:
            self.finish(step)

    def take(self, step: Step, level: int) -> None:
        """Decide whether a field is shown and enabled, and read its value."""
        seen, context = self.seen, self.context
        shown = True
        if step.section_show is not None:
            known = self.sections.get(step.section)
            if known is None:
                known = self.sections[step.section] = step.section_show(seen, context)
            shown = known
        if shown and step.show is not None:
            shown = step.show(seen, context)
        enabled = shown and not self.closed and (step.enable is None or step.enable(seen, context))
        flags = level_bits(level) | (SHOWN if shown else 0) | (ENABLED if enabled else 0)
        self.flags[step.index] = flags
        if step.is_heading:
            return
        old = self.scope.get(step.id)
        new: Any
        if step.compute is not None:
            new = step.compute(seen, context) if shown else (None if self.drop else old)
        elif not shown:
            new = None if self.drop and level == _WRITE else old
        elif step.columns is not None:
            new = self._rows(step, step.columns, level, old, may_type=enabled and level == _WRITE)
        elif level == _WRITE and enabled:
            new = self._typed(step, old)
        else:
            new = step.default if old is None else old
        seen[step.id] = new
        if new is not None:
            self.values[step.id] = new
            if new != old:
                self.changed[step.id] = new
        elif old is not None and not shown:
            self.removed.append(step.id)
        elif old is not None and not self.flags[step.index] & FAULTY:
            self.changed[step.id] = None

    def finish(self, step: Step) -> None:
        """Decide whether a field is required, and note its state."""
        flags = self.flags[step.index]
        if (
            (step.required or step.require is not None)
            and flags & ENABLED
            and flags & level_bits(_WRITE)
            and (step.required or (step.require and step.require(self.seen, self.context)))
        ):
            flags |= REQUIRED
            if not self.partial and not flags & FAULTY and step.id not in self.values:
                self._miss(step)
        flags &= ~FAULTY
        if self.row < 0:
            self.states[step.id] = step.known.get(flags) or step.state(flags)
        else:
            self.states[self.prefix + step.id] = step.cell(flags, self.row, self.prefix)

    def _typed(self, step: Step, old: Any) -> Any:
        """Return the value of an open field; what is wrong with it is noted, and it counts as empty."""
        raw = self.typed.get(step.id, _MISSING)
        if raw is _MISSING:
            return step.default if old is None or self.whole else old
        if raw is None or raw == "":
            return None
        if raw.__class__ is old.__class__ and raw == old:
            return old  # as it was: a retired option stays on the record that has it
        if step.retires:
            self.reading.kept = _strings(old)
        new = step.read(raw, self.reading)
        if new.__class__ is Fault:
            self._blame(step, new)
            return None
        return new

    def _blame(self, step: Step, fault: Fault, path: str = "", place: int = 0) -> None:
        index = step.index
        self.flags[index] |= FAULTY
        path = path or self.prefix + step.id
        problem = Problem(code=fault.code, path=path, values=fault.values)
        self.found.append((index, place, problem))
        for other in fault.others:
            problem = Problem(code=other.code, path=path, values=other.values)
            self.found.append((index, place, problem))

    def _miss(self, step: Step) -> None:
        problem = step.missing
        if self.prefix:
            problem = Problem(code=problem.code, path=self.prefix + step.id)
        self.found.append((step.index, 0, problem))

    # tables

    def _rows(
        self, step: Step, columns: Columns, level: int, old: Any, *, may_type: bool
    ) -> list[dict[str, Any]] | None:
        stored = old if old.__class__ is list else step.default or []
        raw = self.typed.get(step.id, _MISSING) if may_type else _MISSING
        if raw is None or raw == "":
            return None
        if raw is _MISSING:
            raw, typed = stored[:MAX_ROWS], False
        elif raw.__class__ is list or raw.__class__ is tuple:
            typed = True
        else:
            self._blame(step, Fault("VAL038"))
            return None
        most = min(int(step.field.high or MAX_ROWS), MAX_ROWS)
        if typed and len(raw) > most:
            self._blame(step, Fault("VAL041", {"limit": most, "count": len(raw)}))
            raw = raw[:most]
        kept = self._kept_rows(step, columns, raw, stored, typed=typed, may_type=may_type)
        low = step.field.low
        if typed and low is not None and 0 < len(kept) < low:
            self._blame(step, Fault("VAL040", {"limit": bound(low), "count": len(kept)}))
        return kept or None

    def _kept_rows(
        self,
        step: Step,
        columns: Columns,
        raw: Sequence[Any],
        stored: Sequence[Any],
        *,
        typed: bool,
        may_type: bool,
    ) -> list[dict[str, Any]]:
        levels = self.column_levels[step.index]
        named = typed and any(isinstance(row, Mapping) and ORIGIN in row for row in raw)
        kept: list[dict[str, Any]] = []
        for at, row in enumerate(raw):
            path = f"{self.prefix}{step.id}.{at}"
            if not isinstance(row, Mapping):
                self._blame(step, Fault("VAL039"), path, (at + 1) * _ROW_WEIGHT)
                continue
            is_blank = typed and _is_blank(row)
            before = _origin(row, at, stored, named=named) if typed else row
            inner = Run(
                row if typed else _NO_ROW, before, {**self.seen, **columns.blank, **before},
                self.context, self.reading, drop=self.drop, partial=self.partial or is_blank,
            )  # fmt: skip
            inner.prefix, inner.row, inner.states = path + ".", at, self.states
            inner.closed, inner.whole = not may_type, typed
            inner.cells(columns, levels)
            if is_blank:
                continue  # it is not kept, but the page still shows it
            self._merge(step, inner, columns, at)
            if inner.values:
                kept.append(inner.values)
        return kept

    def _merge(self, step: Step, inner: Run, columns: Columns, at: int) -> None:
        """Take over what one row found."""
        if inner.found:
            self.flags[step.index] |= FAULTY
        for index, _, problem in inner.found:
            self.found.append((step.index, (at + 1) * _ROW_WEIGHT + index + 1, problem))
        if len(self.strange) < _MOST_STRANGE:
            self.strange += [
                inner.prefix + cut(key)
                for key in inner.typed
                if key not in columns.ids and key != ORIGIN
            ]


def _strings(value: Any) -> tuple[str, ...]:
    """Return the texts of a list, none for anything else."""
    return tuple(one for one in value if isinstance(one, str)) if isinstance(value, list) else ()


def _is_blank(row: Mapping[str, Any]) -> bool:
    """Return whether nothing was typed into a row."""
    return all(
        value is None or value == "" or value == [] or (isinstance(value, str) and value.isspace())
        for key, value in row.items()
        if key != ORIGIN
    )


def _origin(
    row: Mapping[str, Any], at: int, stored: Sequence[Any], *, named: bool
) -> Mapping[str, Any]:
    """Return the stored row that a typed row was, an empty one when it is new."""
    if named:
        mark = row.get(ORIGIN)
        text = mark if isinstance(mark, str) else str(mark) if isinstance(mark, int) else ""
        at = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else -1
    found = stored[at] if 0 <= at < len(stored) else _NO_ROW
    return found if isinstance(found, Mapping) else _NO_ROW
