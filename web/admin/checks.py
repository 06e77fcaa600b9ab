"""Whether what was typed makes sense: mail addresses, web addresses, numbers, names."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

_EMAIL = re.compile(r"[^@\s,;<>\"\\]{1,64}@[^@\s,;<>\"\\]{1,190}\.[^@\s.,;<>\"\\]{2,63}")
LOGIN = re.compile(r"[a-z0-9][a-z0-9._@+-]{1,62}")
LONGEST = 200


def is_email(text: str) -> bool:
    """Return whether *text* looks like one mail address."""
    return _EMAIL.fullmatch(text) is not None


def is_address(text: str) -> bool:
    """Return whether *text* is a web address with a host and without a password."""
    try:
        parts = urlsplit(text)
        return (
            parts.scheme in ("http", "https")
            and bool(parts.hostname)
            and parts.password is None
            and not re.search(r"\s", text)
        )
    except ValueError:
        return False


def number_in(text: str, low: int, high: int) -> int | None:
    """Return the whole number that *text* says, None when it says none from *low* to *high*."""
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        return None
    number = int(text)
    return number if low <= number <= high else None


def words_in(text: str) -> list[str]:
    """Return the words of a list that people typed, split at commas of both scripts and at lines."""
    parts = re.split(r"[,，、;；\n]", text)
    return list(dict.fromkeys(part.strip()[:60] for part in parts if part.strip()))[:50]
