"""Customers and their organisations: who they are to us."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import abort, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import IntegrityError

from sopwith.store.customers import (
    Customer,
    Organisation,
    add_organisation,
    customer_of,
    organisation_of,
    organisations,
    organisations_among,
    save_customer,
)
from sopwith.store.inspection import (
    customers_by_organisation,
    customers_page,
    organisations_page,
    save_organisation,
)
from sopwith.store.people import StaleRowError, users

from ..htmx import go, show
from ..visitor import get_service, now
from ..wording import gettext as _
from .acting import audited
from .blueprint import blueprint
from .checks import number_in, words_in
from .listing import more_url

MOST_OFFERED = 200
"""Organisations that the list of customers is narrowed by: of more, each has its customers on a page of its own."""


@blueprint.get("/customers")
def customers() -> ResponseReturnValue:
    """List customers."""
    chosen = {name: request.args.get(name, "") for name in ("q", "organisation")}
    with get_service().database.reading() as connection:
        page = customers_page(
            connection,
            words=chosen["q"],
            organisation_id=chosen["organisation"],
            cursor=request.args.get("after", ""),
        )
        named = {one.organisation_id for one in page.items if one.organisation_id}
        known = {one.id: one for one in organisations_among(connection, named | {chosen["organisation"]})}  # fmt: skip
        offered = organisations_page(connection, limit=MOST_OFFERED)
        names = {one.id: one.name for one in users(connection)}
    return show(
        "admin/customers.html",
        "results" if "after" not in request.args else "more_results",
        page=page,
        chosen=chosen,
        organisations=known,
        offered=() if offered.more else offered.items,
        names=names,
        more=more_url("admin.customers", page.more, chosen),
    )


@blueprint.get("/customers/<customer_id>")
def customer(customer_id: str) -> ResponseReturnValue:
    """Show what can be set of a customer."""
    found = _customer(customer_id)
    return _customer_page(found, _typed_of(found))


def _customer(customer_id: str) -> Customer:
    with get_service().database.reading() as connection:
        found = customer_of(connection, customer_id)
    if found is None:
        abort(404)
    return found


def _typed_of(found: Customer) -> dict[str, Any]:
    return {
        "name": found.name,
        "tier": found.tier,
        "tags": ", ".join(found.tags),
        "organisation_id": found.organisation_id or "",
        "manager": found.manager or "",
        "version": found.version,
    }


def _customer_page(
    found: Customer, typed: dict[str, Any], errors: dict[str, str] | None = None
) -> ResponseReturnValue:
    with get_service().database.reading() as connection:
        known = [(one.id, one.name) for one in organisations(connection)]
        people = [(one.id, one.name) for one in users(connection, active_only=True)]
    page = render_template(
        "admin/customer.html",
        customer=found,
        typed=typed,
        errors=errors or {},
        organisations=known,
        people=people,
    )
    return page, 422 if errors else 200


@blueprint.post("/customers/<customer_id>")
def save_customer_page(customer_id: str) -> ResponseReturnValue:
    """Save tier, tags, organisation and manager of a customer."""
    found = _customer(customer_id)
    typed: dict[str, Any] = {name: request.form.get(name, "").strip() for name in _typed_of(found)}
    errors: dict[str, str] = {}
    if not typed["name"] or len(typed["name"]) > 200:
        errors["name"] = _("Write the name, up to 200 characters.")
    if len(typed["tier"]) > 60:
        errors["tier"] = _("Write at most 60 characters.")
    with get_service().database.reading() as connection:
        if (
            typed["organisation_id"]
            and organisation_of(connection, typed["organisation_id"]) is None
        ):
            errors["organisation_id"] = _("Choose an organisation from the list.")
        if typed["manager"] and all(one.id != typed["manager"] for one in users(connection)):
            errors["manager"] = _("Choose somebody from the list.")
    changed = replace(
        found,
        name=typed["name"],
        tier=typed["tier"],
        tags=tuple(words_in(typed["tags"])),
        organisation_id=typed["organisation_id"] or None,
        manager=typed["manager"] or None,
        version=number_in(typed["version"], 1, 999_999_999) or found.version,
    )
    if not errors:
        before, after = _typed_of(found), _typed_of(changed)
        changed_names = [
            name for name in after if before[name] != after[name] and name != "version"
        ]
        # The log cannot forget: it says that the name was changed, not from what to what.
        body = {
            name: True if name == "name" else [before[name], after[name]] for name in changed_names
        }
        try:
            with audited("customer.change", customer_id, body) as connection:
                save_customer(connection, changed)
        except StaleRowError:
            errors["name"] = _(
                "Somebody changed this customer meanwhile. Load the page again and repeat your change."
            )
    if errors:
        return _customer_page(found, typed, errors)
    flash(_("Saved."), "good")
    return go(url_for("admin.customer", customer_id=customer_id))


@blueprint.get("/organisations")
def organisations_list() -> ResponseReturnValue:
    """List organisations, with the form for a new one."""
    return _organisations_page({"name": "", "domain": "", "tier": ""})


def _organisations_page(
    typed: dict[str, str], errors: dict[str, str] | None = None
) -> ResponseReturnValue:
    words = request.args.get("q", "")
    with get_service().database.reading() as connection:
        page = organisations_page(connection, words=words, cursor=request.args.get("after", ""))
        counts = customers_by_organisation(connection, [one.id for one in page.items])
    return show(
        "admin/organisations.html",
        "results" if "after" not in request.args else "more_results",
        status=422 if errors else 200,
        page=page,
        more=more_url("admin.organisations_list", page.more, {"q": words}),
        counts=counts,
        chosen={"q": words},
        typed=typed,
        errors=errors or {},
    )


def _read() -> tuple[dict[str, str], dict[str, str]]:
    typed = {name: request.form.get(name, "").strip()[:200] for name in ("name", "domain", "tier")}
    errors = {}
    if not typed["name"]:
        errors["name"] = _("Write the name.")
    if typed["domain"] and (
        "@" in typed["domain"] or "." not in typed["domain"] or " " in typed["domain"]
    ):
        errors["domain"] = _("Write the part behind the @, such as example.com.")
    return typed, errors


@blueprint.post("/organisations")
def add_organisation_page() -> ResponseReturnValue:
    """Add an organisation."""
    typed, errors = _read()
    if not errors:
        made = Organisation(id=get_service().ids.new_id(), name=typed["name"], domain=typed["domain"] or None, tier=typed["tier"])  # fmt: skip
        try:
            with audited("organisation.add", made.id, typed) as connection:
                add_organisation(connection, made, now())
        except IntegrityError:
            errors["domain"] = _("Another organisation has this domain.")
    if errors:
        return _organisations_page(typed, errors)
    flash(_("%(name)s is added.", name=typed["name"]), "good")
    return go(url_for("admin.organisations_list"))


@blueprint.get("/organisations/<organisation_id>")
def organisation(organisation_id: str) -> ResponseReturnValue:
    """Show one organisation."""
    found = _organisation(organisation_id)
    return _organisation_page(
        found, {"name": found.name, "domain": found.domain or "", "tier": found.tier}
    )


def _organisation(organisation_id: str) -> Organisation:
    with get_service().database.reading() as connection:
        found = organisation_of(connection, organisation_id)
    if found is None:
        abort(404)
    return found


def _organisation_page(
    found: Organisation, typed: dict[str, str], errors: dict[str, str] | None = None
) -> ResponseReturnValue:
    with get_service().database.reading() as connection:
        page = customers_page(connection, organisation_id=found.id)
    html = render_template(
        "admin/organisation.html", organisation=found, typed=typed, errors=errors or {}, page=page
    )
    return html, 422 if errors else 200


@blueprint.post("/organisations/<organisation_id>")
def save_organisation_page(organisation_id: str) -> ResponseReturnValue:
    """Save an organisation."""
    found = _organisation(organisation_id)
    typed, errors = _read()
    if not errors:
        try:
            with audited("organisation.change", organisation_id, typed) as connection:
                save_organisation(
                    connection,
                    organisation_id,
                    name=typed["name"],
                    domain=typed["domain"],
                    tier=typed["tier"],
                )
        except IntegrityError:
            errors["domain"] = _("Another organisation has this domain.")
    if errors:
        return _organisation_page(found, typed, errors)
    flash(_("Saved."), "good")
    return go(url_for("admin.organisation", organisation_id=organisation_id))
