"""For whoever watches the installation: does it live, can it work, and its figures."""

from __future__ import annotations

from dataclasses import asdict

from flask import Blueprint, Response, abort, jsonify, request
from flask.typing import ResponseReturnValue

from sopwith.runtime.health import readiness
from sopwith.wiring.figures_door import FIGURES

from .limits import count_guess
from .visitor import get_service, get_settings

health = Blueprint("health", __name__)

FORWARDED = ("X-Forwarded-For", "Forwarded", "X-Real-Ip")


@health.get("/healthz")
def alive() -> ResponseReturnValue:
    """Answer as long as the process lives."""
    return jsonify(status="ok")


@health.get("/readyz")
def ready() -> ResponseReturnValue:
    """Answer 200 when this installation can work, else 503; ``?for=pages`` when it can show pages.

    What is missing is told only to those who may read the figures.
    """
    found = readiness(get_service())
    is_ready = found.serves_pages if request.args.get("for") == "pages" else bool(found)
    answer: dict[str, object] = {"status": "ok" if is_ready else "not ready"}
    if may_read_figures():
        answer |= {"missing": found.missing, "parts": asdict(found)}
    return jsonify(answer), 200 if is_ready else 503


@health.get("/metrics")
def metrics() -> ResponseReturnValue:
    """Answer the figures to those who may read them; to all others there is no such page."""
    figures = get_settings().figures
    if figures is None or not may_read_figures():
        if "Authorization" in request.headers:
            count_guess()
        abort(404)
    return Response(figures.text(), content_type=FIGURES)


def may_read_figures() -> bool:
    """Return whether whoever asks brought the token, or comes from an address that needs none.

    Behind a proxy that nobody told us of everybody would come from the proxy's address: such a request
    needs the token.
    """
    door = get_settings().figures
    if door is None:
        return False
    holds = door.token_holds(request.headers.get("Authorization", ""))
    if holds is not None:
        return holds
    if not get_settings().proxies and any(name in request.headers for name in FORWARDED):
        return False
    return door.is_near(request.remote_addr or "")
