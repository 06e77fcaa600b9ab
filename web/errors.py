"""What people see when something went wrong. Nothing of the request is repeated."""

from __future__ import annotations

from flask import Flask, Response, current_app, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, SecurityError

from .htmx import is_htmx
from .unavailable import RETRY_SECONDS, is_unavailable
from .wording import gettext as _


def init_errors(app: Flask) -> None:
    """Answer every error of *app* with a page that helps."""
    app.register_error_handler(CSRFError, _too_old)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _broken)


def _too_old(error: CSRFError) -> Response:
    return _page(
        400,
        _("This page was open for too long"),
        _("For your safety we did not save what you sent. Go back, reload the page and try again."),
    )


def _http_error(error: HTTPException) -> Response:
    if isinstance(error, SecurityError):  # a host that is not ours: there is no address to link to
        return Response("400\n", 400, mimetype="text/plain")
    code = error.code or 500
    if code in (403, 404):
        return _page(
            404,
            _("We cannot find this page"),
            _("It may have moved, the link may be incomplete, or it may not be meant for you."),
        )
    title, words = _words(code)
    response = _page(code, title, words)
    for name, value in error.get_headers():
        if name in ("Allow", "Retry-After", "WWW-Authenticate"):
            response.headers[name] = value
    return response


def _words(code: int) -> tuple[str, str]:
    if code == 401:
        return _("Please sign in"), _("This needs a valid token or a session.")
    if code == 405:
        return _("This cannot be done here"), _("Go back and use the buttons of the page.")
    if code == 413:
        return _("That is too large"), _("Choose smaller files, or send them one by one.")
    if code == 429:
        return (
            _("That was a little too fast"),
            _("Please wait a minute, then try again. Nothing is lost."),
        )
    return _("This request makes no sense to us"), _("Go back, reload the page and try again.")


def _broken(error: Exception) -> Response:
    current_app.logger.exception("unexpected error at %s", request.endpoint)
    code = 503 if is_unavailable(error) else 500
    try:
        response = _page(
            code,
            _("Something went wrong on our side"),
            _("We have noted it. Please try again in a moment."),
        )
    except Exception:  # without a database there is no name and no language to show
        current_app.logger.exception("the error page cannot be shown either")
        words = "Something went wrong on our side. Please try again in a moment.\n系统出了点问题，请稍后重试。\n"
        response = Response(words, code, mimetype="text/plain")
    if code == 503:
        response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response


def _page(code: int, title: str, words: str) -> Response:
    template = "errors/fragment.html" if is_htmx() else "errors/page.html"
    response = make_response(render_template(template, code=code, title=title, words=words), code)
    if is_htmx():
        response.headers["HX-Retarget"] = "#notices"
        response.headers["HX-Reswap"] = "innerHTML"
    return response
