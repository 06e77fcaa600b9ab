"""Which language and time zone a page speaks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, cast
from zoneinfo import ZoneInfo, available_timezones

from flask import Flask, g, request
from flask_babel import Babel

from .visitor import NOBODY, Visitor, get_settings, visitor
from .wording import init_wording

LOCALES = {"en": "en", "zh-CN": "zh_Hans_CN"}
"""The languages by the name that people and definitions use, and what Babel calls them."""
BY_PREFIX = {"en": "en", "zh": "zh-CN"}
NAMES = {"en": "English", "zh-CN": "简体中文"}
COOKIE = "sopwith-lang"
ZONE_COOKIE = "sopwith-zone"


def init_languages(app: Flask) -> None:
    """Translate the pages of *app*."""
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = "translations"
    app.config["BABEL_DEFAULT_LOCALE"] = "en"
    Babel(app, locale_selector=locale, timezone_selector=zone)
    init_wording(app)


def lang() -> str:
    """Return the language of this page: the one chosen in this browser, else the account's, else the browser's."""
    page: Any = cast(Any, g)._get_current_object()  # asked for hundreds of times a page
    who, kept = page.get("visitor", NOBODY), page.get("lang")
    if kept is None or kept[0] is not who:
        kept = page.lang = who, _lang(who)
    found: str = kept[1]
    return found


@contextmanager
def spoken(tongue: str) -> Iterator[None]:
    """Let titles be those of another language for a while; the words of pages follow ``wording.speaking``."""
    page: Any = cast(Any, g)._get_current_object()
    before = lang()
    page.lang = page.get("visitor", NOBODY), tongue
    try:
        yield
    finally:
        page.lang = page.get("visitor", NOBODY), before


def _lang(looks: Visitor) -> str:
    who = looks.user or looks.customer
    own = who.lang if who else ""
    wishes = [request.cookies.get(COOKIE, ""), own, _of_browser()]
    if get_settings().demo:  # nobody has chosen for a sample account
        wishes = [wishes[0], _of_browser(), own]
    return next((wish for wish in wishes if wish in LOCALES), "en")


def _of_browser() -> str:
    """Return the first language of the browser that is known here, "" for none."""
    for tag, _ in request.accept_languages:
        spoken = BY_PREFIX.get(tag.lower().partition("-")[0])
        if spoken is not None:
            return spoken
    return ""


def locale() -> str:
    """Return what Babel calls the language of this page."""
    return LOCALES[lang()]


def zone() -> str:
    """Return the time zone of whoever looks."""
    name = visitor().zone
    return name if name in zones() else get_settings().zone


def zone_of_browser() -> str:
    """Return the zone that the browser said it is in, else the installation's."""
    name = request.cookies.get(ZONE_COOKIE, "")
    return name if name in zones() else get_settings().zone


def zone_info() -> ZoneInfo:
    """Return the time zone of whoever looks, as an object."""
    page: Any = cast(Any, g)._get_current_object()
    who, kept = page.get("visitor", NOBODY), page.get("zone_info")
    if kept is None or kept[0] is not who:
        kept = page.zone_info = who, ZoneInfo(zone())
    found: ZoneInfo = kept[1]
    return found


@lru_cache(maxsize=1)
def zones() -> frozenset[str]:
    """Return the names of all time zones."""
    return frozenset(available_timezones())
