"""Looks at what is outside: the mail server and the broker. No mail is sent, no job is claimed."""

from __future__ import annotations

import secrets
import smtplib
import socket
import ssl
import time
from collections.abc import Iterator
from dataclasses import dataclass

from kombu import Connection, Exchange, Queue

from ..connectors.chosen_mailer import settings_for
from ..connectors.smtp import SmtpSettings, settings_of
from ..runtime.health_check import Check, Finding, finding
from ..runtime.job_queue import mask
from ..runtime.mail_server import chosen_server
from ..store.engine import Database
from .settings import Settings
from .settings_check import without_password

SECONDS = 5
LOCAL = ("127.0.0.1", "::1", "localhost")


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsideChecks:
    """The checks of mail server and broker. context: how certificates are looked at; None as usual.

    database: where administrators may have chosen a mail server; None when there is none.
    """

    settings: Settings
    database: Database | None = None
    context: ssl.SSLContext | None = None

    def all(self) -> list[Check]:
        """Return the checks."""
        checks = [Check(name="mail", look=self._mail, seconds=4 * SECONDS)]
        if self.settings.broker_url:
            checks.append(Check(name="broker", look=self._broker, seconds=3 * SECONDS))
        return checks

    def _mail(self) -> Iterator[Finding]:
        try:
            server = self._server()
        except ValueError as error:
            yield finding("DOC003", reason=mask(str(error)))
            return
        if server is None:
            yield finding("DOC080")
            return
        if server.security == "none" and server.host not in LOCAL:
            yield finding("DOC084", host=server.host)
        if not server.sender:
            yield finding("DOC085", sender="support@" + _host_of(self.settings.address))
        try:
            self._greet(server)
        except ssl.SSLError as error:
            yield finding("DOC082", host=server.host, error=mask(str(error)))
        except smtplib.SMTPAuthenticationError:
            yield finding("DOC083", host=server.host)
        except (OSError, smtplib.SMTPException) as error:
            yield finding("DOC081", host=server.host, error=mask(str(error) or "it hung up"))

    def _server(self) -> SmtpSettings | None:
        """Return the mail server of the settings, else the one chosen on the pages; ValueError for one that cannot be used."""
        settings = self.settings
        if settings.smtp_url:
            return settings_of(settings.smtp_url, settings.mail_sender)
        if self.database is None:
            return None
        with self.database.reading() as connection:
            chosen = chosen_server(connection)
        if chosen is None:
            return None
        return settings_for(chosen, settings.data, settings.mail_sender)

    def _greet(self, server: SmtpSettings) -> None:
        """Connect, encrypt and log in, as a mail would, and leave."""
        context = self.context or ssl.create_default_context()
        client: smtplib.SMTP
        if server.security == "tls":
            client = smtplib.SMTP_SSL(server.host, server.port, timeout=SECONDS, context=context)
        else:
            client = smtplib.SMTP(server.host, server.port, timeout=SECONDS)
        try:
            client.ehlo()
            if server.security == "starttls":
                client.starttls(context=context)
            if server.user:
                client.login(server.user, server.password)
            client.noop()
        finally:
            client.close()

    def _broker(self) -> Iterator[Finding]:
        """Send one message through a queue of our own, which nobody else reads and which is then gone."""
        url = self.settings.broker_url
        shown = without_password(url)
        name = f"sopwith.doctor.{secrets.token_hex(8)}"
        options = {} if url.startswith("amqp") else {"socket_connect_timeout": SECONDS, "socket_timeout": SECONDS}  # fmt: skip
        try:
            with Connection(url, connect_timeout=SECONDS, transport_options=options) as broker:
                broker.ensure_connection(max_retries=1, timeout=SECONDS, interval_start=0)
                if not _comes_back(broker, name):
                    yield finding("DOC051", url=shown, seconds=SECONDS)
        except Exception as error:  # each transport has errors of its own
            yield finding("DOC050", url=shown, error=mask(f"{type(error).__name__}: {error}"))


def _comes_back(broker: Connection, name: str) -> bool:
    queue = Queue(
        name, Exchange(""), routing_key=name, durable=False, auto_delete=True, exclusive=False
    )
    channel = broker.channel()
    bound = queue(channel)
    bound.declare()
    try:
        with broker.Producer(channel) as producer:
            producer.publish({"doctor": name}, routing_key=name, retry=False, delivery_mode=1)
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            message = bound.get()
            if message is not None:
                message.ack()
                return bool(message.payload == {"doctor": name})
            time.sleep(0.05)
        return False
    finally:
        bound.delete()


def _host_of(address: str) -> str:
    return address.partition("://")[2].partition("/")[0].partition(":")[0] or socket.gethostname()
