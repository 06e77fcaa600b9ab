"""What the commands of one transaction share: records read ahead, and what is known of people."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from sqlalchemy import Connection

from ..core.events import Event, EventKind
from ..core.record import RecordState
from ..store.kept_views import ViewPlan
from ..store.read_ahead import texts_of
from ..store.record_json import load_state
from ..store.records import load_record
from .directory import LiveDirectory

_MOVES_WORK = frozenset({EventKind.CREATED, EventKind.OWNER, EventKind.STATE, EventKind.MERGED})
"""Events after which somebody has more or less to do than was read."""


@dataclass(slots=True)
class Sharing:
    """Belongs to one transaction, and to one thread; it is thrown away with it."""

    connection: Connection
    _states: dict[str, RecordState | None] = field(default_factory=dict)
    _texts: dict[str, str] = field(default_factory=dict)
    _directories: dict[str, LiveDirectory] = field(default_factory=dict)
    _plan: ViewPlan | None = None

    def read_ahead(self, record_ids: Iterable[str]) -> None:
        """Read and hold the records that the commands to come are about, in one statement."""
        wanted = sorted(set(record_ids) - self._states.keys())
        if wanted:
            self._texts.update(texts_of(self.connection, wanted))

    def state(self, record_id: str) -> RecordState | None:
        """Return the record as this transaction left it."""
        if record_id not in self._states:
            text = self._texts.pop(record_id, None)
            self._states[record_id] = (
                load_state(text) if text else load_record(self.connection, record_id)
            )
        return self._states[record_id]

    def directory(self, release: str, make: Callable[[], LiveDirectory]) -> LiveDirectory:
        """Return the directory for records of *release*, made once."""
        found = self._directories.get(release)
        if found is None:
            found = self._directories[release] = make()
        return found

    def plan(self, find: Callable[[], ViewPlan]) -> ViewPlan:
        """Return the saved views of the release in force, found once.

        A release that takes its place meanwhile marks the records anew, and once more a little later.
        """
        if self._plan is None:
            self._plan = find()
        return self._plan

    def keep(self, state: RecordState, events: Iterable[Event]) -> None:
        """Note what a command made of its record."""
        self._states[state.id] = state
        if any(event.kind in _MOVES_WORK for event in events):
            for directory in self._directories.values():
                directory.forget_people()

    def forget(self, record_id: str | None) -> None:
        """Read again what a command that failed may have touched."""
        self._states.pop(record_id or "", None)
        for directory in self._directories.values():
            directory.forget_people()
