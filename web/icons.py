"""The icons that the pages have."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

SPRITE = Path(__file__).resolve().parent / "static" / "vendor" / "icons.svg"
FALLBACK = "ticket"


@cache
def icon_names() -> frozenset[str]:
    """Return the names of all icons in the sprite."""
    return frozenset(re.findall(r'<symbol id="([a-z0-9-]+)"', SPRITE.read_text(encoding="utf-8")))


def icon_name(wish: str) -> str:
    """Return *wish* if there is such an icon, else the one of a ticket."""
    return wish if wish in icon_names() else FALLBACK
