"""Colours of the firm, and what a visitor prefers: language, light or dark."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from flask import Blueprint, Response, after_this_request, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as BaseResponse

from sopwith.store.customers import save_customer
from sopwith.store.people import StaleRowError, save_user

from .brand import brand, brand_css
from .languages import COOKIE, LOCALES
from .paths import own_path
from .visitor import get_service, get_settings, visitor
from .wording import gettext as _
from .wording import speaking

look = Blueprint("look", __name__)
THEMES = ("auto", "light", "dark")
THEME_COOKIE = "sopwith-theme"


@look.get("/brand.css")
def brand_style() -> ResponseReturnValue:
    """Return the accent colour of the firm."""
    response = Response(brand_css(brand().accent), mimetype="text/css")
    response.headers["Cache-Control"] = "private, max-age=60"
    return response


@look.post("/preferences")
def prefer() -> ResponseReturnValue:
    """Keep the language or the theme, and go back to where the visitor was."""
    response = redirect(own_path(request.form.get("next", "")) or url_for("portal.home"), 303)
    lang, theme = request.form.get("lang", ""), request.form.get("theme", "")
    if lang in LOCALES:
        _keep(response, COOKIE, lang)
        if _keep_for_account(lang):
            with speaking(LOCALES[lang]):
                flash(_("Pages are in this language now, and so are mails to you."), "good")
    if theme in THEMES:
        _keep(response, THEME_COOKIE, theme)
    return response


def _keep(response: BaseResponse, name: str, value: str) -> None:
    response.set_cookie(
        name,
        value,
        max_age=timedelta(days=365),
        path="/",
        secure=get_settings().is_https,
        httponly=True,
        samesite="Lax",
    )


def keep_language(lang: str) -> None:
    """Let this browser show pages in the language that its visitor chose for the account."""

    @after_this_request
    def keep(response: BaseResponse) -> BaseResponse:
        _keep(response, COOKIE, lang)
        return response


def _keep_for_account(lang: str) -> bool:
    """Keep the language that somebody chose as that of the account; return whether that changed it.

    A sample account is many people's: which language one of them reads is nothing that its mails should follow.
    """
    who = visitor()
    person = who.user or who.customer
    if person is None or person.lang == lang or get_settings().demo:
        return False
    try:
        with get_service().database.writing() as connection:
            if who.user is not None:
                save_user(connection, replace(who.user, lang=lang))
            elif who.customer is not None:
                save_customer(connection, replace(who.customer, lang=lang))
    except StaleRowError:
        return False  # the account is being changed elsewhere; the cookie holds until next time
    return True


def theme() -> str:
    """Return light, dark or auto."""
    chosen = request.cookies.get(THEME_COOKIE, "")
    return chosen if chosen in THEMES else "auto"
