"""The token that every change by a page must carry. A blueprint whose callers sign in by token is exempt."""

from __future__ import annotations

from typing import Any, cast

from flask import Flask, g
from flask_wtf import CSRFProtect
from flask_wtf.csrf import generate_csrf

csrf = CSRFProtect()


def init_csrf(app: Flask) -> None:
    """Protect the forms of *app*."""
    csrf.init_app(app)
    app.jinja_env.globals["csrf_token"] = token
    app.context_processor(
        lambda: {"csrf_token": token}
    )  # in place of the extension's, which looks more up


def token() -> str:
    """Return the token of this page: a page has a dozen forms."""
    page: Any = cast(Any, g)._get_current_object()
    found = page.get("form_token")
    if found is None:
        found = page.form_token = generate_csrf()
    return str(found)
