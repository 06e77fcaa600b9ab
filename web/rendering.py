"""What every template may use: filters, the layout's facts, links to static files."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask, request, url_for
from jinja2 import StrictUndefined

from sopwith.core.text import Text

from .brand import brand
from .icons import icon_name
from .languages import LOCALES, NAMES, lang, zone
from .look import theme
from .policy import AGENTS
from .release_notes import release_note
from .times import (
    absolute,
    by_when,
    clock_view,
    due_view,
    iso,
    relative,
    short,
    span,
    zone_words,
)
from .visitor import get_settings, visitor
from .wording import gettext as _

STATIC = Path(__file__).resolve().parent / "static"


def init_rendering(app: Flask) -> None:
    """Set up the templates of *app*; a name that is missing is an error."""
    env = app.jinja_env
    env.undefined = StrictUndefined
    env.trim_blocks = env.lstrip_blocks = True
    env.policies["json.dumps_kwargs"] = {"sort_keys": False}  # values keep the order of their keys
    env.filters.update(
        release_note=release_note,
        relative=relative,
        absolute=absolute,
        short=short,
        by_when=by_when,
        iso=iso,
        span=span,
        zone_words=zone_words,
        clock_view=clock_view,
        due_view=due_view,
        initials=initials,
        hue=hue,
        file_size=file_size,
        icon_name=icon_name,
        words=words,
        role_word=role_word,
        tier_word=tier_word,
        browser=browser,
    )
    env.globals.update(
        asset=asset,
        priority_view=priority_view,
        category_view=category_view,
        languages=NAMES,
        other_languages=other_languages,
        here=here,
    )
    app.context_processor(page_facts)


def page_facts() -> dict[str, Any]:
    """Return what the layout of every page shows."""
    return {
        "lang": lang(),
        "zone": zone(),
        "theme": theme(),
        "visitor": visitor(),
        "brand": brand(),
        "demo": get_settings().demo,
        "is_colleague": bool(visitor().marks & AGENTS),
    }


def words(text: Any) -> str:
    """Return a text of both languages in the page's."""
    return str(text.get(lang()))


@cache
def _version(name: str) -> str:
    return hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]


def asset(name: str) -> str:
    """Return the address of a static file, which changes with its content."""
    return _address(request.script_root, name)


@cache
def _address(root: str, name: str) -> str:
    """Return the same for an application under *root*: building it anew for every icon took a fifth of a page."""
    return url_for("static", filename=name, v=_version(name))


def here() -> str:
    """Return the path of this page, to come back to; of a form's own address the page before it."""
    return request.full_path.rstrip("?") if request.method == "GET" else ""


def other_languages() -> list[tuple[str, str]]:
    """Return the languages that this page does not speak, with their own names."""
    return [(one, NAMES[one]) for one in LOCALES if one != lang()]


def initials(name: str) -> str:
    """Return one or two letters for a name; of a Chinese name the last two characters."""
    words_ = name.split()
    if not words_:
        return "?"
    if "\u3400" <= words_[0][0] <= "\u9fff":
        return words_[0][-2:]
    return "".join(
        word[0] for word in (words_ if len(words_) == 1 else (words_[0], words_[-1]))
    ).upper()


def hue(name: str) -> int:
    """Return the number of an avatar's colour, 0 to 7, always the same for a name."""
    return hashlib.sha256(name.encode()).digest()[0] % 8


def file_size(size: int) -> str:
    """Return a number of bytes for people."""
    if size < 1024 * 1024:
        return f"{max(1, round(size / 1024))} KB"
    return f"{size / 1024 / 1024:.1f} MB"


_TIERS = {
    "vip": Text("VIP", "VIP"),
    "enterprise": Text("Enterprise", "企业客户"),
    "standard": Text("Standard", "普通客户"),
}


def tier_word(tier: str) -> str:
    """Return what a customer's tier is called; a tier of one's own is its own word."""
    return _TIERS[tier].get(lang()) if tier in _TIERS else tier


def role_word(role: str) -> str:
    """Return the word for a role; those that came with a pack keep their own name."""
    known = {
        "agent": _("agent"),
        "lead": _("team lead"),
        "manager": _("manager"),
        "admin": _("administrator"),
        "staff": _("employee"),
        "customer": _("customer"),
    }
    return known.get(role, role)


def browser(agent: str) -> str:
    """Return the browser and the device in a few words."""
    names = (("Edg/", "Edge"), ("MicroMessenger", "WeChat"), ("OPR/", "Opera"), ("Firefox/", "Firefox"),
             ("Chrome/", "Chrome"), ("Safari/", "Safari"))  # fmt: skip
    places = (("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"),
              ("Mac OS", "Mac"), ("Linux", "Linux"))  # fmt: skip
    found = [next((word for mark, word in table if mark in agent), "") for table in (names, places)]
    return " · ".join(word for word in found if word) or _("Unknown browser")


def priority_view(priority: str | None) -> tuple[str, str, str]:
    """Return style, icon and word of a priority."""
    known = {
        "P0": ("p0", "flame", _("P0")),
        "P1": ("p1", "chevron-up", _("P1")),
        "P2": ("p2", "minus", _("P2")),
        "P3": ("p3", "chevron-down", _("P3")),
    }
    return known.get(priority or "", ("p3", "minus", priority or _("No priority")))


def category_view(category: str) -> tuple[str, str]:
    """Return icon and word of a state's category."""
    known = {
        "open": ("circle-dot", _("Open")),
        "waiting": ("player-pause", _("Waiting")),
        "resolved": ("circle-check", _("Resolved")),
        "closed": ("archive", _("Closed")),
    }
    return known[category]
