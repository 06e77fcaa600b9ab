"""One text for one value: what hashes are taken over."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any

from .columns import encoding

_ENCODER = json.JSONEncoder(
    ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
)
_encode = encoding(_ENCODER)


def canonical(value: Any) -> str:
    """Return *value* (plain JSON) as text: sorted keys, no blanks, always the same for equal values.

    Raises ValueError for NaN and infinity, which JSON does not know.
    """
    text = _encode(value)
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:  # half of a surrogate pair: keep it, spelled out
        return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return text


def digest(*parts: str | int) -> str:
    """Return the SHA-256 of *parts*, in hexadecimal; no two different lists give the same text."""
    return sha256(canonical(list(parts)).encode()).hexdigest()


def hashed(secret: str) -> str:
    """Return the SHA-256 of a secret; enough for 32 random bytes, never for a password."""
    return sha256(secret.encode(errors="surrogatepass")).hexdigest()
