"""The mail server that administrators chose on the pages: where it is stands with the settings, its password in a file of its own.

A password is only ever sent to the server that it was typed for: whoever names another one types it again. References to
other secrets are not taken here, or whoever may choose a server could have any of them sent to one of their own.
"""

from __future__ import annotations

import os
import tempfile
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from ..store.destinations import MAIL_SERVER, try_now
from ..store.installation import forget_setting, put_setting, setting
from .secret_references import resolve

SETTING = "mail_server"
FILE = "mail-password"
"""Where the password lies in the data folder, readable by the installation's user only."""
PORTS = {"tls": 465, "starttls": 587, "none": 25}
"""The usual port of each way to be safe: TLS from the first byte, STARTTLS, an open line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """Where mails go. security: a key of PORTS. has_password: there is one, in its file."""

    host: str
    port: int
    security: str
    user: str = ""
    sender: str = ""
    has_password: bool = False

    def may_use_password_of(self, other: MailServer | None) -> bool:
        """Return whether the password that was typed for *other* may be sent to this one."""
        if other is None or not other.has_password:
            return False
        mine, its = (
            (one.host, one.port, one.user, one.security != "none") for one in (self, other)
        )
        return mine == its


def chosen_server(connection: Connection) -> MailServer | None:
    """Return the mail server that was chosen, None while mails are kept in the product."""
    kept = setting(connection, SETTING)
    return MailServer(**kept) if kept else None


def choose_server(
    connection: Connection, server: MailServer, data: Path, password: str, now: datetime
) -> MailServer:
    """Keep the mail server, and return it as it is kept. What waits for it is tried at once.

    password: as typed; empty leaves the one that is there, where it was typed for this very server. It goes into a file
    of *data* and nowhere else.
    """
    keeps = not password and server.may_use_password_of(chosen_server(connection))
    kept = replace(server, has_password=bool(password) or keeps)
    if password:
        _write(data, password)
    elif not keeps:
        (data / FILE).unlink(missing_ok=True)
    put_setting(connection, SETTING, asdict(kept), now)
    try_now(connection, MAIL_SERVER, now)
    return kept


def forget_server(connection: Connection, data: Path) -> None:
    """Keep mails in the product again."""
    forget_setting(connection, SETTING)
    (data / FILE).unlink(missing_ok=True)


def password_of(server: MailServer, data: Path) -> str:
    """Return the password; raises SecretError when it is not where it should be."""
    return resolve(f"file:{data / FILE}") if server.has_password else ""


def _write(data: Path, password: str) -> None:
    """Put *password* into its file: whole or not at all, and never readable by others."""
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, draft = tempfile.mkstemp(prefix=f".{FILE}-", dir=data)  # made with mode 0600
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(password)
            file.flush()
            os.fsync(file.fileno())
        Path(draft).replace(data / FILE)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
