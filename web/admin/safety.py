"""The audit log, whether the chains of hashes hold, and tokens of the API."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from typing import Any

from flask import abort, flash, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection

from sopwith.store.audit import AuditEntry, entries, first_broken
from sopwith.store.chain import BrokenLink, count_chains, verify_some
from sopwith.store.heads import head_faults
from sopwith.store.inspection import TokenLine, all_tokens, numbers_of
from sopwith.store.people import users, users_by_id
from sopwith.store.tokens import SCOPES, add_token, revoke_token

from ..htmx import fragment, go, show
from ..languages import zone_info
from ..visitor import get_service, now, visitor
from ..wording import gettext as _
from .acting import audited
from .blueprint import blueprint
from .checks import number_in
from .listing import more_url

PAGE = 50
SHOWN = 50  # faults of signed heads that are named
A_STEP = 500  # records whose chains are checked in one request


@blueprint.get("/audit")
def audit() -> ResponseReturnValue:
    """List who did what."""
    words = request.args.get("q", "").strip()
    before = number_in(request.args.get("after", ""), 1, 999_999_999)
    with get_service().database.reading() as connection:
        found, more = _entries(connection, words, before)
        names = {
            one.id: one.name
            for one in users_by_id(
                connection, [one.actor_id for one in found if one.actor_id]
            ).values()
        }
    return show(
        "admin/audit.html",
        "results" if before is None else "more_results",
        entries=found,
        names=names,
        chosen={"q": words},
        more=more_url("admin.audit", str(more or ""), {"q": words}),
    )


def _entries(
    connection: Connection, words: str, before: int | None
) -> tuple[list[AuditEntry], int]:
    """Return a page of lines that hold *words*, and before which number the next page begins, 0 at the end."""
    found: list[AuditEntry] = []
    for _step in range(20):
        some = entries(connection, before=before, limit=200)
        for one in some:
            before = one.seq
            if (
                words.lower()
                in f"{one.action} {one.target} {one.actor_id or ''} {dict(one.body)}".lower()
            ):
                found.append(one)
            if len(found) == PAGE:
                return found, before
        if len(some) < 200:
            return found, 0
    return found, before or 0


@blueprint.post("/audit/verify")
def verify() -> ResponseReturnValue:
    """Check the chains of hashes, some records at a time; the page asks on until all are checked."""
    after = request.form.get("from", "")
    done, erased = (
        number_in(request.form.get(name, "0"), 0, 999_999_999) or 0 for name in ("done", "erased")
    )
    broken: list[BrokenLink] = []
    line = None
    with get_service().database.reading() as connection:
        if not after:
            line = first_broken(connection)
        checked, total = verify_some(connection, after, A_STEP), count_chains(connection)
        broken += checked.broken
        faults = (
            []
            if checked.last
            else list(islice(head_faults(connection, get_service().head_key), SHOWN))
        )
        named = [*(one.record_id for one in broken), *(one.record_id for one in faults)]
        numbers = numbers_of(connection, named)
    done += checked.records
    erased += checked.erased
    last = checked.last
    facts: dict[str, Any] = {
        "broken": broken,
        "faults": faults,
        "erased": erased,
        "line": line,
        "numbers": numbers,
        "done": done,
        "total": max(total, done),
        "last": last,
        "is_first": not after,
    }
    if not last:
        body = {"records": done, "broken": len(broken), "heads": len(faults)}
        with audited("audit.verify", "chains", body):
            pass
    return (
        fragment("admin/verify.html", "outcome", **facts)
        if "HX-Request" in request.headers
        else make_response(render_template("admin/verify.html", **facts))
    )


@blueprint.get("/tokens")
def tokens() -> ResponseReturnValue:
    """List the tokens of the API, with the form for a new one."""
    me = visitor().user
    return _tokens_page({"name": "", "scopes": [], "user_id": me.id if me else "", "expires": ""})


def _tokens_page(
    typed: dict[str, Any], errors: dict[str, str] | None = None, secret: str = ""
) -> ResponseReturnValue:
    words = request.args.get("q", "").lower()
    with get_service().database.reading() as connection:
        known = all_tokens(connection)
        people = users(connection, active_only=True)
    names = {one.id: one.name for one in people}
    found = [
        one
        for one in known
        if words in f"{one.token.name} {names.get(one.token.user_id, '')}".lower()
    ]
    page = render_template(
        "admin/tokens.html",
        tokens=[(one, _token_state(one)) for one in found],
        names=names,
        people=[(one.id, one.name) for one in people],
        scopes=[(one, scope_word(one)) for one in SCOPES],
        typed=typed,
        errors=errors or {},
        secret=secret,
        chosen={"q": request.args.get("q", "")},
    )
    return page, 422 if errors else 200


def scope_word(scope: str) -> str:
    """Return what a scope allows, in words."""
    known = {
        "records:read": _("read records"),
        "records:write": _("open and change records"),
        "files:write": _("upload files"),
        "definitions:read": _("read definitions"),
        "tokens:write": _("make and revoke tokens"),
    }
    return known.get(scope, scope)


def _token_state(line: TokenLine) -> str:
    if line.revoked_at is not None:
        return "revoked"
    expires = line.token.expires_at
    return "ended" if expires is not None and expires <= now() else "works"


@blueprint.post("/tokens")
def make_token() -> ResponseReturnValue:
    """Make a token; its secret is shown this once."""
    form = request.form
    typed: dict[str, Any] = {
        "name": form.get("name", "").strip(),
        "scopes": form.getlist("scopes"),
        "user_id": form.get("user_id", ""),
        "expires": form.get("expires", ""),
    }
    errors, expires = _check_token(typed)
    if errors:
        return _tokens_page(typed, errors)
    ids = get_service().ids
    token_id, secret = ids.new_id(), f"sop_{ids.secret()}"
    body = {"name": typed["name"], "scopes": sorted(typed["scopes"]), "user": typed["user_id"]}
    with audited("token.add", token_id, body) as connection:
        add_token(
            connection,
            secret,
            token_id=token_id,
            name=typed["name"],
            scopes=frozenset(typed["scopes"]),
            user_id=typed["user_id"],
            now=now(),
            expires_at=expires,
        )
    blank = {"name": "", "scopes": [], "user_id": typed["user_id"], "expires": ""}
    return _tokens_page(blank, secret=secret)


def _check_token(typed: dict[str, Any]) -> tuple[dict[str, str], datetime | None]:
    errors: dict[str, str] = {}
    if not typed["name"] or len(typed["name"]) > 100:
        errors["name"] = _("Say what it is for, up to 100 characters.")
    if not typed["scopes"] or not set(typed["scopes"]) <= set(SCOPES):
        errors["scopes"] = _("Choose what it may do.")
    with get_service().database.reading() as connection:
        if all(one.id != typed["user_id"] for one in users(connection, active_only=True)):
            errors["user_id"] = _("Choose in whose name it acts.")
    expires = None
    if typed["expires"]:
        try:
            day = date.fromisoformat(typed["expires"])
            expires = datetime.combine(day + timedelta(days=1), time(), zone_info()).astimezone(UTC)
        except (ValueError, OverflowError):
            expires = now()
        if expires <= now():
            errors["expires"] = _("Choose a day that is still to come.")
    return errors, expires


@blueprint.post("/tokens/<token_id>/revoke")
def end_token(token_id: str) -> ResponseReturnValue:
    """Revoke a token: whoever uses it is turned away from now on."""
    with get_service().database.reading() as connection:
        found = next((one for one in all_tokens(connection) if one.token.id == token_id), None)
    if found is None:
        abort(404)
    with audited("token.revoke", token_id, {"name": found.token.name}) as connection:
        revoke_token(connection, token_id, now())
    flash(_("“%(name)s” is revoked.", name=found.token.name), "good")
    return go(url_for("admin.tokens"))
