"""Customers and their organisations."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, bindparam, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import InstrumentedAttribute

from .people import StaleRowError
from .prepared import Prepared
from .tables import CustomerRow, OrganisationRow
from .windows import WINDOW

NEAR = 200
"""How many rows one look reads from where the words would stand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """Who asks for help. facts: more that conditions may read, by name."""

    id: str
    name: str
    email: str | None = None
    phone: str | None = None
    lang: str = "en"
    tier: str = ""
    tags: tuple[str, ...] = ()
    organisation_id: str | None = None
    manager: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    verified: bool = False
    active: bool = True
    version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """A company. domain: of its mail addresses, in lower case."""

    id: str
    name: str
    domain: str | None = None
    tier: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)


_FIELDS = tuple(Customer.__dataclass_fields__)
_ALL = select(*(CustomerRow.__table__.c[name] for name in _FIELDS))
_BY_ID = Prepared(_ALL.where(CustomerRow.id == bindparam("customer")))
_ORGANISATIONS = select(
    *(OrganisationRow.__table__.c[name] for name in Organisation.__dataclass_fields__)
)
_ORGANISATION = Prepared(_ORGANISATIONS.where(OrganisationRow.id == bindparam("organisation")))
_BY_EMAIL = Prepared(_ALL.where(CustomerRow.email == bindparam("address")))
_ADD_NEW = Prepared(
    {
        "sqlite": sqlite.insert(CustomerRow).on_conflict_do_nothing(),
        "postgresql": postgresql.insert(CustomerRow).on_conflict_do_nothing(),
    }
)


def clean_email(email: str | None) -> str | None:
    """Return an address as it is kept, None for nothing."""
    return (email or "").strip().lower() or None


def clean_phone(phone: str | None) -> str | None:
    """Return a number as it is kept: digits, with the plus if there is one; None for nothing."""
    text = (phone or "").strip()
    digits = re.sub(r"\D", "", text)
    return None if not digits else f"+{digits}" if text.startswith("+") else digits


def find_or_create(connection: Connection, customer: Customer, now: datetime) -> Customer:
    """Return the customer with this email, else with this phone; else keep *customer* as a new one.

    Two requests at once get the same customer. Nothing of one that exists is changed.
    """
    email, phone = clean_email(customer.email), clean_phone(customer.phone)
    found = by_contact(connection, email=email, phone=None if email else phone)
    if found is not None:
        return found
    if _ADD_NEW.run(connection, _row(customer) | {"created_at": now}) != 1:
        found = by_contact(connection, email=email)  # somebody was faster
    return found or customer_of(connection, customer.id) or customer


def by_contact(
    connection: Connection, *, email: str | None = None, phone: str | None = None
) -> Customer | None:
    """Return the customer with this email or, without one, the first known with this phone."""
    if email := clean_email(email):
        return _one(_BY_EMAIL.first(connection, {"address": email}))
    if phone := clean_phone(phone):
        return next(iter(_customers(connection, CustomerRow.phone == phone)), None)
    return None


def add_customer(
    connection: Connection, customer: Customer, now: datetime, password_hash: str | None = None
) -> None:
    """Keep a new customer; raises IntegrityError when the email is taken."""
    more = {"created_at": now, "password_hash": password_hash}
    connection.execute(insert(CustomerRow), _row(customer) | more)


def save_customer(connection: Connection, customer: Customer) -> None:
    """Save a customer; raises StaleRowError when it is not at ``customer.version`` any more."""
    same = (CustomerRow.id == customer.id) & (CustomerRow.version == customer.version)
    values = _row(customer) | {"version": customer.version + 1}
    if connection.execute(update(CustomerRow).where(same).values(values)).rowcount != 1:
        raise StaleRowError(customer.id)


def _row(customer: Customer) -> dict[str, Any]:
    row: dict[str, Any] = {name: getattr(customer, name) for name in _FIELDS}
    return row | {
        "email": clean_email(customer.email),
        "phone": clean_phone(customer.phone),
        "tags": list(customer.tags),
        "facts": dict(customer.facts),
    }


def customer_of(connection: Connection, customer_id: str) -> Customer | None:
    """Return the customer, None when there is none."""
    return _one(_BY_ID.first(connection, {"customer": customer_id}))


def customers_by_id(connection: Connection, ids: Iterable[str]) -> dict[str, Customer]:
    """Return the customers *ids*, leaving out what does not exist."""
    wanted = sorted(set(ids))
    found = _customers(connection, CustomerRow.id.in_(wanted)) if wanted else []
    return {one.id: one for one in found}


def find_customers(
    connection: Connection, words: str, limit: int = 20, *, window: int = WINDOW
) -> list[Customer]:
    """Return customers whose name, email or phone begins with *words*, by name.

    Looks are bounded, each along an index: where the words would stand, as typed and in the usual ways to write a
    name, and among the first *window* of all. Of more customers than that, a name in unusual capitals may be missed.
    """
    words = words.strip()
    if not words:
        return _customers(connection, limit=limit)
    found: dict[str, Customer] = {}
    for column, start in _places(words):
        near = _ALL.where(column >= start).order_by(column).limit(NEAR)
        found |= {one.id: one for one in _beginning(connection, near, words, limit)}
    if len(found) < limit:
        first = _ALL.order_by(CustomerRow.name, CustomerRow.id).limit(window)
        found |= {one.id: one for one in _beginning(connection, first, words, limit)}
    return sorted(found.values(), key=lambda one: (one.name, one.id))[:limit]


def _places(words: str) -> Iterator[tuple[InstrumentedAttribute[Any], str]]:
    """Yield where along the index of which column what begins with *words* would stand."""
    for name in dict.fromkeys((words, words.lower(), words.title(), words.upper())):
        yield CustomerRow.name, name
    yield CustomerRow.email, words.lower()
    if phone := clean_phone(words):
        yield CustomerRow.phone, phone


def _beginning(connection: Connection, near: Select[Any], words: str, limit: int) -> list[Customer]:
    """Return up to *limit* of the rows *near* that begin with *words*, by name."""
    row = near.subquery().c
    begins = (one.istartswith(words, autoescape=True) for one in (row.name, row.email, row.phone))
    query = select(*row).where(or_(*begins)).order_by(row.name, row.id).limit(limit)
    return [_customer(dict(one)) for one in connection.execute(query).mappings()]


def _customers(
    connection: Connection, *conditions: ColumnElement[bool], limit: int = 1000
) -> list[Customer]:
    query = _ALL.where(*conditions).order_by(CustomerRow.name, CustomerRow.id)
    return [_customer(dict(row)) for row in connection.execute(query.limit(limit)).mappings()]


def _customer(row: Mapping[str, Any]) -> Customer:
    return Customer(**{**row, "tags": tuple(row["tags"])})


def _one(row: tuple[Any, ...] | None) -> Customer | None:
    return None if row is None else _customer(dict(zip(_FIELDS, row, strict=True)))


def facts_of(connection: Connection, customer_id: str) -> dict[str, Any] | None:
    """Return what conditions may read of the customer, None for an unknown one."""
    found = customer_of(connection, customer_id)
    if found is None:
        return None
    organisation = (
        organisation_of(connection, found.organisation_id) if found.organisation_id else None
    )
    inherited = dict(organisation.facts) if organisation else {}
    return (
        inherited
        | dict(found.facts)
        | {
            "id": found.id,
            "name": found.name,
            "email": found.email,
            "phone": found.phone,
            "lang": found.lang,
            "tier": found.tier or (organisation.tier if organisation else ""),
            "tags": list(found.tags),
            "organisation": organisation.name if organisation else None,
            "manager": found.manager,
        }
    )


def customer_password_hash(connection: Connection, email: str) -> tuple[str, str] | None:
    """Return id and password hash of the active customer with this email, None when there is none."""
    query = select(CustomerRow.id, CustomerRow.password_hash).where(
        CustomerRow.email == clean_email(email), CustomerRow.active
    )
    found = connection.execute(query).one_or_none()
    return None if found is None or found.password_hash is None else (found.id, found.password_hash)


def set_customer_password(
    connection: Connection, customer_id: str, password_hash: str | None
) -> None:
    """Keep the hash of a customer's new password; None: signing in by password is off."""
    mine = CustomerRow.id == customer_id
    connection.execute(update(CustomerRow).where(mine).values(password_hash=password_hash))


def add_organisation(connection: Connection, organisation: Organisation, now: datetime) -> None:
    """Keep a new organisation; raises IntegrityError when the domain is taken."""
    domain = (organisation.domain or "").strip().lower() or None
    row = {
        "id": organisation.id,
        "name": organisation.name,
        "domain": domain,
        "tier": organisation.tier,
        "facts": dict(organisation.facts),
        "created_at": now,
    }
    connection.execute(insert(OrganisationRow), row)


def organisation_of(connection: Connection, organisation_id: str) -> Organisation | None:
    """Return the organisation, None when there is none."""
    found = _ORGANISATION.first(connection, {"organisation": organisation_id})
    if found is None:
        return None
    return Organisation(**dict(zip(Organisation.__dataclass_fields__, found, strict=True)))


def organisation_by_domain(connection: Connection, domain: str) -> Organisation | None:
    """Return the organisation with this mail domain."""
    wanted = OrganisationRow.domain == domain.strip().lower()
    return next(iter(_organisations(connection, wanted)), None)


def organisations(connection: Connection) -> list[Organisation]:
    """Return all organisations by name."""
    return _organisations(connection)


def organisations_among(connection: Connection, ids: Collection[str]) -> list[Organisation]:
    """Return the organisations *ids* by name."""
    return _organisations(connection, OrganisationRow.id.in_(ids))


def _organisations(connection: Connection, *conditions: ColumnElement[bool]) -> list[Organisation]:
    query = _ORGANISATIONS.where(*conditions).order_by(OrganisationRow.name)
    return [Organisation(**row) for row in connection.execute(query).mappings()]
