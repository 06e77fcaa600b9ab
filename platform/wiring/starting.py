"""What comes before a process: a database that answers and has the newest tables."""

from __future__ import annotations

import logging
import time

from sqlalchemy.exc import OperationalError

from ..store.engine import DatabaseError
from .build import open_service
from .settings import Settings

log = logging.getLogger(__name__)

PATIENCE = 60.0
PAUSE_SECONDS = 1.0


def wait_for_database(settings: Settings, seconds: float = PATIENCE) -> None:
    """Wait until the database answers, and bring its tables up to date; several processes may do so at once.

    Raises DatabaseError when it does not answer within *seconds*.
    """
    until = time.monotonic() + seconds
    while True:
        try:
            open_service(settings).database.close()
        except OperationalError as error:
            reason = str(error.orig).strip().splitlines()[0]
            if time.monotonic() > until:
                raise DatabaseError(
                    f"the database does not answer: {reason}; see to it that it runs, "
                    "and that `sopwith settings` shows the address you mean"
                ) from error
            log.warning("waiting for the database: %s", reason)
            time.sleep(PAUSE_SECONDS)
        else:
            return
