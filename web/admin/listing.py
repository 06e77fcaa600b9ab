"""Lists that go on: the address of what follows."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from flask import url_for


def more_url(endpoint: str, cursor: str, chosen: Mapping[str, str]) -> str:
    """Return where a list goes on behind *cursor* with the same search, empty at its end."""
    if not cursor:
        return ""
    kept = {name: value for name, value in chosen.items() if value}
    return f"{url_for(endpoint)}?{urlencode({**kept, 'after': cursor})}"
