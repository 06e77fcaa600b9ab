"""The scenarios of a draft as they go on its own release: run in small portions, remembered for the texts looked at last."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from sopwith.core.diagnostics import Diagnostic
from sopwith.core.text import Text
from sopwith.definitions import Document
from sopwith.lab.cast import Cast
from sopwith.lab.coverage import Move
from sopwith.lab.run import StepRun, run_scenario
from sopwith.lab.sample import parse_sample
from sopwith.lab.scenario import Scenario, parse_scenario
from sopwith.lab.walking import Walk
from sopwith.release.model import Release
from sopwith.runtime.releases import hash_of

from .bench import Bench

MOST_KEPT = 4
MOST_SCENARIOS = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """How one scenario went. walked, fired: what it exercised.

    number, broken: the step, from 1, that did not hold. found: what is wrong with its text. stopped: why it could not run.
    """

    id: str
    title: Text
    document: Document
    scenario: Scenario | None = None
    number: int = 0
    broken: StepRun | None = None
    found: tuple[Diagnostic, ...] = ()
    stopped: str = ""
    walked: frozenset[Move] = frozenset()
    fired: frozenset[str] = frozenset()

    @property
    def passed(self) -> bool:
        """Return whether everything held."""
        return self.broken is None and not self.found and not self.stopped


@dataclass(slots=True)
class Runs:
    """The results so far, by the scenario's place. walks: how failing ones would walk on, by id."""

    scenarios: Sequence[tuple[Document, Cast]]
    results: dict[int, Result] = field(default_factory=dict)
    walks: dict[str, Walk] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def total(self) -> int:
        """Return how many scenarios there are."""
        return len(self.scenarios)

    @property
    def is_done(self) -> bool:
        """Return whether all were run."""
        return len(self.results) == self.total

    def in_order(self) -> list[Result]:
        """Return the results so far, in the order of the files."""
        return [self.results[place] for place in sorted(self.results)]


_kept: OrderedDict[str, Runs] = OrderedDict()
_lock = threading.Lock()


def runs_of(files: Mapping[str, str], bench: Bench) -> Runs:
    """Return the runs of the draft's scenarios, as far as they went."""
    name = hash_of(files)
    with _lock:
        found = _kept.get(name)
        if found is None:
            found = _kept[name] = Runs(list(_scenarios(bench))[:MOST_SCENARIOS])
        _kept.move_to_end(name)
        while len(_kept) > MOST_KEPT:
            _kept.popitem(last=False)
    return found


def _scenarios(bench: Bench) -> Sequence[tuple[Document, Cast]]:
    found = []
    for pack in bench.bundle.packs:
        cast = parse_sample(pack.sample)[0].cast if pack.scenarios else Cast()
        found += [(one, cast) for one in pack.scenarios]
    return found


def go_on(runs: Runs, release: Release, seconds: float) -> None:
    """Run scenarios that were not run yet, for about so long; at least one. Two who ask at once share the work."""
    until = time.monotonic() + seconds
    while True:
        with runs.lock:
            place = next((one for one in range(runs.total) if one not in runs.results), None)
            if place is None:
                return
            document, cast = runs.scenarios[place]
            runs.results[place] = _result(release, document, cast)
        if time.monotonic() >= until:
            return


def _result(release: Release, document: Document, cast: Cast) -> Result:
    scenario, found = parse_scenario(document, cast)
    plain = Result(id=document.id, title=Text(document.id, document.id), document=document)
    if scenario is None:
        return replace(plain, found=found[:3])
    plain = replace(plain, title=scenario.title, scenario=scenario)
    try:
        run = run_scenario(release, scenario)
    except (RuntimeError, TypeError, ValueError, KeyError, AttributeError) as error:
        return replace(plain, stopped=f"{type(error).__name__}: {error}")
    return replace(
        plain,
        number=0 if run.passed else len(run.steps),
        broken=None if run.passed else run.steps[-1],
        walked=run.walked,
        fired=run.fired,
    )
