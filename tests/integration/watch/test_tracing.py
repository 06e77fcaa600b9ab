"""Spans go out by OTLP where an endpoint is set, hang together over jobs, and cost nothing where none is."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from sopwith.runtime.job_queue import claim_batches
from sopwith.runtime.lanes import Lane
from sopwith.runtime.watching import WATCH, carried, step
from sopwith.store.engine import Database, open_database
from sopwith.store.schema import upgrade
from sopwith.web.app import create_app
from sopwith.wiring.settings import Settings
from sopwith.wiring.tracing import start_tracing, traces_at
from tests.integration.web.conftest import Browser, settings_for
from tests.support.clocks import CountingIds, FixedClock
from tests.support.runtimes import Outside, new_runner, new_service, open_ticket
from tests.support.shop import Shop
from tests.support.webhook import WebhookSink


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = open_database(f"sqlite:///{tmp_path / 'sopwith.db'}")
    upgrade(opened)
    yield opened
    opened.close()


def settings_of(sink: WebhookSink) -> Settings:
    return Settings(data=Path("unused"), otel_endpoint=sink.url("").rstrip("/"))


class Spans:
    """The spans that came to the receiver."""

    def __init__(self, sink: WebhookSink) -> None:
        self.all: list[Any] = []
        self.paths = {one.path for one in sink.requests}
        for request in sink.requests:
            message = ExportTraceServiceRequest.FromString(request.body)
            for resource in message.resource_spans:
                self.resource = {
                    one.key: one.value.string_value for one in resource.resource.attributes
                }
                for scope in resource.scope_spans:
                    self.all += scope.spans

    def named(self, name: str) -> list[Any]:
        return [one for one in self.all if one.name == name]

    def parent(self, span: Any) -> Any:
        return next((one for one in self.all if one.span_id == span.parent_span_id), None)

    def ancestors(self, span: Any) -> list[str]:
        found = []
        above = self.parent(span)
        while above is not None:
            found.append(above.name)
            above = self.parent(above)
        return found


def facts_of(span: Any) -> dict[str, Any]:
    return {one.key: getattr(one.value, one.value.WhichOneof("value")) for one in span.attributes}


def work_off(service: Any, runner: Any) -> None:
    """Carry out what is due, as dispatcher and worker would: without the request's context."""
    for _ in range(6):
        room = dict.fromkeys(Lane, 20)
        for batch in claim_batches(service.database, service.clock, service.ids, "here:1", room):
            runner.run_jobs([one.id for one in batch], batch[0].token)


def test_a_mail_hangs_on_the_request_that_caused_it(
    database: Database, webhook_sink: WebhookSink
) -> None:
    clock, outside = FixedClock(), Outside()
    service = new_service(database, clock, CountingIds())
    end = start_tracing(settings_of(webhook_sink), database, "all", "1.2.3")
    with step("POST /new/<type>", request="r-1"):
        record = open_ticket(service)
    work_off(service, new_runner(service, outside))
    end()
    spans = Spans(webhook_sink)
    assert spans.paths == {"/v1/traces"}
    assert spans.resource["service.name"] == "sopwith"
    assert spans.resource["service.version"] == "1.2.3"
    request = spans.named("POST /new/<type>")[0]
    decide = next(one for one in spans.named("decide") if one.trace_id == request.trace_id)
    assert spans.ancestors(decide) == ["command", "transaction", "POST /new/<type>"]
    assert outside.hooks
    sent = spans.named("call webhook")[0]
    assert sent.trace_id == request.trace_id
    assert spans.ancestors(sent) == [
        "job webhook", "command", "transaction", "POST /new/<type>",
    ]  # fmt: skip
    known = facts_of(spans.parent(sent))
    assert known["sopwith.record"] == record
    assert known["sopwith.job"] > 0 and known["sopwith.job_key"]
    assert len(known["sopwith.release"]) == 64
    assert facts_of(spans.named("command")[0])["sopwith.command"] == "create"
    told = b"".join(one.body for one in webhook_sink.requests)
    assert "打印机".encode() not in told and b"Wang Fang" not in told and b"wang@" not in told


def test_a_request_to_a_page_is_a_span_with_its_route(
    shop: Shop, webhook_sink: WebhookSink
) -> None:
    end = start_tracing(settings_of(webhook_sink), shop.database, "web", "")
    app = create_app(shop.service, settings_for(shop))
    Browser(app).sign_in("lin").get("/desk")
    end()
    spans = Spans(webhook_sink)
    page = spans.named("GET /desk")[0]
    assert facts_of(page)["http.route"] == "/desk"
    signed_in = spans.named("POST /sign-in")[0]
    assert {one.name for one in spans.all if one.trace_id == signed_in.trace_id} >= {"transaction"}


@pytest.mark.parametrize("proxies", [0, 1])
def test_only_a_trace_that_our_proxy_began_is_followed(
    shop: Shop, webhook_sink: WebhookSink, proxies: int
) -> None:
    end = start_tracing(settings_of(webhook_sink), shop.database, "web", "")
    app = create_app(shop.service, settings_for(shop, proxies=proxies))
    given = "0af7651916cd43dd8448eb211c80319c"
    app.test_client().get("/healthz", headers={"traceparent": f"00-{given}-b7ad6b7169203331-01"})
    end()
    span = Spans(webhook_sink).named("GET /healthz")[0]
    assert (span.trace_id.hex() == given) == bool(proxies)


def test_an_error_marks_its_span_without_its_words(shop: Shop, webhook_sink: WebhookSink) -> None:
    end = start_tracing(settings_of(webhook_sink), shop.database, "web", "")
    with pytest.raises(ValueError, match="Wang"), step("outer"), shop.database.writing():
        raise ValueError("Wang Fang")
    end()
    spans = Spans(webhook_sink)
    for name in ("outer", "transaction"):
        assert spans.named(name)[0].status.code == 2
    assert b"Wang" not in b"".join(one.body for one in webhook_sink.requests)


def test_a_receiver_that_is_away_disturbs_nobody(database: Database) -> None:
    service = new_service(database, FixedClock(), CountingIds())
    settings = Settings(data=Path("unused"), otel_endpoint="http://127.0.0.1:9")
    end = start_tracing(settings, database, "all", "")
    WATCH.meters.poll(1)
    assert open_ticket(service)
    end()


def test_without_spans_nothing_is_put_into_a_job() -> None:
    payload = {"to": "x"}
    assert carried(payload) is payload


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("http://c:4318", "http://c:4318/v1/traces"),
        ("http://c:4318/", "http://c:4318/v1/traces"),
        ("https://c/v1/traces", "https://c/v1/traces"),
    ],
)
def test_the_collector_s_address_is_completed(given: str, wanted: str) -> None:
    assert traces_at(given) == wanted


OFF = """
import sys
from pathlib import Path
import sopwith.cli.serve
from sopwith.wiring.build import open_service
from sopwith.wiring.settings import read_settings
from sopwith.wiring.watch import start_watching
service = open_service(read_settings({}, data=Path(sys.argv[1])))
watching = start_watching(read_settings({}, data=Path(sys.argv[1])), service, "all")
assert watching.figures is None
watching.close()
service.database.close()
print([one for one in ("opentelemetry", "prometheus_client", "google.protobuf") if one in sys.modules])
"""


def test_what_is_off_is_not_even_imported(tmp_path: Path) -> None:
    command = [sys.executable, "-c", OFF, str(tmp_path / "data")]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=120)
    assert done.stdout.strip() == "[]"
