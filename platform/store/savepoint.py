"""A savepoint of one name: SQLAlchemy's own have a new name each, and are compiled anew each time."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

_SET, _GO_ON, _BACK = (
    "SAVEPOINT one_job",
    "RELEASE SAVEPOINT one_job",
    "ROLLBACK TO SAVEPOINT one_job",
)


@dataclass(frozen=True, slots=True)
class Savepoint:
    """Set when it is made; then call ``keep`` or ``take_back``, once."""

    connection: Connection

    def __post_init__(self) -> None:
        self.connection.exec_driver_sql(_SET)

    def keep(self) -> None:
        """Keep what was done since."""
        self.connection.exec_driver_sql(_GO_ON)

    def take_back(self) -> None:
        """Undo what was done since."""
        self.connection.exec_driver_sql(_BACK)
        self.connection.exec_driver_sql(_GO_ON)
