"""A mail server that keeps what it gets, and can be told to refuse it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.smtp import SMTP, Envelope, Session

WAIT_SECONDS = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedMail:
    """One mail as it came over the wire."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes

    @property
    def message(self) -> EmailMessage:
        """The parsed mail."""
        return message_from_bytes(self.raw, policy=policy.default)


@dataclass(slots=True, kw_only=True)
class SmtpSink:
    """What came in so far. Thread-safe: the server runs in a thread of its own."""

    port: int = 0
    mails: list[ReceivedMail] = field(default_factory=list)
    _refusals: list[str] = field(default_factory=list)
    _changed: threading.Condition = field(default_factory=threading.Condition)

    @property
    def url(self) -> str:
        """The address for SOPWITH_SMTP_URL."""
        return f"smtp://127.0.0.1:{self.port}"

    def refuse(self, *answers: str) -> None:
        """Answer the next mails with *answers*, for example "451 try later"; then accept again."""
        with self._changed:
            self._refusals.extend(answers)

    def clear(self) -> None:
        """Forget what came in, and every refusal still waiting."""
        with self._changed:
            self.mails.clear()
            self._refusals.clear()

    def wait_for(self, count: int, timeout: float = WAIT_SECONDS) -> list[ReceivedMail]:
        """Return the mails as soon as there are *count*; raise TimeoutError if they do not come."""
        with self._changed:
            if not self._changed.wait_for(lambda: len(self.mails) >= count, timeout):
                raise TimeoutError(f"{len(self.mails)} of {count} mails came in {timeout} s")
            return list(self.mails)

    def take(self, mail: ReceivedMail) -> str:
        """Keep *mail*, or refuse it if told so; return the answer of the server."""
        with self._changed:
            if self._refusals:
                return self._refusals.pop(0)
            self.mails.append(mail)
            self._changed.notify_all()
        return "250 kept"


class _Handler:
    """What aiosmtpd calls. No slots: aiosmtpd reads every attribute, and with Python 3.11.2 some fail."""

    def __init__(self, sink: SmtpSink) -> None:
        self._sink = sink

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content
        return self._sink.take(
            ReceivedMail(
                sender=envelope.mail_from or "",
                recipients=tuple(envelope.rcpt_tos),
                raw=content.encode() if isinstance(content, str) else content or b"",
            )
        )


@contextmanager
def smtp_server() -> Iterator[SmtpSink]:
    """Serve a sink on a free port of this machine until the block ends."""
    sink = SmtpSink()
    loop = asyncio.new_event_loop()

    def session() -> SMTP:
        return SMTP(_Handler(sink), hostname="sink.test", enable_SMTPUTF8=True, loop=loop)

    # The loop runs in a thread of its own from the start: the caller's may have one (Playwright's).
    thread = threading.Thread(target=loop.run_forever, name="smtp-sink", daemon=True)
    thread.start()
    starting = asyncio.run_coroutine_threadsafe(_serve(session), loop)
    server = starting.result(WAIT_SECONDS)
    sink.port = server.sockets[0].getsockname()[1]
    try:
        yield sink
    finally:
        asyncio.run_coroutine_threadsafe(_close(server), loop).result(WAIT_SECONDS)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(WAIT_SECONDS)
        loop.close()


async def _serve(session: Callable[[], SMTP]) -> asyncio.Server:
    """Listen on a free port of this machine."""
    return await asyncio.get_running_loop().create_server(session, "127.0.0.1", 0)


async def _close(server: asyncio.Server) -> None:
    """Stop taking connections and drop those that are open."""
    server.close()
    rest = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in rest:
        task.cancel()
    await asyncio.gather(*rest, return_exceptions=True)
