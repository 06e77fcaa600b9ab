"""How often one address may try what can be abused: sign-in, new requests, tokens."""

from __future__ import annotations

from flask import Flask
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

from .settings import WebSettings

SIGN_IN = "10 per minute; 60 per hour"
SUBMIT = "20 per minute; 120 per hour"
LINK = "60 per minute"
UPLOAD = "30 per minute"

limiter = Limiter(get_remote_address, strategy="fixed-window")


def init_limits(app: Flask, settings: WebSettings) -> None:
    """Count in the storage that the settings name."""
    app.config["RATELIMIT_ENABLED"] = settings.limits
    app.config["RATELIMIT_STORAGE_URI"] = settings.limits_storage
    app.config["RATELIMIT_HEADERS_ENABLED"] = True
    # While Redis is away each process counts by itself: nobody is shut out, and nobody gets in unseen.
    app.config["RATELIMIT_IN_MEMORY_FALLBACK_ENABLED"] = settings.limits_storage != "memory://"
    limiter.init_app(app)


def count_guess() -> None:
    """Count a link that is none; answers 429 when too many came from one address."""
    with limiter.shared_limit(LINK, scope="guess"):
        return
