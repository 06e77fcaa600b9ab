"""What an editor is about: one definition of a draft, as it is written, with what is selected in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sopwith.core.diagnostics import Diagnostic
from sopwith.definitions import Document
from sopwith.definitions.node import Node, Path
from sopwith.store.releases import Draft

from ...admin.wording import KINDS
from ...languages import lang
from ..bench import Bench, Line
from ..finding_remedies import MENDED, Remedy, remedy_of
from ..finding_words import titled


@dataclass(frozen=True, kw_only=True)
class Subject:
    """One definition being edited. number: its place among the documents of its file. at: what is selected."""

    draft: Draft
    bench: Bench
    document: Document
    number: int
    at: str

    @property
    def doc(self) -> dict[str, Any]:
        """Return the definition as a plain value."""
        return self.document.value

    @property
    def base(self) -> str:
        """Return the address below which everything of the draft stands."""
        return f"/studio/{self.draft.id}"

    @property
    def record_type(self) -> str | None:
        """Return the id of the type of record that it is about; None for what is about no one type."""
        named = (
            self.document.id if self.document.kind == "record_type" else self.doc.get("record_type")
        )
        return named if isinstance(named, str) and named in self.bench.partly.record_types else None

    def value(self, path: Path, default: Any = None) -> Any:
        """Return what stands at *path*, or *default*."""
        node = self.document.node.at(path)
        return default if node is None else node.value

    @cached_property
    def others(self) -> Mapping[str, list[Line]]:
        """Return all definitions of the draft by kind, for choosing one; an empty list for a kind that has none."""
        none: Mapping[str, list[Line]] = {kind: [] for kind in KINDS}
        return {**none, **dict(self.bench.outline())}

    @cached_property
    def findings(self) -> Mapping[Path, list[Diagnostic]]:
        """Return what the checker says, with titles in place of ids, by the path of the value that it speaks of."""
        found: dict[Path, list[Diagnostic]] = {}
        for one in self.bench.found:
            path = self._path(one)
            if path is not None:
                found.setdefault(path, []).append(titled(self.bench, self.document, one))
        return found

    def _path(self, one: Diagnostic) -> Path | None:
        """Return the path of the value that a finding speaks of, None for one about another definition."""
        span = self.document.span
        inside = span.line <= one.span.line <= max(span.end_line, span.line)
        if one.span.path != span.path or not inside:
            return None
        return nearest(self.document.node, (one.span.line, one.span.column)).path

    def says(self, path: Path) -> list[str]:
        """Return what the checker says of exactly the value at *path*, in the page's language."""
        return [one.message(lang()) for one in self.findings.get(tuple(path), ())]

    def found_at(self, path: Path) -> Sequence[Diagnostic]:
        """Return the findings about exactly the value at *path*."""
        return self.findings.get(tuple(path), ())

    def remedy(self, path: Path, code: str) -> Remedy | None:
        """Return the one press that mends what is found at *path*, None where somebody has to choose."""
        for one in self.bench.found if code in MENDED else ():
            if one.code == code and self._path(one) == tuple(path):
                return remedy_of(self.bench, self.document, one)
        return None

    def worst(self, path: Path) -> str:
        """Return the worst severity of what the checker says of *path* and all below it; empty for nothing."""
        start = tuple(path)
        kinds = {
            one.severity.value
            for place, some in self.findings.items()
            if place[: len(start)] == start
            for one in some
        }
        return next((kind for kind in ("error", "warning", "info") if kind in kinds), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Editor:
    """How one kind of definition is shown for changing. view: what its template is given; it never fails."""

    template: str
    view: Callable[[Subject], Mapping[str, Any]]


def nearest(node: Node, place: tuple[int, int]) -> Node:
    """Return the innermost value that holds *place*, its key included."""
    for child in node.children:
        start = (child.key_place or child.place)[:2]
        if start <= place <= child.place[2:]:
            return nearest(child, place)
    return node
