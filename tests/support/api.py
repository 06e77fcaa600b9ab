"""Callers of the API: tokens, and clients that send them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Flask

from sopwith.store.tokens import SCOPES, add_token
from tests.support.shop import NOW, Shop

PREFIX = "/api/v1"


def secret_of(user_id: str) -> str:
    """Return the secret of the token that ``give_token`` makes."""
    return f"secret-of-the-token-of-{user_id}-{'x' * 16}"


def give_token(
    shop: Shop, user_id: str, scopes: Iterable[str] = SCOPES, *, name: str = "", **more: Any
) -> str:
    """Make a token; return its secret."""
    secret = secret_of(user_id + name)
    with shop.database.writing() as connection:
        add_token(
            connection,
            secret,
            token_id=f"token-{user_id}{name}",
            name=f"of {user_id}",
            scopes=frozenset(scopes),
            user_id=user_id,
            now=NOW,
            **more,
        )
    return secret


class Caller:
    """A program with a token."""

    def __init__(self, app: Flask, secret: str, lang: str = "en") -> None:
        self.client = app.test_client()
        self.headers = {"Authorization": f"Bearer {secret}", "Accept-Language": lang}

    def call(self, method: str, path: str, **more: Any) -> Any:
        """Return the answer; its type is left open for what JSON may be in it."""
        headers = {**self.headers, **more.pop("headers", {})}
        return self.client.open(PREFIX + path, method=method, headers=headers, **more)

    def get(self, path: str, **more: Any) -> Any:
        return self.call("GET", path, **more)

    def post(self, path: str, body: Any, **more: Any) -> Any:
        return self.call("POST", path, json=body, **more)
