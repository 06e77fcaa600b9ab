"""A draft with all that is known of its text: documents by kind, findings, the release that it makes."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sopwith.core.diagnostics import Diagnostic, has_errors
from sopwith.core.text import Text
from sopwith.definitions import Document, tidy
from sopwith.lab.sample import parse_sample
from sopwith.lab.scenario import parse_scenario
from sopwith.release.compile import compile_partly
from sopwith.release.known import Known
from sopwith.release.model import Release
from sopwith.runtime.releases import Bundle, hash_of, read_bundle

from ..admin.live import text_of
from ..admin.wording import KINDS
from ..written import asked_for

MOST_KEPT = 6
KNOWN = Known()


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One definition in the outline."""

    kind: str
    id: str
    title: Text
    file: str
    line: int
    errors: int
    warnings: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """What the text of a draft says. every: all findings; release: None while there are errors; partly: what can be read all the same."""

    bundle: Bundle
    every: tuple[Diagnostic, ...]
    release: Release | None
    partly: Release

    @property
    def found(self) -> tuple[Diagnostic, ...]:
        """Return the findings, without translations into a language that the firm does not write."""
        return asked_for(self.every)

    @property
    def documents(self) -> list[Document]:
        """Return every definition as it is written, blocks and scenarios too."""
        return [one for pack in self.bundle.packs for one in (*pack.documents, *pack.scenarios)]

    @property
    def is_broken(self) -> bool:
        """Return whether something keeps it from being published: a scenario that cannot be read does not."""
        return self.release is None

    def outline(self) -> list[tuple[str, list[Line]]]:
        """Return the definitions by kind, each with its findings counted."""
        found = self.found
        lines = [self._line(one, found) for one in self.documents]
        kinds = [*KINDS, *sorted({one.kind for one in lines} - set(KINDS))]
        grouped = [(kind, [one for one in lines if one.kind == kind]) for kind in kinds]
        return [(kind, some) for kind, some in grouped if some]

    def _line(self, document: Document, found: Sequence[Diagnostic]) -> Line:
        span = document.span
        mine = [
            one
            for one in found
            if one.span.path == span.path
            and span.line <= one.span.line <= max(span.end_line, span.line)
        ]
        return Line(
            kind=document.kind,
            id=document.id,
            title=text_of(document.node.get("title")) or Text(document.id, document.id),
            file=document.path,
            line=span.line,
            errors=sum(one.severity == "error" for one in mine),
            warnings=sum(one.severity == "warning" for one in mine),
        )


@dataclass(slots=True)
class _Kept:
    """A place for one bench: whoever asks for it while it is being made waits, and does not make it again."""

    bench: Bench | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)


_kept: OrderedDict[str, _Kept] = OrderedDict()
_lock = threading.Lock()


def bench_of(files: Mapping[str, str]) -> Bench:
    """Return what *files* say; kept for the texts looked at last."""
    name = hash_of(files)
    with _lock:
        place = _kept.setdefault(name, _Kept())
        _kept.move_to_end(name)
        while len(_kept) > MOST_KEPT:
            _kept.popitem(last=False)
    with place.lock:
        if place.bench is None:
            place.bench = _examine(files)
        return place.bench


def _examine(files: Mapping[str, str]) -> Bench:
    bundle = read_bundle(files)
    partly, found = compile_partly(bundle.documents, known=KNOWN)
    every = tidy((*bundle.found, *found))
    release = None if has_errors(every) else partly
    every = tidy((*every, *_of_scenarios(bundle)))
    return Bench(bundle=bundle, every=every, release=release, partly=partly)


def _of_scenarios(bundle: Bundle) -> list[Diagnostic]:
    """Return what is wrong with the text of scenarios; what they expect is found by running them."""
    found: list[Diagnostic] = []
    for pack in bundle.packs:
        if pack.scenarios:
            cast = parse_sample(pack.sample)[0].cast
            for one in pack.scenarios:
                found += KNOWN.read("scenario", one, (cast,), parse_scenario)[1]
    return found


def by_severity(found: Sequence[Diagnostic]) -> list[Diagnostic]:
    """Return findings with errors first, else in the order of files and lines."""
    order = {"error": 0, "warning": 1}
    return sorted(asked_for(found), key=lambda one: (order.get(one.severity, 2), one.span))
