"""The application: made from the runtime and the settings; importing this opens nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from .admin import admin
from .api.bearer import init_api
from .api.operations import api
from .auth import password_link as _password_link  # noqa: F401 - adds its pages to the sign-in
from .auth.pages import auth
from .csrf import init_csrf
from .desk import desk
from .errors import init_errors
from .files import files
from .folding import Environment
from .gate import init_policy
from .health import health
from .htmx import init_htmx
from .languages import init_languages
from .limits import init_limits
from .links import init_links
from .look import look
from .pieces import init_pieces
from .portal import record_pages as _record_pages  # noqa: F401 - adds its pages to the portal
from .portal.pages import portal
from .rendering import init_rendering
from .security import init_security
from .sessions import init_sessions
from .settings import WebSettings
from .studio import studio
from .watched import init_watched, watch_visitor

if TYPE_CHECKING:
    from sopwith.runtime.service import Service

BLUEPRINTS = (health, look, files, auth, portal, desk, admin, studio, api)
"""All pages, in the order of their addresses; each endpoint also needs its line in ``policy.TABLE``."""


def create_app(service: Service, settings: WebSettings) -> Flask:
    """Return the application of one installation."""
    app = Flask(__name__)
    app.jinja_environment = Environment
    app.extensions["sopwith"] = service
    app.extensions["sopwith.settings"] = settings
    _configure(app, settings)
    init_watched(app)
    init_htmx(app)
    init_security(app, https=settings.is_https)
    init_sessions(app)
    init_api(app)
    init_csrf(app)
    init_limits(app, settings)
    init_policy(app)
    app.before_request(watch_visitor)
    init_languages(app)
    init_rendering(app)
    init_links(app)
    init_pieces(app)
    init_errors(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    return app


def _configure(app: Flask, settings: WebSettings) -> None:
    secure = settings.is_https
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SESSION_COOKIE_NAME="__Host-sopwith-page" if secure else "sopwith-page",
        SESSION_COOKIE_SECURE=secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=secure,
        MAX_CONTENT_LENGTH=settings.largest_body,
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
        MAX_FORM_PARTS=5_000,
        TRUSTED_HOSTS=list(settings.trusted_hosts) or None,
        TEMPLATES_AUTO_RELOAD=False,
    )
    app.json.ensure_ascii = False  # type: ignore[attr-defined] # of the default provider
    if settings.proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign] # as Flask's manual does it
            app.wsgi_app, x_for=settings.proxies, x_proto=settings.proxies, x_host=settings.proxies
        )
