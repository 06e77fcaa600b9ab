"""Mails kept in the product, and what came in."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from sopwith.store.inspection import caught_page, count_inbox, inbox_page, numbers_of
from sopwith.store.traffic import caught_mail, inbound_of, settle_inbound

from ..htmx import go, show
from ..visitor import get_service
from ..wording import gettext as _
from .acting import audited
from .blueprint import blueprint
from .listing import more_url

MOST_SHOWN = 200_000


@blueprint.get("/mail")
def mail() -> ResponseReturnValue:
    """List the mails that were kept instead of sent."""
    words = request.args.get("q", "")
    with get_service().database.reading() as connection:
        page = caught_page(connection, words=words, cursor=request.args.get("after", ""))
        numbers = numbers_of(connection, [one.record_id for one in page.items])
    return show(
        "admin/mail.html",
        "results" if "after" not in request.args else "more_results",
        page=page,
        numbers=numbers,
        chosen={"q": words},
        more=more_url("admin.mail", page.more, {"q": words}),
    )


@blueprint.get("/mail/<int:mail_id>")
def one_mail(mail_id: int) -> ResponseReturnValue:
    """Show one mail: its text, its HTML as text, its headers."""
    with get_service().database.reading() as connection:
        found = caught_mail(connection, mail_id)
        if found is None:
            abort(404)
        numbers = numbers_of(connection, [found.record_id])
    return render_template("admin/one_mail.html", mail=found, numbers=numbers)


@blueprint.get("/inbox")
def inbox() -> ResponseReturnValue:
    """List what came in, as it came."""
    chosen = {name: request.args.get(name, "") for name in ("state", "q")}
    with get_service().database.reading() as connection:
        counts = count_inbox(connection)
        page = inbox_page(
            connection,
            state=chosen["state"],
            words=chosen["q"],
            cursor=request.args.get("after", ""),
        )
        numbers = numbers_of(connection, [one.record_id for one in page.items])
    return show(
        "admin/inbox.html",
        "results" if "after" not in request.args else "more_results",
        page=page,
        numbers=numbers,
        counts=counts,
        chosen=chosen,
        more=more_url("admin.inbox", page.more, chosen),
    )


@blueprint.get("/inbox/<source>/<path:ext_id>")
def inbound(source: str, ext_id: str) -> ResponseReturnValue:
    """Show what came in, byte for byte as text."""
    found = _inbound(source, ext_id)
    with get_service().database.reading() as connection:
        numbers = numbers_of(connection, [found.record_id])
    raw = found.raw[:MOST_SHOWN].decode("utf-8", "replace")
    return render_template(
        "admin/inbound.html",
        one=found,
        raw=raw,
        is_cut=len(found.raw) > MOST_SHOWN,
        size=len(found.raw),
        numbers=numbers,
    )


def _inbound(source: str, ext_id: str) -> Any:
    with get_service().database.reading() as connection:
        found = inbound_of(connection, source, ext_id)
    if found is None:
        abort(404)
    return found


@blueprint.post("/inbox/<source>/<path:ext_id>")
def retry_inbound(source: str, ext_id: str) -> ResponseReturnValue:
    """Have something read again that could not be read."""
    found = _inbound(source, ext_id)
    if found.state != "failed":
        abort(404)
    with audited("inbound.retry", f"{source}:{ext_id}") as connection:
        settle_inbound(connection, source, ext_id, "new")
    get_service().wake()
    flash(_("It is read again now."), "good")
    return go(url_for("admin.inbox"))
