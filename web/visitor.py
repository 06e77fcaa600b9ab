"""Who looks at a page, and what every view asks of the application."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from flask import current_app, g
from sqlalchemy import Connection

from sopwith.core.events import Actor
from sopwith.core.roles import CUSTOMER
from sopwith.store.customers import Customer
from sopwith.store.people import User, users
from sopwith.store.sessions import Session

if TYPE_CHECKING:
    from sopwith.runtime.service import Service

    from .settings import WebSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Who looks: anonymous | customer | user | token. scopes: of an API token."""

    kind: str = "anonymous"
    user: User | None = None
    customer: Customer | None = None
    teams: frozenset[str] = frozenset()
    session: Session | None = None
    scopes: frozenset[str] = frozenset()
    zone: str = "UTC"

    @property
    def actor(self) -> Actor:
        """Return this visitor as the engine knows one; anonymous ones are customers without a name."""
        if self.user is not None:
            kind = "token" if self.kind == "token" else "user"
            return Actor(kind, self.user.id, self.user.roles, self.teams, self.user.name)
        if self.customer is not None:
            return customer_actor(self.customer)
        return Actor("customer", None, frozenset({CUSTOMER}))

    @property
    def marks(self) -> frozenset[str]:
        """Return what the policy table knows this visitor by: the kind, roles, scopes as ``token:x``."""
        if self.kind == "token":
            return frozenset(f"token:{scope}" for scope in self.scopes)
        roles = self.user.roles - {CUSTOMER, "anonymous", "user"} if self.user else frozenset()
        return frozenset({self.kind}) | roles

    @property
    def name(self) -> str:
        """Return the name, empty for an anonymous visitor."""
        who = self.user or self.customer
        return who.name if who else ""


def customer_actor(customer: Customer) -> Actor:
    """Return a customer as the engine knows one."""
    return Actor("customer", customer.id, frozenset({CUSTOMER}), name=customer.name)


NOBODY = Visitor()


def visitor() -> Visitor:
    """Return who looks at this page."""
    return cast(Visitor, g.get("visitor", NOBODY))


def get_service() -> Service:
    """Return the runtime of this application."""
    return cast("Service", current_app.extensions["sopwith"])


def get_settings() -> WebSettings:
    """Return the settings of the pages."""
    return cast("WebSettings", current_app.extensions["sopwith.settings"])


def now() -> datetime:
    """Return the present instant; the same one for the whole of a request."""
    page: Any = cast(Any, g)._get_current_object()  # asked for several times a row of a list
    found = page.get("now")
    if found is None:
        found = page.now = get_service().clock.now()
    return cast(datetime, found)


def everybody(connection: Connection) -> list[User]:
    """Return all accounts by name, asked for once in a request."""
    if "everybody" not in g:
        g.everybody = users(connection)
    return cast("list[User]", g.everybody)
