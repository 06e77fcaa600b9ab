"""The firm's own look: its name, its colour, and that people can read what is written on it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from flask import g
from sqlalchemy import Connection

from sopwith.core.text import Text
from sopwith.store.installation import setting

from .visitor import get_service

ACCENT = "#4f46e5"
NAME = Text("Service desk", "服务台")
_HEX = re.compile(r"#[0-9a-fA-F]{6}")
_READABLE = 4.6
_WHITE, _DARK_PAGE, _LIGHT_PAGE, _INK = "#ffffff", "#2f343f", "#edeff3", "#14161a"


@dataclass(frozen=True, slots=True, kw_only=True)
class Brand:
    """Name, the letters of the logo, and the accent colour as chosen."""

    name: Text = NAME
    logo: str = ""
    accent: str = ACCENT


def brand() -> Brand:
    """Return the look that the setting ``brand`` asks for."""
    if "brand" not in g:
        with get_service().database.reading() as connection:
            keep_brand(connection)
    found: Brand = g.brand
    return found


def keep_brand(connection: Connection) -> None:
    """Read the look for this page: whoever reads anyway saves a snapshot of its own."""
    g.brand = read_brand(setting(connection, "brand") or {})


def read_brand(kept: dict[str, Any]) -> Brand:
    """Return the look in *kept*; what makes no sense is as without it."""
    name, accent = kept.get("name"), str(kept.get("accent", ""))
    text = NAME
    if isinstance(name, dict):
        text = Text(str(name.get("en", "")), str(name.get("zh-CN", ""))) or NAME
    elif isinstance(name, str) and name.strip():
        text = Text(name, name)
    logo = str(kept.get("logo", ""))[:3]
    return Brand(name=text, logo=logo, accent=accent if _HEX.fullmatch(accent) else ACCENT)


def brand_css(accent: str) -> str:
    """Return the accent as style variables: readable as text and under text, in light and in dark."""
    light = toward(accent, _INK, _LIGHT_PAGE)
    dark = toward(accent, _WHITE, _DARK_PAGE)
    on_dark = _INK if contrast(dark, _INK) >= contrast(dark, _WHITE) else _WHITE
    return (
        ":root{"
        f"--accent:light-dark({light},{dark});"
        f"--on-accent:light-dark({_WHITE},{on_dark});"
        "}\n"
    )


def toward(colour: str, end: str, ground: str) -> str:
    """Return *colour*, moved toward *end* until it can be read on *ground*."""
    for step in range(21):
        mixed = _mix(colour, end, step / 20)
        if contrast(mixed, ground) >= _READABLE:
            return mixed
    return end


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours as WCAG counts it, 1 to 21."""
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _mix(one: str, other: str, share: float) -> str:
    parts = zip(_parts(one), _parts(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in parts)


def _parts(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _luminance(colour: str) -> float:
    linear = [
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4
        for part in (value / 255 for value in _parts(colour))
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
