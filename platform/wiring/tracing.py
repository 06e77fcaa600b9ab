"""Spans by OpenTelemetry, sent by OTLP over HTTP. Imported only where an endpoint is set."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from opentelemetry import context as otel
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from sqlalchemy import Connection, Engine, event

from ..runtime.watching import WATCH, Facts, known
from ..store.engine import Database
from .settings import Settings

PARENT = "traceparent"
SECONDS = 3
_NAMES = {
    "request": "sopwith.request_id",
    "route": "http.route",
    "method": "http.request.method",
    "status": "http.response.status_code",
}
_KEPT = "sopwith_span"


def start_tracing(
    settings: Settings, database: Database, role: str, version: str
) -> Callable[[], None]:
    """Draw spans in this process; return what sends the last ones and ends it."""
    resource = Resource.create(
        {"service.name": "sopwith", "service.version": version, "service.instance.role": role}
    )
    provider = TracerProvider(resource=resource)
    exporter = OTLPSpanExporter(endpoint=traces_at(settings.otel_endpoint), timeout=SECONDS)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    WATCH.spans = OtelSpans(provider.get_tracer("sopwith", version))
    watch_transactions(database.write)

    def end() -> None:
        WATCH.spans = None
        provider.shutdown()

    return end


def traces_at(endpoint: str) -> str:
    """Return the address for spans: OTLP names only where the collector is."""
    return endpoint if endpoint.endswith("/v1/traces") else endpoint.rstrip("/") + "/v1/traces"


class OtelSpans:
    """Draws spans with a tracer of OpenTelemetry."""

    def __init__(self, tracer: trace.Tracer) -> None:
        self.tracer = tracer
        self._form = TraceContextTextMapPropagator()

    def step(self, name: str, known: Facts) -> AbstractContextManager[object]:
        """Return a span that lasts as long as the block; an exception marks it, without its words."""
        return _Step(self.tracer, name, attributes_of(known))

    def carried(self) -> str:
        """Return the present trace as a ``traceparent``."""
        found: dict[str, str] = {}
        self._form.inject(found)
        return found.get(PARENT, "")

    @contextmanager
    def following(self, carried: str) -> Iterator[None]:
        """Let what happens in the block hang on the trace *carried*; one that is none is left out."""
        token = otel.attach(self._form.extract({PARENT: carried}))
        try:
            yield
        finally:
            otel.detach(token)


class _Step:
    """A span around a block."""

    __slots__ = ("_attributes", "_name", "_span", "_token", "_tracer")

    def __init__(self, tracer: trace.Tracer, name: str, attributes: dict[str, Any]) -> None:
        self._tracer, self._name, self._attributes = tracer, name, attributes

    def __enter__(self) -> object:
        self._span = self._tracer.start_span(self._name, attributes=self._attributes)
        self._token = otel.attach(trace.set_span_in_context(self._span))
        return self._span

    def __exit__(self, kind: type[BaseException] | None, *_more: object) -> None:
        otel.detach(self._token)
        if kind is not None:
            self._span.set_status(trace.Status(trace.StatusCode.ERROR, kind.__name__))
        self._span.end()


def attributes_of(known: Facts) -> dict[str, Any]:
    """Return facts by the names that OpenTelemetry has for them, or ours."""
    return {_NAMES.get(name, f"sopwith.{name}"): value for name, value in known.items()}


def watch_transactions(engine: Engine) -> None:
    """Draw a span around each transaction that writes, up to the end of its commit."""
    event.listen(engine, "begin", _begin)
    event.listen(engine, "rollback", _rollback)
    event.listen(engine, "checkin", _end)  # "commit" is told before it is done


def _begin(connection: Connection) -> None:
    spans = WATCH.spans
    if spans is not None:
        held = spans.step("transaction", known())
        held.__enter__()
        connection.info[_KEPT] = held


def _rollback(connection: Connection) -> None:
    held = connection.info.pop(_KEPT, None)
    if held is not None:
        held.__exit__(_RolledBack, None, None)


def _end(_connection: object, record: Any) -> None:
    held = record.info.pop(_KEPT, None)
    if held is not None:
        held.__exit__(None, None, None)


class _RolledBack(Exception):  # noqa: N818 - it names what happened, and is never raised
    """The transaction was rolled back."""
