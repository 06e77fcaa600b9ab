"""Small parts of pages that are the same again and again: each is made once for a language and then kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from flask import Flask, request
from markupsafe import Markup, escape

from sopwith.core.record import Clock

from .folding import outgoing, shared_parts, shared_ui
from .icons import icon_name
from .rendering import asset, category_view, hue, initials, priority_view
from .times import ClockView, clock_view, due_view, iso, reader
from .wording import catalogue
from .wording import gettext as _

MOST_KEPT = 4_096
_CURRENT = ' aria-current="true"'
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
        "tones": tones,
        "person": person,
        "items": items,
        "smalls": smalls,
        "cards": cards,
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
    tells = reader()
    stamp, whole = iso(at), tells.absolute(at)
    kind, shown = ("short", tells.short(at)) if brief else ("relative", escape(tells.relative(at)))
    return Markup(  # noqa: S704 - digits and names of months, but for what is escaped
        f'<time datetime="{stamp}" title="{whole}" data-when="{kind}">{shown}'
        f'<span class="sr"> ({whole})</span></time>'
    )


def clock_parts(view: ClockView, label: str = "") -> Markup:
    """Return how a clock stands, with icon and word: ``2 h 14 m · 16:30``."""
    marks, place = "", ""
    if view.due_at is not None:
        due_at = iso(view.due_at)
        soon_at = due_at if view.soon_at is None else iso(view.soon_at)
        marks = f' data-due="{due_at}" data-soon="{soon_at}"'
        if view.at:
            place = (
                '<span class="soft" aria-hidden="true">·</span>'
                f'<time datetime="{due_at}" title="{reader().absolute(view.due_at)}">{outgoing(view.at)}</time>'
            )
    silent = ' class="sr"' if view.kind == "on_time" else ""
    left = f"<span data-clock-span>{outgoing(view.span)}</span>" if view.span else ""
    said = f"{outgoing(label)}: " if label else ""
    return Markup(  # noqa: S704 - what comes from people is escaped
        f'<span class="clock clock-{view.kind}"{marks}>{icon(view.icon)}<span class="sr">{said}</span>'
        f"<span data-clock-word{silent}>{outgoing(view.word)}</span>{left}{place}</span>"
    )


def clock(one: Clock, label: str = "") -> Markup:
    """Return how a clock of a record stands."""
    return clock_parts(clock_view(one), label)


def due(at: datetime, label: str = "") -> Markup:
    """Return a due time without a clock behind it."""
    return clock_parts(due_view(at), label)


def tones(pairs: Iterable[tuple[str, str]]) -> Markup:
    """Return chosen words, each in its tone."""
    return _tones(tuple(pairs))


@lru_cache(MOST_KEPT)
def _tones(pairs: tuple[tuple[str, str], ...]) -> Markup:
    badges = Markup("").join(
        Markup('<span class="badge{}">{}</span>').format(
            f" tone tone-{tone}" if tone else "", words
        )
        for words, tone in pairs
    )
    return Markup('<span class="tones">{}</span>').format(badges)


@_kept
def person(name: str, fallback: str = "") -> Markup:
    """Return somebody with the letters of the name, or what to say for nobody."""
    if name:
        face, style = avatar(name), "person"
    else:
        face, style = icon("user-question"), "person soft"
    return Markup('<span class="{}">{}<span class="person-name">{}</span></span>').format(
        style, face, name or fallback
    )


# --- records as lines: a macro a row took half the time of a page -----------------------------------


# ``rows`` are those of ``desk.lists.Row``, which stands on a floor of its own.

Address = Sequence[str]
"""What stands before and behind the id of a record."""


def items(rows: Iterable[Any], place: Address) -> Markup:
    """Return records as lines of the wide list."""
    before, behind = outgoing(place[0]), outgoing(place[1])
    choose, due_, nobody, messages = _("Choose %(number)s"), _("Due"), _("Nobody"), _("messages")
    waits, waits_too = (
        outgoing(_("The customer waits for an answer")),
        outgoing(_("the customer waits for an answer")),
    )
    paused = f'<span class="clock clock-paused">{icon("clock-pause")}{outgoing(_("Paused"))}</span>'
    raised = f'<span class="row-tight item-escalated">{icon("arrow-up")}{outgoing(_("escalated"))}</span>'
    bubble, found = icon("message-circle"), []
    for one in rows:
        number, customer, tier = outgoing(one.number), one.customer, one.tier
        under = f'<span class="number">{number}</span>'
        under += f"<span>{outgoing(customer)}</span>" if customer else ""
        under += f'<span class="tier">{outgoing(tier)}</span>' if tier else ""
        under += raised if one.escalation else ""
        for tag in one.tags[:3]:
            under += f'<span class="tag">{outgoing(tag)}</span>'
        if one.clock is not None:
            clock_: str = clock_parts(one.clock, due_)
        elif one.category == "waiting":
            clock_ = paused
        else:
            clock_ = f'<span class="soft">{when(one.updated_at, True)}</span>'
        is_waiting = one.waiting_since is not None
        hint = f' title="{waits}"' if is_waiting else ""
        style = " item-waiting" if is_waiting else ""
        said = f", {waits_too}" if is_waiting else ""
        found.append(
            f'<li class="item" data-item>\n  <input type="checkbox" class="item-pick" name="ids" value="{outgoing(one.id)}"'
            f' form="bulk" aria-label="{outgoing(choose % {"number": one.number})}">\n'
            f'  <div class="item-priority">{priority(one.priority)}</div>\n  <div class="item-main">\n'
            f'    <a class="item-link" href="{before}{outgoing(one.id)}{behind}" data-open>'
            f'<span class="item-title">{outgoing(one.title)}</span></a>\n'
            f'    <div class="item-under">{under}</div>\n  </div>\n'
            f'  <div class="item-state">{state_badge(one.state_title, one.category)}</div>\n'
            f'  <div class="item-owner">{person(one.owner, one.team or nobody)}</div>\n'
            f'  <div class="item-clock">{clock_}</div>\n'
            f'  <div class="item-replies"{hint}><span class="row-tight{style}">{bubble}'
            f'<span class="number">{one.messages}</span><span class="sr"> {outgoing(messages)}{said}</span></span></div>\n</li>\n'
        )
    return Markup("".join(found))  # noqa: S704 - what comes from people is escaped


def smalls(rows: Iterable[Any], place: Address, part: Address, open_id: str = "") -> Markup:
    """Return records as lines beside an open one. part: where only the record's own part of its page is."""
    before, behind, ask, asked = map(escape, (*place, *part))
    due_, found = _("Due"), []
    paused = f'<span class="clock">{icon("clock-pause")}{outgoing(_("Paused"))}</span>'
    badges: dict[str | None, Markup] = {}
    for one in rows:
        key, badge = outgoing(one.id), badges.get(one.priority)
        if badge is None:
            badge = badges[one.priority] = priority(one.priority)
        is_open = one.id == open_id
        clock_ = ""
        if one.clock is not None:
            clock_ = clock_parts(one.clock, due_)
        elif one.category == "waiting":
            clock_ = paused
        found.append(
            f'<li class="small{" small-open" if is_open else ""}" data-item>\n'
            f'  <a class="small-link" href="{before}{key}{behind}" data-open{_CURRENT if is_open else ""}'
            f' hx-get="{ask}{key}{asked}" hx-target="#ticket" hx-swap="outerHTML show:window:top"'
            f' hx-push-url="{before}{key}{behind}">\n'
            f'    <span class="small-top">{badge}<span class="number soft">{outgoing(one.number)}</span>'
            f'<span class="push">{clock_}</span></span>\n'
            f'    <span class="small-title">{outgoing(one.title)}</span>\n'
            f'    <span class="small-under soft"><span>{outgoing(one.customer or one.type_title)}</span>'
            f"<span>{outgoing(one.state_title)}</span></span>\n  </a>\n</li>\n"
        )
    return Markup("".join(found))  # noqa: S704 - what comes from people is escaped


def cards(rows: Iterable[Any], place: Address, menu: Address, by_state: bool) -> Markup:
    """Return records as cards of the board. menu: where a card can go. by_state: what the columns are."""
    before, behind, ask, asked = map(escape, (*place, *menu))
    move, due_, nobody, found = _("Move %(number)s"), _("Due"), _("Nobody"), []
    waiting = f'<span class="clock">{icon("clock-pause")}{outgoing(_("Waiting"))}</span>'
    arrows, waits = icon("arrows-exchange"), outgoing(_("The customer waits for an answer"))
    waits_too = (
        f'<span class="row-tight item-waiting" title="{waits}">{icon("message-circle")}'
        f'<span class="sr">{waits}</span></span>'
    )
    badges: dict[str | None, Markup] = {}
    for one in rows:
        key, badge = outgoing(one.id), badges.get(one.priority)
        if badge is None:
            badge = badges[one.priority] = priority(one.priority)
        clock_ = ""
        if one.clock is not None:
            clock_ = clock_parts(one.clock, due_)
        elif one.category == "waiting":
            clock_ = waiting
        if not by_state:
            who: str = f'<span class="soft">{outgoing(one.state_title)}</span>'
        elif one.owner:
            who = person(one.owner)
        else:
            who = f'<span class="soft">{outgoing(one.team or nobody)}</span>'
        found.append(
            f'<li class="card" draggable="true" data-card="{key}" data-version="{one.version}" data-item tabindex="-1">\n'
            f'  <div class="card-top">{badge}<span class="number soft">{outgoing(one.number)}</span>'
            f'<a class="button button-plain button-icon card-menu push" href="{ask}{key}{asked}"'
            f' aria-label="{outgoing(move % {"number": one.number})}" hx-get="{ask}{key}{asked}"'
            f' hx-target="#card-menu-body" hx-swap="innerHTML" data-move>{arrows}</a></div>\n'
            f'  <a class="card-title" href="{before}{key}{behind}" data-open>{outgoing(one.title)}</a>\n'
            f"  {tones(one.tones) if one.tones else ''}\n"
            f'  <div class="card-under"><span class="soft">{outgoing(one.customer)}</span>{clock_}</div>\n'
            f'  <div class="card-under">{who}{waits_too if one.waiting_since is not None else ""}</div>\n</li>\n'
        )
    return Markup("".join(found))  # noqa: S704 - what comes from people is escaped


def letter(html: str) -> Markup:
    """Return the body of a mail for a page: the renderer of message templates wrote it, and escapes all that it fills in."""
    return Markup(html)  # noqa: S704
