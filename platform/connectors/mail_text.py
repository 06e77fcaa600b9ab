"""One mail as a message of the standard: encoded, with the headers that keep machines from answering."""

from __future__ import annotations

import re
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import lru_cache
from hashlib import sha256

from ..runtime.ports import DeliveryError, OutMail
from ..store.columns import clean

_CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")
_ADDRESS = re.compile(
    r"[^\s@<>()\[\]\\,;:\"]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?"
)
_HEADER = re.compile(r"X-[A-Za-z0-9-]{1,60}|References|In-Reply-To")
_SAME = frozenset({"Auto-Submitted", "X-Auto-Response-Suppress", "X-Loop"})
SUBJECT_LIMIT = 250


def message_of(mail: OutMail, sender: str, domain: str) -> EmailMessage:
    """Return *mail* ready to be sent.

    sender: address or ``Name <address>``. domain: of our Message-IDs. Raises DeliveryError, final,
    for an address that is none: such a mail can never go out.
    """
    message = EmailMessage(policy=SMTP)
    for name, value in headers_of(mail, sender, domain):
        message[name] = _kept_header(name, value) if name in _SAME else value
    message.set_content(clean(mail.text) or " ", cte="base64")
    if mail.html:
        message.add_alternative(clean(mail.html), subtype="html", cte="base64")
    return message


def headers_of(
    mail: OutMail, sender: str, domain: str
) -> list[tuple[str, str | datetime | tuple[Address, ...]]]:
    """Return what stands above *mail*, in order; raises DeliveryError as ``message_of`` does."""
    found: list[tuple[str, str | datetime | tuple[Address, ...]]] = [
        ("Date", mail.at),
        ("Message-ID", message_id(mail.key, domain)),
        ("From", (_address(mail.sender or sender),)),
        ("To", tuple(Address(_line(name), addr_spec=_checked(spec)) for name, spec in mail.to)),
        ("Subject", _line(mail.subject)[:SUBJECT_LIMIT] or "-"),
    ]
    if mail.reply_to:
        found.append(("Reply-To", (_address(mail.reply_to),)))
    if mail.auto:
        said = "auto-replied" if mail.auto == "replied" else "auto-generated"
        found += [("Auto-Submitted", said), ("X-Auto-Response-Suppress", "All")]
    found.append(("X-Loop", domain))
    if mail.record_id:
        found.append(("References", thread_id(mail.record_id, domain)))
    known = {name.lower() for name, _ in found}
    for name, text in mail.headers.items():
        if _HEADER.fullmatch(name) and name.lower() not in known:
            known.add(name.lower())
            found.append((name, _line(text)))
    return found


def header_text(value: str | datetime | tuple[Address, ...]) -> str:
    """Return a header as people read it."""
    if isinstance(value, datetime):
        return format_datetime(value)
    return value if isinstance(value, str) else ", ".join(map(str, value))


@lru_cache(64)
def _kept_header(name: str, value: str) -> str:
    """Return a header that is the same in every mail: to read it takes the library longer than all else."""
    found: str = SMTP.header_factory(name, value)
    return found


def message_id(key: str, domain: str) -> str:
    """Return the Message-ID of the effect *key*: the same at every try."""
    return f"<{sha256(key.encode()).hexdigest()[:40]}@{domain}>"


def thread_id(record_id: str, domain: str) -> str:
    """Return the Message-ID that all mails of one record refer to, so that they stand together."""
    return f"<record.{record_id}@{domain}>"


def _line(text: str) -> str:
    """Return *text* on one line: what breaks lines would begin another header.

    Encoded words are taken apart: the library would read them, line breaks inside included.
    """
    return _CONTROL.sub(" ", clean(text)).replace("=?", "= ?").strip()


def _checked(address: str) -> str:
    if not _ADDRESS.fullmatch(address) or ".." in address or "=?" in address:
        raise DeliveryError(f"{_line(address)[:100]!r} is not a mail address", is_final=True)
    return address


@lru_cache(64)
def _address(text: str) -> Address:
    """Return ``Name <address>`` or a bare address as parts."""
    name, found, rest = text.rpartition("<")
    spec = rest.removesuffix(">") if found else text
    return Address(_line(name).strip('" '), addr_spec=_checked(spec.strip()))
