"""The API under schemathesis: what fits the document and what does not, on a real database."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from threading import Thread
from typing import Any

import pytest
import schemathesis
from flask import Flask
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema
from werkzeug.serving import WSGIRequestHandler, make_server

from sopwith.core import commands as c
from sopwith.web.api.operation import OPERATIONS
from sopwith.web.app import create_app
from tests.integration.web.conftest import settings_for
from tests.support.api import Caller, give_token
from tests.support.shop import Shop, open_shop

EXAMPLES = 150 if os.environ.get("SOPWITH_FULL") else 6
EXPECTED = ["2xx", "401", "403", "404", "409", "422"]
"""What values that fit the document may answer: 422 where only the definitions know better."""
CONFIG = {
    "generation": {"max-examples": EXAMPLES, "deterministic": True, "database": "none"},
    "checks": {"positive_data_acceptance": {"expected-statuses": EXPECTED}},
}

SOUND: dict[str, Any] = {
    "type": {"type": "string", "enum": ["wish"]},
    "form": {"type": "string", "enum": ["wish-form"]},
    "to": {"type": "string", "enum": ["working", "resolved", "waiting", "closed"]},
    "values": {"type": "object", "maxProperties": 0},
}
"""What fits not only the document but also the shop."""
SOUND_FOR: dict[str, dict[str, Any]] = {
    "create": {
        "values": {
            "type": "object",
            "properties": {
                "topic": {"type": "string", "enum": ["question"]},
                "description": {"type": "string", "pattern": "^[a-z]{5,40}$"},
                "count": {"type": "integer", "minimum": 1, "maximum": 99},
            },
            "required": ["topic", "description"],
            "additionalProperties": False,
        }
    },
    "fill": {
        "values": {
            "type": "object",
            "properties": {"count": {"type": "integer", "minimum": 1, "maximum": 99}},
            "additionalProperties": False,
        }
    },
}


@pytest.fixture(scope="module")
def filled(shop_template: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """A shop with records in several states, a file, and tokens."""
    with open_shop(shop_template, tmp_path_factory.mktemp("fuzz")) as shop:
        yield shop


def seeded(document: dict[str, Any], shop: Shop, file_id: str) -> dict[str, Any]:
    """Return the document with real ids and sound values among those that are tried, so that calls get past the door."""
    records = [shop.wish("ann"), shop.wish("bob", topic="fault", stopped=True), shop.wish("ann")]
    shop.do(c.Transition(actor=shop.agent(), to="working"), records[1])
    shop.do(c.Assign(actor=shop.agent(), owner="lin"), records[1])
    give_token(shop, "lin", name="spare")
    ids = {
        "record_id": [*records, "unknown"],
        "task_id": ["unknown"],
        "file_id": [file_id, "unknown"],
        "token_id": ["token-linspare", "unknown"],
        "kind": ["form", "workflow", "unknown"],
        "definition_id": ["wish-form", "unknown"],
        "form_id": ["wish-form", "errand-form", "unknown"],
    }
    for path in document["paths"].values():
        for operation in path.values():
            for parameter in operation["parameters"]:
                if parameter["in"] == "path":
                    parameter["schema"] = {"type": "string", "enum": ids[parameter["name"]]}
            body = operation.get("requestBody", {}).get("content", {}).get("application/json")
            if body:
                properties = body["schema"]["properties"]
                known = {**SOUND, **SOUND_FOR.get(operation["operationId"], {})}
                properties.update({name: known[name] for name in properties.keys() & known.keys()})
    return document


class Silent(WSGIRequestHandler):
    """Writes no log."""

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 - named by werkzeug
        """Say nothing."""


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """Serve the application on a free port, as schemathesis reaches servers best; yield its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Silent)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/api/v1"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def run(shop: Shop) -> tuple[list[str], Counter[str]]:
    """Let every phase of schemathesis loose; return what it found, and how many calls it made for each operation."""
    app = create_app(shop.service, settings_for(shop))
    caller = Caller(app, give_token(shop, "lin"))
    headers = {"Authorization": caller.headers["Authorization"]}
    document = caller.get("/openapi.json").json
    sent = {"file": (BytesIO(b"hello"), "a.txt")}
    file_id = caller.call("POST", "/files", data=sent).json["id"]
    found: list[str] = []
    calls: Counter[str] = Counter()
    with served(app) as address:
        config = SchemathesisConfig.from_dict(CONFIG | {"headers": headers, "base-url": address})
        loaded = schemathesis.openapi.from_dict(seeded(document, shop, file_id), config=config)
        for event in from_schema(loaded).execute():
            if isinstance(event, events.ScenarioFinished):
                calls[str(event.label)] += len(event.recorder.interactions)
                found += list(_failures(event))
            elif isinstance(event, events.NonFatalError):
                found.append(f"{event.label}: {event.value!r}")
            elif isinstance(event, events.FatalError):
                found.append(f"{event.exception!r}")
    return found, calls


def _failures(event: events.ScenarioFinished) -> Iterator[str]:
    for case_id, checks in event.recorder.checks.items():
        for check in checks:
            if check.failure_info is not None:
                told = event.recorder.find_response(case_id=case_id)
                case = event.recorder.cases[case_id].value
                answer = (
                    told.content[:300].decode(errors="replace") if told and told.content else ""
                )
                failure = check.failure_info.failure
                sent = (
                    f"{case.method} {case.formatted_path} {case.query} {case.headers} {case.body!r}"
                )
                yield f"{event.label} {check.name}: {failure.title}: {failure.message} {sent[:600]} -> {answer}"


@pytest.mark.slow
def test_every_operation_keeps_to_the_document(filled: Shop) -> None:
    """No server errors; statuses, types, headers and bodies as documented; authentication is not ignored."""
    found, calls = run(filled)
    assert found == []
    missing = {f"{one.method} {one.template}" for one in OPERATIONS} - calls.keys()
    assert missing == set(), calls
