"""The OpenAPI 3.1 document, written from the declarations of the operations."""

from __future__ import annotations

from typing import Any

from .blueprint import PREFIX
from .operation import OPERATIONS, Operation
from .shapes import IDENTIFIER, SCHEMAS, Json, ref
from .words import lang

_SUMMARY = {
    400: "The body is not JSON",
    401: "No valid token or session",
    403: "Not allowed",
    404: "Nothing there that the caller may see",
    409: "Somebody else changed the record, or the first request with this key has not ended",
    413: "Too large",
    415: "Wrong content type",
    422: "Something in the request is not right; all of it is in errors",
    429: "Too many requests",
}


def document(version: str) -> Json:
    """Return the document, with titles in the language of the answer."""
    paths: Json = {}
    for one in OPERATIONS:
        paths.setdefault(one.template, {})[one.method.lower()] = _operation(one)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Sopwith API",
            "version": version,
            "description": "Tickets and all other records, their transitions, comments, files, definitions and tokens.",
        },
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "servers": [{"url": PREFIX}],
        "paths": paths,
        "components": {
            "schemas": SCHEMAS,
            "responses": {f"Problem{status}": _problem(status) for status in _SUMMARY},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _problem(status: int) -> Json:
    found: Json = {
        "description": _SUMMARY[status],
        "content": {"application/problem+json": {"schema": ref("Problem")}},
    }
    if status == 429:
        found["headers"] = {"Retry-After": {"schema": {"type": "string"}}}
    return found


def _operation(one: Operation) -> Json:
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": IDENTIFIER} for name in one.holes
    ]
    for place, schema in (("query", one.query), ("header", one.headers)):
        for name, shape in schema.get("properties", {}).items():
            parameters.append(_parameter(name, place, shape))
    found: Json = {
        "operationId": one.id,
        "summary": one.title.get(lang()),
        "tags": [one.tag],
        "parameters": parameters,
        "responses": _responses(one),
        "security": [{"token": [one.scope]}] if one.scope else [],
    }
    if one.scope and one.scope != "any":
        found["description"] = f"A token needs the scope `{one.scope}`."
    if one.takes == "json" and one.body is not None:
        found["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": one.body}},
        }
    if one.takes == "upload":
        shape = {"type": "object", "properties": {"file": {"type": "string", "format": "binary"}},
                 "required": ["file"], "additionalProperties": False}  # fmt: skip
        found["requestBody"] = {
            "required": True,
            "content": {"multipart/form-data": {"schema": shape}},
        }
    return found


def _parameter(name: str, place: str, shape: Json) -> Json:
    plain = {key: value for key, value in shape.items() if key != "description"}
    found: Json = {"name": name, "in": place, "required": False, "schema": plain}
    if "description" in shape:
        found["description"] = shape["description"]
    return found


def _responses(one: Operation) -> dict[str, Any]:
    success: Json = {"description": "Done"}
    if one.raw:
        success["content"] = {"*/*": {}}
    elif one.gives is not None:
        success["content"] = {"application/json": {"schema": one.gives}}
    if one.status == 201:
        success["headers"] = {"Location": {"schema": {"type": "string"}}}
    found: dict[str, Any] = {str(one.status): success}
    for status in one.also:
        if status < 400:
            found[str(status)] = {"description": "Done; the caller may no longer read the record"}
    for status in sorted(statuses(one)):
        found[str(status)] = {"$ref": f"#/components/responses/Problem{status}"}
    return found


def statuses(one: Operation) -> set[int]:
    """Return every error that callers of the operation must expect."""
    found = {422, 429} | {status for status in one.also if status >= 400}
    if one.scope:
        found |= {401, 403, 404}
    if one.holes:
        found.add(404)
    if one.takes != "nothing":
        found |= {400, 413, 415}
    return found
