"""What a page needs of htmx, typed: the one place that knows the extension behind it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, cast
from urllib.parse import quote

from flask import Flask, Response, make_response, redirect, render_template, request
from htmx_flask import Htmx
from jinja2_fragments.flask import render_block


def init_htmx(app: Flask) -> None:
    """Let *app* know htmx requests."""
    Htmx(app)


def is_htmx() -> bool:
    """Return whether this request wants a fragment: from htmx, but not for its history."""
    htmx = cast(Any, request).htmx
    return bool(htmx) and not htmx.history_restore_request and not htmx.boosted


def trigger_name() -> str:
    """Return the name of the element that sent the request, empty when unknown."""
    return str(cast(Any, request).htmx.trigger_name or "")


def show(template: str, block: str | None = None, status: int = 200, **context: Any) -> Response:
    """Return the page, or for htmx only its *block*."""
    if block is not None and is_htmx():
        return make_response(render_block(template, block, **context), status)
    return make_response(render_template(template, **context), status)


def fragment(template: str, block: str, status: int = 200, **context: Any) -> Response:
    """Return one block of a template, whoever asks."""
    return make_response(render_block(template, block, **context), status)


def go(url: str, events: Mapping[str, Any] | None = None) -> Response:
    """Lead on to *url*: 303, or the header that htmx follows."""
    address = quote(url, safe="/:?&=%#.,~@+-_")
    if is_htmx():
        response = make_response("", 200)
        response.headers["HX-Redirect"] = address
    else:
        response = cast(Response, redirect(address, 303))
    return tell(response, events)


def tell(response: Response, events: Mapping[str, Any] | None) -> Response:
    """Add events for the page's scripts, in ASCII whatever they say."""
    if events:
        response.headers["HX-Trigger"] = json.dumps(dict(events))
    return response
