"""Ids for what is made in the studio."""

from __future__ import annotations

import re
from collections.abc import Container

LONGEST = 64


def fresh_id(base: str, taken: Container[str], other: str = "item") -> str:
    """Return an id made of the words of *base* that is not in *taken*.

    *other* is used where *base* has no letter that an id may hold, as for a Chinese title.
    """
    plain = re.sub(r"[^a-z0-9_]+", "_", base.lower()).strip("_-")
    plain = re.sub(r"^[^a-z]+", "", plain)[: LONGEST - 4].rstrip("_") or other
    if plain not in taken:
        return plain
    number = 2
    while f"{plain}_{number}" in taken:
        number += 1
    return f"{plain}_{number}"
