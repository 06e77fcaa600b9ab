"""The cookie of a signed-in browser, and whose it is."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask, Response, g, request
from flask import session as page_cookie
from sqlalchemy import Connection

from sopwith.store.customers import customer_of
from sopwith.store.people import memberships
from sopwith.store.people import user as user_of
from sopwith.store.sessions import (
    Session,
    close_session,
    find_session,
    open_session,
    touch_session,
)

from .brand import keep_brand
from .languages import zone_of_browser
from .visitor import NOBODY, Visitor, get_service, get_settings, now

IDLE = timedelta(hours=12)
LIFE = timedelta(days=7)
NOTE_USE_EVERY = timedelta(minutes=1)
UNWATCHED = frozenset({"static", "health.alive", "health.ready"})


def init_sessions(app: Flask) -> None:
    """Find out who looks before every page."""
    app.before_request(recognise)


def cookie_name() -> str:
    """Return the name of the cookie; its prefix keeps other hosts from setting it."""
    return "__Host-sopwith" if get_settings().is_https else "sopwith"


def recognise() -> None:
    """Set ``g.visitor``."""
    g.visitor = NOBODY
    if request.endpoint in UNWATCHED:
        return
    secret = request.cookies.get(cookie_name(), "")
    database, at = get_service().database, now()
    found: Session | None = None
    if secret:
        with database.reading() as connection:
            found = find_session(connection, secret, at)
            if found is not None and at - found.last_seen_at <= IDLE:
                g.visitor = _owner(connection, found)
            if request.method == "GET" and "HX-Request" not in request.headers:
                keep_brand(connection)  # a whole page will ask for it
    if g.visitor is NOBODY:
        g.visitor = Visitor(zone=zone_of_browser())
    elif found is not None and at - found.last_seen_at > NOTE_USE_EVERY:
        with database.writing() as connection:
            touch_session(connection, found.id, at)


def _owner(connection: Connection, found: Session) -> Visitor:
    """Return whose session it is; of a disabled account nobody's."""
    if found.user_id is not None:
        user = user_of(connection, found.user_id)
        if user is not None and user.active:
            teams = frozenset(one.team for one in memberships(connection, user_id=user.id))
            zone = (
                "" if get_settings().demo else user.zone
            )  # nobody has chosen one for a sample account
            zone = zone or zone_of_browser()
            return Visitor(kind="user", user=user, teams=teams, session=found, zone=zone)
    elif found.customer_id is not None:
        customer = customer_of(connection, found.customer_id)
        if customer is not None and customer.active:
            zone = zone_of_browser()
            return Visitor(kind="customer", customer=customer, session=found, zone=zone)
    return NOBODY


def sign_in(
    connection: Connection,
    response: Response,
    *,
    user_id: str | None = None,
    customer_id: str | None = None,
) -> None:
    """Open a new session, whatever the browser brought along, and give its cookie to *response*."""
    service, at = get_service(), now()
    old = request.cookies.get(cookie_name(), "")
    if old and (before := find_session(connection, old, at)) is not None:
        close_session(connection, before.id, at)
    secret = service.ids.secret()
    open_session(
        connection,
        secret,
        now=at,
        expires_at=at + LIFE,
        user_id=user_id,
        customer_id=customer_id,
        ip=request.remote_addr or "",
        agent=request.user_agent.string,
    )
    page_cookie.clear()  # with it the form token of the time before
    response.set_cookie(
        cookie_name(),
        secret,
        max_age=LIFE,
        path="/",
        secure=get_settings().is_https,
        httponly=True,
        samesite="Lax",
    )


def drop_cookie(response: Response) -> None:
    """Take the cookie back."""
    page_cookie.clear()
    secure = get_settings().is_https
    response.delete_cookie(cookie_name(), path="/", secure=secure, httponly=True, samesite="Lax")
