"""Pages of signing in: by password, by a link in a mail, and one's own account."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from flask import (
    Blueprint,
    Response,
    abort,
    flash,
    make_response,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection

from sopwith.runtime.demo import PASSWORD as SAMPLE_PASSWORD
from sopwith.store.customers import (
    Customer,
    by_contact,
    customer_of,
    customer_password_hash,
    find_customers,
    save_customer,
    set_customer_password,
)
from sopwith.store.people import User, password_hash_of, set_password, users
from sopwith.store.people import user as user_of
from sopwith.store.sessions import (
    attempts_since,
    close_session,
    close_sessions,
    forget_attempts,
    note_attempt,
    sessions_of,
)
from sopwith.store.tokens import find_link, use_link

from ..htmx import go
from ..limits import LINK, SIGN_IN, limiter
from ..passwords import LONGEST, SHORTEST, hash_password, is_right
from ..paths import own_path
from ..policy import AGENTS
from ..sessions import drop_cookie
from ..sessions import sign_in as open_session_of
from ..visitor import get_service, get_settings, now, visitor
from ..wording import gettext as _
from .mails import send_sign_in_link

auth = Blueprint("auth", __name__)
WINDOW = timedelta(minutes=15)
MOST_TRIES, MOST_TRIES_IN_ALL = 10, 100
MOST_SAMPLES = 4
PURPOSE = "sign-in"


@auth.get("/sign-in")
def sign_in() -> ResponseReturnValue:
    """Show the sign-in page; whoever is signed in already goes on."""
    if visitor().kind != "anonymous":
        return go(_after(visitor().user))
    return _sign_in_page()


def _sign_in_page(
    error: str = "", login: str = "", sent: bool = False, status: int = 200
) -> Response:
    accounts, customers = [], []
    if get_settings().demo:
        with get_service().database.reading() as connection:
            accounts = users(connection, active_only=True)
            known = find_customers(connection, "", MOST_SAMPLES * 3)
            customers = [one for one in known if one.email and one.verified][:MOST_SAMPLES]
    page = render_template(
        "auth/sign_in.html",
        error=error,
        login=login,
        sent=sent,
        next=own_path(request.values.get("next", "")),
        accounts=accounts,
        customers=customers,
        demo_password=SAMPLE_PASSWORD if accounts else "",
    )
    return make_response(page, status)


def _after(user: User | None) -> str:
    """Return where to go once signed in: the page that was wanted, else the desk or one's own requests."""
    wish = own_path(request.values.get("next", ""))
    if wish:
        return wish
    return "/desk" if user is not None and user.roles & AGENTS else url_for("portal.mine")


@auth.post("/sign-in")
@limiter.limit(SIGN_IN)
def enter() -> ResponseReturnValue:
    """Sign in by name or address and password; the answer does not tell what was wrong."""
    login = request.form.get("login", "").strip()[:320]
    password = request.form.get("password", "")[:LONGEST]
    service, keys = get_service(), _keys(login)
    with service.database.reading() as connection:
        since = now() - WINDOW
        barred = any(attempts_since(connection, k, since) >= most for k, most in keys.items())
        of_user = password_hash_of(connection, login)
        of_customer = customer_password_hash(connection, login) if of_user is None else None
    kept = of_user or of_customer
    right = is_right(password, kept[1] if kept else None, get_settings().password_cost)
    if barred or not right or kept is None:
        with service.database.writing() as connection:
            for key in keys:
                note_attempt(connection, key, now())
        wrong = _("Name or password is not right. Check both, or have a link sent to you.")
        return _sign_in_page(wrong, login, status=422)
    with service.database.writing() as connection:
        response = go(_after(user_of(connection, kept[0]) if of_user else None))
        for key in keys:
            forget_attempts(connection, key)
        if of_user:
            open_session_of(connection, response, user_id=kept[0])
        else:
            open_session_of(connection, response, customer_id=kept[0])
    return response


def _keys(login: str) -> dict[str, int]:
    """Return under which keys tries are counted, and how many are too many: from here, and from anywhere."""
    name = f"sign-in:{login.lower()}"
    return {f"{name}@{request.remote_addr}": MOST_TRIES, name: MOST_TRIES_IN_ALL}


@auth.post("/sign-in/link")
@limiter.limit(SIGN_IN)
def send_link() -> ResponseReturnValue:
    """Send a link for signing in once, if there is such a customer; the answer is always the same."""
    email = request.form.get("email", "").strip()[:320]
    service = get_service()
    with service.database.writing() as connection:
        customer = by_contact(connection, email=email)
        send_sign_in_link(connection, email, customer)
    service.wake()
    return _sign_in_page(sent=True)


@auth.get("/sign-in/link/<secret>")
@limiter.limit(LINK)
def link(secret: str) -> ResponseReturnValue:
    """Ask for one more press of a button: mail programs open links, people press buttons."""
    with get_service().database.reading() as connection:
        if _link_owner(connection, secret) is None:
            abort(404)
    return render_template("auth/link.html", secret=secret)


def _link_owner(connection: Connection, secret: str) -> Customer | None:
    """Return whom an unused link was sent to, None when it is none or the account is closed."""
    found = find_link(connection, secret, PURPOSE, now())
    if found is None or found.used_at is not None or found.customer_id is None:
        return None
    customer = customer_of(connection, found.customer_id)
    return customer if customer is not None and customer.active else None


@auth.post("/sign-in/link/<secret>")
@limiter.limit(LINK)
def enter_by_link(secret: str) -> ResponseReturnValue:
    """Sign the customer in whom the link was sent to; it works once."""
    response = go(_after(None))
    with get_service().database.writing() as connection:
        customer = _link_owner(connection, secret)
        if customer is None or not use_link(connection, secret, PURPOSE, now()):
            abort(404)
        if not customer.verified:  # whoever has the mail has the address
            save_customer(connection, replace(customer, verified=True))
        open_session_of(connection, response, customer_id=customer.id)
    return response


@auth.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    """End this session."""
    session = visitor().session
    if session is not None:
        with get_service().database.writing() as connection:
            close_session(connection, session.id, now())
    response = go(url_for("portal.home"))
    drop_cookie(response)
    return response


@auth.get("/account")
def account() -> ResponseReturnValue:
    """Show one's sessions, and the form for a new password."""
    return _account_page()


def _account_page(errors: dict[str, str] | None = None, status: int = 200) -> Response:
    who = visitor()
    with get_service().database.reading() as connection:
        sessions = sessions_of(
            connection,
            now(),
            user_id=who.user.id if who.user else None,
            customer_id=who.customer.id if who.customer else None,
        )
        has_password = _kept_password(connection) is not None
    page = render_template(
        "auth/account.html",
        sessions=sessions,
        errors=errors or {},
        shortest=SHORTEST,
        has_password=has_password,
    )
    return make_response(page, status)


def _kept_password(connection: Connection) -> tuple[str, str] | None:
    """Return id and password hash of whoever is signed in, None for somebody who came by a link."""
    who = visitor()
    if who.user is not None:
        return password_hash_of(connection, who.user.login)
    return customer_password_hash(connection, (who.customer and who.customer.email) or "")


@auth.post("/account/password")
@limiter.limit(SIGN_IN)
def change_password() -> ResponseReturnValue:
    """Change one's password, after the present one was given; all other sessions end."""
    who, cost = visitor(), get_settings().password_cost
    old, new = request.form.get("old", "")[:LONGEST], request.form.get("new", "")
    with get_service().database.reading() as connection:
        kept = _kept_password(connection)
    errors = {}
    may_skip = who.customer is not None and kept is None  # came by a link, has none yet
    if not may_skip and not is_right(old, kept[1] if kept else None, cost):
        errors["old"] = _("This is not your present password.")
    if not SHORTEST <= len(new) <= LONGEST:
        errors["new"] = _("Choose at least %(count)d characters.", count=SHORTEST)
    elif new != request.form.get("again", ""):
        errors["again"] = _("The two new passwords are not the same.")
    if errors:
        return _account_page(errors, 422)
    hashed = hash_password(new, cost)
    with get_service().database.writing() as connection:
        keep = who.session.id if who.session else None
        if who.user is not None:
            set_password(connection, who.user.id, hashed)
            close_sessions(connection, now(), user_id=who.user.id, keep=keep)
        elif who.customer is not None:
            set_customer_password(connection, who.customer.id, hashed)
            close_sessions(connection, now(), customer_id=who.customer.id, keep=keep)
    flash(_("Your password is changed. You are signed out everywhere else."), "good")
    return go(url_for("auth.account"))


@auth.post("/account/sessions/<handle>/end")
def end_session(handle: str) -> ResponseReturnValue:
    """End one of one's own sessions."""
    who = visitor()
    with get_service().database.writing() as connection:
        mine = sessions_of(
            connection,
            now(),
            user_id=who.user.id if who.user else None,
            customer_id=who.customer.id if who.customer else None,
        )
        ended = [one for one in mine if one.handle == handle]
        if not ended:
            abort(404)
        close_session(connection, ended[0].id, now())
    flash(_("That session is ended."), "good")
    return go(url_for("auth.account"))


@auth.post("/account/sessions/end")
def end_all() -> ResponseReturnValue:
    """End all of one's sessions, this one included."""
    who = visitor()
    with get_service().database.writing() as connection:
        if who.user is not None:
            close_sessions(connection, now(), user_id=who.user.id)
        elif who.customer is not None:
            close_sessions(connection, now(), customer_id=who.customer.id)
    response = go(url_for("auth.sign_in"))
    drop_cookie(response)
    return response
