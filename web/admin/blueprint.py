"""The blueprint of the administration; the modules beside it add its pages."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("admin", __name__, url_prefix="/admin")
