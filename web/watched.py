"""Each request is watched: its facts for log lines, its figures, its span."""

from __future__ import annotations

import logging
import re
import time
from contextlib import ExitStack
from contextvars import Token
from dataclasses import dataclass

from flask import Flask, Response, g, request

from sopwith.runtime.watching import (
    WATCH,
    Facts,
    begin_counting,
    end_counting,
    forget,
    learn,
    step,
)

from .visitor import get_service, get_settings, visitor

access = logging.getLogger("sopwith.access")
UNTOLD = frozenset({"static", "health.alive", "health.ready", "health.metrics"})
"""Asked for all the time: counted, and told only when they fail."""
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
"""All others are counted as one: whoever invents some shall not make figures of them."""

_GIVEN = re.compile(r"[A-Za-z0-9._-]{8,64}")
_KEPT = "sopwith_watched"


@dataclass(slots=True)
class _Seen:
    """What is known of a request while it runs. queries: a list of one number."""

    id: str
    method: str
    route: str
    started: float
    cpu: float
    queries: list[int]
    facts: Token[Facts]
    counting: Token[list[int] | None]
    held: ExitStack | None = None


def init_watched(app: Flask) -> None:
    """Watch every request of *app*; call it before everything else that looks at requests."""
    app.before_request(_begin)
    app.after_request(_end)
    app.teardown_request(_leave)


def _begin() -> None:
    route = request.url_rule.rule if request.url_rule is not None else "-"
    request_id, method = _request_id(), request.method if request.method in METHODS else "other"
    counter, counting = begin_counting()
    seen = _Seen(
        id=request_id,
        method=method,
        route=route,
        started=time.perf_counter(),
        cpu=time.thread_time(),
        queries=counter,
        facts=learn(request=request_id, route=route, method=method),
        counting=counting,
    )
    if WATCH.spans is not None:
        seen.held = ExitStack()
        if get_settings().proxies:  # a stranger's trace is not followed
            carried = request.headers.get("traceparent", "")
            seen.held.enter_context(WATCH.spans.following(carried))
        seen.held.enter_context(step(f"{method} {route}"))
    setattr(g, _KEPT, seen)


def _request_id() -> str:
    """Return the id that our proxy gave the request, else a new one."""
    given = request.headers.get("X-Request-Id", "") if get_settings().proxies else ""
    return given if _GIVEN.fullmatch(given) else get_service().ids.new_id()


def _end(response: Response) -> Response:
    seen: _Seen | None = g.get(_KEPT)
    if seen is None:
        return response
    seconds, cpu = time.perf_counter() - seen.started, time.thread_time() - seen.cpu
    status = response.status_code
    response.headers["X-Request-Id"] = seen.id
    WATCH.meters.request(seen.route, seen.method, status, seconds, cpu)
    if access.isEnabledFor(logging.INFO) and (request.endpoint not in UNTOLD or status >= 500):
        access.info(
            "%s %s %d",
            seen.method,
            seen.route,
            status,
            extra={
                "facts": _who()
                | {
                    "status": status,
                    "ms": round(seconds * 1000, 1),
                    "cpu_ms": round(cpu * 1000, 1),
                    "queries": seen.queries[0],
                }
            },
        )
    return response


def _who() -> dict[str, str | int | float]:
    """Return the id of whoever asks: never a name, never an address."""
    who = visitor()
    found: dict[str, str | int | float] = {"visitor": who.kind}
    if who.user is not None:
        found["user"] = who.user.id
    elif who.customer is not None:
        found["user"] = who.customer.id
    if "record" in g:
        found["record"] = g.record.id
    return found


def watch_visitor() -> None:
    """Let the lines of this request name who asks, once that is known."""
    learn(**_who())


def _leave(_error: BaseException | None) -> None:
    seen: _Seen | None = g.pop(_KEPT, None)
    if seen is not None:
        if seen.held is not None:
            seen.held.close()
        end_counting(seen.counting)
        forget(seen.facts)
