"""One mail as a message of the standard: encoded, with the headers that keep machines from answering."""

from __future__ import annotations

import re
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from hashlib import sha256

from ..runtime.ports import DeliveryError, OutMail
from ..store.columns import clean

_CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")
_ADDRESS = re.compile(
    r"[^\s@<>()\[\]\\,;:\"]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?"
)
_HEADER = re.compile(r"X-[A-Za-z0-9-]{1,60}|References|In-Reply-To")
SUBJECT_LIMIT = 250


def message_of(mail: OutMail, sender: str, domain: str) -> EmailMessage:
    """Return *mail* ready to be sent.

    sender: address or ``Name <address>``. domain: of our Message-IDs. Raises DeliveryError, final,
    for an address that is none: such a mail can never go out.
    """
    message = EmailMessage(policy=SMTP)
    message["Date"] = mail.at
    message["Message-ID"] = message_id(mail.key, domain)
    message["From"] = _address(mail.sender or sender)
    message["To"] = [Address(_line(name), addr_spec=_checked(spec)) for name, spec in mail.to]
    message["Subject"] = _line(mail.subject)[:SUBJECT_LIMIT] or "-"
    if mail.reply_to:
        message["Reply-To"] = _address(mail.reply_to)
    if mail.auto:
        message["Auto-Submitted"] = "auto-replied" if mail.auto == "replied" else "auto-generated"
        message["X-Auto-Response-Suppress"] = "All"
    message["X-Loop"] = domain
    if mail.record_id:
        message["References"] = thread_id(mail.record_id, domain)
    for name, value in mail.headers.items():
        if _HEADER.fullmatch(name) and name not in message:
            message[name] = _line(value)
    message.set_content(clean(mail.text) or " ", cte="base64")
    if mail.html:
        message.add_alternative(clean(mail.html), subtype="html", cte="base64")
    return message


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


def _address(text: str) -> Address:
    """Return ``Name <address>`` or a bare address as parts."""
    name, found, rest = text.rpartition("<")
    spec = rest.removesuffix(">") if found else text
    return Address(_line(name).strip('" '), addr_spec=_checked(spec.strip()))
