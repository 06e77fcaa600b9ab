"""The document of the API for programs, and a page of it for people."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

from flask import Response, render_template
from flask.typing import ResponseReturnValue

from .blueprint import PREFIX, VERSION, api
from .openapi import document
from .operation import OPERATIONS, Answer
from .words import WORDS, lang


def product_version() -> str:
    """Return the version of the product, 0 where it runs from its folder."""
    try:
        return version("sopwith")
    except PackageNotFoundError:
        return "0"


@api.get(f"/{VERSION}/openapi.json")
def openapi() -> Response:
    """Answer the OpenAPI document."""
    return Answer(body=document(product_version())).response()


@api.get("/docs")
def docs() -> ResponseReturnValue:
    """Show what the API offers, readable without any script."""
    tags: dict[str, list[object]] = {}
    for one in OPERATIONS:
        tags.setdefault(one.tag, []).append(one)
    codes = {code: (one.zh if lang() == "zh-CN" else one.en) for code, one in WORDS.items()}
    return render_template("api/docs.html", tags=tags, codes=codes, prefix=PREFIX)
