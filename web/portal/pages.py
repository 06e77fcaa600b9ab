"""Pages for customers."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from ..visitor import get_service, visitor
from .offers import offers

portal = Blueprint("portal", __name__)


@portal.get("/")
def home() -> ResponseReturnValue:
    """Show what customers may ask for."""
    service = get_service()
    release = service.releases.live() if service.has_release() else None
    return render_template("portal/home.html", offers=offers(release, visitor().actor))


@portal.get("/mine")
def mine() -> ResponseReturnValue:
    return "mine"
