"""When the database or the disk cannot take anything just now: that is no error of ours, and it passes."""

from __future__ import annotations

import errno

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

RETRY_SECONDS = 10
"""When to ask again, as the answer says."""

_DISK = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EROFS})


def is_unavailable(error: BaseException) -> bool:
    """Return whether *error* says that data cannot be kept or read just now: away, locked, too slow, or full."""
    if isinstance(error, OperationalError | InterfaceError | PoolTimeoutError):
        return True
    if isinstance(error, DBAPIError):
        return error.connection_invalidated
    return isinstance(error, OSError) and error.errno in _DISK
