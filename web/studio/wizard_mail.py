"""The set-up's step for mail: the mail server, a test mail through it, and what became of that in words."""

from __future__ import annotations

import re
from collections.abc import Callable

from flask import flash, request

from sopwith.runtime.lanes import Lane
from sopwith.runtime.mail_server import (
    PORTS,
    MailServer,
    choose_server,
    chosen_server,
    forget_server,
)
from sopwith.store.jobs import NewJob, add_jobs, cancel
from sopwith.store.traffic import Delivery, caught_mails, deliveries

from ..admin.acting import audited
from ..admin.checks import is_email
from ..visitor import get_service, get_settings, now, visitor
from ..wording import gettext as _
from .setup import progress
from .step_page import Answer, Facts

LONGEST = 200
_HOST = re.compile(r"(?!-)[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})*\.?|[0-9A-Fa-f:]{2,45}")
_LOCAL = ("127.0.0.1", "::1", "localhost")
FIELDS = ("host", "port", "security", "user", "sender")


def facts() -> Facts:
    """Return what the page shows: the server, the last test mail, and what became of it."""
    with get_service().database.reading() as connection:
        key = progress(connection).mail
        tries = deliveries(connection, key=key) if key else []
        caught = next((one for one in caught_mails(connection, limit=50) if one.key == key), None) if key else None  # fmt: skip
        server = chosen_server(connection)
    who = visitor().user
    last = tries[0] if tries else None
    return {
        "sent": key,
        "try": last,
        "advice": advice_on(last) if last and last.outcome != "sent" else "",
        "caught": caught,
        "email": who.email if who else "",
        "server": server,
        "given": get_settings().mail_server,
        "typed": _shown(server),
        "securities": [
            ("starttls", _("STARTTLS (usual port 587)")),
            ("tls", _("TLS from the first byte (usual port 465)")),
            ("none", _("Not encrypted (usual port 25; without a password only)")),
        ],
    }


def _shown(server: MailServer | None) -> dict[str, str]:
    if server is None:
        return dict.fromkeys(FIELDS, "") | {"security": "starttls"}
    return {name: str(getattr(server, name)) for name in FIELDS}


def send_test() -> Answer:
    """Keep the mail server that was typed, and send a mail to whoever sets up, through the same door as every other."""
    if "forget" in request.form:
        return _forget()
    errors = _choose() if not get_settings().mail_server and request.form.get("host") else {}
    who = visitor().user
    if not errors and (who is None or not who.email):
        errors = {"mail": _("Your account has no mail address.")}
    if errors:
        return Answer(facts={**facts(), "typed": _typed()}, errors=errors)
    return Answer(notes={"mail": _send()}, then="mail")


def _forget() -> Answer:
    with audited("setup.mail", "", {"kept": True}) as connection:
        forget_server(connection, get_settings().data)
    flash(_("Mails are kept here again; nothing leaves this installation."), "good")
    return Answer(notes={"mail": ""}, then="mail")


def _typed() -> dict[str, str]:
    return {name: request.form.get(name, "").strip()[:LONGEST] for name in FIELDS}


def _choose() -> dict[str, str]:
    """Keep the server that was typed; return what is wrong with it."""
    typed, password = _typed(), request.form.get("password", "")
    errors = _errors(typed)
    if errors:
        return errors
    server = MailServer(
        host=typed["host"],
        port=int(typed["port"] or PORTS[typed["security"]]),
        security=typed["security"],
        user=typed["user"],
        sender=typed["sender"],
    )
    with get_service().database.reading() as connection:
        has_one = bool(password) or server.may_use_password_of(chosen_server(connection))
    if server.user and not has_one:
        return {"password": _("Type the password for this server and user.")}
    if server.security == "none" and has_one and server.host not in _LOCAL:
        return {"security": _("A password must not go over an open line: choose STARTTLS or TLS.")}
    said = {name: typed[name] for name in ("host", "port", "security", "user", "sender")}
    with audited("setup.mail", server.host, said) as connection:
        choose_server(connection, server, get_settings().data, password, now())
    return {}


def _errors(typed: dict[str, str]) -> dict[str, str]:
    errors = {}
    port = typed["port"]
    if not _HOST.fullmatch(typed["host"]):
        errors["host"] = _("Write the name of the server alone, such as smtp.example.com.")
    if port and not (port.isascii() and port.isdigit() and 0 < int(port) < 65_536):
        errors["port"] = _("A port is a number from 1 to 65535.")
    if typed["security"] not in PORTS:
        errors["security"] = _("Choose one from the list.")
    if typed["sender"] and not is_email(typed["sender"]):
        errors["sender"] = _("This is not a mail address.")
    if not typed["user"].isprintable():
        errors["user"] = _("Write the user name in one line.")
    return errors


def _send() -> str:
    who = visitor().user
    assert who is not None
    service = get_service()
    key = f"web:{service.ids.new_id()}"
    job = NewJob(
        kind="mail",
        lane=Lane.URGENT,  # somebody waits for it
        key=key,
        payload={
            "to": who.email,
            "to_name": who.name,
            "kind": "user",
            "subject": _("A test mail of the service desk"),
            "text": _("If you read this, mails go out as they should."),
            "lang": who.lang,
        },
        due_at=now(),
        created_at=now(),
    )
    with service.database.writing() as connection:
        before = progress(connection).mail
        if before:
            cancel(connection, before)  # one that failed would be tried again, and come too
        add_jobs(connection, [job])
    service.wake()
    return key


def advice_on(tried: Delivery) -> str:
    """Return what a failed try most likely means and what to do, in the reader's language."""
    if tried.status in (530, 534, 535, 538):
        return _("The server did not accept user and password. Some providers want a password made for applications.")  # fmt: skip
    if tried.status is not None and tried.status >= 500:
        return _("The server refused the mail. Often it takes only mails from an address of its own: look at the sender.")  # fmt: skip
    if tried.status is not None:
        return _("The server does not take mails just now. The mail is tried again by itself.")
    words = tried.error.lower()
    return next((say() for hint, say in _HINTS if hint in words), _("The server did not answer as a mail server does. Look at host, port and encryption."))  # fmt: skip


_HINTS: tuple[tuple[str, Callable[[], str]], ...] = (
    ("password of the mail server", lambda: _("The password is not where it was kept. Type it again.")),
    ("certificate", lambda: _("The server's certificate is not valid for this name. Write the name that stands in it, or have the certificate mended.")),
    ("starttls extension not supported", lambda: _("The server does not offer STARTTLS on this port. Choose TLS from the first byte, or another port.")),
    ("wrong_version_number", lambda: _("The server does not speak TLS from the first byte on this port. Choose STARTTLS, or port 465.")),
    ("wrong version number", lambda: _("The server does not speak TLS from the first byte on this port. Choose STARTTLS, or port 465.")),
    ("record layer failure", lambda: _("The server does not speak TLS from the first byte on this port. Choose STARTTLS, or port 465.")),
    ("name or service not known", lambda: _("There is no server of this name. Look at how it is written.")),
    ("no address associated", lambda: _("There is no server of this name. Look at how it is written.")),
    ("name resolution", lambda: _("The server's name could not be looked up. Look at how it is written, and at the network of this machine.")),
    ("connection refused", lambda: _("Nothing answers at this port of the server. Look at the port.")),
    ("timed out", lambda: _("The server did not answer in time. Often a firewall lies between: ask for this port to be opened, or try another one.")),
    ("unreachable", lambda: _("The server cannot be reached from this machine. Look at its network.")),
    ("auth extension not supported", lambda: _("The server asks for no user and password on this port. Leave them empty, or choose another port.")),
)  # fmt: skip
