"""Checks of an installation: each looks at one thing, changes nothing, and has a limit of time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ..core.diagnostics import Severity
from ..core.messages import MESSAGES
from ..core.messages.doctor import MENDING
from .job_queue import mask

LIMIT_SECONDS = 8.0
AT_ONCE = 4
_ORDER = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}
Value = str | int


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is not as it should be. code: ``DOC...`` of ``core.messages``."""

    code: str
    values: Mapping[str, Value] = field(default_factory=dict)

    @property
    def severity(self) -> Severity:
        """Return how bad it is."""
        return Severity(MESSAGES[self.code].severity)

    def message(self, lang: str) -> str:
        """Return what is wrong, as a sentence in *lang*."""
        message = MESSAGES[self.code]
        return (message.zh if lang.startswith("zh") else message.en).format_map(self.values)

    def mend(self, lang: str) -> str:
        """Return what to do about it."""
        message = MENDING[self.code]
        return (message.zh if lang.startswith("zh") else message.en).format_map(self.values)


def finding(code: str, **values: Value) -> Finding:
    """Return a finding."""
    return Finding(code=code, values=values)


Look = Callable[[], Iterable[Finding]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing to look at. name: short, of the program, the same in both languages. seconds: its limit."""

    name: str
    look: Look
    seconds: float = LIMIT_SECONDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What came of one check."""

    name: str
    found: tuple[Finding, ...]
    milliseconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What came of all checks, in their order."""

    checks: tuple[Looked, ...]

    @property
    def found(self) -> tuple[Finding, ...]:
        """Return every finding, the worst first."""
        every = [one for check in self.checks for one in check.found]
        return tuple(sorted(every, key=lambda one: (_ORDER[one.severity], one.code)))

    @property
    def is_well(self) -> bool:
        """Return whether nothing but hints was found."""
        return all(one.severity is Severity.INFO for one in self.found)


class Stopwatch:
    """Runs checks a few at a time; one that does not end in time is left behind and told of."""

    def __init__(self, checks: Sequence[Check], at_once: int = AT_ONCE) -> None:
        self._checks, self._places = checks, threading.Semaphore(at_once)
        self._done: list[Looked | None] = [None] * len(checks)

    def report(self) -> Report:
        """Return what came of every check, after the sum of their limits at the latest."""
        keepers = [
            threading.Thread(target=self._keep, args=(place, check), daemon=True)
            for place, check in enumerate(self._checks)
        ]
        for keeper in keepers:
            keeper.start()
        for keeper in keepers:
            keeper.join()
        return Report(checks=tuple(one for one in self._done if one is not None))

    def _keep(self, place: int, check: Check) -> None:
        """Run one check in a thread of its own and wait for it no longer than its limit."""
        with self._places:
            box: list[Looked] = []
            worker = threading.Thread(target=lambda: box.append(_look(check)), daemon=True)
            worker.start()
            worker.join(check.seconds)
        late = finding("DOC002", check=check.name, seconds=round(check.seconds))
        self._done[place] = (
            box[0]
            if box
            else Looked(name=check.name, found=(late,), milliseconds=round(check.seconds * 1000))
        )


def run_checks(checks: Sequence[Check]) -> Report:
    """Return what *checks* find."""
    return Stopwatch(checks).report()


def _look(check: Check) -> Looked:
    started = time.monotonic()
    try:
        found = tuple(check.look())
    except Exception as error:  # a check that breaks is a finding, not the end of the others
        words = mask(f"{type(error).__name__}: {error}")
        found = (finding("DOC001", check=check.name, error=words),)
    return Looked(
        name=check.name, found=found, milliseconds=round((time.monotonic() - started) * 1000)
    )
