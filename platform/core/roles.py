"""The roles that every installation has; further ones come with its teams and people."""

from __future__ import annotations

CUSTOMER = "customer"
STAFF = "staff"
AGENT = "agent"
LEAD = "lead"
MANAGER = "manager"
ADMIN = "admin"

BUILT_IN_ROLES: frozenset[str] = frozenset({CUSTOMER, STAFF, AGENT, LEAD, MANAGER, ADMIN})
