"""Small parts of pages that are the same again and again: each is made once for a language and then kept."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from flask import Flask, request
from markupsafe import Markup, escape

from .icons import icon_name
from .rendering import asset, category_view, hue, initials, priority_view
from .wording import catalogue
from .wording import gettext as _

MOST_KEPT = 4_096
_ICON = Markup(
    '<svg class="icon {class_}" aria-hidden="true" focusable="false">'
    '<use href="{sprite}#{name}"></use></svg>'
)


def init_pieces(app: Flask) -> None:
    """Let the templates of *app* use the parts."""
    app.jinja_env.globals["piece"] = {
        "icon": icon,
        "priority": priority,
        "category": category,
        "state_badge": state_badge,
        "avatar": avatar,
    }


def _kept(make: Callable[..., Markup]) -> Callable[..., Markup]:
    """Keep what *make* returns, which depends on nothing but the root of the site, the words and its arguments."""

    @lru_cache(MOST_KEPT)
    def known(_root: str, _words: object, *args: Any) -> Markup:
        return make(*args)

    return lambda *args: known(request.script_root, catalogue(), *args)


@lru_cache(MOST_KEPT)
def _icon(root: str, name: str, class_: str) -> Markup:
    sprite = asset("vendor/icons.svg")
    return _ICON.format(class_=class_, sprite=sprite, name=icon_name(name))


def icon(name: str, class_: str = "") -> Markup:
    """Return an icon, which says nothing to a screen reader."""
    return _icon(request.script_root, name, class_)


@_kept
def priority(value: str | None) -> Markup:
    """Return the badge of a priority."""
    style, sign, word = priority_view(value)
    return Markup('<span class="badge badge-{}">{}<span class="sr">{} </span>{}</span>').format(
        style, icon(sign), _("Priority"), word
    )


@_kept
def category(value: str) -> Markup:
    """Return the badge of what a state means."""
    sign, word = category_view(value)
    return Markup('<span class="badge badge-state">{}{}</span>').format(icon(sign), word)


@_kept
def state_badge(title: str, value: str) -> Markup:
    """Return the badge of a state by its title."""
    sign, word = category_view(value)
    return Markup('<span class="badge badge-state">{}<span class="sr">{}: </span>{}</span>').format(
        icon(sign), word, title
    )


@_kept
def avatar(name: str) -> Markup:
    """Return the letters of a name in its colour."""
    return Markup('<span class="avatar avatar-{}" aria-hidden="true">{}</span>').format(
        hue(name), escape(initials(name))
    )


def letter(html: str) -> Markup:
    """Return the body of a mail for a page: the renderer of message templates wrote it, and escapes all that it fills in."""
    return Markup(html)  # noqa: S704
