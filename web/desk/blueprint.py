"""The blueprint of the desk; the modules beside it add its pages."""

from __future__ import annotations

from flask import Blueprint

desk = Blueprint("desk", __name__, url_prefix="/desk")
