"""Asks the table of who may reach which page before every request, and finds the record that a path or a link names."""

from __future__ import annotations

from flask import Flask, abort, g, request, url_for
from flask.typing import ResponseReturnValue

from sopwith.access.allow import allow, is_own
from sopwith.access.model import Act
from sopwith.core.events import Actor
from sopwith.core.record import RecordState
from sopwith.core.roles import CUSTOMER
from sopwith.release.model import Release
from sopwith.store.customers import customer_of
from sopwith.store.records import load_record

from .htmx import go, is_htmx
from .limits import count_guess
from .policy import TABLE, Rule
from .visitor import Visitor, customer_actor, get_service, visitor


def init_policy(app: Flask) -> None:
    """Ask the table before every page."""
    app.before_request(enforce)


def enforce() -> ResponseReturnValue | None:
    """Let the request through, lead to the sign-in, or answer as if the page did not exist."""
    if request.endpoint is None:
        return None  # Flask answers 404 or 405 itself
    rule, who = TABLE.get(request.endpoint), visitor()
    if rule is None:
        abort(404)
    if not rule.who & who.marks:
        return _turn_away(rule, who)
    args = request.view_args or {}
    if rule.act is not None:
        _admit(rule.act, str(args.get("record_id", "")), who.actor)
    elif rule.link:
        _follow(rule.link, str(args.get("token", "")), who)
    return None


def _turn_away(rule: Rule, who: Visitor) -> ResponseReturnValue:
    if who.kind != "anonymous":
        abort(403 if who.kind == "token" else 404)
    if request.blueprint == "api" or all(mark.startswith("token:") for mark in rule.who):
        abort(401)
    if request.method != "GET" and not is_htmx():
        abort(404)
    wanted = request.full_path.rstrip("?") if request.method == "GET" and not is_htmx() else None
    return go(url_for("auth.sign_in", next=wanted))


def _admit(act: Act, record_id: str, actor: Actor) -> None:
    """Keep the record for the view if *actor* may do *act* with it."""
    state = load(record_id)
    release = _release_of(state)
    if not allow(release.record_types[state.type].access, act, actor, state):
        abort(404)
    _keep(state, release, actor)


def _follow(kind: str, token: str, who: Visitor) -> None:
    """Keep the record that a link leads to, and act as its customer."""
    links = get_service().links
    ask = None
    if kind == "survey":
        found = links.ask_of(token)
        record_id, ask = found if found else (None, None)
    else:
        record_id = links.record_of(token)
    if record_id is None:
        if kind != "portal" or who.kind == "anonymous":
            count_guess()
            abort(404)
        _admit(Act.READ, token, who.actor)
        return
    state = load(record_id)
    actor = who.actor
    if not is_own(actor, state) or actor.kind != "customer":
        if who.kind == "user":
            _only_look()
        actor = _customer_behind(state)
    g.ask = ask
    _keep(state, _release_of(state), actor)


def _only_look() -> None:
    """Let a colleague see what the customer sees, and never act in the customer's name."""
    if request.method != "GET":
        abort(404)
    g.looks_on = True


def load(record_id: str) -> RecordState:
    """Return the record, or answer 404."""
    with get_service().database.reading() as connection:
        state = load_record(connection, record_id)
    if state is None:
        abort(404)
    return state


def _release_of(state: RecordState) -> Release:
    release = get_service().releases.get(state.release)
    if state.type not in release.record_types:
        abort(404)
    return release


def _customer_behind(state: RecordState) -> Actor:
    """Return in whose name somebody acts who only holds the record's link; of a closed account nobody's."""
    with get_service().database.reading() as connection:
        customer = customer_of(connection, state.customer_id) if state.customer_id else None
    if customer is not None:
        if not customer.active:
            abort(404)
        return customer_actor(customer)
    return Actor("customer", None, frozenset({CUSTOMER}))


def _keep(state: RecordState, release: Release, actor: Actor) -> None:
    g.record, g.release, g.actor = state, release, actor
