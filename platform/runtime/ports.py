"""What the runtime needs from outside: a clock, ids, and ways to bring things out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol


class DeliveryError(Exception):
    """It did not go out this time. status: the other side's answer; is_final: no further try can help."""

    def __init__(self, reason: str, *, status: int | None = None, is_final: bool = False) -> None:
        super().__init__(reason)
        self.status, self.is_final = status, is_final


@dataclass(frozen=True, slots=True, kw_only=True)
class OutMail:
    """One mail to be sent. key: names the effect, and with it the Message-ID of every try.

    to: name (may be empty) and address of each. sender: address or ``Name <address>``, None for the
    installation's own. at: the instant that it is dated with. auto: ``generated`` or ``replied`` for
    automatic mail, empty for what a person wrote.
    """

    key: str
    to: tuple[tuple[str, str], ...]
    subject: str
    text: str
    at: datetime
    html: str = ""
    sender: str | None = None
    reply_to: str | None = None
    auto: str = "generated"
    record_id: str | None = None
    record_number: str = ""
    lang: str = "en"
    headers: Mapping[str, str] = field(default_factory=dict)


class Mailer(Protocol):
    """Brings one mail out; returns when the other side has taken it."""

    def send(self, mail: OutMail) -> None:
        """Send *mail*; raise DeliveryError when it was not taken."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class OutHook:
    """One webhook call. key: becomes ``webhook-id``, the same at every try. secret: of the receiver, ``whsec_...``."""

    key: str
    url: str
    body: Mapping[str, Any]
    at: datetime
    secrets: tuple[str, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)


class WebhookSender(Protocol):
    """Calls one webhook."""

    def post(self, hook: OutHook) -> int:
        """Return the status, 200 to 299; raise DeliveryError for everything else."""
        ...


class Clock(Protocol):
    """Tells the time; only the runtime asks."""

    def now(self) -> datetime:
        """Return the present instant, aware, in UTC."""
        ...

    def monotonic(self) -> float:
        """Return seconds that only ever go forward."""
        ...


class Ids(Protocol):
    """Makes what must be new."""

    def new_id(self) -> str:
        """Return a new UUIDv7 as 32 hexadecimal digits; later ids sort after earlier ones."""
        ...

    def secret(self) -> str:
        """Return a new secret of 32 random bytes, fit for an address."""
        ...
