"""A savepoint of one name: SQLAlchemy's own have a new name each, and are compiled anew each time."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, text

from .prepared import Prepared

_SET, _GO_ON, _BACK = (
    Prepared(text("SAVEPOINT one_job")),
    Prepared(text("RELEASE SAVEPOINT one_job")),
    Prepared(text("ROLLBACK TO SAVEPOINT one_job")),
)


@dataclass(frozen=True, slots=True)
class Savepoint:
    """Set when it is made; then call ``keep`` or ``take_back``, once."""

    connection: Connection

    def __post_init__(self) -> None:
        _SET.run(self.connection, {})

    def keep(self) -> None:
        """Keep what was done since."""
        _GO_ON.run(self.connection, {})

    def take_back(self) -> None:
        """Undo what was done since."""
        _BACK.run(self.connection, {})
        _GO_ON.run(self.connection, {})
