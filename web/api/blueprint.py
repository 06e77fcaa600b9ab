"""The blueprint of the API; the modules beside it add its operations."""

from __future__ import annotations

from flask import Blueprint

from ..csrf import csrf

VERSION = "v1"
PREFIX = f"/api/{VERSION}"

api = Blueprint("api", __name__, url_prefix="/api")
# Callers with a token have no cookie to be abused; for browsers ``bearer`` asks for the form token itself.
csrf.exempt(api)
