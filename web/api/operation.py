"""One operation of the API: what it takes and gives is declared once, checked at every call, and written into the document."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

from flask import Response, request
from jsonschema import Draft202012Validator

from sopwith.core.text import Text

from .blueprint import VERSION, api
from .problems import Fault, refuse
from .reading import read_headers, read_json, read_query, slips, unkeepable
from .shapes import HEADERS, Json, obj, ref
from .words import lang

_HOLE = re.compile(r"<([a-z_]+)>")
_NOTHING = obj()


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One operation as the document describes it.

    scope: what a token needs; empty for everybody. takes: json | upload | nothing. gives: the schema of the
    answer, None for none. raw: it answers bytes. also: statuses that callers must expect besides the usual.
    """

    id: str
    method: str
    path: str
    title: Text
    tag: str
    scope: str
    takes: str
    query: Json
    headers: Json
    body: Json | None
    gives: Json | None
    status: int
    raw: bool
    also: tuple[int, ...]

    @property
    def template(self) -> str:
        """Return the path as OpenAPI writes it, below the version."""
        return _HOLE.sub(r"{\1}", self.path)

    @property
    def holes(self) -> list[str]:
        """Return the names of the path's parameters."""
        return _HOLE.findall(self.path)

    @property
    def parts(self) -> dict[str, str]:
        """Return what a call may bring besides its path, as readable JSON Schema."""
        found = {"query": self.query, "body": self.body or {}}
        return {
            name: json.dumps(schema["properties"], ensure_ascii=False, indent=2)
            for name, schema in found.items()
            if schema.get("properties")
        }


OPERATIONS: list[Operation] = []


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call with what came along, checked."""

    query: Mapping[str, Any]
    headers: Mapping[str, str]
    body: Any

    @property
    def version(self) -> int | None:
        """Return the version that the caller saw, as If-Match says."""
        seen = self.headers.get("If-Match")
        return int(seen.strip('"')) if seen else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What an operation answers; body None for nothing."""

    body: Any = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)

    def response(self) -> Response:
        """Return it as a response."""
        text = "" if self.body is None else json.dumps(self.body, ensure_ascii=False)
        response = Response(text, self.status, mimetype="application/json")
        if self.body is None:
            response.headers.pop("Content-Type", None)
        else:
            response.headers["Content-Language"] = lang()
            response.headers["Vary"] = "Accept-Language, Authorization"
        response.headers.update(self.headers)
        return response


View = Callable[..., Answer | Response]


def op(
    method: str,
    path: str,
    title: Text,
    *,
    tag: str,
    scope: str = "",
    query: Json | None = None,
    body: Json | None = None,
    upload: bool = False,
    gives: Json | None = None,
    raw: bool = False,
    status: int = 200,
    keyed: bool = False,
    versioned: bool = False,
    also: tuple[int, ...] = (),
) -> Callable[[View], View]:
    """Make the view an operation of the API.

    keyed: takes an Idempotency-Key. versioned: takes an If-Match.
    """
    names = (["Idempotency-Key"] if keyed else []) + (["If-Match"] if versioned else [])
    headers: Json = {"type": "object", "properties": {name: HEADERS[name] for name in names}}

    def make(view: View) -> View:
        known = Operation(
            id=view.__name__,
            method=method,
            path=path,
            title=title,
            tag=tag,
            scope=scope,
            takes="upload" if upload else "json" if body is not None else "nothing",
            query=query or _NOTHING,
            headers=headers,
            body=body,
            gives=gives,
            status=status,
            raw=raw,
            also=also + _usual(gives, status, keyed=keyed or versioned),
        )
        OPERATIONS.append(known)
        called = _called(known, view)
        api.add_url_rule(f"/{VERSION}{path}", view.__name__, called, methods=[method])
        return view

    return make


def _usual(gives: Json | None, status: int, *, keyed: bool) -> tuple[int, ...]:
    """Return what changes answer besides: a conflict, and nothing to somebody who thereby lost the right to read."""
    if not keyed:
        return ()
    return (204, 409) if gives == ref("Record") and status == 200 else (409,)


def _called(known: Operation, view: View) -> Callable[..., Response]:
    query, headers = Draft202012Validator(known.query), Draft202012Validator(known.headers)
    body = None if known.body is None else Draft202012Validator(known.body)

    @wraps(view)
    def call(**args: str) -> Response:
        sent = _body(known)
        asked, heads = read_query(known.query, request.args), read_headers(known.headers)
        found = [*slips(query, asked, "query"), *slips(headers, heads, "header")]
        if body is not None:
            found += [*slips(body, sent, "body"), *unkeepable(sent)]
        refuse(found)
        result = view(Call(query=asked, headers=heads, body=sent), **args)
        return result.response() if isinstance(result, Answer) else result

    return call


def _body(known: Operation) -> Any:
    if known.takes == "json":
        return read_json()
    if known.takes == "upload" and request.mimetype != "multipart/form-data":
        raise Fault(415, "API006", expected="multipart/form-data")
    return None
