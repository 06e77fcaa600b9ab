"""Addresses in templates: each shape of one is built once, later ones only get the record's id put in."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any, cast

from flask import Flask, Request, has_request_context, request

MOST_KEPT = 2_048
_HOLE = "record-id-goes-here"
_page: Callable[[], Request] = cast(Any, request)._get_current_object
_PLAIN = re.compile(r"[0-9A-Za-z_-]+")
"""What stands in an address as it is."""


def init_links(app: Flask) -> None:
    """Let the templates of *app* write addresses faster: a page of a record has more than fifty."""
    app.jinja_env.globals["url_for"] = linker(app)


def linker(app: Flask) -> Callable[..., str]:
    """Return what builds addresses as ``app.url_for`` does; what has no shape is left to that.

    A value has one that is equal to nothing which is written otherwise, and is a part of the address.
    """

    @lru_cache(MOST_KEPT)
    def shape(
        _root: str, _method: str, endpoint: str, values: tuple[tuple[str, Any], ...]
    ) -> tuple[str, str]:
        head, _, tail = app.url_for(endpoint, **dict(values)).partition(_HOLE)
        return head, tail

    def url_for(endpoint: str, **values: Any) -> str:
        if not has_request_context() or endpoint.startswith("."):
            return app.url_for(endpoint, **values)
        for name, value in values.items():
            kind = type(value)
            if kind is str:
                if _HOLE in value or name[0] == "_":
                    return app.url_for(endpoint, **values)
            elif (kind is not int and value is not None) or name[0] == "_":
                return app.url_for(endpoint, **values)
        record_id = values.get("record_id")
        if record_id is not None:
            if _PLAIN.fullmatch(str(record_id)) is None:
                return app.url_for(endpoint, **values)
            values["record_id"] = _HOLE
        here: Request = _page()
        head, tail = shape(here.script_root, here.method, endpoint, tuple(values.items()))
        return head if record_id is None else f"{head}{record_id}{tail}"

    return url_for
