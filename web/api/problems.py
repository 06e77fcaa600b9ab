"""What went wrong, as RFC 9457 says it: one object, with every error in it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, NoReturn

from flask import Response, current_app, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from sopwith.core.decision import Problem
from sopwith.runtime.releases import NoReleaseError

from ..unavailable import RETRY_SECONDS, is_unavailable
from .blueprint import PREFIX, api
from .words import WORDS, lang, say

MOST_ERRORS = 100
KIND = "application/problem+json"
CODES = {401: "API001", 403: "API002", 404: "API003", 405: "API004", 413: "API005", 422: "API013",
         429: "API010", 500: "API012"}  # fmt: skip
_KEPT = ("Allow", "Retry-After", "WWW-Authenticate")


@dataclass(frozen=True, slots=True, kw_only=True)
class Slip:
    """One thing that is wrong. place: body | query | header. pointer: JSON Pointer into it."""

    code: str
    pointer: str = ""
    place: str = "body"
    values: Mapping[str, Any] = field(default_factory=dict)

    def plain(self) -> dict[str, Any]:
        """Return it as the answer carries it."""
        return {
            "code": self.code,
            "in": self.place,
            "pointer": self.pointer,
            "detail": say(self.code, self.values),
        }


class Fault(Exception):  # noqa: N818 - it is an answer, not an error of ours
    """An answer that is a problem. errors: already plain."""

    def __init__(
        self,
        status: int,
        code: str = "",
        errors: Iterable[Mapping[str, Any]] = (),
        *,
        detail: str = "",
        headers: Mapping[str, str] | None = None,
        **values: Any,
    ) -> None:
        super().__init__(status, code)
        self.status, self.code, self.values = status, code or CODES.get(status, "API014"), values
        self.errors = list(errors)[:MOST_ERRORS]
        self.detail, self.headers = detail, dict(headers or {})


def refuse(slips: Iterable[Slip]) -> None:
    """Raise the problem of *slips*, if there are any."""
    found = [one.plain() for one in slips]
    if found:
        raise Fault(422, errors=found)


def wrong(code: str, pointer: str, place: str = "body", **values: Any) -> NoReturn:
    """Raise the problem of one value."""
    raise Fault(422, errors=[Slip(code=code, pointer=pointer, place=place, values=values).plain()])


def told(
    problems: Iterable[Problem], pointer_of: Mapping[str, str] | None = None, under: str = ""
) -> list[dict[str, Any]]:
    """Return problems of the engine. pointer_of: by a path's first part; under: where all the others are."""
    known, found = pointer_of or {}, []
    for one in problems:
        first, *rest = one.path.split(".")
        start = known.get(first, f"{under}/{escaped(first)}") if one.path else ""
        pointer = start + "".join(f"/{escaped(part)}" for part in rest)
        found.append(
            {"code": one.code, "in": "body", "pointer": pointer, "detail": one.message(lang())}
        )
    return found


def escaped(part: str) -> str:
    """Return one step of a JSON Pointer."""
    return part.replace("~", "~0").replace("/", "~1")


def answer(
    status: int,
    code: str,
    errors: Iterable[Mapping[str, Any]] = (),
    *,
    detail: str = "",
    headers: Mapping[str, str] | None = None,
    values: Mapping[str, Any] | None = None,
) -> Response:
    """Return the problem as a response."""
    body: dict[str, Any] = {
        "type": f"/api/docs#{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail or (say(code, values) if code in WORDS else HTTPStatus(status).phrase),
    }
    if found := list(errors):
        body["errors"] = found
    response = Response(json.dumps(body, ensure_ascii=False), status, mimetype=KIND)
    response.headers["Content-Language"] = lang()
    response.headers.update(headers or {})
    return response


def is_api() -> bool:
    """Return whether the request is for the API, whether or not its address exists."""
    return request.path == PREFIX or request.path.startswith(PREFIX + "/")


@api.errorhandler(Fault)
def _fault(fault: Fault) -> Response:
    headers = fault.headers
    if fault.status == 401:
        headers = {"WWW-Authenticate": 'Bearer realm="sopwith"', **headers}
    return answer(
        fault.status,
        fault.code,
        fault.errors,
        detail=fault.detail,
        headers=headers,
        values=fault.values,
    )


@api.errorhandler(CSRFError)
def _forged(_error: CSRFError) -> Response:
    return answer(403, "API011")


@api.errorhandler(NoReleaseError)
def _nothing_published(_error: NoReleaseError) -> Response:
    return answer(503, "API015")


@api.errorhandler(HTTPException)
def of_http(error: HTTPException) -> Response:
    """Return what Flask or Werkzeug refused."""
    status = error.code or 500
    headers = {name: value for name, value in error.get_headers() if name in _KEPT}
    if status == 401:
        headers.setdefault("WWW-Authenticate", 'Bearer realm="sopwith"')
    return answer(status, CODES.get(status, "API014"), headers=headers)


@api.errorhandler(Exception)
def broken(error: Exception) -> Response:
    """Note what nobody expected; nothing of it is told."""
    current_app.logger.exception("unexpected error at %s", request.endpoint)
    if is_unavailable(error):
        return answer(503, "API016", headers={"Retry-After": str(RETRY_SECONDS)})
    return answer(500, "API012")
