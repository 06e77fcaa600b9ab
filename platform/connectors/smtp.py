"""Mail out: to a mail server, or into the product when none is set."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit

from ..runtime.ports import Clock, DeliveryError, OutMail
from ..store.engine import Database
from ..store.traffic import CaughtMail, catch_mail
from .mail_text import header_text, headers_of, message_of

TIMEOUT_SECONDS = 20.0
_FINAL = range(500, 600)
_NOT_FINAL = frozenset({530, 534, 535, 538, 554})
"""Answers that are about us, not about the mail: our account, or our standing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpSettings:
    """Where mail goes. security: tls (from the first byte), starttls, or none (this machine only)."""

    host: str
    port: int
    security: str
    user: str = ""
    password: str = ""
    sender: str = ""


def settings_of(url: str, sender: str = "") -> SmtpSettings:
    """Return the settings in ``smtps://user:password@host:port`` or ``smtp://...?security=starttls``.

    ``smtp:`` means STARTTLS, except to this machine. sender: what mail comes from; else ``?from=``.
    Raises ValueError for anything else, and for a password over an open line.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise ValueError("give the mail server as smtps://user:password@host or smtp://host")
    options = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    is_local = parts.hostname in ("127.0.0.1", "::1", "localhost")
    usual = "tls" if parts.scheme == "smtps" else "none" if is_local else "starttls"
    security = options.get("security", usual)
    if security not in ("tls", "starttls", "none"):
        raise ValueError("security of the mail server: tls, starttls or none")
    if security == "none" and parts.password and not is_local:
        raise ValueError("a password must not go over an open line: use smtps, or starttls")
    return SmtpSettings(
        host=parts.hostname,
        port=parts.port or {"tls": 465, "starttls": 587, "none": 25}[security],
        security=security,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        sender=sender or options.get("from", ""),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpMailer:
    """Sends mail by SMTP; certificates are always checked.

    domain: of Message-IDs, ours. context: how TLS is checked, None for the system's authorities.
    """

    settings: SmtpSettings
    domain: str
    context: ssl.SSLContext | None = None

    def send(self, mail: OutMail) -> None:
        """Hand *mail* over; raise DeliveryError when it was not taken."""
        sender = self.settings.sender or f"support@{self.domain}"
        message = message_of(mail, sender, self.domain)
        envelope = "" if mail.auto else message["From"].addresses[0].addr_spec
        targets = [address for _, address in mail.to]
        try:
            with self._connected() as client:
                client.send_message(message, from_addr=envelope, to_addrs=targets)
        except smtplib.SMTPRecipientsRefused as error:
            code, words = next(iter(error.recipients.values()))
            raise _refused(code, words) from error
        except smtplib.SMTPResponseException as error:
            raise _refused(error.smtp_code, error.smtp_error) from error
        except (OSError, smtplib.SMTPException) as error:
            raise DeliveryError(f"the mail server did not answer: {error}") from error

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        settings = self.settings
        context = self.context or ssl.create_default_context()
        client: smtplib.SMTP
        if settings.security == "tls":
            client = smtplib.SMTP_SSL(
                settings.host, settings.port, timeout=TIMEOUT_SECONDS, context=context
            )
        else:
            client = smtplib.SMTP(settings.host, settings.port, timeout=TIMEOUT_SECONDS)
        try:
            if settings.security == "starttls":
                client.starttls(context=context)
            if settings.user:
                client.login(settings.user, settings.password)
            yield client
        finally:
            _leave(client)


def _leave(client: smtplib.SMTP) -> None:
    """Say goodbye; the mail was taken or not before, so nothing here matters."""
    try:
        client.quit()
    except (OSError, smtplib.SMTPException):
        client.close()


def _refused(code: int, words: bytes | str) -> DeliveryError:
    said = words.decode(errors="replace") if isinstance(words, bytes) else words
    final = code in _FINAL and code not in _NOT_FINAL
    return DeliveryError(f"the mail server said {code} {said}", status=code, is_final=final)


@dataclass(frozen=True, slots=True, kw_only=True)
class CatchingMailer:
    """Keeps mail in the product, to be read there: what happens when no mail server is set."""

    database: Database
    clock: Clock
    domain: str

    def send(self, mail: OutMail) -> None:
        """Keep *mail*, once for each key."""
        above = headers_of(mail, f"support@{self.domain}", self.domain)
        headers = {name: header_text(value) for name, value in above}
        caught = CaughtMail(
            key=mail.key,
            record_id=mail.record_id,
            sender=headers["From"],
            recipients=[address for _, address in mail.to],
            subject=headers["Subject"],
            text=mail.text,
            html=mail.html,
            headers=headers,
            created_at=self.clock.now(),
        )
        with self.database.writing() as connection:
            catch_mail(connection, caught)
