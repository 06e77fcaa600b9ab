"""Who calls: the account behind a token, with the rights of both."""

from __future__ import annotations

import re
from datetime import timedelta

from flask import Flask, Response, g, request
from flask_limiter.util import get_remote_address

from sopwith.core.roles import ADMIN, AGENT, LEAD, MANAGER
from sopwith.store.people import User, memberships
from sopwith.store.people import user as user_of
from sopwith.store.tokens import SCOPES, ApiToken, find_token, note_token_use

from ..csrf import csrf
from ..limits import limiter
from ..visitor import Visitor, get_service, now, visitor
from .blueprint import api
from .problems import Fault, answer, is_api, of_http
from .shapes import ID

CALLS = "1200 per minute"
NOTE_USE_EVERY = timedelta(minutes=1)
COLLEAGUES = frozenset({AGENT, LEAD, MANAGER, ADMIN})
_ID = re.compile(ID)


def init_api(app: Flask) -> None:
    """Find out whose token a call brought, and that a page did send it, before the policy asks."""
    app.before_request(_recognise)


limiter.limit(lambda: CALLS, key_func=lambda: limited_by())(api)


def _recognise() -> Response | None:
    if request.blueprint != "api":
        refused = request.routing_exception
        return (
            of_http(refused)
            if is_api() and refused is not None and (refused.code or 0) >= 400
            else None
        )
    if any(not _ID.fullmatch(one) for one in (request.view_args or {}).values()):
        return answer(404, "API003")
    given = request.headers.get("Authorization")
    if given is None:
        if visitor().session is not None:
            csrf.protect()
        return None
    scheme, _, secret = given.partition(" ")
    found = _bearer(secret.strip()) if scheme.lower() == "bearer" else None
    if found is None:
        headers = {"WWW-Authenticate": 'Bearer realm="sopwith", error="invalid_token"'}
        return answer(401, "API001", headers=headers)
    g.visitor = found
    return None


def _bearer(secret: str) -> Visitor | None:
    """Return who holds *secret*; None when it is no token, has ended, or its account is disabled."""
    if not 20 <= len(secret) <= 200 or not secret.isascii():
        return None
    database, at = get_service().database, now()
    with database.reading() as connection:
        token = find_token(connection, secret, at)
        user = user_of(connection, token.user_id) if token is not None else None
        if token is None or user is None or not user.active:
            return None
        teams = frozenset(one.team for one in memberships(connection, user_id=user.id))
    if token.last_used_at is None or at - token.last_used_at > NOTE_USE_EVERY:
        with database.writing() as connection:
            note_token_use(connection, token.id, at)
    g.api_token = token
    scopes = token.scopes & scopes_of(user)
    return Visitor(kind="token", user=user, teams=teams, scopes=scopes, zone=user.zone)


def scopes_of(user: User) -> frozenset[str]:
    """Return what a token of this account may be good for: never more than the account itself."""
    every = frozenset(SCOPES)
    return every if user.roles & COLLEAGUES else every - {"definitions:read"}


def limited_by() -> str:
    """Return by whom calls are counted: the token, else the session, else the address."""
    token, session = own_token(), visitor().session
    if token is not None:
        return f"token:{token.id}"
    return f"session:{session.id}" if session is not None else get_remote_address()


def own_token() -> ApiToken | None:
    """Return the token that the call came with, None for a browser."""
    found: ApiToken | None = g.get("api_token")
    return found


def caller() -> User:
    """Return the account that calls."""
    user = visitor().user
    if user is None:
        raise Fault(401)
    return user
