"""For whoever watches the installation: does it live, can it work."""

from __future__ import annotations

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from .visitor import get_service

health = Blueprint("health", __name__)


@health.get("/healthz")
def alive() -> ResponseReturnValue:
    """Answer as long as the process lives."""
    return jsonify(status="ok")


@health.get("/readyz")
def ready() -> ResponseReturnValue:
    """Answer 200 when the database answers and a release is in force, else 503."""
    service = get_service()
    try:
        with service.database.reading() as connection:
            connection.execute(text("SELECT 1"))
        release = service.has_release()
    except SQLAlchemyError:
        return jsonify(status="no database"), 503
    return (jsonify(status="ok"), 200) if release else (jsonify(status="no release"), 503)
