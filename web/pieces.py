"""Small parts of pages that are the same again and again: each is made once for a language and then kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from typing import Any

from flask import Flask, request
from markupsafe import Markup, escape

from sopwith.core.record import Clock

from .folding import shared_parts, shared_ui
from .icons import icon_name
from .rendering import asset, category_view, hue, initials, priority_view
from .times import ClockView, absolute, clock_view, due_view, iso, relative, short
from .wording import catalogue
from .wording import gettext as _

MOST_KEPT = 4_096
_ICON = Markup(
    '<svg class="icon {class_}" aria-hidden="true" focusable="false">'
    '<use href="{sprite}#{name}"></use></svg>'
)


def init_pieces(app: Flask) -> None:
    """Let the templates of *app* use the parts."""
    pieces: dict[str, Callable[..., Markup]] = {
        "icon": icon,
        "priority": priority,
        "category": category,
        "state_badge": state_badge,
        "avatar": avatar,
        "when": when,
        "clock_parts": clock_parts,
        "clock": clock,
        "due": due,
    }
    app.jinja_env.globals.update(piece=pieces, shared_ui=shared_ui, shared_parts=shared_parts)
    app.jinja_env.filters.update({f"piece.{name}": make for name, make in pieces.items()})


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


def when(at: datetime, brief: bool = False) -> Markup:
    """Return an instant, in words or briefly, and in full for whoever points at it or listens."""
    stamp, whole = iso(at), absolute(at)
    kind, shown = ("short", short(at)) if brief else ("relative", escape(relative(at)))
    return Markup(  # noqa: S704 - digits and names of months, but for what is escaped
        f'<time datetime="{stamp}" title="{whole}" data-when="{kind}">{shown}'
        f'<span class="sr"> ({whole})</span></time>'
    )


def clock_parts(view: ClockView, label: str = "") -> Markup:
    """Return how a clock stands, with icon and word: ``2 h 14 m · 16:30``."""
    marks, place = "", ""
    if view.due_at is not None:
        due_at = iso(view.due_at)
        marks = f' data-due="{due_at}" data-soon="{iso(view.soon_at or view.due_at)}"'
        if view.at:
            place = (
                '<span class="soft" aria-hidden="true">·</span>'
                f'<time datetime="{due_at}" title="{absolute(view.due_at)}">{escape(view.at)}</time>'
            )
    silent = ' class="sr"' if view.kind == "on_time" else ""
    left = f"<span data-clock-span>{escape(view.span)}</span>" if view.span else ""
    said = f"{escape(label)}: " if label else ""
    return Markup(  # noqa: S704 - what comes from people is escaped
        f'<span class="clock clock-{view.kind}"{marks}>{icon(view.icon)}<span class="sr">{said}</span>'
        f"<span data-clock-word{silent}>{escape(view.word)}</span>{left}{place}</span>"
    )


def clock(one: Clock, label: str = "") -> Markup:
    """Return how a clock of a record stands."""
    return clock_parts(clock_view(one), label)


def due(at: datetime, label: str = "") -> Markup:
    """Return a due time without a clock behind it."""
    return clock_parts(due_view(at), label)


def letter(html: str) -> Markup:
    """Return the body of a mail for a page: the renderer of message templates wrote it, and escapes all that it fills in."""
    return Markup(html)  # noqa: S704
