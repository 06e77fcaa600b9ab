"""Addresses that stand for a right: signed, so that the same record always has the same one."""

from __future__ import annotations

import base64
import hashlib
import hmac


class Links:
    """Makes and checks addresses below *base_url*, signed with *key* (at least 32 bytes)."""

    def __init__(self, base_url: str, key: bytes) -> None:
        self.base_url = base_url.rstrip("/")
        self._key = key

    def desk(self, record_id: str) -> str:
        """Return where colleagues work on the record; it gives no right by itself."""
        return f"{self.base_url}/desk/records/{record_id}"

    def portal(self, record_id: str) -> str:
        """Return where the customer follows the record."""
        return f"{self.base_url}/r/{self.portal_token(record_id)}"

    def survey(self, record_id: str, ask_id: str) -> str:
        """Return where the customer answers a survey."""
        return f"{self.base_url}/s/{self.survey_token(record_id, ask_id)}"

    def portal_token(self, record_id: str) -> str:
        """Return what names a record and proves the right to follow it."""
        return f"{record_id}.{self._sign('portal', record_id)}"

    def survey_token(self, record_id: str, ask_id: str) -> str:
        """Return what names a survey and proves the right to answer it."""
        return f"{record_id}.{ask_id}.{self._sign('survey', record_id, ask_id)}"

    def record_of(self, token: str) -> str | None:
        """Return the record of a portal token, None when it is not ours."""
        record_id, _, signature = token.partition(".")
        return record_id if self._holds(signature, "portal", record_id) else None

    def ask_of(self, token: str) -> tuple[str, str] | None:
        """Return record and survey of a survey token, None when it is not ours."""
        parts = token.split(".")
        if len(parts) != 3 or not self._holds(parts[2], "survey", parts[0], parts[1]):
            return None
        return parts[0], parts[1]

    def _sign(self, *parts: str) -> str:
        digest = hmac.new(self._key, "\n".join(parts).encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest[:20]).decode().rstrip("=")

    def _holds(self, signature: str, *parts: str) -> bool:
        return hmac.compare_digest(signature.encode(), self._sign(*parts).encode())
