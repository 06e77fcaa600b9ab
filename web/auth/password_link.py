"""A link that an administrator handed out: it sets a colleague's password, once."""

from __future__ import annotations

from flask import abort, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from sopwith.core.events import Actor
from sopwith.store.audit import note
from sopwith.store.people import User, set_password, user
from sopwith.store.tokens import end_links, find_link, use_link

from ..htmx import go
from ..limits import LINK, limiter
from ..passwords import LONGEST, SHORTEST, hash_password
from ..sessions import sign_in as open_session_of
from ..visitor import get_service, get_settings, now
from ..wording import gettext as _
from .pages import auth

PURPOSE = "reset"


@auth.get("/password/<secret>")
@limiter.limit(LINK)
def password_link(secret: str) -> ResponseReturnValue:
    """Ask for a new password."""
    return _page(_owner(secret), secret)


def _owner(secret: str) -> User:
    """Return whose link it is, or answer 404 when it ended, was used or never was."""
    with get_service().database.reading() as connection:
        found = find_link(connection, secret, PURPOSE, now())
        owner = user(connection, found.user_id) if found and found.user_id else None
    if found is None or found.used_at is not None or owner is None or not owner.active:
        abort(404)
    return owner


def _page(owner: User, secret: str, errors: dict[str, str] | None = None) -> ResponseReturnValue:
    page = render_template(
        "auth/password.html", owner=owner, secret=secret, errors=errors or {}, shortest=SHORTEST
    )
    return make_response(page, 422 if errors else 200)


@auth.post("/password/<secret>")
@limiter.limit(LINK)
def choose_password(secret: str) -> ResponseReturnValue:
    """Set the password and sign in; the link is used up."""
    owner, new = _owner(secret), request.form.get("new", "")
    errors = {}
    if not SHORTEST <= len(new) <= LONGEST:
        errors["new"] = _("Choose at least %(count)d characters.", count=SHORTEST)
    elif new != request.form.get("again", ""):
        errors["again"] = _("The two new passwords are not the same.")
    if errors:
        return _page(owner, secret, errors)
    hashed = hash_password(new, get_settings().password_cost)
    response = go(url_for("portal.home"))
    with get_service().database.writing() as connection:
        if not use_link(connection, secret, PURPOSE, now()):
            abort(404)
        end_links(connection, PURPOSE, owner.id, now())
        set_password(connection, owner.id, hashed)
        note(connection, Actor("user", owner.id), "user.password", owner.login, now())
        open_session_of(connection, response, user_id=owner.id)
    return response
