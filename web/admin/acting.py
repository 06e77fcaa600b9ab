"""What an administrator does: in one transaction, with its line in the audit log."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection

from sopwith.store.audit import note

from ..visitor import get_service, now, visitor


@contextmanager
def audited(
    action: str, target: str, body: Mapping[str, Any] | None = None
) -> Iterator[Connection]:
    """Open a transaction that also notes who did *action* to *target*; body: plain, never a secret."""
    with get_service().database.writing() as connection:
        yield connection
        note(connection, visitor().actor, action, target, now(), body)


def author() -> str | None:
    """Return in whose name something is published."""
    who = visitor().user
    return who.id if who else None
